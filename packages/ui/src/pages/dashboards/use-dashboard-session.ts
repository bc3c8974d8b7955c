// What one dashboard shows at this moment: its range, its variables, when it asks again. The address holds what a link
// should bring back; everything else is derived from it and from the dashboard.
import {
  type Dashboard,
  type DataSourceInfo,
  isRelative,
  intervalMs,
  type RawTimeRange,
  resolveTimeRange,
  type TimeRange,
  Variables,
  zoneOf,
} from '@pharos/dashboards'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useLocation, useSearch } from 'wouter'
import { nowMs as clockMs } from '../../data/browser.ts'
import {
  type DashboardView,
  readDashboardLink,
  writeDashboardLink,
} from '../../data/dashboard-link.ts'
import { knownZone } from '../../data/time.ts'
import { variableSource } from '../../data/variable-source.ts'
import { useServices, useSettings } from '../../services.tsx'
import { useRefreshTimer } from './use-refresh-timer.ts'

export interface DashboardSession {
  readonly dashboard: Dashboard
  readonly view: DashboardView
  /** Undefined until their options were asked for the first time. */
  readonly variables: Variables | undefined
  readonly rawRange: RawTimeRange
  readonly range: TimeRange
  readonly zone: string
  readonly refresh: string
  /** Counts refreshes that a person asked for, who wants to see that something happens. */
  readonly refreshCount: number
  readonly setView: (part: Partial<DashboardView>) => void
  readonly setTime: (time: RawTimeRange) => void
  readonly choose: (name: string, values: readonly string[]) => void
  readonly setFilters: (
    name: string,
    filters: readonly { key: string; operator: string; value: string }[],
  ) => void
  readonly refreshNow: () => void
}

const SOURCES: readonly DataSourceInfo[] = [
  { uid: 'pharos', name: 'Pharos', type: 'prometheus', isDefault: true },
]

export function useDashboardSession(dashboard: Dashboard): DashboardSession {
  const search = useSearch()
  const [path, navigate] = useLocation()
  const view = useMemo(() => readDashboardLink(search), [search])
  const zone = useZoneName(dashboard, view)
  const [nowMs, setNowMs] = useState(clockMs)
  const [refreshCount, setRefreshCount] = useState(0)
  const latest = useRef({ view, path })
  useEffect(() => {
    latest.current = { view, path }
  })
  const rawRange = useMemo(() => view.time ?? rangeOf(dashboard), [view.time, dashboard])
  const range = useMemo(
    () =>
      resolveTimeRange(rawRange, {
        nowMs,
        zone: zoneOf(zone),
        weekStart: weekStartOf(dashboard),
        fiscalYearStartMonth: dashboard.fiscalYearStartMonth,
      }),
    [rawRange, nowMs, zone, dashboard],
  )
  const refresh = view.refresh ?? dashboard.refresh ?? ''
  const refreshMs = refresh === '' || refresh === 'auto' ? undefined : intervalMs(refresh)
  const tick = useCallback(() => setNowMs(clockMs()), [])
  useRefreshTimer(isRelative(rawRange.to) ? refreshMs : undefined, tick)
  const setView = useCallback(
    (part: Partial<DashboardView>) => {
      const { view: current, path: where } = latest.current
      const text = writeDashboardLink({ ...current, ...part })
      // One click is one step back, but what a timer or a chain of variables changes is none.
      navigate(text === '' ? where : `${where}?${text}`)
    },
    [navigate],
  )
  const setTime = useCallback(
    (time: RawTimeRange) => {
      setNowMs(clockMs())
      setView({ time })
    },
    [setView],
  )
  const refreshNow = useCallback(() => {
    setNowMs(clockMs())
    setRefreshCount((count) => count + 1)
  }, [])
  const { variables, choose, setFilters } = useVariables(dashboard, view, range, zone, setView)
  return useParts({
    dashboard,
    view,
    variables,
    rawRange,
    range,
    zone,
    refresh,
    refreshCount,
    setView,
    setTime,
    choose,
    setFilters,
    refreshNow,
  })
}

/** The same object for as long as none of its parts changes: thirty panels depend on it. */
function useParts<T extends object>(parts: T): T {
  // oxlint-disable-next-line react-hooks/exhaustive-deps
  return useMemo(() => parts, Object.values(parts))
}

function rangeOf({ time }: Dashboard): RawTimeRange {
  return time.from === '' || time.to === '' ? { from: 'now-6h', to: 'now' } : time
}

function weekStartOf({ weekStart }: Dashboard): number | undefined {
  const at = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'].indexOf(
    weekStart ?? '',
  )
  return at < 0 ? undefined : at
}

/** `local`, `utc` or an IANA name: the link's, the dashboard's, or the one chosen for all pages. */
function useZoneName(dashboard: Dashboard, view: DashboardView): string {
  const { zone } = useSettings()
  const wanted = view.timezone ?? dashboard.timezone ?? ''
  if (wanted === '') return zone
  return wanted === 'browser' ? 'local' : (knownZone(wanted) ?? zone)
}

