import type { GridPos, Panel } from '../dashboard.ts'
import type { VariableValue } from '../variables/variable.ts'

export interface PlacedPanel {
  /** Stays the same from one layout to the next; differs between repeats of one panel. */
  readonly key: string
  readonly panel: Panel
  /** Values of the variables it is repeated by, for `Scope.values`. */
  readonly values: ReadonlyMap<string, VariableValue>
  /** In columns of 24 and rows of 30 px. */
  readonly at: GridPos
  readonly isRow: boolean
  /** Of a row. */
  readonly isCollapsed: boolean
}
