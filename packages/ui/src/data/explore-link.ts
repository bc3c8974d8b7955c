// Links of Grafana's Explore page as links of the query page: `left={…}` and `left=[…]` of older versions, `panes={…}`.
import { NEW_PANEL, PANELS_MAX, type QueryPanelState, writeQueryLink } from './query-link.ts'
import { parseSpan } from './time.ts'

/** More text than such a link holds is none. */
const LINK_CHARS_MAX = 100_000

/** @returns the search part of the query page's address; what cannot be read gives an empty panel */
export function exploreLink(search: string, nowMs: number): string {
  const params = new URLSearchParams(search)
  const sides = ['left', 'right'].flatMap((name) => sidesOf(jsonOf(params.get(name)), nowMs))
  const panes = jsonOf(params.get('panes'))
  const all = isObject(panes) ? Object.values(panes).flatMap((pane) => sidesOf(pane, nowMs)) : []
  const panels = [...sides, ...all].slice(0, PANELS_MAX)
  return writeQueryLink(panels.length === 0 ? [NEW_PANEL] : panels)
}

type Json = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function jsonOf(text: string | null): unknown {
  if (text === null || text.length > LINK_CHARS_MAX) return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function sidesOf(side: unknown, nowMs: number): QueryPanelState[] {
  if (Array.isArray(side)) {
    const [from, to, , ...queries] = side as unknown[]
    return panelsOf(queries, { from, to }, nowMs)
  }
  if (!isObject(side)) return []
  const { queries, range } = side
  return panelsOf(Array.isArray(queries) ? queries : [], isObject(range) ? range : {}, nowMs)
}

function panelsOf(queries: readonly unknown[], range: Json, nowMs: number): QueryPanelState[] {
  const to = timeOf(range['to'], nowMs) ?? nowMs
  const from = timeOf(range['from'], nowMs) ?? to - NEW_PANEL.rangeSeconds * 1000
  const isNow = range['to'] === undefined || range['to'] === 'now'
  return queries.flatMap((query) => {
    if (!isObject(query) || typeof query['expr'] !== 'string' || query['expr'] === '') return []
    return [
      {
        ...NEW_PANEL,
        expr: query['expr'],
        tab: query['instant'] === true && query['range'] !== true ? 'table' : 'graph',
        rangeSeconds: Math.max(1, Math.round((to - from) / 1000)),
        endMs: isNow ? undefined : to,
      },
    ]
  })
}

/** `now-1h`, or milliseconds since 1970 as text or number, or a date. */
function timeOf(value: unknown, nowMs: number): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return undefined
  if (/^\d+$/.test(value)) return Number(value)
  const relative = /^now(?:-([0-9a-zA-Z]+))?/.exec(value)
  if (relative !== null) return nowMs - (parseSpan(relative[1] ?? '0s') ?? 0) * 1000
  const ms = Date.parse(value)
  return Number.isNaN(ms) ? undefined : ms
}
