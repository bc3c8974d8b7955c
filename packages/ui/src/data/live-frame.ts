// A graph that moves with the clock: the first time the whole window is asked for, then only its tail.
import type { Api } from './api.ts'
import type { QueryData } from './api-types.ts'
import { EMPTY_FRAME, type Frame, frameOf, mergeTail, type SeriesColumn } from './frame.ts'
import type { HostQuery, HostWindow } from './host-queries.ts'

/** The newest points are asked for again: a rate at the edge changes when its last sample comes in. */
const OVERLAP_STEPS = 3

export interface LiveFrame {
  readonly frame: Frame
  readonly startMs: number
  readonly endMs: number
}

/**
 * The frames of several queries as one, moved on to now.
 *
 * @param before  what was shown last, of the same queries and window; undefined for the first time
 */
export async function moveOn(
  api: Api,
  queries: readonly HostQuery[],
  { rangeSeconds, stepSeconds }: HostWindow,
  before: LiveFrame | undefined,
  nowMs: number,
  signal: AbortSignal,
): Promise<LiveFrame> {
  // Points lie on multiples of the step, so that old and new ones fall together.
  const end = Math.floor(nowMs / 1000 / stepSeconds) * stepSeconds
  const start = end - rangeSeconds
  const known = before === undefined ? -Infinity : before.endMs / 1000
  const from =
    known > start && known <= end ? Math.max(start, known - OVERLAP_STEPS * stepSeconds) : start
  const parts = await Promise.all(
    queries.map(async (query) => {
      const { data } = await api.get<QueryData>(
        'query_range',
        { query: query.expr, start: from, end, step: stepSeconds },
        signal,
      )
      const matrix = data.resultType === 'matrix' ? data.result : []
      return frameOf(
        matrix,
        from,
        end,
        stepSeconds,
        (labels) => query.name ?? labels[query.by] ?? '',
      )
    }),
  )
  const fresh: Frame = {
    times: parts[0]?.times ?? EMPTY_FRAME.times,
    stepSeconds,
    series: parts.flatMap(({ series }) => series),
  }
  const frame =
    from === start || before === undefined ? fresh : mergeTail(before.frame, fresh, start, end)
  return {
    frame: { ...frame, series: inOrder(frame.series, queries) },
    startMs: start * 1000,
    endMs: end * 1000,
  }
}

/** A series keeps its colour although it came later than others: order comes from the queries, not from arrival. */
function inOrder(series: readonly SeriesColumn[], queries: readonly HostQuery[]): SeriesColumn[] {
  const ranks = new Map<string, number>()
  for (const { name, order } of queries)
    for (const known of name === undefined ? order : [name]) ranks.set(known, ranks.size)
  const rank = ({ name }: SeriesColumn) => ranks.get(name) ?? ranks.size
  return [...series].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
}

/** The least that is shown of a young server, s. */
const YOUNG_SECONDS = 120

/**
 * Where a live graph begins. While the server is younger than the window its samples fill the graph instead of a
 * sliver at the right.
 *
 * @param oldestMs  the oldest sample that the server has in memory; undefined when it is not known
 */
export function shownStartMs(startMs: number, endMs: number, oldestMs: number | undefined): number {
  if (oldestMs === undefined || oldestMs <= startMs || oldestMs > endMs) return startMs
  const wantedMs = Math.max(YOUNG_SECONDS * 1000, (endMs - oldestMs) * 1.1)
  return Math.max(startMs, endMs - wantedMs)
}
