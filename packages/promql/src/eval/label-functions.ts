// label_replace and label_join: they look at label sets only.

import { LabelsBuilder, METRIC_NAME, Regex } from '@pharos/model'
import { UserError } from '@pharos/base'
import type { Task } from './budget.ts'
import type { EvalContext } from './context.ts'
import { executionError } from './errors.ts'
import type { Frame } from './frame.ts'
import { type CallPlan, stringArgument } from './plan.ts'
import { isLabelName } from './labels-of.ts'
import { LABELS_WORK, mergeEqualRows } from './rows.ts'
import type { Steps } from './steps.ts'

/** label_replace(v, dst, replacement, src, regex). */
export function* labelReplace(context: EvalContext, plan: CallPlan, steps: Steps): Task<Frame> {
  const [dst, replacement, src, pattern] = plan.args.slice(1).map(stringArgument) as [
    string,
    string,
    string,
    string,
  ]
  const regex = compiled(pattern)
  if (!isLabelName(dst))
    throw executionError(`invalid destination label name in label_replace(): ${dst}`)
  const frame = yield* context.evaluator.vector(context, plan.args[0]!, steps)
  for (let r = 0; r < frame.rowCount; r++) {
    if (context.budget.due(LABELS_WORK)) yield
    const labels = frame.labels[r]!
    const groups = regex.match(labels.get(src))
    if (groups !== undefined) setLabel(frame, r, dst, regex.expand(replacement, groups))
  }
  return yield* mergeEqualRows(context, frame)
}

/** label_join(v, dst, separator, src…). */
export function* labelJoin(context: EvalContext, plan: CallPlan, steps: Steps): Task<Frame> {
  const [dst, separator, ...sources] = plan.args.slice(1).map(stringArgument) as [
    string,
    string,
    ...string[],
  ]
  for (const source of sources) {
    if (!isLabelName(source))
      throw executionError(`invalid source label name in label_join(): ${source}`)
  }
  if (!isLabelName(dst))
    throw executionError(`invalid destination label name in label_join(): ${dst}`)
  const frame = yield* context.evaluator.vector(context, plan.args[0]!, steps)
  for (let r = 0; r < frame.rowCount; r++) {
    if (context.budget.due(LABELS_WORK)) yield
    const labels = frame.labels[r]!
    setLabel(frame, r, dst, sources.map((name) => labels.get(name)).join(separator))
  }
  return yield* mergeEqualRows(context, frame)
}

/** A name that was given on purpose is not dropped at the end. */
function setLabel(frame: Frame, row: number, name: string, value: string): void {
  frame.labels[row] = new LabelsBuilder(frame.labels[row]!).set(name, value).labels()
  if (name === METRIC_NAME) frame.dropName[row] = false
}

function compiled(pattern: string): Regex {
  try {
    return Regex.anchored(pattern)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw executionError(`invalid regular expression in label_replace(): ${pattern}`)
  }
}
