// Measures every operator of a running query. It stands between the operators as their evaluator, so that
// evaluation without explain contains no trace of it.
//
//   operator ──context.evaluator──► measure start ──► real evaluator ──► operator's operands …
//
// Time is taken around each stretch between two yields; what a consumer does inside a row sink is taken off
// the producer and stays with the consumer.

import type { Clock } from '@pharos/base'
import type { Labels } from '@pharos/model'
import type { Task } from '../eval/budget.ts'
import type { EvalContext, Evaluator } from '../eval/context.ts'
import type { Frame, Row, RowSink } from '../eval/frame.ts'
import type { Plan } from '../eval/plan.ts'
import type { Steps } from '../eval/steps.ts'

/** What one plan node did, over all its evaluations. */
export class Measure {
  evaluations = 0
  series = 0
  points = 0
  samples = 0
  /** With operands. */
  totalMs = 0
  readonly #values = new Map<string, Set<string>>()

  addLabels(labels: Labels): void {
    for (const [name, value] of labels) {
      let values = this.#values.get(name)
      if (values === undefined) this.#values.set(name, (values = new Set()))
      values.add(value)
    }
  }

  addFrame(frame: Frame): void {
    this.series += frame.rowCount
    for (let r = 0; r < frame.rowCount; r++) {
      this.points += frame.row(r).presentCount()
      this.addLabels(frame.labels[r]!)
    }
  }

  addRow(labels: Labels, row: Row): void {
    this.series++
    this.points += row.presentCount()
    this.addLabels(labels)
  }

  /** Different values by label name, sorted by name. */
  labelCounts(): Record<string, number> {
    return Object.fromEntries(
      [...this.#values].map(([name, values]) => [name, values.size] as const).sort(byName),
    )
  }
}

export class MeasuringEvaluator implements Evaluator {
  readonly measures: Map<Plan, Measure> = new Map()
  readonly #inner: Evaluator
  readonly #clock: Clock

  constructor(inner: Evaluator, clock: Clock) {
    this.#inner = inner
    this.#clock = clock
  }

  *vector(context: EvalContext, plan: Plan, steps: Steps): Task<Frame> {
    const measure = this.#begin(plan)
    const before = context.samples.total
    const frame = yield* this.#timed(measure, this.#inner.vector(context, plan, steps))
    measure.samples += context.samples.total - before
    measure.addFrame(frame)
    return frame
  }

  *scalar(context: EvalContext, plan: Plan, steps: Steps): Task<Float64Array<ArrayBuffer>> {
    const measure = this.#begin(plan)
    const before = context.samples.total
    const values = yield* this.#timed(measure, this.#inner.scalar(context, plan, steps))
    measure.samples += context.samples.total - before
    measure.points += values.length
    return values
  }

  *rows(context: EvalContext, plan: Plan, steps: Steps, sink: RowSink): Task<void> {
    const measure = this.#begin(plan)
    const before = context.samples.total
    const measured: RowSink = (name, dropName, row) => {
      measure.addRow(name.labels, row)
      const startMs = this.#clock.monotonicMs()
      sink(name, dropName, row)
      measure.totalMs -= this.#clock.monotonicMs() - startMs
    }
    yield* this.#timed(measure, this.#inner.rows(context, plan, steps, measured))
    measure.samples += context.samples.total - before
  }

  #begin(plan: Plan): Measure {
    let measure = this.measures.get(plan)
    if (measure === undefined) this.measures.set(plan, (measure = new Measure()))
    measure.evaluations++
    return measure
  }

  *#timed<T>(measure: Measure, task: Task<T>): Task<T> {
    for (;;) {
      const startMs = this.#clock.monotonicMs()
      const step = task.next()
      measure.totalMs += this.#clock.monotonicMs() - startMs
      if (step.done === true) return step.value
      yield
    }
  }
}

function byName([a]: readonly [string, number], [b]: readonly [string, number]): number {
  return a < b ? -1 : 1
}
