import { isRelative, type Panel, type Scope, type VariableValue } from '@pharos/dashboards'
import { NEW_PANEL, writeQueryLink } from '../../data/query-link.ts'
import type { DashboardSession } from './use-dashboard-session.ts'

/** The panel's queries on the query page, variables filled in, over the same range. */
export function queryLinkOfPanel(
  session: DashboardSession,
  panel: Panel,
  values: ReadonlyMap<string, VariableValue>,
): string {
  const { range, rawRange, variables } = session
  const scope: Scope = { values, range, rawRange, stepMs: 60_000 }
  const rangeSeconds = Math.max(1, Math.round((range.toMs - range.fromMs) / 1000))
  const panels = panel.targets
    .filter(({ expr = '', hide }) => expr !== '' && hide !== true)
    .map(({ expr = '' }) => ({
      ...NEW_PANEL,
      expr: variables?.interpolateQuery(expr, scope) ?? expr,
      rangeSeconds,
      endMs: isRelative(rawRange.to) ? undefined : range.toMs,
    }))
  return `/query?${writeQueryLink(panels)}`
}
