// From frames to what a query gives back.

import { Labels, type NativeHistogram } from '@pharos/model'
import type { MatrixResult, MatrixSeries, ScalarResult, VectorResult } from '../result.ts'
import type { Frame } from './frame.ts'
import type { Steps } from './steps.ts'

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

/** All steps, series sorted by labels. */
export function matrixResult(frame: Frame, steps: Steps): MatrixResult {
  const series: MatrixSeries[] = []
  for (let r = 0; r < frame.rowCount; r++) {
    const times: number[] = []
    const at: number[] = []
    for (let s = 0; s < frame.stepCount; s++) {
      if (!frame.has(r, s)) continue
      times.push(steps.startMs + s * steps.stepMs)
      at.push(s)
    }
    if (at.length === 0) continue
    const base = r * frame.stepCount
    const cells = frame.cells[r]
    series.push({
      labels: frame.labels[r]!,
      times: Float64Array.from(times),
      values: Float64Array.from(at, (s) => frame.values[base + s]!),
      histograms: cells === undefined ? undefined : at.map((s) => cells[s]),
    })
  }
  return { type: 'matrix', series: sortedByLabels(series) }
}

export function sortedByLabels(series: MatrixSeries[]): MatrixSeries[] {
  return series.sort((a, b) => Labels.compare(a.labels, b.labels))
}
