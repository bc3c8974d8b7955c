import { type KeyboardEvent, type ReactNode, useId } from 'react'

export interface Option<V extends string> {
  readonly value: V
  readonly label: string
}

interface ChoiceProps<V extends string> {
  readonly label: string
  readonly value: V
  readonly options: readonly Option<V>[]
  readonly onChange: (value: V) => void
}

/** A few exclusive choices, all visible: native radio buttons, so one stop of the Tab key and arrows to choose. */
export function Segmented<V extends string>(props: ChoiceProps<V>): ReactNode {
  const name = useId()
  return (
    <div className="segmented" role="radiogroup" aria-label={props.label}>
      {props.options.map(({ value, label }) => (
        <label key={value}>
          <input
            type="radio"
            name={name}
            value={value}
            checked={value === props.value}
            onChange={() => props.onChange(value)}
          />
          {label}
        </label>
      ))}
    </div>
  )
}

/** Tabs over one panel; the caller renders the panel with `role="tabpanel"` and the id `${id}-panel`. */
export function Tabs<V extends string>(props: ChoiceProps<V> & { id: string }): ReactNode {
  return (
    <div className="tabs" role="tablist" aria-label={props.label}>
      {props.options.map(({ value, label }, index) => (
        <button
          key={value}
          type="button"
          role="tab"
          id={`${props.id}-${value}`}
          aria-selected={value === props.value}
          aria-controls={`${props.id}-panel`}
          tabIndex={value === props.value ? 0 : -1}
          onClick={() => props.onChange(value)}
          onKeyDown={(event) => stepWithArrows(event, props, index)}
        >
          {label}
        </button>
      ))}
    </div>
  )
}

function stepWithArrows<V extends string>(
  event: KeyboardEvent<HTMLButtonElement>,
  props: ChoiceProps<V>,
  index: number,
): void {
  const last = props.options.length - 1
  const target = {
    ArrowRight: index === last ? 0 : index + 1,
    ArrowLeft: index === 0 ? last : index - 1,
    Home: 0,
    End: last,
  }[event.key]
  if (target === undefined) return
  event.preventDefault()
  props.onChange(props.options[target]!.value)
  const next = event.currentTarget.parentElement?.children[target]
  if (next instanceof HTMLElement) next.focus()
}
