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
import { isMixed, mergedWindow, metricOf, type MixedWindow } from './mixed-window.ts'

/** @source Prometheus 3.14, promql/functions.go extrapolatedRate */
export function extrapolatedHistogramRate(
  context: EvalContext,
  window: MixedWindow,
  isCounter: boolean,
  perSecond: boolean,
): NativeHistogram | undefined {
  const { times, histograms } = window
  if (histograms.length < 2) return undefined
  const rise = riseOf(context, window, isCounter)
  if (rise === undefined) return undefined
  const { floats, plan } = window.series
  const endMs = floats.ends[window.step]!
  const first = times[0]!
  const last = times.at(-1)!
  const sampled = (last - first) / 1000
  const average = sampled / (times.length - 1)
  const threshold = average * 1.1
  let toStart = (first - (endMs - plan.rangeMs)) / 1000
  let toEnd = (endMs - last) / 1000
  if (toStart >= threshold) toStart = average / 2
  if (isCounter && rise.count > 0 && histograms[0]!.count >= 0) {
    const toZero = sampled * (histograms[0]!.count / rise.count)
    if (toZero < toStart) toStart = toZero
  }
  if (toEnd >= threshold) toEnd = average / 2
  const factor = (sampled + toStart + toEnd) / sampled
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
  if (isCounter && wasReset(histograms[1]!, first)) first = emptyLike(histograms[1]!)
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
  let before = first
  for (const h of window.histograms.slice(1)) {
    if (wasReset(h, before)) {
      const notes = addTo(rise, widened(before))
      if (notes?.boundsReconciled === true) noteReconciled(context, window, 'addition')
    }
    before = h
  }
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
  return instantHistogram(context, window, before.value, after.value, isRate, seconds)
}

function instantHistogram(
  context: EvalContext,
  window: MixedWindow,
  before: NativeHistogram,
  after: NativeHistogram,
  isRate: boolean,
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
  if (!isRate || !wasReset(after, before)) {
    const notes = subtractFrom(rise, widened(before))
    if (notes === undefined) return incompatible(context, window)
    if (notes.boundsReconciled) noteReconciled(context, window, 'subtraction')
  }
  rise.hint = 'gauge'
  compact(rise)
  if (isRate) divide(rise, seconds)
  return narrowed(rise)
}
