// Binary operators with at least one vector.

import type { NativeHistogram } from '@pharos/model'
import { bug } from '@pharos/base'
import { arithmetic, changesMeaning, comparison } from './arithmetic.ts'
import type { Task } from './budget.ts'
import type { EvalContext } from './context.ts'
import { Frame } from './frame.ts'
import { withoutMetadata } from './labels-of.ts'
import { type BinaryPlan, planType } from './plan.ts'
import { settle, withoutEmptyRows } from './rows.ts'
import { combineSets } from './set-operators.ts'
import { countedSteps } from './step-counts.ts'
import type { Steps } from './steps.ts'
import { SampleOperator } from './sample-operator.ts'
import { matchVectors } from './vector-matching.ts'

export function* evaluateBinary(context: EvalContext, plan: BinaryPlan, steps: Steps): Task<Frame> {
  if (planType(plan.lhs) === 'scalar') return yield* vectorAndScalar(context, plan, steps, true)
  if (planType(plan.rhs) === 'scalar') return yield* vectorAndScalar(context, plan, steps, false)
  const before = context.samples.current
  const lhs = yield* context.evaluator.vector(context, plan.lhs, steps)
  const rhs = yield* context.evaluator.vector(context, plan.rhs, steps)
  const isSet = plan.op === 'and' || plan.op === 'or' || plan.op === 'unless'
  const made = yield* (isSet ? combineSets : matchVectors)(context, plan, lhs, rhs)
  const result = yield* settle(context, made)
  yield* countedSteps(context, before, [lhs, rhs], result)
  return result
}

function* vectorAndScalar(
  context: EvalContext,
  plan: BinaryPlan,
  steps: Steps,
  scalarIsLeft: boolean,
): Task<Frame> {
  const before = context.samples.current
  let scalar: Float64Array
  let input: Frame
  if (scalarIsLeft) {
    scalar = yield* context.evaluator.scalar(context, plan.lhs, steps)
    input = yield* context.evaluator.vector(context, plan.rhs, steps)
  } else {
    input = yield* context.evaluator.vector(context, plan.lhs, steps)
    scalar = yield* context.evaluator.scalar(context, plan.rhs, steps)
  }
  const frame = new Frame(steps.count, input.rowCount, context.memory)
  const changes = changesMeaning(plan.op) || plan.returnBool
  const operate = new SampleOperator(context, plan)
  for (let r = 0; r < input.rowCount; r++) {
    if (context.budget.due(steps.count)) yield
    const labels = input.labels[r]!
    const row = frame.addRow(
      changes && !context.delayedNames ? withoutMetadata(labels) : labels,
      input.dropName[r]! || changes,
    )
    if (input.cells[r] === undefined) floatRow(plan, input, r, scalar, scalarIsLeft, frame, row)
    else mixedRow(plan, operate, input, r, scalar, scalarIsLeft, frame, row)
  }
  const result = yield* settle(context, yield* withoutEmptyRows(context, frame))
  yield* countedSteps(context, before, [input, scalar], result)
  return result
}

/** A row without histograms. */
function floatRow(
  plan: BinaryPlan,
  input: Frame,
  r: number,
  scalar: Float64Array,
  scalarIsLeft: boolean,
  frame: Frame,
  row: number,
): void {
  const n = input.stepCount
  const from = r * n
  const to = row * n
  const calculate = arithmetic(plan.op)
  const compare = comparison(plan.op)
  for (let s = 0; s < n; s++) {
    if (!input.hasFloat(r, s)) continue
    const v = input.values[from + s]!
    const a = scalarIsLeft ? scalar[s]! : v
    const b = scalarIsLeft ? v : scalar[s]!
    if (calculate !== undefined) frame.values[to + s] = calculate(a, b)
    else if (compare !== undefined) {
      const holds = compare(a, b)
      // A filter keeps the vector's own value, on whichever side it stands.
      if (plan.returnBool) frame.values[to + s] = holds ? 1 : 0
      else if (holds) frame.values[to + s] = v
    }
  }
}

function mixedRow(
  plan: BinaryPlan,
  operate: SampleOperator,
  input: Frame,
  r: number,
  scalar: Float64Array,
  scalarIsLeft: boolean,
  frame: Frame,
  row: number,
): void {
  const n = input.stepCount
  for (let s = 0; s < n; s++) {
    if (!input.has(r, s)) continue
    const v = input.values[r * n + s]!
    const h: NativeHistogram | undefined = input.histogram(r, s)
    const made = scalarIsLeft
      ? operate.apply(scalar[s]!, undefined, v, h)
      : operate.apply(v, h, scalar[s]!, undefined)
    if (!made) continue
    const isComparison = comparison(plan.op) !== undefined
    if (plan.returnBool) frame.values[row * n + s] = operate.keep ? 1 : 0
    else if (!operate.keep) continue
    else if (isComparison && h === undefined) frame.values[row * n + s] = v
    else if (isComparison) frame.setHistogram(row, s, h ?? bug('no histogram'))
    else if (operate.histogram === undefined) frame.values[row * n + s] = operate.float
    else frame.setHistogram(row, s, operate.histogram)
  }
}
