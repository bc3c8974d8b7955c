// What a dashboard shows, in its address, in Grafana's own shape: from, to, refresh, timezone, var-x, viewPanel,
// editPanel, kiosk. What we do not know is kept.
import type { RawTimeRange } from '@pharos/dashboards'

export interface DashboardView {
  /** As the address says it; undefined: the dashboard's own. */
  readonly time: RawTimeRange | undefined
  readonly refresh: string | undefined
  readonly timezone: string | undefined
  /** Values of variables by name, without `var-`; a variable with several values repeats. */
  readonly variables: readonly (readonly [string, string])[]
  readonly viewPanel: number | undefined
  readonly editPanel: number | undefined
  readonly kiosk: boolean
  /** An expression that comes as a new panel, from the query page. */
  readonly addQuery: string | undefined
  readonly others: readonly (readonly [string, string])[]
}

/** More than a person chooses; a longer link is cut here. */
const VARIABLE_VALUES_MAX = 2000

export function readDashboardLink(search: string): DashboardView {
  const params = new URLSearchParams(search)
  const variables: [string, string][] = []
  const others: [string, string][] = []
  for (const [key, value] of params) {
    if (key.startsWith('var-')) {
      if (variables.length < VARIABLE_VALUES_MAX) variables.push([key.slice(4), value])
    } else if (!OWN.has(key)) others.push([key, value])
  }
  const [from, to] = [params.get('from'), params.get('to')]
  return {
    time: from === null && to === null ? undefined : { from: from ?? 'now-6h', to: to ?? 'now' },
    refresh: params.get('refresh') ?? undefined,
    timezone: params.get('timezone') ?? undefined,
    variables,
    // `panelId` stands in links to a single panel.
    viewPanel: panelId(params.get('viewPanel') ?? params.get('panelId')),
    editPanel: panelId(params.get('editPanel')),
    kiosk: params.has('kiosk') && params.get('kiosk') !== 'false',
    addQuery: params.get('addQuery') ?? undefined,
    others,
  }
}

/** Where a dashboard opens with a new panel of this query. */
export function addPanelPath(dashboard: string, expr: string): string {
  return `${dashboard}?${new URLSearchParams({ addQuery: expr }).toString()}`
}

const OWN = new Set([
  'from',
  'to',
  'refresh',
  'timezone',
  'viewPanel',
  'panelId',
  'editPanel',
  'addQuery',
  'kiosk',
])

/** Newer links say `panel-7`. */
function panelId(text: string | null): number | undefined {
  const match = /^(?:panel-)?(\d{1,9})(?:-clone-\d+)?$/.exec(text ?? '')
  return match === null ? undefined : Number(match[1])
}

/** @returns the address' search without `?` */
export function writeDashboardLink(view: DashboardView): string {
  const params = new URLSearchParams()
  if (view.time !== undefined) {
    params.set('from', view.time.from)
    params.set('to', view.time.to)
  }
  if (view.timezone !== undefined) params.set('timezone', view.timezone)
  for (const [name, value] of view.variables) params.append(`var-${name}`, value)
  if (view.refresh !== undefined) params.set('refresh', view.refresh)
  if (view.viewPanel !== undefined) params.set('viewPanel', String(view.viewPanel))
  if (view.editPanel !== undefined) params.set('editPanel', String(view.editPanel))
  for (const [key, value] of view.others) params.append(key, value)
  // A switch without a value, as Grafana writes it.
  const text = params.toString()
  return view.kiosk ? `${text}${text === '' ? '' : '&'}kiosk` : text
}
