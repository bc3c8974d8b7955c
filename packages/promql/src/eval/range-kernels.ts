// Float kernels over windows: one call does one column at all steps. A kernel is made once for a group's
// windows and then run for each column, with `vs` holding a value for every time (no gaps, no markers).
// It writes every step of `out`, ABSENT where the window gives nothing.

import { ABSENT } from '@pharos/model'
import { quantileOfSorted, sortFloats } from './quantile.ts'
import { rateKernel } from './rate-kernel.ts'
import { Regression } from './regression.ts'
import { SortedWindow } from './sorted-window.ts'
import type { ColumnKernel } from './column-kernel.ts'
import type { Windows } from './windows.ts'

/** @param scalars  the call's scalar arguments in order, one value a step */
type RangeKernel = (windows: Windows, scalars: readonly Float64Array[]) => ColumnKernel

/** One window's value from samples lo … hi−1, of which there is at least one. */
type WindowFunction = (vs: Float64Array, lo: number, hi: number, step: number) => number

/** The kernel that calls `f` for every window with at least `least` samples. */
function windowed(windows: Windows, least: number, f: WindowFunction): ColumnKernel {
  const { lo, hi, stepCount } = windows
  return (vs, out) => {
    for (let s = 0; s < stepCount; s++) {
      const a = lo[s]!
      const b = hi[s]!
      out[s] = b - a < least ? ABSENT : f(vs, a, b, s)
    }
  }
}

/** Float kernels by function name. */
export const RANGE_KERNELS: ReadonlyMap<string, RangeKernel> = new Map<string, RangeKernel>([
  ['rate', (w) => rateKernel(w, true, true)],
  ['increase', (w) => rateKernel(w, true, false)],
  ['delta', (w) => rateKernel(w, false, false)],
  ['irate', (w) => windowed(w, 2, (vs, _lo, hi) => instantRate(w.ts, vs, hi))],
  ['idelta', (w) => windowed(w, 2, (vs, _lo, hi) => vs[hi - 1]! - vs[hi - 2]!)],
  ['sum_over_time', (w) => summingKernel(w, windowed(w, 1, sumOver), false)],
  ['avg_over_time', (w) => summingKernel(w, windowed(w, 1, averageOver), true)],
  ['min_over_time', (w) => extremeKernel(w, false)],
  ['max_over_time', (w) => extremeKernel(w, true)],
  [
    'ts_of_min_over_time',
    (w) => windowed(w, 1, (vs, lo, hi) => w.ts[lastLeastAt(vs, lo, hi)]! / 1000),
  ],
  [
    'ts_of_max_over_time',
    (w) => windowed(w, 1, (vs, lo, hi) => w.ts[lastGreatestAt(vs, lo, hi)]! / 1000),
  ],
  ['count_over_time', (w) => windowed(w, 1, (_vs, lo, hi) => hi - lo)],
  ['first_over_time', (w) => windowed(w, 1, (vs, lo) => vs[lo]!)],
  ['last_over_time', (w) => windowed(w, 1, (vs, _lo, hi) => vs[hi - 1]!)],
  ['ts_of_first_over_time', (w) => windowed(w, 1, (_vs, lo) => w.ts[lo]! / 1000)],
  ['ts_of_last_over_time', (w) => windowed(w, 1, (_vs, _lo, hi) => w.ts[hi - 1]! / 1000)],
  ['present_over_time', (w) => windowed(w, 1, () => 1)],
  ['absent_over_time', (w) => windowed(w, 1, () => 1)],
  ['stdvar_over_time', (w) => windowed(w, 1, varianceOver)],
  ['stddev_over_time', (w) => windowed(w, 1, (vs, lo, hi) => Math.sqrt(varianceOver(vs, lo, hi)))],
  ['quantile_over_time', quantileKernel],
  ['mad_over_time', madKernel],
  ['changes', (w) => windowed(w, 1, changesOver)],
  ['resets', (w) => windowed(w, 1, resetsOver)],
  ['deriv', derivKernel],
  ['predict_linear', predictKernel],
  ['double_exponential_smoothing', smoothingKernel],
])

/**
 * The kernel goes over every window of this column anew, which takes long where long windows meet short
 * steps: its steps are then done in portions.
 */
