// From what was found in a file, pasted, or sent by a tool to the one shape that everything else reads.
import type { Dashboard } from './dashboard.ts'
import { isObject, type JsonObject } from './json.ts'
import { migrateDashboard } from './migrate/migrate-dashboard.ts'
import { normalizeDashboard } from './migrate/normalize.ts'
import type { DashboardProblem } from './problem.ts'

export interface LoadedDashboard {
  readonly dashboard: Dashboard
  readonly problems: readonly DashboardProblem[]
}

/**
 * The dashboard in a parsed JSON value, whatever its schema: wrappers are opened, older schemas are brought up, what is
 * missing gets its default. `json` itself is not touched. Never throws: what cannot be read is told among `problems`.
 */
export function loadDashboard(json: unknown): LoadedDashboard {
  const problems: DashboardProblem[] = []
  const found = unwrapped(json)
  if (found === undefined) {
    problems.push({
      code: 'dashboards/no-dashboard',
      path: '',
      message: 'no dashboard in it: expected an object with panels, rows or elements',
    })
  }
  const dashboard = normalizeDashboard(migrateDashboard(found ?? {}), problems)
  return { dashboard, problems }
}

/** Tools and APIs wrap what they send: `{ dashboard: {…}, meta: {…} }`. */
function unwrapped(json: unknown): JsonObject | undefined {
  if (!isObject(json)) return undefined
  const inner = json['dashboard']
  if (isObject(inner) && !Array.isArray(json['panels'])) return inner
  return json
}
