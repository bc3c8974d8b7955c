import type { ReactNode } from 'react'
import { useSettings } from '../../../services.tsx'
import { stepColor } from '../../../viz/field-look.ts'
import { DraftInput } from './draft-input.tsx'

/** A colour by name or as CSS: what it is called can be typed, how it looks can be picked. */
export function ColorField(props: {
  label: string
  value: string
  onChange: (color: string) => void
}): ReactNode {
  const { theme } = useSettings()
  const shown = stepColor(props.value, theme)
  return (
    <span className="color-field">
      <input
        key={shown}
        ref={(input) => whenPicked(input, props.onChange)}
        type="color"
        aria-label={props.label}
        defaultValue={shown}
      />
      <DraftInput label={props.label} value={props.value} onChange={props.onChange} />
    </span>
  )
}

/** While a colour is being picked React's own event tells of each one that is passed: the last one counts. */
function whenPicked(
  input: HTMLInputElement | null,
  onChange: (color: string) => void,
): (() => void) | undefined {
  if (input === null) return undefined
  const tell = () => onChange(input.value)
  input.addEventListener('change', tell)
  return () => input.removeEventListener('change', tell)
}
