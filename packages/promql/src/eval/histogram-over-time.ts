// sum_over_time and avg_over_time of histograms.

import type { NativeHistogram } from '@pharos/model'
import type { EvalContext } from './context.ts'
import { foldCompensation, kahanAdd } from './histogram/add.ts'
import { divide, narrowed, widened } from './histogram/wide.ts'
import { addToMean, mixedSchemas, type RunningMean } from './histogram-fold.ts'
import { metricOf, type MixedWindow } from './mixed-window.ts'

export function histogramSum(
  context: EvalContext,
  window: MixedWindow,
): NativeHistogram | undefined {
  const [first, ...others] = window.histograms
  const sum = widened(first!)
  let reconciled = false
  for (const h of others) {
    const notes = kahanAdd(sum, widened(h))
    if (notes === undefined) return incompatible(context, window)
    if (notes.boundsReconciled) reconciled = true
  }
  foldCompensation(sum)
  note(context, window, reconciled)
  return narrowed(sum)
}

export function histogramAverage(
  context: EvalContext,
  window: MixedWindow,
): NativeHistogram | undefined {
  const [first, ...others] = window.histograms
  const running: RunningMean = { value: widened(first!), count: 1, isMean: false }
  let reconciled = false
  for (const h of others) {
    running.count++
    const notes = addToMean(running, h)
    if (notes === undefined) return incompatible(context, window)
    if (notes.boundsReconciled) reconciled = true
  }
  if (!running.isMean) divide(running.value, running.count)
  foldCompensation(running.value)
  note(context, window, reconciled)
  return narrowed(running.value)
}

function incompatible(context: EvalContext, { series }: MixedWindow): undefined {
  context.annotations.warn(mixedSchemas(metricOf(series)), series.pos)
  return undefined
}

function note(context: EvalContext, window: MixedWindow, reconciled: boolean): void {
  const { pos } = window.series
  const has = (hint: string): boolean => window.histograms.some((h) => h.counterResetHint === hint)
  if (has('reset') && has('not_reset'))
    context.annotations.warn('conflicting counter resets during histogram aggregation', pos)
  if (reconciled)
    context.annotations.info('mismatched custom buckets were reconciled during aggregation', pos)
}
