// How long work stays out of the way of everything else. Work is synchronous, or nearly so, and asks now and then whether
// its slice is over; then it rests until the event loop has turned.
//
//   for (…) { one(…); if (pace.isDue) await pace.rest() }          in a function that may wait
//   function* task(): Task<T> { … if (pace.isDue) yield … }        in one that may not; `pace.drive(task())` runs it

import type { Clock } from './clock.ts'

/** A piece of work: synchronous, but stops at every `yield`. */
export type Task<T> = Generator<void, T, void>

export class Pace {
  readonly #clock: Clock
  readonly #sliceMs: number
  #sliceEndMs: number

  /** @param sliceMs  of work between two turns of the event loop; the first slice begins now */
  constructor(clock: Clock, sliceMs: number) {
    this.#clock = clock
    this.#sliceMs = sliceMs
    this.#sliceEndMs = clock.monotonicMs() + sliceMs
  }

  /** The slice is over. */
  get isDue(): boolean {
    return this.#clock.monotonicMs() >= this.#sliceEndMs
  }

  /** Who has waited for something else begins anew. */
  begin(): void {
    this.#sliceEndMs = this.#clock.monotonicMs() + this.#sliceMs
  }

  /** Resolves when others had their turn; a new slice begins then. */
  async rest(): Promise<void> {
    await this.#clock.sleep(0)
    this.begin()
  }

  /** Runs a task to its end, with a rest whenever it stops and its slice is over. */
  async drive<T>(task: Task<T>): Promise<T> {
    for (;;) {
      const step = task.next()
      if (step.done === true) return step.value
      if (this.isDue) await this.rest()
    }
  }
}

/** Runs a task in one go. */
export function runTask<T>(task: Task<T>): T {
  for (;;) {
    const step = task.next()
    if (step.done === true) return step.value
  }
}
