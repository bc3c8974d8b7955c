// Series of a selection one by one, as columns without gaps; and the way back: columns as groups for the engine.

import { ABSENT, isAbsent, isSample, type Labels, type NativeHistogram } from '@pharos/model'
import type { SeriesSamples } from '@pharos/prometheus-blocks'
import { Column, type SeriesGroup } from '@pharos/tsdb'

/** Where a series stands in a selection. */
export interface SeriesPlace {
  readonly labels: Labels
  readonly group: SeriesGroup
  readonly series: number
}

/** A series with its samples, ascending. */
export interface SeriesColumns extends SeriesSamples {
  readonly labels: Labels
}

/** Reads series into buffers of its own. */
export class SeriesReader {
  #values = new Float64Array(0)
  readonly #histograms: (NativeHistogram | undefined)[] = []

  /** The samples in [startMs, endMs]; stale markers stay. */
  read({ group, series }: SeriesPlace, startMs: number, endMs: number): SeriesSamples {
    const all = group.times
    if (this.#values.length < all.length) this.#values = new Float64Array(all.length * 2)
    const values = this.#values
    const kind = group.readValues(series, values)
    const hasHistograms = (kind & Column.histograms) !== 0
    if (hasHistograms) group.readHistograms(series, this.#histograms)
    const times = new Float64Array(all.length)
    const out = new Float64Array(all.length)
    const histograms = new Map<number, NativeHistogram>()
    let count = 0
    for (let i = 0; i < all.length; i++) {
      const tMs = all[i]!
      if (tMs < startMs || tMs > endMs) continue
      const histogram = hasHistograms ? this.#histograms[i] : undefined
      if (histogram !== undefined) histograms.set(count, histogram)
      else if (kind !== Column.plain && isAbsent(values[i]!)) continue
      out[count] = histogram === undefined ? values[i]! : ABSENT
      times[count++] = tMs
    }
    return { times: times.subarray(0, count), values: out.subarray(0, count), histograms }
  }
}

/** Series as groups: those that follow each other and have the same times share one. */
export function groupsOf(all: readonly SeriesColumns[]): SeriesGroup[] {
  const groups: SeriesGroup[] = []
  let open: SeriesColumns[] = []
  const end = (): void => {
    if (open.length > 0) groups.push(new ColumnGroup(open))
    open = []
  }
  for (const one of all) {
    if (one.times.length === 0) continue
    if (open.length > 0 && !areEqual(open[0]!.times, one.times)) end()
    open.push(one)
  }
  end()
  return groups
}

function areEqual(a: Float64Array, b: Float64Array): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

class ColumnGroup implements SeriesGroup {
  readonly times: Float64Array
  readonly #series: readonly SeriesColumns[]

  constructor(series: readonly SeriesColumns[]) {
    this.times = series[0]!.times
    this.#series = series
  }

  get seriesCount(): number {
    return this.#series.length
  }

  labels(series: number): Labels {
    return this.#series[series]!.labels
  }

  readValues(series: number, out: Float64Array): number {
    const { values, histograms } = this.#series[series]!
    let hasSpecials = false
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!
      out[i] = value
      if (value !== value && !isSample(value)) hasSpecials = true
    }
    return (hasSpecials ? Column.specials : 0) | (histograms.size > 0 ? Column.histograms : 0)
  }

  readHistograms(series: number, out: (NativeHistogram | undefined)[]): void {
    const { histograms, times } = this.#series[series]!
    for (let i = 0; i < times.length; i++) out[i] = histograms.get(i)
    out.length = times.length
  }
}