export function goesOverWindows(func: string, vs: Float64Array, sampleCount: number): boolean {
  if (func !== 'sum_over_time' && func !== 'avg_over_time') return PER_WINDOW_FUNCTIONS.has(func)
  for (let i = 0; i < sampleCount; i++) if (!Number.isFinite(vs[i]!)) return true
  return false
}

export const PER_WINDOW_FUNCTIONS: ReadonlySet<string> = new Set([
  'changes',
  'deriv',
  'double_exponential_smoothing',
  'mad_over_time',
  'predict_linear',
  'quantile_over_time',
  'resets',
  'stddev_over_time',
  'stdvar_over_time',
  'ts_of_max_over_time',
  'ts_of_min_over_time',
])

function instantRate(ts: Float64Array, vs: Float64Array, hi: number): number {
  const last = vs[hi - 1]!
  const before = vs[hi - 2]!
  // After a reset the counter has risen from zero.
  const rise = last < before ? last : last - before
  return rise / ((ts[hi - 1]! - ts[hi - 2]!) / 1000)
}

/** Windows have to share each sample this often before prefix sums in two parts are worth their making. */
const LEAST_OVERLAP = 8

/**
 * Sums, or means, from prefix sums. Whole numbers whose sums all fit a float, which is what counters and most
 * gauges are, give the very same bits that way. Other finite numbers, where windows overlap enough, come from
 * sums in two parts, right to the last bit or the one before.
 */
function summingKernel(windows: Windows, general: ColumnKernel, mean: boolean): ColumnKernel {
  const { lo, hi, stepCount, sampleCount } = windows
  const prefix = new Float64Array(sampleCount + 1)
  const overlaps = windows.sampleTotal > LEAST_OVERLAP * sampleCount
  const pairs = overlaps ? new PairSums(windows, mean) : undefined
  return (vs, out) => {
    if (!prefixSums(vs, sampleCount, prefix)) {
      if (pairs?.fill(vs, out) !== true) general(vs, out)
      return
    }
    for (let s = 0; s < stepCount; s++) {
      const a = lo[s]!
      const b = hi[s]!
      const sum = prefix[b]! - prefix[a]!
      if (a === b) out[s] = ABSENT
      else out[s] = mean ? sum / (b - a) : sum
    }
  }
}

/** Below this part of all values' sizes a window's sum has lost too many bits: it is added up by itself. */
const LEAST_PART = 2 ** -45

/** Prefix sums in two floats each, some 106 bits: the difference of two of them is a window's sum. */
class PairSums {
  readonly #windows: Windows
  readonly #mean: boolean
  readonly #high: Float64Array
  readonly #low: Float64Array

  constructor(windows: Windows, mean: boolean) {
    this.#windows = windows
    this.#mean = mean
    this.#high = new Float64Array(windows.sampleCount + 1)
    this.#low = new Float64Array(windows.sampleCount + 1)
  }

  /** @returns false, and nothing is written, when a value or the sum of all sizes is not finite */
  fill(vs: Float64Array, out: Float64Array): boolean {
    const total = this.#add(vs)
    if (!(total < Infinity)) return false
    const { lo, hi, stepCount } = this.#windows
    const least = total * LEAST_PART
    for (let s = 0; s < stepCount; s++) {
      const a = lo[s]!
      const b = hi[s]!
      if (a === b) {
        out[s] = ABSENT
        continue
      }
      const x = this.#high[b]!
      const y = -this.#high[a]!
      const difference = x + y
      const part = difference - x
      const rest = x - (difference - part) + (y - part) + (this.#low[b]! - this.#low[a]!)
      if (Math.abs(difference + rest) < least || least === 0)
        out[s] = this.#mean ? averageOver(vs, a, b) : sumOver(vs, a, b)
      else out[s] = this.#mean ? difference / (b - a) + rest / (b - a) : difference + rest
    }
    return true
  }

  /** @returns the sum of all sizes */
  #add(vs: Float64Array): number {
    const { sampleCount } = this.#windows
    let high = 0
    let low = 0
    let total = 0
    for (let i = 0; i < sampleCount; i++) {
      const v = vs[i]!
      total += Math.abs(v)
      const sum = high + v
      const part = sum - high
      low += high - (sum - part) + (v - part)
      // Kept apart: the low part stays below half a bit of the high one.
      high = sum + low
      low -= high - sum
      this.#high[i + 1] = high
      this.#low[i + 1] = low
    }
    return total
  }
}

