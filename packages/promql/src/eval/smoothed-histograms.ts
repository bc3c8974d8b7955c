// `smoothed` instant selectors on histograms.

import { ABSENT, goQuote, type Labels, METRIC_NAME, type NativeHistogram } from '@pharos/model'
import type { ColumnReader } from './column.ts'
import type { EvalContext } from './context.ts'
import { interpolatedHistogram } from './extended-histogram-rate.ts'
import type { Row } from './frame.ts'
import { hasCustomBuckets } from './histogram/wide.ts'
import { mixedSchemas } from './histogram-fold.ts'
import type { SelectorPlan } from './plan.ts'

/** Puts histograms into a row whose floats are done; where both are near, there is nothing but a warning. */
export function smoothHistograms(
  context: EvalContext,
  plan: SelectorPlan,
  labels: Labels,
  reader: ColumnReader,
  refs: Float64Array,
  row: Row,
): void {
  const { floats, histograms } = reader
  const metric = labels.get(METRIC_NAME)
  const cells: (NativeHistogram | undefined)[] = Array.from({ length: refs.length })
  for (let s = 0; s < refs.length; s++) {
    const fromMs = refs[s]! - context.lookbackMs
    const toMs = refs[s]! + context.lookbackMs
    const near = histograms.ts.some((ms) => ms > fromMs && ms <= toMs)
    if (!near) continue
    if (floats.ts.subarray(0, floats.count).some((ms) => ms > fromMs && ms <= toMs)) {
      context.annotations.warn(
        `encountered a mix of histograms and floats for metric name ${goQuote(metric)}`,
        plan.pos,
      )
      row.values[s] = ABSENT
      continue
    }
    cells[s] = histogramAt(context, plan, metric, reader, refs[s]!)
  }
  if (cells.some((cell) => cell !== undefined)) row.cells = cells
}

function histogramAt(
  context: EvalContext,
  plan: SelectorPlan,
  metric: string,
  reader: ColumnReader,
  atMs: number,
): NativeHistogram | undefined {
  const { ts, hs } = reader.histograms
  const next = ts.findIndex((ms) => ms >= atMs)
  const hasNext = next >= 0 && ts[next]! <= atMs + context.lookbackMs
  if (hasNext && ts[next] === atMs) return hs[next]
  const last = next < 0 ? ts.length - 1 : next - 1
  if (last < 0 || ts[last]! <= atMs - context.lookbackMs) return undefined
  const before = hs[last]!
  if (!hasNext) return { ...before, counterResetHint: 'unknown' }
  const after = hs[next]!
  if (hasCustomBuckets(before) !== hasCustomBuckets(after)) {
    context.annotations.warn(mixedSchemas(metric), plan.pos)
    return undefined
  }
  const isCounter = before.counterResetHint !== 'gauge' || after.counterResetHint !== 'gauge'
  return interpolatedHistogram(
    context,
    { timeMs: ts[last]!, histogram: before },
    { timeMs: ts[next]!, histogram: after },
    atMs,
    isCounter,
    plan.pos,
  )
}
