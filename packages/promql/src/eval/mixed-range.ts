// Windows that hold histograms, alone or among floats: what each function makes of them.

import { ABSENT, goQuote, type NativeHistogram } from '@pharos/model'
import type { EvalContext } from './context.ts'
import { extendedHistogramRate } from './extended-histogram-rate.ts'
import type { Row } from './frame.ts'
import { histogramAverage, histogramSum } from './histogram-over-time.ts'
import { extrapolatedHistogramRate, instantRate } from './histogram-rate.ts'
import {
  isMixed,
  mergedWindow,
  metricOf,
  type MixedSample,
  type MixedSeries,
  type MixedWindow,
} from './mixed-window.ts'
import { startedAnew } from './start-times.ts'
import { equalHistograms, wasReset } from './histogram/compare.ts'

/** A value for a step; undefined: none. */
type MixedFunction = (
  context: EvalContext,
  window: MixedWindow,
) => number | NativeHistogram | undefined

/** Corrects the row where windows hold histograms. */
export function mixedWindows(context: EvalContext, series: MixedSeries, row: Row): void {
  const { floats, histograms } = series
  const own = MIXED_FUNCTIONS.get(series.func)
  const cells: (NativeHistogram | undefined)[] = Array.from({ length: floats.stepCount })
  let any = false
  for (let step = 0; step < floats.stepCount; step++) {
    const from = histograms.lo[step]!
    const to = histograms.hi[step]!
    if (from === to) continue
    const lo = floats.lo[step]!
    const hi = floats.hi[step]!
    if (own === undefined) {
      if (hi > lo) noteIgnored(context, series)
      continue
    }
    const window: MixedWindow = {
      series,
      step,
      lo,
      hi,
      times: Array.from(histograms.ts.subarray(from, to)),
      histograms: series.cells.slice(from, to),
      starts: series.starts?.slice(from, to) ?? series.cells.slice(from, to).map(() => 0),
    }
    const made = own(context, window)
    row.values[step] = typeof made === 'number' ? made : ABSENT
    if (typeof made === 'object') {
      cells[step] = made
      any = true
    }
  }
  if (any) row.cells = cells
}

/** Functions of floats leave histograms out, and say so where there are both. */
function noteIgnored(context: EvalContext, series: MixedSeries): void {
  context.annotations.info(
    `ignored histograms in a range containing both floats and histograms for metric name ${goQuote(metricOf(series))}`,
    series.pos,
  )
}

const MIXED_FUNCTIONS: ReadonlyMap<string, MixedFunction> = new Map<string, MixedFunction>([
  ['rate', (context, window) => rateOf(context, window, true, true)],
  ['increase', (context, window) => rateOf(context, window, true, false)],
  ['delta', (context, window) => rateOf(context, window, false, false)],
  ['irate', (context, window) => instantRate(context, window, true)],
  ['idelta', (context, window) => instantRate(context, window, false)],
  [
    'sum_over_time',
    (context, window) => (isMixed(context, window) ? undefined : histogramSum(context, window)),
  ],
  [
    'avg_over_time',
    (context, window) => (isMixed(context, window) ? undefined : histogramAverage(context, window)),
  ],
  ['count_over_time', (_, { lo, hi, histograms }) => hi - lo + histograms.length],
  ['present_over_time', () => 1],
  ['absent_over_time', () => 1],
  ['first_over_time', (_, window) => mergedWindow(window)[0]?.value],
  ['last_over_time', (_, window) => mergedWindow(window).at(-1)?.value],
  ['ts_of_first_over_time', (_, window) => mergedWindow(window)[0]!.timeMs / 1000],
  ['ts_of_last_over_time', (_, window) => mergedWindow(window).at(-1)!.timeMs / 1000],
  ['changes', (_, window) => countPairs(window, isChange)],
  ['resets', (_, window) => countPairs(window, isReset)],
])

function rateOf(
  context: EvalContext,
  window: MixedWindow,
  isCounter: boolean,
  perSecond: boolean,
): NativeHistogram | undefined {
  if (isMixed(context, window)) return undefined
  const { plan } = window.series
  const extended = plan.kind === 'matrix' && (plan.selector.anchored || plan.selector.smoothed)
  return extended
    ? extendedHistogramRate(context, window, plan.selector.smoothed, isCounter, perSecond)
    : extrapolatedHistogramRate(context, window, isCounter, perSecond)
}

function isChange({ value: before }: MixedSample, { value: after }: MixedSample): boolean {
  if (typeof before === 'number' && typeof after === 'number')
    return before !== after && (before === before || after === after)
  if (typeof before === 'number' || typeof after === 'number') return true
  return !equalHistograms(after, before)
}

function isReset(a: MixedSample, b: MixedSample): boolean {
  const { value: before } = a
  const { value: after } = b
  if (typeof before === 'number' && typeof after === 'number') return after < before
  if (typeof before === 'number' || typeof after === 'number') return true
  return startedAnew(a.startMs, a.timeMs, b.startMs, b.timeMs) || wasReset(after, before)
}

/** Neighbours that differ; an anchored window starts with the last sample at or before its start. */
function countPairs(
  window: MixedWindow,
  counts: (before: MixedSample, after: MixedSample) => boolean,
): number | undefined {
  let samples = mergedWindow(window)
  const { plan, floats } = window.series
  if (plan.kind === 'matrix' && plan.selector.anchored) {
    const startMs = floats.ends[window.step]! - plan.rangeMs
    const inside = samples.findIndex((sample) => sample.timeMs > startMs)
    if (inside < 0) return undefined
    samples = samples.slice(Math.max(0, inside - 1))
  }
  let count = 0
  for (let i = 1; i < samples.length; i++) if (counts(samples[i - 1]!, samples[i]!)) count++
  return count
}
