import { tooMuchMemory } from './errors.ts'

/**
 * Estimates the bytes that a query holds: the columns of its frames and accumulators, and what a row costs
 * besides. What the store decodes goes through one small buffer and is left out. An operator's inputs count
 * until it has made its result; that is what the switchboard gives back with `settle`.
 */
export class MemoryMeter {
  current = 0
  peak = 0
  readonly #max: number

  /** @param maxBytes  0: no limit */
  constructor(maxBytes: number) {
    this.#max = maxBytes === 0 ? Infinity : maxBytes
  }

  /** To be called before the bytes are allocated. @throws UserError `promql/too-much-memory` */
  take(bytes: number): void {
    this.current += bytes
    if (this.current > this.peak) this.peak = this.current
    if (this.current > this.#max) throw tooMuchMemory(this.current, this.#max)
  }

  give(bytes: number): void {
    this.current -= bytes
  }

  /** An operator is done: of all it took since `before` only `keptBytes` remain. */
  settle(before: number, keptBytes: number): void {
    this.current = before + keptBytes
  }
}
