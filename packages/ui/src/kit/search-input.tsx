import type { ReactNode } from 'react'

/** The filter of a page: `/` leads to it. */
export function SearchInput(props: {
  label: string
  value: string
  onChange: (value: string) => void
}): ReactNode {
  return (
    <input
      className="input"
      type="search"
      data-filter
      aria-label={props.label}
      placeholder={props.label}
      value={props.value}
      onChange={(event) => props.onChange(event.target.value)}
    />
  )
}
