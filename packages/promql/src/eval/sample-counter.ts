import { tooManySamples } from './errors.ts'
import type { StepTally } from './step-tally.ts'

/**
 * Counts samples the way `--query.max-samples` wants them: those that a step-by-step evaluation would hold
 * in memory at one time. Ours holds columns, but the limit and the numbers in query statistics have to mean
 * the same as in the reference, so every operator reports what it reads and makes.
 */
export class SampleCounter {
  /** Held now. */
  current = 0
  peak = 0
  /** Looked at by selectors, summed over all steps. */
  total = 0
  /** Read from storage: a sample that several windows of a selector share counts once. */
  read = 0
  /** By step of the grid that is being evaluated; undefined when nobody asks. */
  tally: StepTally | undefined = undefined
  readonly #max: number

  constructor(max: number) {
    this.#max = max
  }

  /** @throws UserError `promql/too-many-samples` */
  hold(count: number): void {
    this.current += count
    this.touch(0)
  }

  release(count: number): void {
    this.current -= count
  }

  /** Notes that `extra` samples are needed for a moment besides the held ones. */
  touch(extra: number): void {
    const now = this.current + extra
    if (now > this.peak) this.peak = now
    if (now > this.#max) throw tooManySamples()
  }
}
