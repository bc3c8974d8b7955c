// sort and its relatives: they change the order of an instant query's result, and nothing else.

import { Labels } from '@pharos/model'
import { bug } from '@pharos/base'
import type { Task } from './budget.ts'
import type { EvalContext } from './context.ts'
import type { Frame } from './frame.ts'
import { type CallPlan, stringArgument } from './plan.ts'
import { naturalOrder } from './natural-order.ts'
import { picked, settle, withoutEmptyRows } from './rows.ts'
import { sortedInSlices } from './sorted-in-slices.ts'
import { countedSteps } from './step-counts.ts'
import type { Steps } from './steps.ts'

/** sort and sort_desc: floats by value, NaN last; histograms are left out. */
export function* sortByValue(context: EvalContext, plan: CallPlan, steps: Steps): Task<Frame> {
  const before = context.samples.current
  const input = yield* sortInput(context, plan, steps)
  for (let r = 0; r < input.rowCount; r++) input.cells[r] = undefined
  const floats = yield* withoutEmptyRows(context, input)
  let result = floats
  if (steps.count === 1) {
    const sign = plan.func === 'sort' ? 1 : -1
    const rows = Array.from({ length: floats.rowCount }, (_, r) => r)
    const order = (a: number, b: number): number =>
      orderOf(floats.values[a]!, floats.values[b]!, sign)
    result = yield* picked(context, floats, yield* sortedInSlices(context, rows, order))
  }
  result = yield* settle(context, result)
  yield* countedSteps(context, before, [input], result)
  return result
}

function orderOf(a: number, b: number, sign: number): number {
  if (a !== a) return b !== b ? 0 : 1
  if (b !== b) return -1
  return a === b ? 0 : a < b ? -sign : sign
}

/** sort_by_label and sort_by_label_desc: natural order of the named labels, then of all labels. */
export function* sortByLabel(context: EvalContext, plan: CallPlan, steps: Steps): Task<Frame> {
  const before = context.samples.current
  const input = yield* sortInput(context, plan, steps)
  const names = plan.args.slice(1).map(stringArgument)
  const sign = plan.func === 'sort_by_label' ? 1 : -1
  const rows = Array.from({ length: input.rowCount }, (_, r) => r)
  const sorted = yield* sortedInSlices(context, rows, (a, b) => {
    const x = input.labels[a]!
    const y = input.labels[b]!
    for (const name of names) {
      const p = x.get(name)
      const q = y.get(name)
      if (p !== q) return sign * naturalOrder(p, q)
    }
    return sign * Labels.compare(x, y)
  })
  const result = yield* settle(context, yield* picked(context, input, sorted))
  yield* countedSteps(context, before, [input], result)
  return result
}

function* sortInput(context: EvalContext, plan: CallPlan, steps: Steps): Task<Frame> {
  if (steps.count > 1)
    context.annotations.warn(
      'sort is ineffective for range queries since results are always ordered by labels',
      plan.pos,
    )
  return yield* context.evaluator.vector(
    context,
    plan.args[0] ?? bug('sort without an argument'),
    steps,
  )
}
