// The evaluator's switchboard: from a plan node to the operator that makes its rows. Everything is a
// synchronous generator that stops where the budget says so.

import type { NativeHistogram } from '@pharos/model'
import { bug } from '@pharos/base'
import { evaluateAggregate } from './aggregate.ts'
import { scalarOperator } from './arithmetic.ts'
import { evaluateBinary } from './binary.ts'
import type { Task } from './budget.ts'
import { evaluateCall, evaluateScalarCall } from './call.ts'
import type { EvalContext, Evaluator } from './context.ts'
import { Frame, type RowSink, scalarFrame } from './frame.ts'
import { withoutMetadata } from './labels-of.ts'
import { multiply, narrowed, widened } from './histogram/wide.ts'
import { type BinaryPlan, type InvariantPlan, type Plan, planType, type UnaryPlan } from './plan.ts'
import { isRangeCall, streamRangeCall } from './range-call.ts'
import { RowName } from './row-name.ts'
import { mergeEqualRows } from './rows.ts'
import { streamSelector } from './selector.ts'
import { smoothedSelector } from './smoothed-selector.ts'
import type { SampleCounter } from './sample-counter.ts'
import { countedSteps } from './step-counts.ts'
import { inPortions, type Steps } from './steps.ts'

export const evaluator: Evaluator = {
  vector: settledVector,
  scalar: evaluateScalar,
  rows: streamRows,
}

/** An operator's intermediate columns count until its result is there. */
function* settledVector(context: EvalContext, plan: Plan, steps: Steps): Task<Frame> {
  const before = context.memory.mark()
  const frame = yield* evaluateVector(context, plan, steps)
  context.memory.settle(before, frame.bytes, frame.values.buffer)
  return frame
}

function* evaluateVector(context: EvalContext, plan: Plan, steps: Steps): Task<Frame> {
  context.budget.check()
  if (steps.count === 0) return new Frame(0)
  if (planType(plan) === 'scalar') return scalarFrame(yield* evaluateScalar(context, plan, steps))
  switch (plan.kind) {
    case 'selector':
    case 'call':
      if (plan.kind === 'selector' || isStreamed(plan)) {
        const frame = new Frame(steps.count, rowsExpected(context, plan), context.memory)
        yield* streamRows(context, plan, steps, (name, drop, row) =>
          frame.push(name.labels, drop, row),
        )
        return frame
      }
      return yield* evaluateCall(context, plan, steps)
    case 'aggregate':
      return yield* evaluateAggregate(context, plan, steps)
    case 'binary':
      return yield* evaluateBinary(context, plan, steps)
    case 'unary':
      return yield* evaluateUnary(context, plan, steps)
    case 'invariant':
      return yield* evaluateInvariant(context, plan, steps)
    default:
      return bug(`a ${plan.kind} is no instant vector`)
  }
}

/** Series that were selected, of which each makes a row at most; 0 when that is not known. */
function rowsExpected(context: EvalContext, plan: Plan): number {
  const range = plan.kind === 'call' ? plan.args.find((arg) => arg.kind === 'matrix') : undefined
  const groups = context.selections.get(range?.selector ?? plan)?.groups ?? []
  return groups.reduce((count, group) => count + group.seriesCount, 0)
}

function* evaluateScalar(
  context: EvalContext,
  plan: Plan,
  steps: Steps,
): Task<Float64Array<ArrayBuffer>> {
  context.budget.check()
  switch (plan.kind) {
    case 'number':
      context.samples.hold(steps.count)
      return yield* filled(context, steps, plan.value)
    case 'unary': {
      const values = yield* context.evaluator.scalar(context, plan.expr, steps)
      return plan.op === '-' ? values.map((v) => -v) : values
    }
    case 'invariant': {
      const once = yield* countedOnce(
        context.samples,
        steps,
        context.evaluator.scalar(context, plan.expr, firstStep(steps)),
      )
      context.samples.hold(steps.count - once.length)
      return yield* filled(context, steps, once[0]!)
    }
    case 'binary':
      return yield* scalarBinary(context, plan, steps)
    case 'call':
      return yield* evaluateScalarCall(context, plan, steps)
    default:
      return bug(`a ${plan.kind} is no scalar`)
  }
}

function* filled(
  { budget }: EvalContext,
  { count }: Steps,
  value: number,
): Task<Float64Array<ArrayBuffer>> {
  const out = new Float64Array(count)
  yield* inPortions(budget, count, (from, to) => out.fill(value, from, to))
  return out
}

