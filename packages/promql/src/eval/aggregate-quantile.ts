import { ABSENT, ABSENT_LOW_WORD, formatShortest } from '@pharos/model'
import type { Task } from './budget.ts'
import type { EvalContext } from './context.ts'
import { Frame } from './frame.ts'
import { groupLabels } from './labels-of.ts'
import type { AggregatePlan } from './plan.ts'
import { quantileOfSorted, sortFloats } from './quantile.ts'

/** quantile(): for each group and step the quantile of the floats; histograms are left out. */
export function* quantileRows(
  context: EvalContext,
  plan: AggregatePlan,
  input: Frame,
  groups: readonly (readonly number[])[],
  q: Float64Array,
): Task<Frame> {
  warnAboutQuantiles(context, plan, q)
  const frame = new Frame(input.stepCount, groups.length, context.memory)
  for (const rows of groups) {
    const first = rows[0]!
    const labels = groupLabels(input.labels[first]!, plan.grouping, plan.without)
    const dropName = rows.some((r) => input.dropName[r]!)
    const out = frame.addRow(labels, dropName)
    const scratch = new Float64Array(rows.length)
    let any = false
    for (let s = 0; s < input.stepCount; s++) {
      if (context.budget.due(8 * rows.length)) yield
      let n = 0
      for (const r of rows) {
        const i = r * input.stepCount + s
        const v = input.values[i]!
        if (v === v || input.words[2 * i] !== ABSENT_LOW_WORD) scratch[n++] = v
        else if (input.histogram(r, s) !== undefined)
          context.annotations.info('ignored histogram in quantile aggregation', plan.expr.pos)
      }
      const values = scratch.subarray(0, n)
      sortFloats(values)
      frame.values[out * input.stepCount + s] = n === 0 ? ABSENT : quantileOfSorted(q[s]!, values)
      if (n > 0) any = true
    }
    if (!any) frame.dropLastRow()
  }
  return frame
}

function warnAboutQuantiles(context: EvalContext, plan: AggregatePlan, q: Float64Array): void {
  let least = Infinity
  let greatest = -Infinity
  let nan = false
  for (const value of q) {
    if (value !== value) nan = true
    if (value < least) least = value
    if (value > greatest) greatest = value
  }
  const warn = (value: number): void =>
    context.annotations.warn(
      `quantile value should be between 0 and 1, got ${formatShortest(value)}`,
      plan.param!.pos,
    )
  if (nan) warn(NaN)
  if (greatest > 1) warn(greatest)
  if (least < 0) warn(least)
}
