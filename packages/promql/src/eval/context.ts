import type { EngineOptions } from '../engine-options.ts'
import type { Selection } from '../queryable.ts'
import type { Annotations } from './annotations.ts'
import type { Budget } from './budget.ts'
import type { Plan } from './plan.ts'
import type { SampleCounter } from './sample-counter.ts'

/** What every operator of one running query shares. */
export interface EvalContext {
  readonly options: EngineOptions
  readonly lookbackMs: number
  /** Names are dropped when the query is done, not by each operator. */
  readonly delayedNames: boolean
  readonly annotations: Annotations
  readonly samples: SampleCounter
  readonly budget: Budget
  /** By selector plan; for info() by its call. */
  readonly selections: ReadonlyMap<Plan, Selection>
  /** Selectors whose histograms are reduced to count and sum further up. */
  readonly statisticsOnly: ReadonlySet<Plan>
}

/** Series whose kind of metric is told by labels rather than by the name's ending. */
export function usesTypeLabels(context: EvalContext): boolean {
  return context.options.features.has('type-and-unit-labels')
}
