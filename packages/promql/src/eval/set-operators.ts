import { bug } from '@pharos/base'
import type { Task } from './budget.ts'
import type { EvalContext } from './context.ts'
import { Frame } from './frame.ts'
import { groupingKey } from './labels-of.ts'
import type { BinaryPlan } from './plan.ts'
import { LABELS_WORK } from './rows.ts'

/**
 * and, or, unless: rows of one side kept at the steps where the other side has, or has not, a sample with
 * the same matching labels.
 */
export function* combineSets(
  context: EvalContext,
  plan: BinaryPlan,
  lhs: Frame,
  rhs: Frame,
): Task<Frame> {
  const matching = plan.matching ?? bug(`${plan.op} without matching`)
  const keyOf = groupingKey(matching.labels, !matching.on)
  const frame = new Frame(lhs.stepCount, lhs.rowCount, lhs.memory)
  if (plan.op === 'or') {
    for (let r = 0; r < lhs.rowCount; r++) {
      if (context.budget.due(lhs.stepCount)) yield
      frame.push(lhs.labels[r]!, lhs.dropName[r]!, lhs.row(r))
    }
    const onLeft = yield* presence(context, lhs, keyOf)
    yield* copyWhere(context, rhs, frame, keyOf, onLeft, false)
    return frame
  }
  const onRight = yield* presence(context, rhs, keyOf)
  yield* copyWhere(context, lhs, frame, keyOf, onRight, plan.op === 'and')
  return frame
}

type KeyOf = ReturnType<typeof groupingKey>

/** For each key the steps at which any row has a sample. */
function* presence(
  context: EvalContext,
  frame: Frame,
  keyOf: KeyOf,
): Task<Map<string, Uint8Array>> {
  const present = new Map<string, Uint8Array>()
  for (let r = 0; r < frame.rowCount; r++) {
    if (context.budget.due(frame.stepCount + LABELS_WORK)) yield
    const key = keyOf(frame.labels[r]!)
    let steps = present.get(key)
    if (steps === undefined) {
      steps = new Uint8Array(frame.stepCount)
      present.set(key, steps)
    }
    for (let s = 0; s < frame.stepCount; s++) if (frame.has(r, s)) steps[s] = 1
  }
  return present
}

/** Copies samples of the steps where the other side's presence is `wanted`. */
function* copyWhere(
  context: EvalContext,
  from: Frame,
  to: Frame,
  keyOf: KeyOf,
  other: ReadonlyMap<string, Uint8Array>,
  wanted: boolean,
): Task<void> {
  for (let r = 0; r < from.rowCount; r++) {
    if (context.budget.due(from.stepCount + LABELS_WORK)) yield
    const steps = other.get(keyOf(from.labels[r]!))
    if (steps === undefined) {
      if (!wanted) to.push(from.labels[r]!, from.dropName[r]!, from.row(r))
      continue
    }
    let out = -1
    for (let s = 0; s < from.stepCount; s++) {
      if ((steps[s] === 1) !== wanted || !from.has(r, s)) continue
      if (out < 0) out = to.addRow(from.labels[r]!, from.dropName[r]!)
      const histogram = from.histogram(r, s)
      if (histogram === undefined)
        to.values[out * to.stepCount + s] = from.values[r * from.stepCount + s]!
      else to.setHistogram(out, s, histogram)
    }
  }
}
