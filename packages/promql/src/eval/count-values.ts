import { LabelsBuilder, formatDecimal, goQuote } from '@pharos/model'
import { bug } from '@pharos/base'
import type { Task } from './budget.ts'
import type { EvalContext } from './context.ts'
import { executionError } from './errors.ts'
import { Frame } from './frame.ts'
import { histogramText } from './histogram/text.ts'
import { groupingKey, groupLabels, isLabelName } from './labels-of.ts'
import type { AggregatePlan } from './plan.ts'
import { settle } from './rows.ts'
import { countedSteps } from './step-counts.ts'
import type { Steps } from './steps.ts'

/** count_values: how often each value occurs in each group, the value being a label of the result. */
export function* countValues(context: EvalContext, plan: AggregatePlan, steps: Steps): Task<Frame> {
  const param = plan.param?.kind === 'string' ? plan.param : bug('count_values without a label')
  const name = param.value
  if (!isLabelName(name)) throw executionError(`invalid label name ${goQuote(name)}`)
  const before = context.samples.current
  const input = yield* context.evaluator.vector(context, plan.expr, steps)
  const grouping = plan.without ? plan.grouping : [...plan.grouping, name]
  const keyOf = groupingKey(grouping, plan.without)
  const frame = new Frame(steps.count, 0, context.memory)
  const rowOf = new Map<string, number>()
  for (let r = 0; r < input.rowCount; r++) {
    if (context.budget.due(steps.count)) yield
    for (let s = 0; s < steps.count; s++) {
      if (!input.has(r, s)) continue
      const histogram = input.histogram(r, s)
      const text =
        histogram === undefined
          ? formatDecimal(input.values[r * steps.count + s]!)
          : histogramText(histogram)
      const labels = new LabelsBuilder(input.labels[r]!).set(name, text).labels()
      const key = keyOf(labels)
      let row = rowOf.get(key)
      if (row === undefined) {
        row = frame.addRow(groupLabels(labels, grouping, plan.without), false)
        rowOf.set(key, row)
      }
      const i = row * steps.count + s
      frame.values[i] = frame.hasFloat(row, s) ? frame.values[i]! + 1 : 1
    }
  }
  const result = yield* settle(context, frame)
  yield* countedSteps(context, before, [input], result)
  return result
}
