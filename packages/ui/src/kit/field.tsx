import type { ReactNode } from 'react'

/** A control with its name above and what there is to say of it below. */
export function Field(props: {
  label: string
  hint?: string | undefined
  fault?: string | undefined
  wide?: boolean
  children: ReactNode
}): ReactNode {
  return (
    <label className={props.wide === true ? 'field is-wide' : 'field'}>
      <span>{props.label}</span>
      {props.children}
      {props.fault !== undefined && props.fault !== '' ? (
        <em className="fault">{props.fault}</em>
      ) : (
        props.hint !== undefined && <em>{props.hint}</em>
      )}
    </label>
  )
}

export function TextField(props: {
  label: string
  value: string
  onChange: (value: string) => void
  hint?: string | undefined
  fault?: string | undefined
  wide?: boolean
  lines?: number
  type?: 'text' | 'password' | 'datetime-local' | 'email'
  placeholder?: string
}): ReactNode {
  const { value, onChange, lines, label, hint, fault, wide, type = 'text', placeholder } = props
  const shared = {
    value,
    placeholder,
    'aria-invalid': fault !== undefined && fault !== '',
    spellCheck: false,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  }
  return (
    <Field label={label} hint={hint} fault={fault} {...(wide === undefined ? {} : { wide })}>
      {lines === undefined ? (
        <input className="input" type={type} autoComplete="off" {...shared} />
      ) : (
        <textarea className="input is-text" rows={lines} {...shared} />
      )}
    </Field>
  )
}
