// Lets a long evaluation be stopped, and lets others run meanwhile. Evaluation is synchronous generators:
// they `yield` when `due` says so, and `drive` gives the event loop a turn.

import { type Clock, Pace, type Task, UserError } from '@pharos/base'
import { canceled, timedOut } from './errors.ts'
import { SLICE_MS, WORK_BETWEEN_LOOKS } from './limits.ts'

export type { Task } from '@pharos/base'

export class Budget {
  readonly #clock: Clock
  readonly #signal: AbortSignal | undefined
  readonly #deadlineMs: number
  readonly #pace: Pace
  #work = 0

  /** The time-out starts now. */
  constructor(clock: Clock, timeoutMs: number, signal: AbortSignal | undefined) {
    this.#clock = clock
    this.#signal = signal
    this.#deadlineMs = clock.monotonicMs() + timeoutMs
    this.#pace = new Pace(clock, SLICE_MS)
  }

  /**
   * To be asked between columns with the number of points just worked on. True: yield now.
   * @throws UserError `promql/timeout` or `promql/canceled`
   */
  due(work: number): boolean {
    this.#work += work + 16
    if (this.#work < WORK_BETWEEN_LOOKS) return false
    this.#work = 0
    this.check()
    return this.#pace.isDue
  }

  check(): void {
    if (this.#signal?.aborted === true) throw this.#canceled()
    if (this.#clock.monotonicMs() > this.#deadlineMs) throw timedOut()
  }

  /** Who stops a query may say why. */
  #canceled(): Error {
    const reason: unknown = this.#signal?.reason
    return reason instanceof UserError ? reason : canceled()
  }

  /** Runs a task to its end with a pause after every slice. */
  async drive<T>(task: Task<T>): Promise<T> {
    for (;;) {
      const step = task.next()
      if (step.done === true) return step.value
      await this.#pace.rest()
      this.check()
    }
  }

  /** Waits for storage, but not longer than the query may take. */
  async wait<T>(work: Promise<T>): Promise<T> {
    this.check()
    let isSettled = false
    const settle = (): void => void (isSettled = true)
    work.then(settle, settle)
    // A store that has everything in memory is done within a few turns of promises.
    for (let i = 0; i < 8 && !isSettled; i++) await Promise.resolve()
    return isSettled ? work : this.#waitLong(work)
  }

  async #waitLong<T>(work: Promise<T>): Promise<T> {
    let stop: (error: Error) => void = () => undefined
    const stopped = new Promise<never>((_, reject) => (stop = reject))
    const left = Math.max(0, this.#deadlineMs - this.#clock.monotonicMs())
    const timer = this.#clock.after(left, () => stop(timedOut()))
    const abort = (): void => stop(this.#canceled())
    this.#signal?.addEventListener('abort', abort, { once: true })
    try {
      this.check()
      return await Promise.race([work, stopped])
    } finally {
      timer.cancel()
      this.#signal?.removeEventListener('abort', abort)
    }
  }
}
