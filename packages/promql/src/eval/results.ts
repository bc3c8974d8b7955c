// From frames to what a query gives back.

import type { Labels, NativeHistogram } from '@pharos/model'
import type { MatrixResult, MatrixSeries, ScalarResult, VectorResult } from '../result.ts'
import type { Task } from './budget.ts'
import type { EvalContext } from './context.ts'
import type { Frame } from './frame.ts'
import { sortedByLabels } from './label-order.ts'

import { type Steps, stepTimes } from './steps.ts'

export function scalarResult(timeMs: number, value: number): ScalarResult {
  return { type: 'scalar', timeMs, value }
}

/** The only step of a frame, rows in their order. */
export function vectorResult(frame: Frame, timeMs: number): VectorResult {
  const series: { labels: Labels; value: number; histogram: NativeHistogram | undefined }[] = []
  for (let r = 0; r < frame.rowCount; r++) {
    if (!frame.has(r, 0)) continue
    const histogram = frame.histogram(r, 0)
    series.push({ labels: frame.labels[r]!, value: frame.values[r]!, histogram })
  }
  return { type: 'vector', timeMs, series }
}

/** All steps, series sorted by labels. Series without gaps share one column of times, and their values are the frame's. */
export function* matrixResult(
  context: EvalContext,
  frame: Frame,
  steps: Steps,
): Task<MatrixResult> {
  const times = stepTimes(steps)
  const series: MatrixSeries[] = []
  for (let r = 0; r < frame.rowCount; r++) {
    if (context.budget.due(frame.stepCount)) yield
    const labels = frame.labels[r]!
    const count = frame.presentCount(r)
    if (count === 0) continue
    if (count === times.length && frame.cells[r] === undefined) {
      const values = frame.values.subarray(r * frame.stepCount, (r + 1) * frame.stepCount)
      series.push({ labels, times, values, histograms: undefined })
    } else series.push({ labels, ...present(frame, r, times, count) })
  }
  return { type: 'matrix', series: yield* sortedByLabels(context, series) }
}

/** The samples of a row with gaps or histograms. */
function present(
  frame: Frame,
  r: number,
  times: Float64Array,
  count: number,
): Omit<MatrixSeries, 'labels'> {
  const own = new Float64Array(count)
  const values = new Float64Array(count)
  const cells = frame.cells[r]
  const histograms: (NativeHistogram | undefined)[] = []
  const base = r * frame.stepCount
  let at = 0
  for (let s = 0; s < frame.stepCount; s++) {
    if (!frame.has(r, s)) continue
    own[at] = times[s]!
    values[at] = frame.values[base + s]!
    histograms.push(cells?.[s])
    at++
  }
  return { times: own, values, histograms: cells === undefined ? undefined : histograms }
}
