import type { Budget, Task } from './budget.ts'
import { tooManySamples } from './errors.ts'
import { MAX_STEPS, WORK_BETWEEN_LOOKS } from './limits.ts'

/** The times an expression is evaluated at: `startMs + i·stepMs` for i in [0, count). */
export interface Steps {
  /** ms since 1970. */
  readonly startMs: number
  /** ms, at least 1. */
  readonly stepMs: number
  /** At least 0. */
  readonly count: number
}

/**
 * Steps of [startMs, endMs], both inclusive; none when the end is before the start.
 * @throws UserError `promql/too-many-samples` beyond MAX_STEPS
 */
export function stepsBetween(startMs: number, endMs: number, stepMs: number): Steps {
  const count = endMs < startMs ? 0 : Math.floor((endMs - startMs) / stepMs) + 1
  if (count > MAX_STEPS) throw tooManySamples()
  return { startMs, stepMs, count }
}

/** The time of one of them, ms since 1970. */
export function timeOf({ startMs, stepMs }: Steps, s: number): number {
  return startMs + s * stepMs
}

/** The times themselves, ms since 1970. */
export function stepTimes(steps: Steps): Float64Array {
  const times = new Float64Array(steps.count)
  for (let s = 0; s < steps.count; s++) times[s] = steps.startMs + s * steps.stepMs
  return times
}

/** Works on steps [from, to) at a time until all of them are done, and lets others run in between. */
export function* inPortions(
  budget: Budget,
  stepCount: number,
  work: (from: number, to: number) => void,
): Task<void> {
  for (let from = 0; from < stepCount; from += WORK_BETWEEN_LOOKS) {
    const to = Math.min(stepCount, from + WORK_BETWEEN_LOOKS)
    work(from, to)
    if (budget.due(to - from)) yield
  }
}

/** The last step; the start when there is none. */
export function lastStepMs(steps: Steps): number {
  return steps.startMs + Math.max(0, steps.count - 1) * steps.stepMs
}
