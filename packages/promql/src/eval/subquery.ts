// Subqueries: the inner expression is evaluated on its own grid, and its rows become a group of series with
// one shared time column, so that everything that works on stored series works on them.

import type { Labels, NativeHistogram } from '@pharos/model'
import type { SeriesGroup } from '../queryable.ts'
import { Column } from '../queryable.ts'
import type { Task } from './budget.ts'
import type { EvalContext } from './context.ts'
import type { Frame } from './frame.ts'
import type { SubqueryPlan } from './plan.ts'
import { spreadReads, StepTally } from './step-tally.ts'
import { inPortions, lastStepMs, type Steps, stepsBetween, timeOf } from './steps.ts'

interface SubqueryResult {
  readonly group: SeriesGroup
  readonly frame: Frame
  /** As the sample limit counts them. */
  readonly sampleCount: number
}

/**
 * The inner steps: multiples of the subquery's step after the start of the first window, up to the end of
 * the last.
 */
export function subquerySteps(context: EvalContext, plan: SubqueryPlan, steps: Steps): Steps {
  const offsetMs =
    plan.atMs === undefined ? plan.offsetMs : steps.startMs - plan.atMs + plan.offsetMs
  const stepMs = plan.stepMs === 0 ? context.options.defaultSubqueryStepMs : plan.stepMs
  const afterMs = steps.startMs - offsetMs - plan.rangeMs
  let startMs = stepMs * Math.trunc(afterMs / stepMs)
  if (startMs <= afterMs) startMs += stepMs
  return stepsBetween(startMs, lastStepMs(steps) - offsetMs, stepMs)
}

export function* subqueryGroup(
  context: EvalContext,
  plan: SubqueryPlan,
  steps: Steps,
): Task<SubqueryResult> {
  const inner = subquerySteps(context, plan, steps)
  const frame = yield* innerFrame(context, plan, steps, inner)
  forgetResets(frame)
  const times = new Float64Array(inner.count)
  yield* inPortions(context.budget, inner.count, (from, to) => {
    for (let s = from; s < to; s++) times[s] = timeOf(inner, s)
  })
  const sampleCount = frame.sampleCount()
  if (context.budget.due(inner.count)) yield
  return { group: new FrameGroup(frame, times), frame, sampleCount }
}

function* innerFrame(
  context: EvalContext,
  plan: SubqueryPlan,
  steps: Steps,
  inner: Steps,
): Task<Frame> {
  const { samples } = context
  const { total, read, tally } = samples
  const hasGaps = steps.count > 1 && plan.rangeMs < steps.stepMs
  const innerTally = hasGaps || tally !== undefined ? new StepTally(inner) : undefined
  samples.tally = innerTally
  const frame = yield* context.evaluator.vector(context, plan.expr, inner)
  // What the inner selectors looked at is counted when the windows over the result are.
  samples.total = total
  samples.tally = tally
  if (innerTally === undefined) return frame
  if (steps.count > 1) {
    samples.read = read
    spreadReads(
      innerTally,
      { steps, offsetMs: plan.offsetMs, rangeMs: plan.rangeMs },
      (s, count) => {
        samples.read += count
        tally?.addAt(s, 0, count)
      },
    )
  } else tally?.addAt(0, 0, samples.read - read)
  return frame
}

/** The rows of a frame as stored series. */
class FrameGroup implements SeriesGroup {
  readonly times: Float64Array
  readonly #frame: Frame

  constructor(frame: Frame, times: Float64Array) {
    this.#frame = frame
    this.times = times
  }

  get seriesCount(): number {
    return this.#frame.rowCount
  }

  labels(series: number): Labels {
    return this.#frame.labels[series]!
  }

  readValues(series: number, out: Float64Array): number {
    const row = this.#frame.row(series)
    out.set(row.values)
    if (row.cells !== undefined) return Column.specials | Column.histograms
    return row.presentCount() === row.values.length ? Column.plain : Column.specials
  }

  readHistograms(series: number, out: (NativeHistogram | undefined)[]): void {
    const cells = this.#frame.cells[series]
    for (let s = 0; s < this.times.length; s++) out[s] = cells?.[s]
  }
}

/**
 * A subquery may skip samples or see one twice, so what its histograms say about resets between
 * neighbours is not to be believed.
 */
function forgetResets(frame: Frame): void {
  for (const cells of frame.cells) {
    if (cells === undefined) continue
    for (let s = 0; s < cells.length; s++) {
      const h = cells[s]
      if (h?.counterResetHint === 'reset' || h?.counterResetHint === 'not_reset')
        cells[s] = { ...h, counterResetHint: 'unknown' }
    }
  }
}
