// Inputs whose text counts when they are left, or on Enter: a change is one step of undo, and undo shows in them.
import { type KeyboardEvent, type ReactNode, useId } from 'react'

interface DraftInputProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly placeholder?: string
  /** Offered, not demanded. */
  readonly suggestions?: readonly string[]
  readonly isNumber?: boolean
}

export function DraftInput(props: DraftInputProps): ReactNode {
  const { label, value, onChange, placeholder, suggestions = [], isNumber = false } = props
  const list = useId()
  return (
    <>
      <input
        key={value}
        className="input"
        aria-label={label}
        autoComplete="off"
        spellCheck={false}
        {...(isNumber ? { type: 'number', step: 'any' } : {})}
        {...(placeholder === undefined ? {} : { placeholder })}
        {...(suggestions.length === 0 ? {} : { list })}
        defaultValue={value}
        onKeyDown={(event: KeyboardEvent<HTMLInputElement>) => {
          if (event.key === 'Enter') event.currentTarget.blur()
        }}
        onBlur={(event) => {
          if (event.target.value !== value) onChange(event.target.value)
        }}
      />
      {suggestions.length > 0 && (
        <datalist id={list}>
          {suggestions.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </datalist>
      )}
    </>
  )
}

/** @param props.value  null and undefined are nothing */
export function NumberDraft(props: {
  label: string
  value: number | null | undefined
  onChange: (value: number | undefined) => void
  placeholder?: string
}): ReactNode {
  const { label, value, onChange, placeholder } = props
  return (
    <DraftInput
      isNumber
      label={label}
      value={typeof value === 'number' ? String(value) : ''}
      {...(placeholder === undefined ? {} : { placeholder })}
      onChange={(text) => onChange(text === '' ? undefined : Number(text))}
    />
  )
}

/** One of a few values; what the file has stays choosable although nobody here knows it. */
export function ChoiceInput(props: {
  label: string
  value: string
  values: readonly string[]
  titleOf?: (value: string) => string
  onChange: (value: string) => void
}): ReactNode {
  const { label, value, values, titleOf = (one) => one, onChange } = props
  return (
    <select
      className="select"
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {[...new Set([...values, value])].map((one) => (
        <option key={one} value={one}>
          {titleOf(one)}
        </option>
      ))}
    </select>
  )
}
