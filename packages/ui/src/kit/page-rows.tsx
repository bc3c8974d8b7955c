import type { ReactNode, RefObject } from 'react'
import { useLoaded } from '../viz/use-loaded.ts'
import type { RowWindow } from './use-rows.ts'

export interface PageRowsProps {
  readonly body: RefObject<HTMLElement | null>
  readonly count: number
  readonly rowPx: number
  readonly keyOf: (index: number) => string
  /** One row, whose `tr` carries `ref={measure}` and `data-index`. */
  readonly children: (index: number, measure: RowWindow['measure']) => ReactNode
}

/** So many rows a browser lays out without effort, and most tables have fewer. */
const ALL_ROWS_MAX = 200
/** Enough to fill a window while the code that scrolls the many is on its way. */
const FIRST_ROWS = 60

/** The rows of a table that scrolls with the whole page: all of a few, of many only those in view. */
export function PageRows(props: PageRowsProps): ReactNode {
  const { count, rowPx } = props
  const isLong = count > ALL_ROWS_MAX
  const Windowed = useLoaded(isLong ? loadWindowed : undefined)
  // Loaded once and kept in state: it is no new component at every render.
  // oxlint-disable-next-line react/static-components
  if (isLong && Windowed !== undefined) return <Windowed {...props} />
  const drawn = isLong ? FIRST_ROWS : count
  const shown: RowWindow = {
    rows: Array.from({ length: drawn }, (_, index) => index),
    abovePx: 0,
    belowPx: (count - drawn) * rowPx,
    measure: ignore,
  }
  return <RowsOf shown={shown}>{props.children}</RowsOf>
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

async function loadWindowed(): Promise<(props: PageRowsProps) => ReactNode> {
  return (await import('./windowed-rows.tsx')).WindowedRows
}

function ignore(): void {}
