// Windows that hold histograms, alone or among floats.

import type { Labels, NativeHistogram } from '@pharos/model'
import { ABSENT, METRIC_NAME } from '@pharos/model'
import type { Pos } from '../ast.ts'
import type { EvalContext } from './context.ts'
import type { Row } from './frame.ts'
import type { MatrixPlan, SubqueryPlan } from './plan.ts'
import type { Windows } from './windows.ts'

/** One series with histograms; the float kernel has already filled the row. */
export interface MixedSeries {
  readonly func: string
  readonly plan: MatrixPlan | SubqueryPlan
  readonly callPos: Pos
  /** Of the call's first argument, where annotations point. */
  readonly argumentPos: Pos
  readonly labels: Labels
  readonly floats: Windows
  readonly values: Float64Array
  readonly histograms: Windows
  readonly cells: readonly NativeHistogram[]
}

/** Corrects the row where windows hold histograms. */
export function mixedWindows(context: EvalContext, series: MixedSeries, row: Row): void {
  const { floats, histograms } = series
  for (let s = 0; s < floats.stepCount; s++) {
    if (histograms.hi[s]! > histograms.lo[s]!) row.values[s] = ABSENT
  }
  context.annotations.info(`not yet ${series.labels.get(METRIC_NAME)}`, series.argumentPos)
}
