// Functions that look at one sample at a time.

import type { NativeHistogram } from '@pharos/model'
import { bug } from '@pharos/base'
import type { Task } from './budget.ts'
import type { EvalContext } from './context.ts'
import { Frame } from './frame.ts'
import { withoutMetadata } from './labels-of.ts'
import type { CallPlan } from './plan.ts'
import { settle, withoutEmptyRows } from './rows.ts'
import { streamSelector } from './selector.ts'
import { countedSteps } from './step-counts.ts'
import { type Steps, stepTimes } from './steps.ts'

/** Mathematical functions of one float. */
export const FLOAT_FUNCTIONS: ReadonlyMap<string, (v: number) => number> = new Map<
  string,
  (v: number) => number
>([
  ['abs', Math.abs],
  ['acos', Math.acos],
  ['acosh', Math.acosh],
  ['asin', Math.asin],
  ['asinh', Math.asinh],
  ['atan', Math.atan],
  ['atanh', Math.atanh],
  ['ceil', Math.ceil],
  ['cos', Math.cos],
  ['cosh', (v) => (Math.abs(v) > 21 ? Math.exp(Math.abs(v)) * 0.5 : Math.cosh(v))],
  ['deg', (v) => (v * 180) / Math.PI],
  ['exp', Math.exp],
  ['floor', Math.floor],
  ['ln', Math.log],
  ['log10', Math.log10],
  ['log2', Math.log2],
  ['rad', (v) => (v * Math.PI) / 180],
  ['sgn', (v) => (v < 0 ? -1 : v > 0 ? 1 : v)],
  ['sin', Math.sin],
  // Go's way: from 709.8 on it overflows, a little earlier than the true value.
  ['sinh', (v) => (Math.abs(v) > 21 ? Math.sign(v) * Math.exp(Math.abs(v)) * 0.5 : Math.sinh(v))],
  ['sqrt', Math.sqrt],
  ['tan', Math.tan],
  ['tanh', Math.tanh],
])

/**
 * Applies `f` to every float; histograms are left out, and so is what `f` gives no value for.
 * @param f  of a value and its step
 */
export function* mapFloats(
  context: EvalContext,
  input: Frame,
  f: (v: number, step: number) => number | undefined,
): Task<Frame> {
  const n = input.stepCount
  const frame = new Frame(n, input.rowCount, context.memory)
  for (let r = 0; r < input.rowCount; r++) {
    if (context.budget.due(n)) yield
    const labels = input.labels[r]!
    const row = frame.addRow(context.delayedNames ? labels : withoutMetadata(labels), true)
    for (let s = 0; s < n; s++) {
      if (!input.hasFloat(r, s)) continue
      const v = f(input.values[r * n + s]!, s)
      if (v !== undefined) frame.values[row * n + s] = v
    }
  }
  return yield* settle(context, yield* withoutEmptyRows(context, frame))
}

/** Applies `f` to every histogram; floats are left out. */
export function* mapHistograms(
  context: EvalContext,
  input: Frame,
  f: (h: NativeHistogram) => number,
): Task<Frame> {
  const n = input.stepCount
  const frame = new Frame(n, 0, context.memory)
  for (let r = 0; r < input.rowCount; r++) {
    if (context.budget.due(n)) yield
    const cells = input.cells[r]
    if (cells === undefined) continue
    const labels = input.labels[r]!
    const kept = context.delayedNames ? labels : labels.withoutName()
    const row = frame.addRow(kept, true)
    for (let s = 0; s < n; s++) {
      const h = cells[s]
      if (h !== undefined) frame.values[row * n + s] = f(h)
    }
  }
  return yield* settle(context, yield* withoutEmptyRows(context, frame))
}

/** timestamp(): of a selector the samples' own times, of anything else the evaluation time. */
export function* timestamps(context: EvalContext, plan: CallPlan, steps: Steps): Task<Frame> {
  const before = context.samples.current
  const arg = plan.args[0] ?? bug('timestamp without an argument')
  const frame = new Frame(steps.count, 0, context.memory)
  if (arg.kind === 'selector') {
    const content = plan.func === 'timestamp' ? 'times' : 'starts'
    yield* streamSelector(context, arg, steps, content, ({ labels }, _, row) => {
      frame.push(context.delayedNames ? labels : withoutMetadata(labels), true, row)
    })
    context.samples.current = before
    const result = yield* settle(context, frame)
    yield* countedSteps(context, before, [result], result)
    return result
  }
  const input = yield* context.evaluator.vector(context, arg, steps)
  const times = stepTimes(steps)
  for (let r = 0; r < input.rowCount; r++) {
    if (context.budget.due(steps.count)) yield
    const labels = input.labels[r]!
    const row = frame.addRow(context.delayedNames ? labels : withoutMetadata(labels), true)
    for (let s = 0; s < steps.count; s++) {
      if (input.has(r, s)) frame.values[row * steps.count + s] = times[s]! / 1000
    }
  }
  const result = yield* settle(context, frame)
  yield* countedSteps(context, before, [input], result)
  return result
}
