import type { EngineOptions } from '../engine-options.ts'
import type { Selection } from '../queryable.ts'
import type { Annotations } from './annotations.ts'
import type { Budget, Task } from './budget.ts'
import type { Frame, RowSink } from './frame.ts'
import type { KernelScratch } from './kernel-lane.ts'
import type { MemoryMeter } from './memory-meter.ts'
import type { Plan } from './plan.ts'
import type { SampleCounter } from './sample-counter.ts'
import type { Steps } from './steps.ts'

/**
 * Evaluates operands. Operators get it with their context instead of importing it, because the switchboard
 * imports them.
 */
export interface Evaluator {
  /** An instant vector at all steps. A scalar comes as one row without labels. */
  vector(context: EvalContext, plan: Plan, steps: Steps): Task<Frame>
  /** A scalar at all steps; there are no gaps. */
  scalar(context: EvalContext, plan: Plan, steps: Steps): Task<Float64Array<ArrayBuffer>>
  /** The rows of an instant vector one by one, not kept where that can be avoided. */
  rows(context: EvalContext, plan: Plan, steps: Steps, sink: RowSink): Task<void>
}

/** What every operator of one running query shares. */
export interface EvalContext {
  readonly options: EngineOptions
  readonly evaluator: Evaluator
  readonly lookbackMs: number
  /** Names are dropped when the query is done, not by each operator. */
  readonly delayedNames: boolean
  readonly annotations: Annotations
  readonly samples: SampleCounter
  readonly memory: MemoryMeter
  readonly budget: Budget
  /** The query's part of the kernel's memory; undefined without a kernel. */
  readonly scratch: KernelScratch | undefined
  /** By selector plan; for info() by its call. */
  readonly selections: ReadonlyMap<Plan, Selection>
  /** Selectors whose histograms are reduced to count and sum further up. */
  readonly statisticsOnly: ReadonlySet<Plan>
}

/** Series whose kind of metric is told by labels rather than by the name's ending. */
export function usesTypeLabels(context: EvalContext): boolean {
  return context.options.features.has('type-and-unit-labels')
}