/** Any two prefix sums differ by less than 2^53 then. */
const EXACT_PREFIX = 2 ** 52

/** @returns false when a value is not whole or the sums grow too large; `prefix` is of no use then */
function prefixSums(vs: Float64Array, n: number, prefix: Float64Array): boolean {
  let sum = 0
  for (let i = 0; i < n; i++) {
    const v = vs[i]!
    sum += v
    // NaN and infinities fail both tests.
    if (!(Math.abs(sum) < EXACT_PREFIX) || Math.trunc(v) !== v) return false
    prefix[i + 1] = sum
  }
  return true
}

function sumOver(vs: Float64Array, lo: number, hi: number): number {
  let sum = 0
  let c = 0
  for (let i = lo; i < hi; i++) {
    const v = vs[i]!
    const t = sum + v
    if (t === Infinity || t === -Infinity) c = 0
    else if (Math.abs(sum) >= Math.abs(v)) c += sum - t + v
    else c += v - t + sum
    sum = t
  }
  return sum === Infinity || sum === -Infinity ? sum : sum + c
}

function averageOver(vs: Float64Array, lo: number, hi: number): number {
  let sum = vs[lo]!
  let c = 0
  for (let i = lo + 1; i < hi; i++) {
    const v = vs[i]!
    const t = sum + v
    if (t === Infinity || t === -Infinity) return incrementalMean(vs, i, hi, i - lo, sum, c)
    if (Math.abs(sum) >= Math.abs(v)) c += sum - t + v
    else c += v - t + sum
    sum = t
  }
  const count = hi - lo
  return sum / count + c / count
}

/**
 * The mean when the sum would leave the range of floats: carries the mean instead, from sample `from` on.
 * @param done  samples already in `sum` and its compensation `c`
 */
function incrementalMean(
  vs: Float64Array,
  from: number,
  hi: number,
  done: number,
  sum: number,
  c: number,
): number {
  let mean = sum / done
  c /= done
  let count = done
  for (let i = from; i < hi; i++) {
    count++
    const q = (count - 1) / count
    const v = vs[i]! / count
    const base = q * mean
    c *= q
    const t = base + v
    if (t === Infinity || t === -Infinity) c = 0
    else if (Math.abs(base) >= Math.abs(v)) c += base - t + v
    else c += v - t + base
    mean = t
  }
  return mean + c
}

/**
 * Least or greatest value of each window; NaN only when all are. A queue holds the candidates: each later one
 * is worse, so a sample goes in and out once however long the windows are.
 */
function extremeKernel(windows: Windows, greatest: boolean): ColumnKernel {
  const { lo, hi, stepCount } = windows
  const queue = new Int32Array(windows.sampleCount)
  return (vs, out) => {
    let head = 0
    let tail = 0
    let next = 0
    for (let s = 0; s < stepCount; s++) {
      const a = lo[s]!
      const b = hi[s]!
      if (next < a) next = a
      for (; next < b; next++) {
        const v = vs[next]!
        if (v !== v) continue
        if (greatest) while (tail > head && vs[queue[tail - 1]!]! < v) tail--
        else while (tail > head && vs[queue[tail - 1]!]! > v) tail--
        queue[tail++] = next
      }
      while (head < tail && queue[head]! < a) head++
      if (a === b) out[s] = ABSENT
      else out[s] = head < tail ? vs[queue[head]!]! : vs[a]!
    }
  }
}

/** Index of the last least value. */
function lastLeastAt(vs: Float64Array, lo: number, hi: number): number {
  let at = lo
  let best = vs[lo]!
  for (let i = lo + 1; i < hi; i++) {
    const v = vs[i]!
    if (v <= best || best !== best) {
      best = v
      at = i
    }
  }
  return at
}

function lastGreatestAt(vs: Float64Array, lo: number, hi: number): number {
  let at = lo
  let best = vs[lo]!
  for (let i = lo + 1; i < hi; i++) {
    const v = vs[i]!
    if (v >= best || best !== best) {
      best = v
      at = i
    }
  }
  return at
}

