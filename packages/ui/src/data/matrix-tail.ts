// A range that moved on: what is known of it and its new tail, joined.
import type { AnsweredSeries } from '@pharos/dashboards'

/** `known` moved on: its points from `startMs` up to the tail, which begins at `fromMs`, then the tail's. */
export function withTail(
  known: readonly AnsweredSeries[],
  tail: readonly AnsweredSeries[],
  startMs: number,
  fromMs: number,
): AnsweredSeries[] {
  const byKey = new Map<string, AnsweredSeries>()
  const join = joiner()
  for (const one of known) {
    const kept = between(one, startMs, fromMs)
    if (kept.times.length + kept.histograms.length > 0) byKey.set(keyOf(one.metric), kept)
  }
  for (const one of tail) {
    const key = keyOf(one.metric)
    const before = byKey.get(key)
    byKey.set(key, before === undefined ? one : join(before, one))
  }
  // Series stand in the order of their labels, as the server sends them, not in the order of their arrival.
  const keys = [...byKey.keys()].sort()
  return keys.map((key) => byKey.get(key)!)
}

/** Without a copy: both columns are views. */
function between(series: AnsweredSeries, startMs: number, endMs: number): AnsweredSeries {
  const { metric, times, values, histograms } = series
  let from = 0
  while (from < times.length && times[from]! < startMs) from++
  let to = times.length
  while (to > from && times[to - 1]! >= endMs) to--
  return {
    metric,
    times: times.subarray(from, to),
    values: values.subarray(from, to),
    histograms: histograms.filter(([t]) => t * 1000 >= startMs && t * 1000 < endMs),
  }
}

/** Puts a tail behind what is known. Series that came with the same times go with the same times. */
function joiner(): (before: AnsweredSeries, tail: AnsweredSeries) => AnsweredSeries {
  let shared = new Float64Array(0)
  return (before, { metric, times, values, histograms }) => {
    const joined = concatenated(before.times, times)
    if (!isSame(shared, joined)) shared = joined
    return {
      metric,
      times: shared,
      values: concatenated(before.values, values),
      histograms: [...before.histograms, ...histograms],
    }
  }
}

function concatenated(a: Float64Array, b: Float64Array): Float64Array<ArrayBuffer> {
  const both = new Float64Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

function isSame(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i])
}

function keyOf(metric: AnsweredSeries['metric']): string {
  return JSON.stringify(Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1)))
}
