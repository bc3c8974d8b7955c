// Functions over instant vectors and scalars.

import { Labels } from '@pharos/model'
import { bug } from '@pharos/base'
import { absentOverTime, absentVector } from './absent.ts'
import { maximum, minimum } from './arithmetic.ts'
import type { Task } from './budget.ts'
import { histogramFraction, histogramQuantile, histogramQuantiles } from './classic-histogram.ts'
import type { EvalContext } from './context.ts'
import { DATE_PARTS, type DatePart, datePart } from './dates.ts'
import { Frame, scalarFrame } from './frame.ts'
import { HISTOGRAM_STATISTICS } from './histogram-statistics.ts'
import { infoJoin } from './info.ts'
import { labelJoin, labelReplace } from './label-functions.ts'
import { FLOAT_FUNCTIONS, mapFloats, mapHistograms, timestamps } from './pointwise.ts'
import { type CallPlan, stringArgument } from './plan.ts'
import { sortByLabel, sortByValue } from './sorting.ts'
import { countedSteps } from './step-counts.ts'
import { inPortions, type Steps, timeOf } from './steps.ts'
import { TimeZone } from './time-zone.ts'
import { withoutEmptyRows } from './rows.ts'

type VectorFunction = (context: EvalContext, plan: CallPlan, steps: Steps) => Task<Frame>

/** Functions with a way of their own; the others go through the pointwise tables. */
const VECTOR_FUNCTIONS: ReadonlyMap<string, VectorFunction> = new Map<string, VectorFunction>([
  ['absent', absentVector],
  ['absent_over_time', absentOverTime],
  ['clamp', clampRows],
  ['clamp_max', clampRows],
  ['clamp_min', clampRows],
  ['histogram_fraction', histogramFraction],
  ['histogram_quantile', histogramQuantile],
  ['histogram_quantiles', histogramQuantiles],
  ['info', infoJoin],
  ['label_join', labelJoin],
  ['label_replace', labelReplace],
  ['round', roundRows],
  ['sort', sortByValue],
  ['sort_by_label', sortByLabel],
  ['sort_by_label_desc', sortByLabel],
  ['sort_desc', sortByValue],
  ['start_timestamp', startTimestamps],
  ['timestamp', timestamps],
  ['vector', vectorOfScalar],
])

/** A function that gives an instant vector. */
export function* evaluateCall(context: EvalContext, plan: CallPlan, steps: Steps): Task<Frame> {
  const own = VECTOR_FUNCTIONS.get(plan.func)
  if (own !== undefined) return yield* own(context, plan, steps)
  const part = DATE_PARTS.get(plan.func)
  if (part !== undefined) return yield* dateRows(context, plan, steps, part)
  const before = context.samples.current
  const arg = plan.args[0] ?? bug(`${plan.func} without arguments`)
  const float = FLOAT_FUNCTIONS.get(plan.func)
  const statistic = HISTOGRAM_STATISTICS.get(plan.func)
  const input = yield* context.evaluator.vector(context, arg, steps)
  let result: Frame
  if (float !== undefined) result = yield* mapFloats(context, input, float)
  else if (statistic !== undefined) result = yield* mapHistograms(context, input, statistic)
  else result = bug(`function ${plan.func} has no implementation`)
  yield* countedSteps(context, before, [input], result)
  return result
}

/** A function that gives a scalar. */
export function* evaluateScalarCall(
  context: EvalContext,
  plan: CallPlan,
  steps: Steps,
): Task<Float64Array<ArrayBuffer>> {
  const before = context.samples.current
  const out = new Float64Array(steps.count)
  switch (plan.func) {
    case 'time':
      yield* inPortions(context.budget, steps.count, (from, to) => {
        for (let s = from; s < to; s++) out[s] = timeOf(steps, s) / 1000
      })
      context.samples.hold(steps.count)
      return out
    case 'timezone_offset': {
      const zone = new TimeZone(stringArgument(plan.args[0]))
      yield* inPortions(context.budget, steps.count, (from, to) => {
        for (let s = from; s < to; s++) out[s] = zone.offsetSeconds(timeOf(steps, s) / 1000)
      })
      context.samples.hold(steps.count)
      return out
    }
    case 'pi':
      context.samples.hold(steps.count)
      return out.fill(Math.PI)
    case 'max_of':
    case 'min_of': {
      const a = yield* context.evaluator.scalar(context, plan.args[0]!, steps)
      const b = yield* context.evaluator.scalar(context, plan.args[1]!, steps)
      const choose = plan.func === 'max_of' ? maximum : minimum
      yield* inPortions(context.budget, steps.count, (from, to) => {
        for (let s = from; s < to; s++) out[s] = choose(a[s]!, b[s]!)
      })
      yield* countedSteps(context, before, [a, b], out)
      return out
    }
    case 'scalar': {
      const input = yield* context.evaluator.vector(context, plan.args[0]!, steps)
      yield* onlyFloats(context, input, out)
      yield* countedSteps(context, before, [input], out)
      return out
    }
    default:
      return bug(`scalar function ${plan.func}`)
  }
}