interface VariablesState {
  readonly variables: Variables | undefined
  readonly choose: (name: string, values: readonly string[]) => void
  readonly setFilters: (
    name: string,
    filters: readonly { key: string; operator: string; value: string }[],
  ) => void
}

function useVariables(
  dashboard: Dashboard,
  view: DashboardView,
  range: TimeRange,
  zone: string,
  setView: (part: Partial<DashboardView>) => void,
): VariablesState {
  const { api } = useServices()
  const [state, setState] = useState<
    { of: Dashboard['templating']; variables: Variables } | undefined
  >(undefined)
  const source = useMemo(() => variableSource(api), [api])
  const wanted = useMemo(
    () => new URLSearchParams(view.variables as [string, string][]).toString(),
    [view.variables],
  )
  const now = useRef({ range, state })
  useEffect(() => {
    now.current = { range, state }
  })
  const { templating } = dashboard
  // What the address says is what holds: a choice writes it, and so does the way back.
  useEffect(() => {
    let isWanted = true
    const known = now.current.state?.of === templating ? now.current.state.variables : undefined
    if (known !== undefined && sameChoice(known, wanted)) return undefined
    const { start, changed } = startingPoint(dashboard, known, chosenOf(wanted), zone)
    start
      .load(source, { range: now.current.range, ...(changed === undefined ? {} : { changed }) })
      .then(
        (variables) => isWanted && setState({ of: templating, variables }),
        // What cannot be loaded is told by each variable; this is a fault of ours and must be seen.
        (error: unknown) => {
          if (isWanted)
            setState(() => {
              throw error
            })
        },
      )
    return () => {
      isWanted = false
    }
  }, [dashboard, templating, wanted, source, zone])
  useTimeChange(dashboard, range, state?.variables, source, (variables) =>
    setState({ of: templating, variables }),
  )
  return useMemo(
    () => ({
      variables: state?.variables,
      choose(name, values) {
        if (state !== undefined)
          setView({ variables: chosenPairs(state.variables.with(name, values)) })
      },
      setFilters(name, filters) {
        if (state === undefined) return
        const variables = state.variables.withFilters(name, filters)
        setState({ of: templating, variables })
        setView({ variables: chosenPairs(variables) })
      },
    }),
    [state, templating, setView],
  )
}

/** What is known with what the address says laid over it, and the names of those that changed. */
function startingPoint(
  dashboard: Dashboard,
  known: Variables | undefined,
  chosen: ReadonlyMap<string, readonly string[]>,
  zone: string,
): { start: Variables; changed: string[] | undefined } {
  if (known === undefined)
    return {
      start: Variables.of(dashboard, {
        dataSources: SOURCES,
        zone: zoneOf(zone),
        chosen,
        session: { timeZone: zone },
      }),
      changed: undefined,
    }
  const start = rechosen(known, chosen)
  return { start, changed: [...chosen.keys()].filter((name) => !sameValues(known, start, name)) }
}

/** Variables that follow the range ask again when it changes, but not at every tick of a moving one. */
function useTimeChange(
  dashboard: Dashboard,
  range: TimeRange,
  variables: Variables | undefined,
  source: ReturnType<typeof variableSource>,
  done: (variables: Variables) => void,
): void {
  const spanMs = range.toMs - range.fromMs
  // A moving range is a new one once it has left its first quarter behind.
  const key = `${spanMs} ${Math.floor(range.toMs / Math.max(1, spanMs / 4))}`
  const before = useRef({ key, dashboard })
  const latest = useRef({ range, variables, done })
  useEffect(() => {
    latest.current = { range, variables, done }
  })
  useEffect(() => {
    const isNew = before.current.dashboard === dashboard && before.current.key !== key
    before.current = { key, dashboard }
    const { variables: known, range: shown } = latest.current
    if (!isNew || known === undefined || !known.list.some(({ model }) => model.refresh === 2))
      return undefined
    let isWanted = true
    void known.load(source, { range: shown, isTimeChange: true }).then((loaded) => {
      if (isWanted) latest.current.done(loaded)
    })
    return () => {
      isWanted = false
    }
  }, [key, dashboard, source])
}

function chosenOf(wanted: string): Map<string, readonly string[]> {
  const chosen = new Map<string, string[]>()
  for (const [name, value] of new URLSearchParams(wanted)) {
    const values = chosen.get(name)
    if (values === undefined) chosen.set(name, [value])
    else values.push(value)
  }
  return chosen
}

/** What is chosen, by name without the `var-` of links. */
export function chosenPairs(variables: Variables): [string, string][] {
  return variables.toQuery().map(([name, value]) => [name.replace(/^var-/, ''), value])
}

function sameChoice(variables: Variables, wanted: string): boolean {
  return new URLSearchParams(chosenPairs(variables)).toString() === wanted
}

function rechosen(known: Variables, chosen: ReadonlyMap<string, readonly string[]>): Variables {
  let next = known
  for (const [name, values] of chosen)
    if (known.get(name) !== undefined && known.get(name)!.model.type !== 'adhoc')
      next = next.with(name, values)
  return next
}

function sameValues(a: Variables, b: Variables, name: string): boolean {
  return JSON.stringify(a.get(name)?.current.value) === JSON.stringify(b.get(name)?.current.value)
}
