// A range vector as the result of an instant query: samples as they are stored, with their own times.

import type { NativeHistogram } from '@pharos/model'
import { ABSENT } from '@pharos/model'
import { bug } from '@pharos/base'
import type { MatrixSeries } from '../result.ts'
import type { Task } from './budget.ts'
import { ColumnReader } from './column.ts'
import type { EvalContext } from './context.ts'
import { executionError } from './errors.ts'
import { extendFloats, reachOf } from './extended-range.ts'
import { histogramSampleCount } from './histogram-size.ts'
import type { MatrixPlan, Plan } from './plan.ts'
import { sortedByLabels } from './label-order.ts'
import { matrixResult } from './results.ts'
import { dropDelayedNames } from './rows.ts'
import type { Steps } from './steps.ts'
import { subquerySteps } from './subquery.ts'

export function* rangeVector(
  context: EvalContext,
  plan: Plan,
  steps: Steps,
): Task<readonly MatrixSeries[]> {
  switch (plan.kind) {
    case 'invariant':
      return yield* rangeVector(context, plan.expr, steps)
    case 'matrix':
      return yield* storedSeries(context, plan, steps.startMs)
    case 'subquery': {
      const inner = subquerySteps(context, plan, steps)
      const { samples } = context
      const { total, read, tally } = samples
      samples.tally = undefined
      const made = yield* context.evaluator.vector(context, plan.expr, inner)
      samples.tally = tally
      tally?.addAt(0, samples.total - total, samples.read - read)
      const frame = context.delayedNames ? yield* dropDelayedNames(context, made) : made
      return (yield* matrixResult(context, frame, inner)).series
    }
    default:
      return bug(`a ${plan.kind} is no range vector`)
  }
}

function* storedSeries(
  context: EvalContext,
  plan: MatrixPlan,
  timeMs: number,
): Task<readonly MatrixSeries[]> {
  const { selector } = plan
  const { groups } = context.selections.get(selector) ?? bug('a selector was not selected')
  const endMs = (selector.atMs ?? timeMs) - selector.offsetMs
  const startMs = endMs - plan.rangeMs
  const reach = reachOf(plan, context.lookbackMs)
  const reader = new ColumnReader()
  const series: MatrixSeries[] = []
  for (const group of groups) {
    for (let i = 0; i < group.seriesCount; i++) {
      if (context.budget.due(group.times.length)) yield
      const bits = reader.read(group, i)
      reader.compact(group, i, bits, false)
      const made = merged(reader, startMs - reach.leftMs, endMs + reach.rightMs)
      if (made.times.length === 0) continue
      const { anchored, smoothed } = selector
      if ((anchored || smoothed) && made.histograms !== undefined)
        throw executionError(
          `${anchored ? 'anchored' : 'smoothed'} modifier is not supported with histograms`,
        )
      const points =
        anchored || smoothed
          ? extendFloats(made.times, made.values, startMs, endMs, smoothed)
          : made
      const count = countSamples(points.values.length, made.histograms)
      if (count === 0) continue
      context.samples.total += count
      context.samples.read += count
      context.samples.tally?.addAt(0, count, count)
      context.samples.hold(count)
      series.push({ labels: group.labels(i), histograms: made.histograms, ...points })
    }
  }
  return yield* sortedByLabels(context, series)
}

interface Points {
  readonly times: Float64Array
  readonly values: Float64Array
  readonly histograms: readonly (NativeHistogram | undefined)[] | undefined
}

function countSamples(length: number, histograms: Points['histograms']): number {
  let count = length
  for (const h of histograms ?? []) if (h !== undefined) count += histogramSampleCount(h) - 1
  return count
}

/** Floats and histograms of (startMs, endMs] in the order of their times. */
function merged(reader: ColumnReader, startMs: number, endMs: number): Points {
  const { floats, histograms } = reader
  const times: number[] = []
  const values: number[] = []
  const cells: (NativeHistogram | undefined)[] = []
  let any = false
  let h = 0
  const within = (ms: number): boolean => ms > startMs && ms <= endMs
  const takeHistograms = (untilMs: number): void => {
    for (; h < histograms.ts.length && histograms.ts[h]! < untilMs; h++) {
      if (!within(histograms.ts[h]!)) continue
      times.push(histograms.ts[h]!)
      values.push(ABSENT)
      cells.push(histograms.hs[h])
      any = true
    }
  }
  for (let i = 0; i < floats.count; i++) {
    takeHistograms(floats.ts[i]!)
    if (!within(floats.ts[i]!)) continue
    times.push(floats.ts[i]!)
    values.push(floats.vs[i]!)
    cells.push(undefined)
  }
  takeHistograms(Infinity)
  return {
    times: Float64Array.from(times),
    values: Float64Array.from(values),
    histograms: any ? cells : undefined,
  }
}
