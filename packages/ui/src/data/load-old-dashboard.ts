// Its own module, for the page of a dashboard to load when there are older forms in it.
import { loadDashboard, type LoadedDashboard } from '@pharos/dashboards'

export function loadOldDashboard(json: unknown): LoadedDashboard {
  return loadDashboard(json)
}
