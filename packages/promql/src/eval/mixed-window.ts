// A window over a series with histograms, alone or among floats.

import { goQuote, type Labels, METRIC_NAME, type NativeHistogram } from '@pharos/model'
import type { Pos } from '../ast.ts'
import type { EvalContext } from './context.ts'
import type { MatrixPlan, SubqueryPlan } from './plan.ts'
import type { Windows } from './windows.ts'

/** One series with histograms; the float kernel has already filled the row. */
export interface MixedSeries {
  readonly func: string
  readonly plan: MatrixPlan | SubqueryPlan
  /** Of the call's first argument, where annotations point. */
  readonly pos: Pos
  readonly labels: Labels
  readonly floats: Windows
  readonly values: Float64Array
  readonly histograms: Windows
  readonly cells: readonly NativeHistogram[]
  /** When each histogram's counter started, ms; missing when nobody asks. */
  readonly starts: readonly number[] | undefined
}

/** One step's window. */
export interface MixedWindow {
  readonly series: MixedSeries
  readonly step: number
  /** Floats lo … hi−1 of the series' floats. */
  readonly lo: number
  readonly hi: number
  readonly times: readonly number[]
  /** At least one. */
  readonly histograms: readonly NativeHistogram[]
  /** Their starts, ms, 0 where not known. */
  readonly starts: readonly number[]
}

export function metricOf(series: MixedSeries): string {
  return series.labels.get(METRIC_NAME)
}

/** Functions that cannot do with both: no value, and a warning. */
export function isMixed(context: EvalContext, { series, lo, hi }: MixedWindow): boolean {
  if (hi === lo) return false
  context.annotations.warn(
    `encountered a mix of histograms and floats for metric name ${goQuote(metricOf(series))}`,
    series.pos,
  )
  return true
}

/** A sample of a window that may hold both kinds. */
export interface MixedSample {
  readonly timeMs: number
  readonly value: number | NativeHistogram
  readonly startMs: number
}

/** Floats and histograms of a window by time. */
export function mergedWindow(window: MixedWindow): MixedSample[] {
  const { ts } = window.series.floats
  const samples: MixedSample[] = window.histograms.map((value, i) => ({
    timeMs: window.times[i]!,
    value,
    startMs: window.starts[i]!,
  }))
  for (let i = window.lo; i < window.hi; i++)
    samples.push({ timeMs: ts[i]!, value: window.series.values[i]!, startMs: 0 })
  return samples.sort((a, b) => a.timeMs - b.timeMs)
}
