import type { Panel, VariableValue } from '@pharos/dashboards'
import type { DashboardEdits } from './use-dashboard-edits.ts'
import type { DashboardSession } from './use-dashboard-session.ts'

/** What the actions of a panel work on. */
export interface PanelCommands {
  readonly session: DashboardSession
  /** Whether what changes the dashboard is offered. */
  readonly mayEdit: boolean
  readonly edits: DashboardEdits
  /** Of the dashboard, and how to leave it. */
  readonly path: string
  readonly navigate: (path: string) => void
  readonly onInspect: (panel: Panel, values: ReadonlyMap<string, VariableValue>) => void
  readonly onAnnotate: () => void
}
