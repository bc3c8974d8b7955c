import type { ReactNode } from 'react'
import { createPortal } from 'react-dom'

/** Puts what a view controls into the bar of its panel, so that each view owns its own controls. */
export function Controls(props: { bar: HTMLElement | null; children: ReactNode }): ReactNode {
  return props.bar === null ? null : createPortal(props.children, props.bar)
}