/** The one float of each step; NaN where there is none or more than one. */
function* onlyFloats(
  { budget }: Pick<EvalContext, 'budget'>,
  input: Frame,
  out: Float64Array,
): Task<void> {
  const found = new Uint8Array(out.length)
  out.fill(NaN)
  for (let r = 0; r < input.rowCount; r++) {
    yield* inPortions(budget, out.length, (from, to) => {
      for (let s = from; s < to; s++) {
        if (!input.hasFloat(r, s)) continue
        out[s] = found[s] === 0 ? input.values[r * out.length + s]! : NaN
        found[s] = 1
      }
    })
  }
}

function* vectorOfScalar(context: EvalContext, plan: CallPlan, steps: Steps): Task<Frame> {
  const before = context.samples.current
  const values = yield* context.evaluator.scalar(context, plan.args[0]!, steps)
  const frame = scalarFrame(values)
  yield* countedSteps(context, before, [values], frame)
  return frame
}

function* clampRows(context: EvalContext, plan: CallPlan, steps: Steps): Task<Frame> {
  const before = context.samples.current
  const input = yield* context.evaluator.vector(context, plan.args[0]!, steps)
  const first = yield* context.evaluator.scalar(context, plan.args[1]!, steps)
  const second = plan.args[2] && (yield* context.evaluator.scalar(context, plan.args[2], steps))
  const least = plan.func === 'clamp_max' ? new Float64Array(steps.count).fill(-Infinity) : first
  const greatest =
    plan.func === 'clamp_min' ? new Float64Array(steps.count).fill(Infinity) : (second ?? first)
  const clamped = yield* mapFloats(context, input, (v, s) =>
    greatest[s]! < least[s]! ? undefined : maximum(least[s]!, minimum(greatest[s]!, v)),
  )
  const result = yield* withoutEmptyRows(context, clamped)
  const scalars = second === undefined ? [first] : [first, second]
  yield* countedSteps(context, before, [input, ...scalars], result)
  return result
}

/** To the nearest multiple; halves go up. */
function* roundRows(context: EvalContext, plan: CallPlan, steps: Steps): Task<Frame> {
  const before = context.samples.current
  const input = yield* context.evaluator.vector(context, plan.args[0]!, steps)
  const nearest = plan.args[1] && (yield* context.evaluator.scalar(context, plan.args[1], steps))
  const result = yield* mapFloats(context, input, (v, s) => {
    const inverse = 1 / (nearest === undefined ? 1 : nearest[s]!)
    return Math.floor(v * inverse + 0.5) / inverse
  })
  yield* countedSteps(context, before, nearest === undefined ? [input] : [input, nearest], result)
  return result
}

/** Without an argument: of the evaluation time. */
function* dateRows(
  context: EvalContext,
  plan: CallPlan,
  steps: Steps,
  part: DatePart,
): Task<Frame> {
  const before = context.samples.current
  const arg = plan.args[0]
  if (arg === undefined) {
    const frame = new Frame(steps.count, 1, context.memory)
    const row = frame.addRow(Labels.EMPTY, false)
    yield* inPortions(context.budget, steps.count, (from, to) => {
      for (let s = from; s < to; s++)
        frame.values[row * steps.count + s] = datePart(Math.trunc(timeOf(steps, s) / 1000), part)
    })
    yield* countedSteps(context, before, [], frame)
    return frame
  }
  const input = yield* context.evaluator.vector(context, arg, steps)
  const zone = plan.args[1] && new TimeZone(stringArgument(plan.args[1]))
  const result = yield* mapFloats(
    context,
    input,
    zone === undefined
      ? (v) => datePart(v, part)
      : (v) => datePart(v + zone.offsetSeconds(v), part),
  )
  yield* countedSteps(context, before, [input], result)
  return result
}

/** Of a selector, and only where start times are in use; there is nothing to say of anything else. */
function* startTimestamps(context: EvalContext, plan: CallPlan, steps: Steps): Task<Frame> {
  const arg = plan.args[0] ?? bug('start_timestamp without an argument')
  const inUse = context.options.features.has('use-start-timestamps')
  if (arg.kind === 'selector' && inUse) return yield* timestamps(context, plan, steps)
  yield* context.evaluator.vector(context, arg, steps)
  return new Frame(steps.count)
}
