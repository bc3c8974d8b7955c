import type { ReactNode, RefObject } from 'react'
import type { RowWindow } from './use-rows.ts'

export interface PageRowsProps {
  readonly body: RefObject<HTMLElement | null>
  readonly count: number
  readonly rowPx: number
  readonly keyOf: (index: number) => string
  /** One row, whose `tr` carries `ref={measure}` and `data-index`. */
  readonly children: (index: number, measure: RowWindow['measure']) => ReactNode
}

/** The rows of a window, between the space that stands for the others. */
export function RowsOf(props: {
  shown: RowWindow
  children: PageRowsProps['children']
}): ReactNode {
  const { rows, abovePx, belowPx, measure } = props.shown
  return (
    <>
      {abovePx > 0 && <tr aria-hidden="true" style={{ height: abovePx }} />}
      {rows.map((index) => props.children(index, measure))}
      {belowPx > 0 && <tr aria-hidden="true" style={{ height: belowPx }} />}
    </>
  )
}
