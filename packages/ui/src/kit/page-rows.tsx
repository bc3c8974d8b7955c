import type { ReactNode } from 'react'
import { useLoaded } from '../viz/use-loaded.ts'
import { type PageRowsProps, RowsOf } from './rows-of.tsx'
import type { RowWindow } from './use-rows.ts'

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

async function loadWindowed(): Promise<(props: PageRowsProps) => ReactNode> {
  return (await import('./windowed-rows.tsx')).WindowedRows
}

function ignore(): void {}
