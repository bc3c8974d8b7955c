import type { ReactNode, RefObject } from 'react'
import { useRows } from './use-rows.ts'

/** More are not drawn at once. */
const ALL_ROWS_MAX = 200

/** What scrolls with the page. */
const PAGE: RefObject<HTMLElement | null> = {
  get current() {
    return document.getElementById('main')
  },
}

/** The rows of a table that scrolls with the whole page: all of a few, of many only those in view. */
export function PageRows(props: {
  /** Holds these rows and nothing else. */
  body: RefObject<HTMLElement | null>
  count: number
  rowPx: number
  keyOf: (index: number) => number
  /** One `tr`. */
  children: (index: number) => ReactNode
}): ReactNode {
  const { body, count, rowPx, keyOf, children } = props
  const shown = useRows({ count, rowPx, keyOf, body, scroller: PAGE, allMax: ALL_ROWS_MAX })
  return (
    <>
      {shown.abovePx > 0 && <tr aria-hidden="true" style={{ height: shown.abovePx }} />}
      {shown.rows.map(children)}
      {shown.belowPx > 0 && <tr aria-hidden="true" style={{ height: shown.belowPx }} />}
    </>
  )
}
