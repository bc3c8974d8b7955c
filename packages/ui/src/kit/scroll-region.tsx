import type { CSSProperties, ReactNode, Ref } from 'react'

/** A part of a page that scrolls by itself; it has a name and takes the focus, so that the keyboard can scroll it. */
export function ScrollRegion(props: {
  label: string
  className: string
  ref?: Ref<HTMLElement>
  style?: CSSProperties
  children: ReactNode
}): ReactNode {
  const { ref } = props
  return (
    <section
      ref={ref}
      className={props.className}
      style={props.style}
      aria-label={props.label}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
    >
      {props.children}
    </section>
  )
}
