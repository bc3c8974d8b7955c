// `smoothed` instant selectors: the value at the step itself, interpolated between the samples around it.

import { ABSENT } from '@pharos/model'
import { bug } from '@pharos/base'
import type { Task } from './budget.ts'
import { ColumnReader } from './column.ts'
import type { EvalContext } from './context.ts'
import { between } from './extended-range.ts'
import { Frame, Row } from './frame.ts'
import { smoothHistograms } from './smoothed-histograms.ts'
import type { SelectorPlan } from './plan.ts'
import { referenceTimes } from './selector.ts'
import type { Steps } from './steps.ts'

export function* smoothedSelector(
  context: EvalContext,
  plan: SelectorPlan,
  steps: Steps,
): Task<Frame> {
  const selection = context.selections.get(plan) ?? bug('a selector was not selected')
  const refs = referenceTimes(plan, steps)
  const frame = new Frame(steps.count, 0, context.memory)
  const reader = new ColumnReader()
  const row = Row.ofSteps(steps.count)
  for (const group of selection.groups) {
    for (let i = 0; i < group.seriesCount; i++) {
      if (context.budget.due(group.times.length + steps.count)) yield
      const bits = reader.read(group, i)
      reader.compact(group, i, bits, false)
      row.clear()
      smoothFloats(reader, refs, context.lookbackMs, row)
      if (reader.histograms.ts.length > 0)
        smoothHistograms(context, plan, group.labels(i), reader, refs, row)
      if (row.presentCount() > 0) frame.push(group.labels(i), false, row)
    }
  }
  return frame
}

/** From samples in (step − lookback, step + lookback]. */
function smoothFloats(
  reader: ColumnReader,
  refs: Float64Array,
  lookbackMs: number,
  row: Row,
): void {
  const { ts, vs, count } = reader.floats
  let next = 0
  for (let s = 0; s < refs.length; s++) {
    const ref = refs[s]!
    while (next < count && ts[next]! < ref) next++
    const hasNext = next < count && ts[next]! <= ref + lookbackMs
    const hasBefore = next > 0 && ts[next - 1]! > ref - lookbackMs
    if (hasNext && ts[next] === ref) row.values[s] = vs[next]!
    else if (!hasBefore) row.values[s] = ABSENT
    else row.values[s] = hasNext ? between(ts, vs, next - 1, ref, false) : vs[next - 1]!
  }
}
