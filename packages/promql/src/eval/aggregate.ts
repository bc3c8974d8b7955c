// Aggregation. Rows are folded into one accumulator a group as they come, so that sum by (x) (rate(y)) never
// holds more than one row of the inner vector; operators that must see all values of a step (quantile, topk,
// count_values, …) take whole frames.

import { bug } from '@pharos/base'
import { Accumulator } from './accumulator.ts'
import type { Task } from './budget.ts'
import type { EvalContext } from './context.ts'
import { countValues } from './count-values.ts'
import { Frame, type Row } from './frame.ts'
import { Grouping } from './grouping.ts'
import { groupingKey, groupLabels } from './labels-of.ts'
import { KERNEL_SUM_BYTES } from './limits.ts'
import { limitRows, limitRatioRows } from './limit.ts'
import type { AggregatePlan } from './plan.ts'
import { LABELS_WORK } from './rows.ts'
import { quantileRows } from './aggregate-quantile.ts'
import type { Steps } from './steps.ts'
import { rankedRows } from './top.ts'

export function* evaluateAggregate(
  context: EvalContext,
  plan: AggregatePlan,
  steps: Steps,
): Task<Frame> {
  if (plan.op === 'count_values') return yield* countValues(context, plan, steps)
  const before = context.samples.current
  const param =
    plan.param === undefined
      ? undefined
      : yield* context.evaluator.scalar(context, plan.param, steps)
  const frame = FOLDED.has(plan.op)
    ? yield* fold(context, plan, steps)
    : yield* select(context, plan, steps, param ?? bug(`${plan.op} without a parameter`))
  context.samples.current = before
  context.samples.hold(frame.sampleCount())
  return frame
}

/** Of one group besides its columns, with its labels; an estimate. */
const ACCUMULATOR_BYTES = 256

const FOLDED: ReadonlySet<string> = new Set([
  'avg',
  'count',
  'group',
  'max',
  'min',
  'stddev',
  'stdvar',
  'sum',
])

function* fold(context: EvalContext, plan: AggregatePlan, steps: Steps): Task<Frame> {
  const grouping = new Grouping(plan.grouping, plan.without)
  const groups: Accumulator[] = []
  let inKernel = 0
  yield* context.evaluator.rows(context, plan.expr, steps, (name, dropName, row: Row) => {
    const number = grouping.numberOf(name)
    let group = groups[number]
    if (group === undefined) {
      const labels = groupLabels(name.labels, plan.grouping, plan.without)
      context.memory.take(ACCUMULATOR_BYTES + 20 * steps.count)
      let sumsAt = 0
      if (plan.op === 'sum' && row.address > 0 && inKernel < KERNEL_SUM_BYTES) {
        const bytes = 24 * (steps.count + 1)
        sumsAt = context.scratch!.allocate(bytes)
        inKernel += bytes
        row.renew()
      }
      group = new Accumulator(context, plan, labels, steps.count, sumsAt)
      groups[number] = group
    }
    if (dropName) group.dropName = true
    group.add(row, name)
  })
  const frame = new Frame(steps.count, groups.length, context.memory)
  for (const group of groups) {
    if (context.budget.due(steps.count)) yield
    group.finish(frame)
  }
  return frame
}

/** Operators on whole frames. Rows of one group are `groups[g]`, in the order of the input. */
function* select(
  context: EvalContext,
  plan: AggregatePlan,
  steps: Steps,
  param: Float64Array,
): Task<Frame> {
  const input = yield* context.evaluator.vector(context, plan.expr, steps)
  const groups = yield* groupRows(context, input, plan)
  switch (plan.op) {
    case 'quantile':
      return yield* quantileRows(context, plan, input, groups, param)
    case 'topk':
    case 'bottomk':
      return yield* rankedRows(context, plan, input, groups, param)
    case 'limitk':
      return limitRows(input, groups, param)
    case 'limit_ratio':
      return limitRatioRows(context, plan, input, groups, param)
    default:
      return bug(`aggregation ${plan.op}`)
  }
}

/** Row numbers of each group, groups in order of appearance. */
function* groupRows(context: EvalContext, input: Frame, plan: AggregatePlan): Task<number[][]> {
  const keyOf = groupingKey(plan.grouping, plan.without)
  const groups = new Map<string, number[]>()
  for (let r = 0; r < input.rowCount; r++) {
    if (context.budget.due(LABELS_WORK)) yield
    const key = keyOf(input.labels[r]!)
    const rows = groups.get(key)
    if (rows === undefined) groups.set(key, [r])
    else rows.push(r)
  }
  return [...groups.values()]
}
