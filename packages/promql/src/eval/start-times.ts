// Start times of counters (`use-start-timestamps`): a start after the last sample is a reset even where the
// value rose, and the value at the start is known to have been zero.

import { ABSENT } from '@pharos/model'
import type { ColumnKernel } from './column-kernel.ts'
import type { Windows } from './windows.ts'

/** Functions that look at start times. */
export const START_TIME_FUNCTIONS: ReadonlySet<string> = new Set([
  'increase',
  'irate',
  'rate',
  'resets',
])

/**
 * Whether the counter started anew between two samples. Times in ms, 0: not known.
 * @source Prometheus 3.14, promql/functions.go isStartTimestampReset
 */
export function startedAnew(
  startBefore: number,
  timeBefore: number,
  start: number,
  time: number,
): boolean {
  if (start === 0 || start >= time || start < timeBefore) return false
  if (start > timeBefore) return true
  // A start at the very time of the sample before: so do deltas, and counters whose start is unknown.
  if (startBefore > timeBefore) return false
  return startBefore !== 0 && startBefore !== timeBefore
}

/** A start before the last sample that is not the start known so far: the data is not sound. */
export function startsOverlap(startBefore: number, timeBefore: number, start: number): boolean {
  return start !== 0 && start < timeBefore && start !== startBefore
}

/**
 * The kernel of a function that looks at start times.
 * @param starts   start of each sample, ms
 * @param overlap  called once a window in which starts overlap
 */
export function startTimeKernel(
  func: string,
  windows: Windows,
  starts: Float64Array,
  overlap: () => void,
): ColumnKernel {
  const { ts, lo, hi } = windows
  const isReset = (vs: Float64Array, i: number): boolean =>
    vs[i]! < vs[i - 1]! || startedAnew(starts[i - 1]!, ts[i - 1]!, starts[i]!, ts[i]!)
  return (vs, out) => {
    for (let s = 0; s < windows.stepCount; s++) {
      const a = lo[s]!
      const b = hi[s]!
      if (a === b) out[s] = ABSENT
      else if (func === 'resets') {
        out[s] = 0
        for (let i = a + 1; i < b; i++) if (isReset(vs, i)) out[s]!++
      } else if (func === 'irate') {
        const seconds = (ts[b - 1]! - ts[b - 2]!) / 1000
        const rise = vs[b - 1]! - (b - a > 1 && isReset(vs, b - 1) ? 0 : vs[b - 2]!)
        out[s] = b - a < 2 ? ABSENT : rise / seconds
      } else {
        let rise = vs[b - 1]! - vs[a]!
        let overlaps = false
        for (let i = a + 1; i < b; i++) {
          if (isReset(vs, i)) rise += vs[i - 1]!
          if (startsOverlap(starts[i - 1]!, ts[i - 1]!, starts[i]!)) overlaps = true
        }
        if (overlaps) overlap()
        const window = windowTimes(windows, s, ts[a]!, ts[b - 1]!, b - a, starts[a]!)
        const factor = extrapolation(window, rise, vs[a]!)
        const total = window.fromStart ? rise + vs[a]! : rise
        if (factor === undefined) out[s] = ABSENT
        else out[s] = total * (func === 'rate' ? factor / (windows.rangeMs / 1000) : factor)
      }
    }
  }
}

/** Seconds within one window. */
interface WindowTimes {
  readonly sampled: number
  readonly average: number
  readonly toStart: number
  readonly toEnd: number
  readonly sampleCount: number
  /** The counter's start lies in the window before the first sample. */
  readonly fromStart: boolean
}

export function windowTimes(
  windows: Windows,
  s: number,
  first: number,
  last: number,
  sampleCount: number,
  start: number,
): WindowTimes {
  const endMs = windows.ends[s]!
  const startMs = endMs - windows.rangeMs
  const fromStart = start !== 0 && start > startMs && start < first
  const between = (last - first) / 1000
  return {
    sampled: fromStart ? (last - start) / 1000 : between,
    average: sampleCount > 1 ? between / (sampleCount - 1) : 0,
    toStart: fromStart ? 0 : (first - startMs) / 1000,
    toEnd: (endMs - last) / 1000,
    sampleCount,
    fromStart,
  }
}

/**
 * By how much the rise is extended to the window's edges.
 * @param rise   between the samples
 * @param first  value of the first sample
 * @returns undefined for a single sample without a start to measure from
 */
export function extrapolation(
  window: WindowTimes,
  rise: number,
  first: number,
): number | undefined {
  const { sampled, average, fromStart } = window
  if (!fromStart && window.sampleCount < 2) return undefined
  const threshold = average * 1.1
  let { toStart, toEnd } = window
  if (!fromStart) {
    if (toStart >= threshold) toStart = average / 2
    if (rise > 0 && first >= 0) toStart = Math.min(toStart, sampled * (first / rise))
  }
  if (toEnd >= threshold) toEnd = average / 2
  return sampled === 0 ? 1 : (sampled + toStart + toEnd) / sampled
}
