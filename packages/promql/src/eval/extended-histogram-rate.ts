// rate, increase and delta of histograms over anchored and smoothed ranges.

import { goQuote, type NativeHistogram } from '@pharos/model'
import type { Pos } from '../ast.ts'
import type { EvalContext } from './context.ts'
import { edgesOf } from './extended-range.ts'
import { addTo, subtractFrom } from './histogram/add.ts'
import { wasReset } from './histogram/compare.ts'
import {
  compact,
  divide,
  hasCustomBuckets,
  multiply,
  narrowed,
  type WideHistogram,
  widened,
} from './histogram/wide.ts'
import { incompatible, noteReconciled } from './histogram-rate.ts'
import { metricOf, type MixedWindow } from './mixed-window.ts'

/** @source Prometheus 3.14, promql/functions.go extendedHistogramRate */
export function extendedHistogramRate(
  context: EvalContext,
  window: MixedWindow,
  smoothed: boolean,
  isCounter: boolean,
  perSecond: boolean,
): NativeHistogram | undefined {
  const { times, histograms, series } = window
  const endMs = series.floats.ends[window.step]!
  const startMs = endMs - series.plan.rangeMs
  const edges = edgesOf(times, 0, times.length, startMs, endMs, smoothed)
  if (edges === undefined) return undefined
  const { first, last } = edges
  const used = histograms.slice(first, last + 1)
  const warn = (what: 'counter' | 'gauge'): void =>
    context.annotations.warn(
      `this native histogram metric is not a ${what}: ${goQuote(metricOf(series))}`,
      series.pos,
    )
  for (const h of used) {
    if (hasCustomBuckets(h) !== hasCustomBuckets(used[0]!)) return incompatible(context, window)
    if (isCounter && h.counterResetHint === 'gauge') warn('counter')
  }
  const at = (i: number, ms: number): NativeHistogram =>
    interpolatedHistogram(
      context,
      { timeMs: times[i]!, histogram: histograms[i]! },
      { timeMs: times[i + 1]!, histogram: histograms[i + 1]! },
      ms,
      isCounter,
      series.pos,
    ) ?? histograms[i]!
  const left = smoothed && times[first]! < startMs ? at(first, startMs) : histograms[first]!
  const right =
    smoothed && last > 0 && times[last]! > endMs ? at(last - 1, endMs) : histograms[last]!
  if (!isCounter && (left.counterResetHint !== 'gauge' || right.counterResetHint !== 'gauge'))
    warn('gauge')
  const rise = widened(right)
  const notes = subtractFrom(rise, widened(left))
  if (notes === undefined) return incompatible(context, window)
  if (notes.boundsReconciled) noteReconciled(context, window, 'subtraction')
  if (isCounter) {
    const cutLeft = smoothed && times[first]! < startMs
    addLost(context, window, { first, last, cutLeft, left, right }, rise)
  }
  if (perSecond) divide(rise, series.plan.rangeMs / 1000)
  rise.hint = 'gauge'
  compact(rise)
  return narrowed(rise)
}

interface Range {
  readonly first: number
  readonly last: number
  /** `left` was interpolated between the first two samples. */
  readonly cutLeft: boolean
  readonly left: NativeHistogram
  readonly right: NativeHistogram
}

/** What the counter had reached before each reset between the edges. */
function addLost(
  context: EvalContext,
  window: MixedWindow,
  { first, last, cutLeft, left, right }: Range,
  rise: WideHistogram,
): void {
  const { histograms } = window
  let from = first + 1
  let before = left
  if (cutLeft && wasReset(histograms[from]!, histograms[first]!)) {
    // The interpolation on the left has taken this reset into account.
    before = histograms[from]!
    from++
  }
  if (from > last) return
  const add = (lost: NativeHistogram): void => {
    const notes = addTo(rise, widened(lost))
    if (notes?.boundsReconciled === true) noteReconciled(context, window, 'addition')
  }
  for (let i = from; i < last; i++) {
    if (wasReset(histograms[i]!, before)) add(before)
    before = histograms[i]!
  }
  if (wasReset(right, before)) add(before)
}

interface TimedHistogram {
  readonly timeMs: number
  readonly histogram: NativeHistogram
}

/**
 * The histogram between two samples; after a reset a counter is taken to have started from nothing.
 * @returns undefined when the two do not go together
 */
export function interpolatedHistogram(
  context: EvalContext,
  before: TimedHistogram,
  after: TimedHistogram,
  atMs: number,
  isCounter: boolean,
  pos: Pos,
): NativeHistogram | undefined {
  if (atMs === before.timeMs) return before.histogram
  if (atMs === after.timeMs) return after.histogram
  const fraction = (atMs - before.timeMs) / (after.timeMs - before.timeMs)
  const wide = widened(after.histogram)
  if (isCounter && wasReset(after.histogram, before.histogram)) {
    multiply(wide, fraction)
    return narrowed(wide)
  }
  const note = (operation: string): void =>
    context.annotations.info(`mismatched custom buckets were reconciled during ${operation}`, pos)
  const down = subtractFrom(wide, widened(before.histogram))
  if (down === undefined) return undefined
  if (down.boundsReconciled) note('subtraction')
  multiply(wide, fraction)
  const up = addTo(wide, widened(before.histogram))
  if (up?.boundsReconciled === true) note('addition')
  return narrowed(wide)
}
