// What is always there to be filled in: `$__interval`, `$__range_s`, `${__from:date}`, `${__dashboard.title}` …
import type { Dashboard, RawTimeRange } from '../dashboard.ts'
import { intervalText, rateIntervalMs, type TimeRange } from '../time/time-range.ts'
import type { VariableValue } from './variable.ts'

/** What is known where a text is filled in. What is missing leaves its references as they stand. */
export interface Scope {
  /** Over those of the dashboard: a repeated panel's own value. */
  readonly values?: ReadonlyMap<string, VariableValue>
  readonly range?: TimeRange
  readonly rawRange?: RawTimeRange
  /** `$__interval`, ms. */
  readonly stepMs?: number
  /** How often is scraped, ms; 15 s when nobody knows. */
  readonly scrapeIntervalMs?: number
  /** `__field`, `__value`, `__series`, `__data` of a data link, by path: `__field.labels.job`. */
  readonly paths?: ReadonlyMap<string, string>
}

export interface Session {
  readonly user?: { readonly login: string; readonly email: string; readonly id: number }
  readonly org?: { readonly name: string; readonly id: number }
  /** `$timezone`. */
  readonly timeZone?: string
}

const SCRAPE_INTERVAL_MS = 15_000

function pathOf(name: string, path: string): string {
  return path === '' ? name : `${name}.${path}`
}

/** Whether a reference is to the field, value, series or row of a data link. */
export function isPath(name: string, path: string, { paths }: Scope): boolean {
  return paths?.has(pathOf(name, path)) === true
}

/** @param path  what stands behind the first dot */
export function builtInValue(
  name: string,
  path: string,
  scope: Scope,
  dashboard: Dashboard,
  session: Session,
): string | undefined {
  const { range, stepMs } = scope
  const scrapeMs = scope.scrapeIntervalMs ?? SCRAPE_INTERVAL_MS
  const rangeMs = range === undefined ? undefined : range.toMs - range.fromMs
  switch (name) {
    case '__interval':
    case 'interval':
      return stepMs === undefined || name === 'interval' ? undefined : intervalText(stepMs)
    case '__interval_ms':
      return stepMs === undefined ? undefined : String(stepMs)
    case '__rate_interval':
      return stepMs === undefined ? undefined : intervalText(rateIntervalMs(stepMs, scrapeMs))
    case '__rate_interval_ms':
      return stepMs === undefined ? undefined : String(rateIntervalMs(stepMs, scrapeMs))
    case '__range':
      return rangeMs === undefined ? undefined : `${Math.max(1, Math.round(rangeMs / 1000))}s`
    case '__range_s':
      return rangeMs === undefined ? undefined : String(Math.round(rangeMs / 1000))
    case '__range_ms':
      return rangeMs === undefined ? undefined : String(rangeMs)
    case '__from':
      return range === undefined ? undefined : String(range.fromMs)
    case '__to':
      return range === undefined ? undefined : String(range.toMs)
    case '__url_time_range':
      return timeRangeQuery(scope)
    case '__dashboard':
      return dashboardPart(path, dashboard)
    case '__user':
      return userPart(path, session)
    case '__org':
      return path === 'name' ? session.org?.name : String(session.org?.id ?? 1)
    case '__timezone':
      return session.timeZone ?? 'browser'
    case 'timeFilter':
    case '__timeFilter':
      return ''
    default:
      return scope.paths?.get(pathOf(name, path))
  }
}

function timeRangeQuery({ range, rawRange }: Scope): string | undefined {
  const from = rawRange?.from ?? range?.fromMs
  const to = rawRange?.to ?? range?.toMs
  if (from === undefined || to === undefined) return undefined
  return `from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`
}

function dashboardPart(path: string, dashboard: Dashboard): string | undefined {
  if (path === 'uid') return dashboard.uid ?? ''
  return path === '' || path === 'title' || path === 'name' ? dashboard.title : undefined
}

function userPart(path: string, { user }: Session): string | undefined {
  if (path === 'email') return user?.email ?? ''
  if (path === 'login') return user?.login ?? ''
  return String(user?.id ?? 0)
}
