// rate, increase and delta. Everything that depends on times alone is worked out once for all columns that
// share them; what is left for a column is a gather, a subtraction and a multiplication. Order of operations
// is the reference's, so results are equal bit for bit.

import { ABSENT } from '@pharos/model'
import type { ColumnKernel } from './column-kernel.ts'
import type { KernelLane } from './kernel-lane.ts'
import type { Windows } from './windows.ts'

/** Per step, from times alone. */
interface RateConstants {
  /** First and last sample of the window; −1 where there are fewer than two. */
  readonly first: Int32Array
  readonly last: Int32Array
  /** Seconds between them. */
  readonly sampled: Float64Array
  /** Seconds the window may be extended by on each side, before the counter's zero point is looked at. */
  readonly toStart: Float64Array
  readonly toEnd: Float64Array
  /** The factor when the zero point does not matter. */
  readonly factor: Float64Array
}

/**
 * @param isCounter  drops are resets, and no extrapolation goes below zero
 * @param perSecond  divide by the range
 * @source Prometheus 3.14, promql/functions.go extrapolatedRate
 */
export function rateKernel(windows: Windows, isCounter: boolean, perSecond: boolean): ColumnKernel {
  const rangeSeconds = windows.rangeMs / 1000
  const constants = rateConstants(windows, perSecond ? rangeSeconds : 1)
  if (!isCounter) return (vs, out) => deltaColumn(constants, vs, out)
  const resets = new Int32Array(windows.sampleCount)
  const divisor = perSecond ? rangeSeconds : 1
  return (vs, out) => {
    const resetCount = findResets(vs, windows.sampleCount, resets)
    if (resetCount === 0) counterColumn(constants, divisor, vs, out)
    else resettingColumn(constants, divisor, resets, resetCount, vs, out)
  }
}

/**
 * The same in the kernel: what depends on times is written to the lane, and what is left for a column is one call.
 * @returns false: this column has to go the other way
 */
export function rateInKernel(
  lane: KernelLane,
  windows: Windows,
  isCounter: boolean,
  perSecond: boolean,
): () => boolean {
  const divisor = perSecond ? windows.rangeMs / 1000 : 1
  const k = rateConstants(windows, divisor)
  const { kernel, even, constantsAt, stepCount, row } = lane
  const { i32, f64 } = kernel.memory
  const firstsAt = constantsAt / 4
  const factorsAt = constantsAt / 8 + even
  // First equals last where there is no value, also behind the last step of an odd number.
  i32.fill(0, firstsAt, firstsAt + 2 * even)
  f64.fill(0, factorsAt, factorsAt + 4 * even)
  for (let s = 0; s < stepCount; s++) {
    if (k.first[s]! < 0) continue
    i32[firstsAt + s] = k.first[s]!
    i32[firstsAt + even + s] = k.last[s]!
  }
  f64.set(k.factor, factorsAt)
  f64.set(k.sampled, factorsAt + even)
  f64.set(k.toStart, factorsAt + 2 * even)
  f64.set(k.toEnd, factorsAt + 3 * even)
  const counter = isCounter ? 1 : 0
  return () =>
    kernel.rollRate(
      lane.columnAt,
      windows.sampleCount,
      constantsAt,
      stepCount,
      counter,
      divisor,
      row.address,
    ) !== 0
}

function rateConstants(windows: Windows, divisor: number): RateConstants {
  const { ts, lo, hi, ends, rangeMs, stepCount } = windows
  const first = new Int32Array(stepCount).fill(-1)
  const last = new Int32Array(stepCount).fill(-1)
  const sampled = new Float64Array(stepCount)
  const toStart = new Float64Array(stepCount)
  const toEnd = new Float64Array(stepCount)
  const factor = new Float64Array(stepCount)
  for (let s = 0; s < stepCount; s++) {
    const a = lo[s]!
    const b = hi[s]! - 1
    if (b <= a) continue
    first[s] = a
    last[s] = b
    const interval = (ts[b]! - ts[a]!) / 1000
    const average = interval / (b - a)
    const threshold = average * 1.1
    const left = (ts[a]! - (ends[s]! - rangeMs)) / 1000
    const right = (ends[s]! - ts[b]!) / 1000
    sampled[s] = interval
    toStart[s] = left >= threshold ? average / 2 : left
    toEnd[s] = right >= threshold ? average / 2 : right
    factor[s] = (interval + toStart[s]! + toEnd[s]!) / interval / divisor
  }
  return { first, last, sampled, toStart, toEnd, factor }
}

/** Indices i with vs[i] < vs[i−1]. @returns how many */
function findResets(vs: Float64Array, n: number, resets: Int32Array): number {
  let count = 0
  for (let i = 1; i < n; i++) if (vs[i]! < vs[i - 1]!) resets[count++] = i
  return count
}

function deltaColumn(k: RateConstants, vs: Float64Array, out: Float64Array): void {
  const { first, last, factor } = k
  for (let s = 0; s < first.length; s++) {
    const a = first[s]!
    out[s] = a < 0 ? ABSENT : (vs[last[s]!]! - vs[a]!) * factor[s]!
  }
}

function counterColumn(
  k: RateConstants,
  divisor: number,
  vs: Float64Array,
  out: Float64Array,
): void {
  const { first, last, factor, sampled, toStart } = k
  for (let s = 0; s < first.length; s++) {
    const a = first[s]!
    if (a < 0) {
      out[s] = ABSENT
      continue
    }
    const start = vs[a]!
    const rise = vs[last[s]!]! - start
    // Only a counter that would have been below zero within `toStart` needs the division; a factor of two
    // leaves room for rounding in this test.
    if (rise > 0 && start >= 0 && sampled[s]! * start < 2 * toStart[s]! * rise)
      out[s] = rise * zeroPointFactor(k, s, start, rise, divisor)
    else out[s] = rise * factor[s]!
  }
}

function resettingColumn(
  k: RateConstants,
  divisor: number,
  resets: Int32Array,
  resetCount: number,
  vs: Float64Array,
  out: Float64Array,
): void {
  const { first, last, factor } = k
  let from = 0
  for (let s = 0; s < first.length; s++) {
    const a = first[s]!
    if (a < 0) {
      out[s] = ABSENT
      continue
    }
    const b = last[s]!
    const start = vs[a]!
    let rise = vs[b]! - start
    while (from < resetCount && resets[from]! <= a) from++
    for (let i = from; i < resetCount && resets[i]! <= b; i++) rise += vs[resets[i]! - 1]!
    const clamped = rise > 0 && start >= 0
    out[s] = rise * (clamped ? zeroPointFactor(k, s, start, rise, divisor) : factor[s]!)
  }
}

/** The factor with extrapolation to the left ending where the counter would have been zero. */
function zeroPointFactor(
  k: RateConstants,
  s: number,
  start: number,
  rise: number,
  divisor: number,
): number {
  const interval = k.sampled[s]!
  const toZero = interval * (start / rise)
  const toStart = k.toStart[s]!
  return (interval + (toZero < toStart ? toZero : toStart) + k.toEnd[s]!) / interval / divisor
}
