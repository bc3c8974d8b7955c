// absent() and absent_over_time(): one sample where the selector has none.

import { Labels, METRIC_NAME, type Matcher } from '@pharos/model'
import { bug } from '@pharos/base'
import type { Task } from './budget.ts'
import type { EvalContext } from './context.ts'
import { Frame } from './frame.ts'
import type { CallPlan, Plan } from './plan.ts'
import { streamRangeCall } from './range-call.ts'
import { countedSteps } from './step-counts.ts'
import type { Steps } from './steps.ts'

export function* absentVector(context: EvalContext, plan: CallPlan, steps: Steps): Task<Frame> {
  const before = context.samples.current
  const arg = plan.args[0] ?? bug('absent without an argument')
  const input = yield* context.evaluator.vector(context, arg, steps)
  const present = new Uint8Array(steps.count)
  for (let r = 0; r < input.rowCount; r++) {
    for (let s = 0; s < steps.count; s++) if (input.has(r, s)) present[s] = 1
  }
  const result = onesWhereAbsent(arg, present, false)
  yield* countedSteps(context, before, [input], result)
  return result
}

export function* absentOverTime(context: EvalContext, plan: CallPlan, steps: Steps): Task<Frame> {
  const present = new Uint8Array(steps.count)
  yield* streamRangeCall(context, plan, steps, (_name, _dropName, row) => {
    for (let s = 0; s < steps.count; s++) if (row.values[s] === 1) present[s] = 1
  })
  return onesWhereAbsent(plan.args[0]!, present, true)
}

function onesWhereAbsent(arg: Plan, present: Uint8Array, dropName: boolean): Frame {
  const frame = new Frame(present.length, 1)
  if (!present.includes(0)) return frame
  const row = frame.addRow(labelsOfSelector(arg), dropName)
  for (let s = 0; s < present.length; s++) {
    if (present[s] === 0) frame.values[row * present.length + s] = 1
  }
  return frame
}

/**
 * The labels a selector pins by equality. A label with any other matcher besides is left out, also with the
 * same one twice: so it is in the reference.
 */
function labelsOfSelector(arg: Plan): Labels {
  const inner = arg.kind === 'invariant' ? arg.expr : arg
  const selector = inner.kind === 'matrix' ? inner.selector : inner
  if (selector.kind !== 'selector') return Labels.EMPTY
  const values = new Map<string, string>()
  const seen = new Set<string>()
  for (const matcher of selector.matchers as readonly Matcher[]) {
    if (matcher.name === METRIC_NAME) continue
    if (matcher.type === '=' && !seen.has(matcher.name)) {
      values.set(matcher.name, matcher.value)
      seen.add(matcher.name)
    } else values.delete(matcher.name)
  }
  return Labels.of(values)
}
