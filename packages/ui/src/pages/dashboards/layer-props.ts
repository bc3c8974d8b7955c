import type { Panel, VariableValue } from '@pharos/dashboards'
import type { SavedDashboard, StoredDashboard } from '../../data/dashboards-api.ts'
import type { DashboardEdits } from './use-dashboard-edits.ts'
import type { DashboardSession } from './use-dashboard-session.ts'

/** What lies over a dashboard. */
export type Layer =
  | {
      readonly kind: 'inspect'
      readonly panel: Panel
      readonly values: ReadonlyMap<string, VariableValue>
    }
  | { readonly kind: 'settings' }
  | { readonly kind: 'annotate' }
  | { readonly kind: 'save' }
  | { readonly kind: 'edit'; readonly panelId: number }

export interface LayerProps {
  readonly layer: Layer
  readonly onClose: () => void
  readonly stored: StoredDashboard
  readonly edits: DashboardEdits
  readonly session: DashboardSession
  /** Undefined for a dashboard that nobody saved yet. */
  readonly uid: string | undefined
  readonly onSaved: (saved: SavedDashboard) => void
}
