// Exemplars: single measurements that a series remembers, with labels of their own such as a trace's id.
import type { TimeRange } from '@pharos/dashboards'
import type { Api } from './api.ts'

export interface Exemplar {
  readonly timeMs: number
  readonly value: number
  /** Its own: whatever a stranger's service wrote. */
  readonly labels: Readonly<Record<string, string>>
  /** Of the series it belongs to. */
  readonly series: Readonly<Record<string, string>>
  /** Of the query that asked. */
  readonly refId: string
}

/** `data` of `/api/v1/query_exemplars`. */
type ExemplarsData = readonly {
  readonly seriesLabels: Readonly<Record<string, string>>
  readonly exemplars: readonly {
    readonly labels: Readonly<Record<string, string>>
    readonly value: string
    /** Seconds. */
    readonly timestamp: number
  }[]
}[]

export interface ExemplarQuery {
  readonly refId: string
  /** With nothing left to fill in. */
  readonly expr: string
}

/** @returns those that have a time and a number, oldest first */
export async function fetchExemplars(
  api: Api,
  queries: readonly ExemplarQuery[],
  { fromMs, toMs }: TimeRange,
  signal: AbortSignal,
): Promise<Exemplar[]> {
  const parts = await Promise.all(
    queries.map(async ({ refId, expr }) => {
      const { data } = await api.get<ExemplarsData>(
        'query_exemplars',
        { query: expr, start: fromMs / 1000, end: toMs / 1000 },
        signal,
      )
      return exemplarsOf(data, refId)
    }),
  )
  return parts.flat().sort((a, b) => a.timeMs - b.timeMs)
}

export function exemplarsOf(data: ExemplarsData, refId: string): Exemplar[] {
  return data.flatMap(({ seriesLabels, exemplars }) =>
    exemplars.flatMap(({ labels, value, timestamp }): Exemplar[] => {
      const number = Number(value)
      if (!Number.isFinite(number) || !Number.isFinite(timestamp)) return []
      return [{ timeMs: timestamp * 1000, value: number, labels, series: seriesLabels, refId }]
    }),
  )
}

/** As many as can be hit one by one: the highest first, each so far from those that are kept, and never too many. */
export function thinned<
  T extends { readonly x: number; readonly y: number; readonly value: number },
>(placed: readonly T[], apartPx: number, most: number): T[] {
  const kept: T[] = []
  for (const one of placed.toSorted((a, b) => b.value - a.value)) {
    if (kept.length >= most) break
    const isFree = kept.every(
      ({ x, y }) => Math.abs(x - one.x) >= apartPx || Math.abs(y - one.y) >= apartPx,
    )
    if (isFree) kept.push(one)
  }
  return kept.sort((a, b) => a.x - b.x)
}
