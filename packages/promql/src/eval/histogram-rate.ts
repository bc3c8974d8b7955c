// rate, increase, delta, irate and idelta of histograms.

import { goQuote, type NativeHistogram } from '@pharos/model'
import type { EvalContext } from './context.ts'
import { addTo, subtractFrom } from './histogram/add.ts'
import { wasReset } from './histogram/compare.ts'
import {
  compact,
  divide,
  hasCustomBuckets,
  multiply,
  narrowed,
  reduceResolution,
  type WideHistogram,
  widened,
} from './histogram/wide.ts'
import { mixedSchemas } from './histogram-fold.ts'
import { extrapolation, startedAnew, startsOverlap, windowTimes } from './start-times.ts'
import { isMixed, mergedWindow, metricOf, type MixedWindow } from './mixed-window.ts'

/** @source Prometheus 3.14, promql/functions.go extrapolatedRate */
export function extrapolatedHistogramRate(
  context: EvalContext,
  window: MixedWindow,
  isCounter: boolean,
  perSecond: boolean,
): NativeHistogram | undefined {
  const { times, histograms } = window
  const { floats, plan } = window.series
  const first = histograms[0]!
  const start = isCounter ? window.starts[0]! : 0
  const spans = windowTimes(floats, window.step, times[0]!, times.at(-1)!, times.length, start)
  if (histograms.length < 2 && !spans.fromStart) return undefined
  const rise =
    histograms.length < 2 ? widened(emptyLike(first)) : riseOf(context, window, isCounter)
  if (rise === undefined) return undefined
  const factor = extrapolation(spans, isCounter ? rise.count : 0, first.count) ?? 1
  if (spans.fromStart) {
    const notes = addTo(rise, widened(first))
    if (notes === undefined) return incompatible(context, window)
    if (notes.boundsReconciled) noteReconciled(context, window, 'addition')
    if (histograms.length < 2) rise.hint = first.counterResetHint
  }
  multiply(rise, perSecond ? factor / (plan.rangeMs / 1000) : factor)
  return narrowed(rise)
}

/** Last minus first; with a counter plus what was lost to resets. */
function riseOf(
  context: EvalContext,
  window: MixedWindow,
  isCounter: boolean,
): WideHistogram | undefined {
  const { histograms, series } = window
  const { annotations } = context
  const last = histograms.at(-1)!
  let first = histograms[0]!
  const warn = (what: 'counter' | 'gauge'): void =>
    annotations.warn(
      `this native histogram metric is not a ${what}: ${goQuote(metricOf(series))}`,
      series.pos,
    )
  const isGauge = (h: NativeHistogram): boolean => h.counterResetHint === 'gauge'
  if (isCounter && (isGauge(first) || isGauge(last))) warn('counter')
  // With a reset right after it the first sample does not count, whatever its buckets are.
  if (isCounter && isResetAt(window, 1, first)) first = emptyLike(histograms[1]!)
  const custom = hasCustomBuckets(first)
  if (hasCustomBuckets(last) !== custom) return incompatible(context, window)
  let schema = Math.min(last.schema, first.schema)
  for (const h of histograms.slice(1, -1)) {
    if (!isCounter) continue
    if (isGauge(h)) warn('counter')
    schema = Math.min(schema, h.schema)
    if (hasCustomBuckets(h) !== custom) return incompatible(context, window)
  }
  const rise = widened(last)
  reduceResolution(rise, schema)
  const notes = subtractFrom(rise, widened(first))
  if (notes?.boundsReconciled === true) noteReconciled(context, window, 'subtraction')
  if (isCounter) addLost(context, window, first, rise)
  else if (!isGauge(histograms[0]!) || !isGauge(last)) warn('gauge')
  rise.hint = 'gauge'
  compact(rise)
  return rise
}

