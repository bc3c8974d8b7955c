// histogram_quantile, histogram_quantiles and histogram_fraction: classic buckets (rows with an le label)
// are put together by their other labels; native histograms stand for themselves.

import {
  formatOpenMetricsValue,
  formatShortest,
  goQuote,
  type Labels,
  LabelsBuilder,
  METRIC_NAME,
  type NativeHistogram,
  parseValue,
} from '@pharos/model'
import type { Pos } from '../ast.ts'
import { withMetric } from './annotations.ts'
import { bucketFraction, bucketQuantile, Buckets, noMonotonicity } from './bucket-quantile.ts'
import type { Task } from './budget.ts'
import type { EvalContext } from './context.ts'
import { Frame } from './frame.ts'
import { withoutMetadata } from './labels-of.ts'
import { nativeFraction, nativeQuantile } from './native-quantile.ts'
import { type CallPlan, stringArgument } from './plan.ts'
import { settle, withoutEmptyRows } from './rows.ts'
import { countedSteps } from './step-counts.ts'
import { type Steps, stepTimes } from './steps.ts'

/** What is asked of each histogram. */
interface Question {
  /** Of the vector argument. */
  readonly pos: Pos
  classic(buckets: Buckets, step: number, metric: string): number
  native(histogram: NativeHistogram, step: number, metric: string): number
}

export function* histogramQuantile(
  context: EvalContext,
  plan: CallPlan,
  steps: Steps,
): Task<Frame> {
  const before = context.samples.current
  const q = yield* context.evaluator.scalar(context, plan.args[0]!, steps)
  const input = yield* context.evaluator.vector(context, plan.args[1]!, steps)
  warnAboutQuantile(context, q, plan.args[0]!.pos)
  const families = yield* familiesOf(context, input, plan.args[1]!.pos)
  const question = quantileQuestion(context, q, plan.args[1]!.pos, steps)
  const frame = new Frame(steps.count, 0, context.memory)
  yield* answer(context, input, families, question, frame, (labels) => labels)
  const result = yield* settle(context, yield* withoutEmptyRows(context, frame))
  yield* countedSteps(context, before, [q, input], result)
  return result
}

/** histogram_quantiles(v, label, q…): one result for each quantile, told apart by a label. */
export function* histogramQuantiles(
  context: EvalContext,
  plan: CallPlan,
  steps: Steps,
): Task<Frame> {
  const before = context.samples.current
  const input = yield* context.evaluator.vector(context, plan.args[0]!, steps)
  const label = stringArgument(plan.args[1])
  const pos = plan.args[0]!.pos
  const families = yield* familiesOf(context, input, pos)
  const frame = new Frame(steps.count, 0, context.memory)
  for (const arg of plan.args.slice(2)) {
    const q = yield* context.evaluator.scalar(context, arg, steps)
    warnAboutQuantile(context, q, arg.pos)
    const question = quantileQuestion(context, q, pos, steps)
    for (const value of new Set(q)) {
      // The label holds the quantile, so each value it takes over time makes series of its own.
      const part = new Frame(steps.count, 0, context.memory)
      const text = formatOpenMetricsValue(value)
      yield* answer(context, input, families, question, part, (labels) =>
        new LabelsBuilder(labels).set(label, text).labels(),
      )
      appendSteps(frame, part, (s) => Object.is(q[s], value))
    }
  }
  const result = yield* settle(context, yield* withoutEmptyRows(context, frame))
  yield* countedSteps(context, before, [input], result)
  return result
}

export function* histogramFraction(
  context: EvalContext,
  plan: CallPlan,
  steps: Steps,
): Task<Frame> {
  const before = context.samples.current
  const lower = yield* context.evaluator.scalar(context, plan.args[0]!, steps)
  const upper = yield* context.evaluator.scalar(context, plan.args[1]!, steps)
  const input = yield* context.evaluator.vector(context, plan.args[2]!, steps)
  const pos = plan.args[2]!.pos
  const families = yield* familiesOf(context, input, pos)
  const frame = new Frame(steps.count, 0, context.memory)
  const question: Question = {
    pos,
    classic: (buckets, s) => bucketFraction(lower[s]!, upper[s]!, buckets),
    native: (h, s, metric) => nativeFraction(context, lower[s]!, upper[s]!, h, metric, pos),
  }
  yield* answer(context, input, families, question, frame, (labels) => labels)
  const result = yield* settle(context, yield* withoutEmptyRows(context, frame))
  yield* countedSteps(context, before, [lower, upper, input], result)
  return result
}

function appendSteps(frame: Frame, part: Frame, takes: (s: number) => boolean): void {
  for (let r = 0; r < part.rowCount; r++) {
    const row = frame.addRow(part.labels[r]!, part.dropName[r]!)
    for (let s = 0; s < part.stepCount; s++) {
      if (part.hasFloat(r, s) && takes(s))
        frame.values[row * part.stepCount + s] = part.values[r * part.stepCount + s]!
    }
  }
}

function quantileQuestion(context: EvalContext, q: Float64Array, pos: Pos, steps: Steps): Question {
  const times = stepTimes(steps)
  let report = noMonotonicity()
  return {
    pos,
    classic: (buckets, s, metric) => {
      // Hardly ever is there anything in it, and then the next one takes it.
      if (report.forced || report.fixed) report = noMonotonicity()
      const value = bucketQuantile(q[s]!, buckets, report)
      if (report.forced)
        context.annotations.forcedMonotonicity(
          metric,
          pos,
          times[s]!,
          report.minBucket,
          report.maxBucket,
          report.maxDiff,
        )
      return value
    },
    native: (h, s, metric) => nativeQuantile(context, q[s]!, h, metric, pos),
  }
}

