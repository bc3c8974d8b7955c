import type { QueryPanelState } from '../../data/query-link.ts'

export interface RangeControlProps {
  readonly panel: QueryPanelState
  readonly runMs: number
  readonly onChange: (panel: QueryPanelState) => void
  readonly onNow: () => void
}