function addLost(
  context: EvalContext,
  window: MixedWindow,
  first: NativeHistogram,
  rise: WideHistogram,
): void {
  const { histograms, starts, times } = window
  let before = first
  let overlaps = false
  for (let i = 1; i < histograms.length; i++) {
    if (startsOverlap(starts[i - 1]!, times[i - 1]!, starts[i]!)) overlaps = true
    if (isResetAt(window, i, before)) {
      const notes = addTo(rise, widened(before))
      if (notes?.boundsReconciled === true) noteReconciled(context, window, 'addition')
    }
    before = histograms[i]!
  }
  if (overlaps) context.annotations.overlappingStart(metricOf(window.series), window.series.pos)
}

/** The counter was reset between sample i − 1, or what stands for it, and sample i. */
function isResetAt(window: MixedWindow, i: number, before: NativeHistogram): boolean {
  const { histograms, starts, times } = window
  return (
    startedAnew(starts[i - 1]!, times[i - 1]!, starts[i]!, times[i]!) ||
    wasReset(histograms[i]!, before)
  )
}

function emptyLike(h: NativeHistogram): NativeHistogram {
  return {
    schema: h.schema,
    zeroThreshold: 0,
    zeroCount: 0,
    count: 0,
    sum: 0,
    positiveSpans: [],
    positiveBuckets: [],
    negativeSpans: [],
    negativeBuckets: [],
    customValues: h.customValues,
    counterResetHint: 'unknown',
  }
}

export function incompatible(context: EvalContext, { series }: MixedWindow): undefined {
  context.annotations.warn(mixedSchemas(metricOf(series)), series.pos)
  return undefined
}

export function noteReconciled(
  context: EvalContext,
  { series }: MixedWindow,
  operation: 'addition' | 'subtraction',
): void {
  context.annotations.info(
    `mismatched custom buckets were reconciled during ${operation}`,
    series.pos,
  )
}

/** irate and idelta: from the last two samples. @source Prometheus 3.14, promql/functions.go instantValue */
export function instantRate(
  context: EvalContext,
  window: MixedWindow,
  isRate: boolean,
): number | NativeHistogram | undefined {
  const samples = mergedWindow(window).slice(-2)
  const [before, after] = samples
  if (before === undefined || after === undefined) return undefined
  const seconds = (after.timeMs - before.timeMs) / 1000
  if (typeof after.value === 'number' && typeof before.value === 'number') {
    const wasCounterReset = isRate && after.value < before.value
    const rise = wasCounterReset ? after.value : after.value - before.value
    return isRate ? rise / seconds : rise
  }
  if (typeof after.value === 'number' || typeof before.value === 'number') {
    isMixed(context, { ...window, lo: 0, hi: 1 })
    return undefined
  }
  const anew = startedAnew(before.startMs, before.timeMs, after.startMs, after.timeMs)
  const isReset = isRate && (anew || wasReset(after.value, before.value))
  return instantHistogram(context, window, before.value, after.value, isRate, isReset, seconds)
}

function instantHistogram(
  context: EvalContext,
  window: MixedWindow,
  before: NativeHistogram,
  after: NativeHistogram,
  isRate: boolean,
  isReset: boolean,
  seconds: number,
): NativeHistogram | undefined {
  const { series } = window
  const metric = goQuote(metricOf(series))
  const gauges = [before, after].filter((h) => h.counterResetHint === 'gauge').length
  if (isRate && gauges > 0)
    context.annotations.warn(`this native histogram metric is not a counter: ${metric}`, series.pos)
  if (!isRate && gauges < 2)
    context.annotations.warn(`this native histogram metric is not a gauge: ${metric}`, series.pos)
  const rise = widened(after)
  if (!isReset) {
    const notes = subtractFrom(rise, widened(before))
    if (notes === undefined) return incompatible(context, window)
    if (notes.boundsReconciled) noteReconciled(context, window, 'subtraction')
  }
  rise.hint = 'gauge'
  compact(rise)
  if (isRate) divide(rise, seconds)
  return narrowed(rise)
}
