import { tooManySamples } from './errors.ts'
import { MAX_STEPS } from './limits.ts'

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

/** The times themselves, ms since 1970. */
export function stepTimes(steps: Steps): Float64Array {
  const times = new Float64Array(steps.count)
  for (let s = 0; s < steps.count; s++) times[s] = steps.startMs + s * steps.stepMs
  return times
}

/** The last step; the start when there is none. */
export function lastStepMs(steps: Steps): number {
  return steps.startMs + Math.max(0, steps.count - 1) * steps.stepMs
}
