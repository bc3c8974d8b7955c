// A dashboard in the form of today: what pages load first, without the code for what older versions wrote.
import type { Dashboard } from './dashboard.ts'
import { isObject, type JsonObject } from './json.ts'
import { currentDashboard } from './migrate/current-dashboard.ts'
import { hasOldForms } from './migrate/found-forms.ts'
import { normalizeDashboard } from './migrate/normalize.ts'
import type { DashboardProblem } from './problem.ts'

export interface LoadedDashboard {
  readonly dashboard: Dashboard
  readonly problems: readonly DashboardProblem[]
}

/** Whether a parsed JSON value holds a form that only `loadDashboard` understands; else `loadCurrent` gives the same. */
export function needsMigration(json: unknown): boolean {
  return hasOldForms(unwrapped(json) ?? {})
}

/**
 * What `loadDashboard` gives for a value that `needsMigration` says no to; panels of older kinds are left as they are.
 * `json` itself is not touched. Never throws: what cannot be read is told among `problems`.
 */
export function loadCurrent(json: unknown): LoadedDashboard {
  const problems: DashboardProblem[] = []
  const found = unwrapped(json)
  if (found === undefined) {
    problems.push({
      code: 'dashboards/no-dashboard',
      path: '',
      message: 'no dashboard in it: expected an object with panels, rows or elements',
    })
  }
  const dashboard = normalizeDashboard(currentDashboard(found ?? {}), problems)
  return { dashboard, problems }
}

/** Tools and APIs wrap what they send: `{ dashboard: {…}, meta: {…} }`. */
export function unwrapped(json: unknown): JsonObject | undefined {
  if (!isObject(json)) return undefined
  const inner = json['dashboard']
  if (isObject(inner) && !Array.isArray(json['panels'])) return inner
  return json
}