function warnAboutQuantile(context: EvalContext, q: Float64Array, pos: Pos): void {
  for (const value of q) {
    if (value >= 0 && value <= 1) continue
    const text = `quantile value should be between 0 and 1, got ${formatShortest(value)}`
    context.annotations.warn(text, pos)
  }
}

/** The rows that make up one histogram: classic buckets by ascending bound, and native ones. */
interface Family {
  readonly labels: Labels
  readonly buckets: { readonly bound: number; readonly row: number }[]
  readonly nativeRows: number[]
}

function* familiesOf(context: EvalContext, input: Frame, pos: Pos): Task<Family[]> {
  const families = new Map<string, Family>()
  const familyOf = (labels: Labels): Family => {
    let family = families.get(labels.key)
    if (family === undefined) {
      family = { labels, buckets: [], nativeRows: [] }
      families.set(labels.key, family)
    }
    return family
  }
  const bounds = new Map<string, number | undefined>()
  let last: Family | undefined
  for (let r = 0; r < input.rowCount; r++) {
    if (context.budget.due(input.stepCount)) yield
    const labels = input.labels[r]!
    const nativeCount = input.cells[r]?.filter((cell) => cell !== undefined).length ?? 0
    if (nativeCount > 0) familyOf(labels).nativeRows.push(r)
    if (input.presentCount(r) === nativeCount) continue
    const le = labels.get('le')
    let bound = bounds.get(le)
    if (bound === undefined) bounds.set(le, (bound = parseValue(le)))
    if (bound === undefined) {
      const text = `bucket label "le" is missing or has a malformed value of ${goQuote(le)}`
      const metric = context.delayedNames ? labels.get(METRIC_NAME) : ''
      context.annotations.warn(withMetric(text, metric), pos)
      continue
    }
    // Buckets of one histogram nearly always stand behind each other.
    if (last === undefined || !isWithoutBound(last.labels, labels))
      last = familyOf(labels.without(['le']))
    last.buckets.push({ bound, row: r })
  }
  for (const family of families.values()) family.buckets.sort((a, b) => a.bound - b.bound)
  return [...families.values()]
}

/** `labels` are `rest` and a bound. */
function isWithoutBound(rest: Labels, labels: Labels): boolean {
  const a = rest.flat
  const b = labels.flat
  if (b.length !== a.length + 2) return false
  let skipped = 0
  for (let i = 0; i < b.length; i += 2) {
    if (b[i] === 'le') skipped = 2
    else if (a[i - skipped] !== b[i] || a[i + 1 - skipped] !== b[i + 1]) return false
  }
  return skipped === 2
}

function* answer(
  context: EvalContext,
  input: Frame,
  families: readonly Family[],
  question: Question,
  frame: Frame,
  relabel: (labels: Labels) => Labels,
): Task<void> {
  const n = input.stepCount
  for (const family of families) {
    if (context.budget.due(n * family.buckets.length)) yield
    const metric = context.delayedNames ? family.labels.get(METRIC_NAME) : ''
    const kept = context.delayedNames ? family.labels : withoutMetadata(family.labels)
    const row = frame.addRow(relabel(kept), true)
    const buckets = new Buckets(family.buckets.length)
    if (hasAllSteps(input, family)) {
      answerWhole(input, family, question, buckets, metric, frame.values.subarray(row * n))
      continue
    }
    for (let s = 0; s < n; s++) {
      gatherBuckets(input, family, s, buckets)
      const native = nativeAt(input, family, s)
      if (native !== undefined && buckets.count > 0) {
        const text = 'vector contains a mix of classic and native histograms'
        context.annotations.warn(withMetric(text, metric), question.pos)
      } else if (native !== undefined)
        frame.values[row * n + s] = question.native(native, s, metric)
      else if (buckets.count > 0) frame.values[row * n + s] = question.classic(buckets, s, metric)
    }
  }
}

/** Every bucket has a float at every step, no two have the same bound, and there is nothing else. */
function hasAllSteps(input: Frame, { buckets, nativeRows }: Family): boolean {
  if (nativeRows.length > 0 || buckets.length === 0) return false
  for (let b = 0; b < buckets.length; b++) {
    const { bound, row } = buckets[b]!
    if (b > 0 && bound === buckets[b - 1]!.bound) return false
    if (input.cells[row] !== undefined || input.presentCount(row) < input.stepCount) return false
  }
  return true
}

/** What `answer` does at each step, for a family that has them all. */
function answerWhole(
  input: Frame,
  family: Family,
  question: Question,
  buckets: Buckets,
  metric: string,
  out: Float64Array,
): void {
  const { bounds, counts } = buckets
  const { values, stepCount } = input
  const { length } = family.buckets
  const starts = new Int32Array(length)
  for (let b = 0; b < length; b++) {
    bounds[b] = family.buckets[b]!.bound
    starts[b] = family.buckets[b]!.row * stepCount
  }
  buckets.count = length
  for (let s = 0; s < stepCount; s++) {
    // Questions may change the counts.
    for (let b = 0; b < length; b++) counts[b] = values[starts[b]! + s]!
    out[s] = question.classic(buckets, s, metric)
  }
}

function gatherBuckets(input: Frame, family: Family, s: number, buckets: Buckets): void {
  buckets.count = 0
  for (const { bound, row } of family.buckets) {
    if (input.hasFloat(row, s)) buckets.push(bound, input.values[row * input.stepCount + s]!)
  }
}

function nativeAt(input: Frame, family: Family, s: number): NativeHistogram | undefined {
  for (const row of family.nativeRows) {
    const histogram = input.histogram(row, s)
    if (histogram !== undefined) return histogram
  }
  return undefined
}
