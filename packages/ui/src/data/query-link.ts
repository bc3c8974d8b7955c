// The query page's state in its address, in Prometheus' own form: `g0.expr=…&g0.tab=graph&g0.range_input=1h…`,
// one number per panel. Old forms (tab 0 and 1, stacked, step_input) are read and written back in the new one.
import { formatLinkTime, formatSpan, parseSpan, parseTime } from './time.ts'

type QueryTab = 'table' | 'graph' | 'explain'
type DisplayMode = 'lines' | 'stacked' | 'heatmap'
type Density = 'low' | 'medium' | 'high'

export type Resolution =
  | { readonly kind: 'auto'; readonly density: Density }
  | { readonly kind: 'fixed' | 'custom'; readonly stepSeconds: number }

export interface QueryPanelState {
  readonly expr: string
  readonly tab: QueryTab
  readonly rangeSeconds: number
  /** End of the graph and moment of the table, ms; undefined is "now". */
  readonly endMs: number | undefined
  readonly display: DisplayMode
  readonly resolution: Resolution
  /** Keys of this panel that single controls know, or whoever else opens the link. */
  readonly kept: readonly (readonly [string, string])[]
}

export const NEW_PANEL: QueryPanelState = {
  expr: '',
  tab: 'graph',
  rangeSeconds: 3600,
  endMs: undefined,
  display: 'lines',
  resolution: { kind: 'auto', density: 'medium' },
  kept: [],
}

/** More panels than a person opens; a longer link is cut here. */
export const PANELS_MAX = 50

const KEPT = new Set(['show_tree', 'show_exemplars', 'y_axis_min', 'live'])

/** @returns at least one panel */
export function readQueryLink(search: string): QueryPanelState[] {
  const byIndex = new Map<number, Map<string, string>>()
  for (const [key, value] of new URLSearchParams(search)) {
    const match = /^g(\d{1,3})\.([a-z_]+)$/.exec(key)
    if (match === null) continue
    const index = Number(match[1])
    const fields = byIndex.get(index) ?? new Map<string, string>()
    fields.set(match[2]!, value)
    byIndex.set(index, fields)
  }
  const indices = [...byIndex.keys()].sort((a, b) => a - b).slice(0, PANELS_MAX)
  if (indices.length === 0) return [NEW_PANEL]
  return indices.map((index) => panelOf(byIndex.get(index)!))
}

function panelOf(fields: ReadonlyMap<string, string>): QueryPanelState {
  const tab = tabOf(fields.get('tab'))
  const end = fields.get('end_input') ?? fields.get('moment_input')
  const display = fields.get('display_mode')
  return {
    expr: fields.get('expr') ?? '',
    tab,
    rangeSeconds: parseSpan(fields.get('range_input') ?? '') ?? NEW_PANEL.rangeSeconds,
    endMs: end === undefined || end === '' ? undefined : parseTime(end, 'utc'),
    display: displayOf(display, fields.get('stacked')),
    resolution: resolutionOf(fields),
    kept: [...fields].filter(([key, value]) => KEPT.has(key) && value !== '0' && value !== ''),
  }
}

function displayOf(mode: string | undefined, stacked: string | undefined): DisplayMode {
  if (mode === 'heatmap') return 'heatmap'
  return mode === 'stacked' || stacked === '1' ? 'stacked' : 'lines'
}

function tabOf(text: string | undefined): QueryTab {
  // The reference counts graph as 0 and opens links without a tab on the table.
  if (text === 'explain') return 'explain'
  return text === '0' || text === 'graph' ? 'graph' : 'table'
}

function resolutionOf(fields: ReadonlyMap<string, string>): Resolution {
  const kind = fields.get('res_type')
  const step = parseSpan(fields.get('res_step') ?? fields.get('step_input') ?? '')
  if (step !== undefined && kind !== 'auto')
    return { kind: kind === 'fixed' ? 'fixed' : 'custom', stepSeconds: step }
  const density = fields.get('res_density')
  return { kind: 'auto', density: density === 'low' || density === 'high' ? density : 'medium' }
}

/** @returns the address's search part without the question mark */
export function writeQueryLink(panels: readonly QueryPanelState[]): string {
  const params = new URLSearchParams()
  panels.forEach((panel, index) => {
    const set = (key: string, value: string) => params.set(`g${index}.${key}`, value)
    set('expr', panel.expr)
    set('tab', panel.tab)
    set('range_input', formatSpan(panel.rangeSeconds))
    if (panel.endMs !== undefined) {
      set('end_input', formatLinkTime(panel.endMs))
      set('moment_input', formatLinkTime(panel.endMs))
    }
    if (panel.resolution.kind === 'auto') {
      set('res_type', 'auto')
      set('res_density', panel.resolution.density)
    } else {
      set('res_type', panel.resolution.kind)
      set('res_step', String(panel.resolution.stepSeconds))
    }
    set('display_mode', panel.display)
    for (const [key, value] of panel.kept) set(key, value)
  })
  return params.toString()
}

const POINTS: Readonly<Record<Density, number>> = { low: 100, medium: 250, high: 750 }
/** A server answers at most 11 000 steps. */
export const STEPS_MAX = 11_000

/** Seconds between two points of a graph: whole seconds where the range allows, never too many points. */
export function stepSecondsFor(rangeSeconds: number, resolution: Resolution): number {
  if (resolution.kind !== 'auto')
    return Math.max(resolution.stepSeconds, Math.ceil((rangeSeconds / STEPS_MAX) * 1000) / 1000)
  const exact = rangeSeconds / POINTS[resolution.density]
  return exact < 1 ? Math.max(0.1, Math.round(exact * 10) / 10) : Math.floor(exact)
}
