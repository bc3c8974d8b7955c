// A column being read: the values of one series against its group's times, and the compacted form for
// series with gaps, stale markers or histograms.

import { bug } from '@pharos/base'
import type { NativeHistogram } from '@pharos/model'
import { ABSENT_LOW_WORD, STALE_LOW_WORD } from '@pharos/model'
import { wasReset } from './histogram/compare.ts'
import { Column, type SeriesGroup } from '../queryable.ts'
import type { KernelLane } from './kernel-lane.ts'

/** Float samples of one series with times of their own. */
interface FloatSamples {
  ts: Float64Array
  vs: Float64Array
  /** When each sample's counter started, ms, 0 where unknown; read only when asked for. */
  starts: Float64Array
  /** See `DownsampledGroup`; read only when asked for. */
  counts: Float64Array
  lost: Float64Array
  count: number
}

/** Histogram samples likewise. */
interface HistogramSamples {
  readonly ts: number[]
  readonly hs: NativeHistogram[]
  readonly starts: number[]
}

/** Reads columns into buffers that are reused from series to series. */
export class ColumnReader {
  values: Float64Array<ArrayBuffer> = new Float64Array(0)
  #starts: Float64Array<ArrayBuffer> = new Float64Array(0)
  #beside: Float64Array<ArrayBuffer> = new Float64Array(0)
  /** Of the compacted column. */
  readonly floats: FloatSamples = {
    ts: new Float64Array(0),
    vs: new Float64Array(0),
    starts: new Float64Array(0),
    counts: new Float64Array(0),
    lost: new Float64Array(0),
    count: 0,
  }
  histograms: HistogramSamples = { ts: [], hs: [], starts: [] }
  readonly #cells: (NativeHistogram | undefined)[] = []

  /**
   * Reads one series' values.
   * @param lane  where to, when they shall lie in the kernel's memory
   * @returns bits of `Column`
   */
  read(group: SeriesGroup, series: number, lane?: KernelLane): number {
    const n = group.times.length
    if (lane !== undefined) this.values = lane.column(n)
    else if (this.values.length < n) this.values = new Float64Array(n)
    return group.readValues(series, this.values)
  }

  #makeRoom(n: number): void {
    if (this.floats.ts.length >= n) return
    this.floats.ts = new Float64Array(n)
    this.floats.vs = new Float64Array(n)
    this.floats.starts = new Float64Array(n)
    this.#starts = new Float64Array(n)
  }

  /**
   * Copies the samples that are there to `floats` and `histograms`.
   * @param bits       what `read` returned for this series
   * @param keepStale  stale markers stay, in `floats`
   * @param withStarts  start times are wanted
   */
  compact(
    group: SeriesGroup,
    series: number,
    bits: number,
    keepStale: boolean,
    withStarts = false,
  ): void {
    const { values, floats } = this
    this.#makeRoom(group.times.length)
    const starts = this.#starts
    if (withStarts) {
      if (group.readStartTimes === undefined) starts.fill(0)
      else group.readStartTimes(series, starts)
    }
    const words = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length)
    const times = group.times
    let count = 0
    for (let i = 0; i < times.length; i++) {
      const v = values[i]!
      if (v !== v) {
        const low = words[2 * i]
        if (low === ABSENT_LOW_WORD || (low === STALE_LOW_WORD && !keepStale)) continue
      }
      floats.ts[count] = times[i]!
      floats.vs[count] = v
      if (withStarts) floats.starts[count] = starts[i]!
      count++
    }
    floats.count = count
    this.histograms.ts.length = 0
    this.histograms.hs.length = 0
    this.histograms.starts.length = 0
    if ((bits & Column.histograms) !== 0) this.#compactHistograms(group, series)
  }

  /** Reads what goes with the compacted samples of a downsampled series. */
  readDownsampled({ times, downsampled }: SeriesGroup, series: number, withLost: boolean): void {
    if (downsampled === undefined) bug('a series was not downsampled')
    if (this.#beside.length < times.length) {
      this.#beside = new Float64Array(times.length)
      this.floats.counts = new Float64Array(times.length)
      this.floats.lost = new Float64Array(times.length)
    }
    downsampled.readCounts(series, this.#beside)
    this.#compactBeside(times, this.floats.counts)
    if (!withLost) return
    downsampled.readLost(series, this.#beside)
    this.#compactBeside(times, this.floats.lost)
  }

  /** Sums of what stands at each sample and at times without a sample after it. */
  #compactBeside(times: Float64Array, out: Float64Array): void {
    const { ts, count } = this.floats
    out.fill(0, 0, count)
    for (let i = 0, at = -1; i < times.length; i++) {
      while (at + 1 < count && ts[at + 1]! <= times[i]!) at++
      if (at >= 0) out[at]! += this.#beside[i]!
    }
  }

  #compactHistograms(group: SeriesGroup, series: number): void {
    this.#cells.length = group.times.length
    this.#cells.fill(undefined)
    group.readHistograms(series, this.#cells)
    for (let i = 0; i < group.times.length; i++) {
      const cell = this.#cells[i]
      if (cell === undefined) continue
      this.histograms.ts.push(group.times[i]!)
      this.histograms.hs.push(cell)
      this.histograms.starts.push(this.#starts[i]!)
    }
  }

  /**
   * Says of each histogram whether the counter was reset since the one before, where that is not said yet.
   * Done while reading when only count and sum are looked at further up, because there buckets are gone.
   */
  tellResets(): void {
    const { hs } = this.histograms
    for (let i = 1; i < hs.length; i++) {
      const h = hs[i]!
      if (h.counterResetHint !== 'unknown') continue
      hs[i] = { ...h, counterResetHint: wasReset(h, hs[i - 1]!) ? 'reset' : 'not_reset' }
    }
  }
}
