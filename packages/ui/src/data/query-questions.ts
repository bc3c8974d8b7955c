// What a panel of the query page asks the server.
import type { Params } from './api.ts'
import { type QueryPanelState, stepSecondsFor } from './query-link.ts'

interface Question {
  readonly path: 'query' | 'query_range'
  readonly params: Params
}

/** @param endMs  the right edge of the graph */
export function graphQuestion(panel: QueryPanelState, endMs: number): Question {
  const end = endMs / 1000
  return {
    path: 'query_range',
    params: {
      query: panel.expr,
      start: (end - panel.rangeSeconds).toFixed(3),
      end: end.toFixed(3),
      step: stepSecondsFor(panel.rangeSeconds, panel.resolution),
    },
  }
}

export function tableQuestion(panel: QueryPanelState, momentMs: number): Question {
  return { path: 'query', params: { query: panel.expr, time: (momentMs / 1000).toFixed(3) } }
}
