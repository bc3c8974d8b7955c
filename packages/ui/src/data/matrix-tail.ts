// A range that moves with the clock is asked for once; after that only its tail.
import type { PrometheusData } from '@pharos/dashboards'

type Matrix = Extract<PrometheusData, { resultType: 'matrix' }>
type Series = Matrix['result'][number]

/** The newest points are asked for again: a rate at the edge changes when its last samples come in. */
const OVERLAP_STEPS = 3

export interface KnownRange {
  readonly query: string
  /** Seconds; start and end are multiples of the step. */
  readonly step: number
  readonly start: number
  readonly end: number
  readonly data: Matrix
}

/** Where to ask from, given what is known; `start` itself when nothing of it is of use. */
export function tailStart(
  known: KnownRange | undefined,
  wanted: { query: string; step: number; start: number; end: number },
): number {
  if (known === undefined || known.query !== wanted.query || known.step !== wanted.step)
    return wanted.start
  // What lies before the known part was never asked for.
  if (known.start > wanted.start || known.end <= wanted.start || known.end > wanted.end)
    return wanted.start
  return Math.max(wanted.start, known.end - OVERLAP_STEPS * wanted.step)
}

/** `known` moved on: its points from `start` up to the tail, then the tail's. */
export function withTail(known: Matrix, tail: Matrix, start: number, from: number): Matrix {
  const columns = new Map<string, Series>()
  for (const series of known.result) {
    const values = series.values?.filter(([t]) => t >= start && t < from)
    const histograms = series.histograms?.filter(([t]) => t >= start && t < from)
    if ((values?.length ?? 0) + (histograms?.length ?? 0) === 0) continue
    columns.set(keyOf(series.metric), { metric: series.metric, ...some({ values, histograms }) })
  }
  for (const series of tail.result) {
    const key = keyOf(series.metric)
    const before = columns.get(key)
    const values = joined(before?.values, series.values)
    const histograms = joined(before?.histograms, series.histograms)
    columns.set(key, { metric: series.metric, ...some({ values, histograms }) })
  }
  // Series stand in the order of their labels, as the server sends them, not in the order of their arrival.
  const keys = [...columns.keys()].sort()
  return { resultType: 'matrix', result: keys.map((key) => columns.get(key)!) }
}

function joined<T>(a: readonly T[] | undefined, b: readonly T[] | undefined): T[] | undefined {
  if (a === undefined && b === undefined) return undefined
  return [...(a ?? []), ...(b ?? [])]
}

function some(parts: {
  values: Series['values'] | undefined
  histograms: Series['histograms'] | undefined
}): Omit<Series, 'metric'> {
  return {
    ...(parts.values === undefined ? {} : { values: parts.values }),
    ...(parts.histograms === undefined ? {} : { histograms: parts.histograms }),
  }
}

function keyOf(metric: Series['metric']): string {
  return JSON.stringify(Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1)))
}
