// Range selectors `anchored` and `smoothed`: they look beyond the window by the lookback, and take the value
// at its edges from the sample before (anchored) or by interpolation (smoothed).

import { ABSENT } from '@pharos/model'
import { bug } from '@pharos/base'
import type { MatrixPlan } from './plan.ts'
import type { ColumnKernel } from './column-kernel.ts'
import { NO_REACH, type Reach, type Windows } from './windows.ts'

export function reachOf(plan: MatrixPlan, lookbackMs: number): Reach {
  if (plan.selector.anchored) return { leftMs: lookbackMs, rightMs: 0 }
  if (plan.selector.smoothed) return { leftMs: lookbackMs, rightMs: lookbackMs }
  return NO_REACH
}

/** @param windows  widened by `reachOf` */
export function extendedKernel(func: string, windows: Windows, smoothed: boolean): ColumnKernel {
  switch (func) {
    case 'rate':
      return edgeKernel(windows, smoothed, true, windows.rangeMs / 1000)
    case 'increase':
      return edgeKernel(windows, smoothed, true, 1)
    case 'delta':
      return edgeKernel(windows, smoothed, false, 1)
    case 'changes':
      return anchoredCountKernel(windows, (a, b) => a !== b && (a === a || b === b))
    case 'resets':
      return anchoredCountKernel(windows, (a, b) => b < a)
    default:
      return bug(`${func} of an extended range`)
  }
}

/** The samples that matter for one window: the last at or before the start (or the first) … the end. */
interface Edges {
  readonly first: number
  readonly last: number
}

/** Undefined when nothing lies in the window. `ts[lo … hi−1]` is the widened window, not empty. */
export function edgesOf(
  ts: Float64Array | readonly number[],
  lo: number,
  hi: number,
  startMs: number,
  endMs: number,
  smoothed: boolean,
): Edges | undefined {
  let first = lo
  while (first < hi - 1 && ts[first]! <= startMs) first++
  first = Math.max(lo, first - 1)
  let last = hi - 1
  if (smoothed) {
    last = lo
    while (last < hi - 1 && ts[last]! < endMs) last++
  }
  if (ts[last]! <= startMs) return undefined
  if (smoothed && ts[first]! > endMs) return undefined
  return { first, last }
}

/** rate, increase, delta from the values at the window's edges. */
function edgeKernel(
  windows: Windows,
  smoothed: boolean,
  isCounter: boolean,
  divisor: number,
): ColumnKernel {
  const { ts, lo, hi, ends, rangeMs } = windows
  return (vs, out) => {
    for (let s = 0; s < windows.stepCount; s++) {
      out[s] = ABSENT
      if (lo[s] === hi[s]) continue
      const end = ends[s]!
      const start = end - rangeMs
      const edges = edgesOf(ts, lo[s]!, hi[s]!, start, end, smoothed)
      if (edges === undefined) continue
      let { first, last } = edges
      const left =
        smoothed && ts[first]! < start ? between(ts, vs, first, start, isCounter) : vs[first]!
      const right =
        smoothed && last > lo[s]! && ts[last]! > end
          ? between(ts, vs, last - 1, end, isCounter)
          : vs[last]!
      let rise = right - left
      if (isCounter) {
        if (ts[first]! <= start) first++
        if (ts[last]! >= end) last--
        rise += lostToResets(vs, first, last, left, right)
      }
      out[s] = rise / divisor
    }
  }
}

/** Linear interpolation between samples i and i+1; a counter that dropped is taken to start from zero. */
export function between(
  ts: Float64Array,
  vs: Float64Array,
  i: number,
  atMs: number,
  isCounter: boolean,
): number {
  const after = vs[i + 1]!
  const before = isCounter && after < vs[i]! ? 0 : vs[i]!
  return before + ((after - before) * (atMs - ts[i]!)) / (ts[i + 1]! - ts[i]!)
}

function lostToResets(
  vs: Float64Array,
  first: number,
  last: number,
  left: number,
  right: number,
): number {
  let lost = 0
  let before = left
  for (let i = first; i <= last; i++) {
    const v = vs[i]!
    if (v < before) lost += before
    before = v
  }
  return right < before ? lost + before : lost
}

/** changes and resets: the sample before the window is the baseline. */
function anchoredCountKernel(
  windows: Windows,
  counts: (before: number, after: number) => boolean,
): ColumnKernel {
  const { ts, lo, hi, ends, rangeMs } = windows
  return (vs, out) => {
    for (let s = 0; s < windows.stepCount; s++) {
      out[s] = ABSENT
      const a = lo[s]!
      const b = hi[s]!
      if (a === b || ts[b - 1]! <= ends[s]! - rangeMs) continue
      let first = a
      while (ts[first]! <= ends[s]! - rangeMs) first++
      first = Math.max(a, first - 1)
      let count = 0
      for (let i = first + 1; i < b; i++) if (counts(vs[i - 1]!, vs[i]!)) count++
      out[s] = count
    }
  }
}

/**
 * The samples of an extended range with one at each edge of the window.
 * @param ts  times of the widened window, not empty
 */
export function extendFloats(
  ts: Float64Array,
  vs: Float64Array,
  startMs: number,
  endMs: number,
  smoothed: boolean,
): { times: Float64Array; values: Float64Array } {
  const edges = edgesOf(ts, 0, ts.length, startMs, endMs, smoothed)
  if (edges === undefined) return { times: new Float64Array(0), values: new Float64Array(0) }
  let { first, last } = edges
  const left =
    smoothed && ts[first]! < startMs ? between(ts, vs, first, startMs, false) : vs[first]!
  const right =
    smoothed && last > 0 && ts[last]! > endMs ? between(ts, vs, last - 1, endMs, false) : vs[last]!
  if (ts[first]! <= startMs) first++
  if (ts[last]! >= endMs) last--
  return {
    times: Float64Array.from([startMs, ...ts.subarray(first, Math.max(first, last + 1)), endMs]),
    values: Float64Array.from([left, ...vs.subarray(first, Math.max(first, last + 1)), right]),
  }
}