/** Whether `streamRows` makes rows one by one; other plans are evaluated whole first. */
function isStreamed(plan: Plan): boolean {
  if (plan.kind === 'selector') return !plan.smoothed
  return plan.kind === 'call' && isRangeCall(plan) && plan.func !== 'absent_over_time'
}

function* streamRows(context: EvalContext, plan: Plan, steps: Steps, sink: RowSink): Task<void> {
  if (steps.count === 0) return
  if (isStreamed(plan)) {
    context.budget.check()
    if (plan.kind === 'selector') yield* streamSelector(context, plan, steps, 'values', sink)
    else if (plan.kind === 'call') yield* streamRangeCall(context, plan, steps, sink)
    return
  }
  const frame =
    plan.kind === 'selector'
      ? yield* smoothedSelector(context, plan, steps)
      : yield* settledVector(context, plan, steps)
  const name = new RowName()
  for (let r = 0; r < frame.rowCount; r++) {
    if (context.budget.due(steps.count)) yield
    sink(name.of(frame.labels[r]!), frame.dropName[r]!, frame.row(r))
  }
}

function firstStep(steps: Steps): Steps {
  return { startMs: steps.startMs, stepMs: steps.stepMs, count: Math.min(1, steps.count) }
}

/** What was evaluated at the first step counts as looked at by every step, but as read only once. */
function* countedOnce<T>(samples: SampleCounter, steps: Steps, task: Task<T>): Task<T> {
  const { total, read, tally } = samples
  samples.tally = undefined
  const once = yield* task
  samples.tally = tally
  const looked = samples.total - total
  samples.total += looked * (steps.count - 1)
  for (let s = 0; tally !== undefined && s < steps.count; s++)
    tally.addAt(s, looked, s === 0 ? samples.read - read : 0)
  return once
}

/** Evaluated at the first step and repeated at the others. */
function* evaluateInvariant(context: EvalContext, plan: InvariantPlan, steps: Steps): Task<Frame> {
  const { samples } = context
  const once = yield* countedOnce(
    samples,
    steps,
    context.evaluator.vector(context, plan.expr, firstStep(steps)),
  )
  if (steps.count === 1) return once
  samples.hold(once.sampleCount() * (steps.count - 1))
  const frame = new Frame(steps.count, once.rowCount, context.memory)
  for (let r = 0; r < once.rowCount; r++) {
    if (context.budget.due(steps.count)) yield
    const row = frame.addRow(once.labels[r]!, once.dropName[r]!)
    const base = row * steps.count
    frame.values.fill(once.values[r]!, base, base + steps.count)
    const histogram = once.histogram(r, 0)
    if (histogram !== undefined)
      frame.cells[row] = Array.from({ length: steps.count }, () => histogram)
  }
  return frame
}

function* evaluateUnary(context: EvalContext, plan: UnaryPlan, steps: Steps): Task<Frame> {
  const frame = yield* context.evaluator.vector(context, plan.expr, steps)
  if (plan.op === '+') return frame
  for (let r = 0; r < frame.rowCount; r++) {
    if (context.budget.due(steps.count)) yield
    if (!context.delayedNames) frame.labels[r] = withoutMetadata(frame.labels[r]!)
    frame.dropName[r] = true
    const base = r * steps.count
    for (let s = 0; s < steps.count; s++) {
      if (frame.hasFloat(r, s)) frame.values[base + s] = -frame.values[base + s]!
    }
    const cells = frame.cells[r]
    if (cells !== undefined) frame.cells[r] = cells.map((h) => h && negated(h))
  }
  return context.delayedNames ? frame : yield* mergeEqualRows(context, frame)
}

function* scalarBinary(
  context: EvalContext,
  plan: BinaryPlan,
  steps: Steps,
): Task<Float64Array<ArrayBuffer>> {
  const before = context.samples.current
  const lhs = yield* context.evaluator.scalar(context, plan.lhs, steps)
  const rhs = yield* context.evaluator.scalar(context, plan.rhs, steps)
  const operate = scalarOperator(plan.op)
  const out = new Float64Array(steps.count)
  yield* inPortions(context.budget, steps.count, (from, to) => {
    for (let s = from; s < to; s++) out[s] = operate(lhs[s]!, rhs[s]!)
  })
  yield* countedSteps(context, before, [lhs, rhs], out)
  return out
}

function negated(h: NativeHistogram): NativeHistogram {
  const wide = widened(h)
  multiply(wide, -1)
  return narrowed(wide)
}