/** Welford's variance with a compensated mean and sum of squares. */
function varianceOver(vs: Float64Array, lo: number, hi: number): number {
  let mean = 0
  let meanC = 0
  let aux = 0
  let auxC = 0
  for (let i = lo; i < hi; i++) {
    const v = vs[i]!
    const delta = v - (mean + meanC)
    const step = delta / (i - lo + 1)
    let t = mean + step
    if (t === Infinity || t === -Infinity) meanC = 0
    else if (Math.abs(mean) >= Math.abs(step)) meanC += mean - t + step
    else meanC += step - t + mean
    mean = t
    const square = delta * (v - (mean + meanC))
    t = aux + square
    if (t === Infinity || t === -Infinity) auxC = 0
    else if (Math.abs(aux) >= Math.abs(square)) auxC += aux - t + square
    else auxC += square - t + aux
    aux = t
  }
  return (aux + auxC) / (hi - lo)
}

function quantileKernel(windows: Windows, [q]: readonly Float64Array[]): ColumnKernel {
  const sorted = new SortedWindow(windows.sizeMax)
  return (vs, out) => {
    sorted.begin(vs, windows.sampleCount)
    const { lo, hi, stepCount } = windows
    for (let s = 0; s < stepCount; s++) {
      if (hi[s]! === lo[s]!) out[s] = ABSENT
      else {
        sorted.moveTo(lo[s]!, hi[s]!)
        out[s] = sorted.quantile(q![s]!)
      }
    }
  }
}

/** Median of the distances from the median; any NaN makes it NaN. */
function madKernel(windows: Windows): ColumnKernel {
  const scratch = new Float64Array(windows.sizeMax)
  return windowed(windows, 1, (vs, lo, hi) => {
    for (let i = lo; i < hi; i++) {
      const v = vs[i]!
      if (v !== v) return NaN
      scratch[i - lo] = v
    }
    const window = scratch.subarray(0, hi - lo)
    sortFloats(window)
    const median = quantileOfSorted(0.5, window)
    for (let i = 0; i < window.length; i++) window[i] = Math.abs(window[i]! - median)
    sortFloats(window)
    return quantileOfSorted(0.5, window)
  })
}

function changesOver(vs: Float64Array, lo: number, hi: number): number {
  let count = 0
  for (let i = lo + 1; i < hi; i++) {
    const a = vs[i - 1]!
    const b = vs[i]!
    if (a !== b && (a === a || b === b)) count++
  }
  return count
}

function resetsOver(vs: Float64Array, lo: number, hi: number): number {
  let count = 0
  for (let i = lo + 1; i < hi; i++) if (vs[i]! < vs[i - 1]!) count++
  return count
}

function derivKernel(windows: Windows): ColumnKernel {
  const { ts, lo } = windows
  const regression = new Regression(
    windows,
    Float64Array.from(lo, (first) => ts[first] ?? 0),
  )
  return windowed(windows, 2, (vs, _lo, _hi, s) => {
    regression.fit(vs, s)
    return regression.slope
  })
}

function predictKernel(windows: Windows, [seconds]: readonly Float64Array[]): ColumnKernel {
  const regression = new Regression(windows, windows.evalTimes)
  return windowed(windows, 2, (vs, _lo, _hi, s) => {
    regression.fit(vs, s)
    return regression.slope * seconds![s]! + regression.intercept
  })
}

/** Holt's linear smoothing. The factors have been checked to lie in (0, 1). */
function smoothingKernel(
  windows: Windows,
  [smoothing, trend]: readonly Float64Array[],
): ColumnKernel {
  return windowed(windows, 2, (vs, lo, hi, s) => {
    const sf = smoothing![s]!
    const tf = trend![s]!
    let before = 0
    let smoothed = vs[lo]!
    let slope = vs[lo + 1]! - vs[lo]!
    for (let i = lo + 1; i < hi; i++) {
      const x = sf * vs[i]!
      if (i > lo + 1) slope = tf * (smoothed - before) + (1 - tf) * slope
      before = smoothed
      smoothed = x + (1 - sf) * (smoothed + slope)
    }
    return smoothed
  })
}
