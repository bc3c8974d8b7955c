// Which samples of a time column each step sees. Computed once for a group of series and shared by all its
// columns, because it depends on nothing but times:
//
//   samples   ·   ·   ·   ·   ·   ·   ·
//                 lo          hi            window (start, end] = samples lo … hi−1

import type { DownsampledSpan } from '../queryable.ts'

/** Range windows of all steps over one time column. */
export interface Windows {
  /** ms, ascending; only the first `sampleCount` count. */
  readonly ts: Float64Array
  readonly sampleCount: number
  readonly stepCount: number
  /** First sample after the window's start, per step. */
  readonly lo: Int32Array
  /** First sample after the window's end, per step. */
  readonly hi: Int32Array
  /** ms; the window is open on the left and closed on the right. */
  readonly ends: Float64Array
  readonly rangeMs: number
  /** The evaluation times, ms; differ from the ends by offset and @. */
  readonly evalTimes: Float64Array
  /** Samples in all windows together, and in the fullest one. */
  readonly sampleTotal: number
  readonly sizeMax: number
}

/** How far beyond the window an extended selector looks, ms. */
export interface Reach {
  readonly leftMs: number
  readonly rightMs: number
}

export const NO_REACH: Reach = { leftMs: 0, rightMs: 0 }

/**
 * @param ts           sample times, ms, strictly ascending
 * @param sampleCount  how many of `ts` count
 * @param ends         window ends, ms, ascending, one a step
 * @param rangeMs      length of the windows, > 0
 * @param evalTimes    evaluation times, ms, one a step
 */
export function windowsOver(
  ts: Float64Array,
  sampleCount: number,
  ends: Float64Array,
  rangeMs: number,
  evalTimes: Float64Array,
  reach: Reach = NO_REACH,
): Windows {
  const stepCount = ends.length
  const lo = new Int32Array(stepCount)
  const hi = new Int32Array(stepCount)
  let a = 0
  let b = 0
  let sampleTotal = 0
  let sizeMax = 0
  for (let s = 0; s < stepCount; s++) {
    const end = ends[s]! + reach.rightMs
    const start = ends[s]! - rangeMs - reach.leftMs
    while (b < sampleCount && ts[b]! <= end) b++
    while (a < sampleCount && ts[a]! <= start) a++
    lo[s] = a
    hi[s] = b < a ? a : b
    const size = hi[s]! - a
    sampleTotal += size
    if (size > sizeMax) sizeMax = size
  }
  return { ts, sampleCount, stepCount, lo, hi, ends, rangeMs, evalTimes, sampleTotal, sizeMax }
}

/**
 * For each reference time the last sample at or before it, or −1 when that is `lookbackMs` old or older. Where samples were
 * downsampled it may be as old as a step: what came after it is gone.
 * @returns indices into `ts`, one a reference time
 */
export function latestIndices(
  ts: Float64Array,
  sampleCount: number,
  refs: Float64Array,
  lookbackMs: number,
  spans: readonly DownsampledSpan[] = [],
): Int32Array {
  const latest = new Int32Array(refs.length)
  let b = 0
  for (let s = 0; s < refs.length; s++) {
    const ref = refs[s]!
    while (b < sampleCount && ts[b]! <= ref) b++
    const isYoung =
      b > 0 && (ts[b - 1]! > ref - lookbackMs || ts[b - 1]! > ref - stepAt(spans, ts[b - 1]!))
    latest[s] = isYoung ? b - 1 : -1
  }
  return latest
}

/** What the samples around a time were thinned out to, 0 where they all are there. */
function stepAt(spans: readonly DownsampledSpan[], tMs: number): number {
  for (const { fromMs, toMs, stepMs } of spans) if (tMs >= fromMs && tMs <= toMs) return stepMs
  return 0
}

/** The windows of steps [from, to), over the same samples. */
export function windowsOfSteps(windows: Windows, from: number, to: number): Windows {
  const { lo, hi } = windows
  let sampleTotal = 0
  let sizeMax = 0
  for (let s = from; s < to; s++) {
    const size = hi[s]! - lo[s]!
    sampleTotal += size
    if (size > sizeMax) sizeMax = size
  }
  return {
    ...windows,
    stepCount: to - from,
    lo: lo.subarray(from, to),
    hi: hi.subarray(from, to),
    ends: windows.ends.subarray(from, to),
    evalTimes: windows.evalTimes.subarray(from, to),
    sampleTotal,
    sizeMax,
  }
}

/** The same times; groups that are scraped in step have them, and all that depends on times is the same then. */
export function areEqual(a: Float64Array, b: Float64Array): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
