// A target whose series explode is cut off before they reach the store: it is not asked for a while, then gets one scrape
// on probation, and is cut off for longer when it has not changed.

import type { QuarantineSettings } from '@pharos/config'
import { QUARANTINE_DOUBLINGS_MAX } from './limits.ts'

/** The budget of one scrape, for the writer. */
export interface SeriesBudget {
  /** After relabelling; 0: no limit. */
  readonly maxSeries: number
  /** Series not met before; −1: no limit. */
  readonly maxNew: number
}

export interface QuarantineStatus {
  readonly reason: string
  /** ms since 1970; from then on one scrape is tried. */
  readonly untilMs: number
}

export class Quarantine {
  #settings: QuarantineSettings
  #status: QuarantineStatus | undefined
  /** How often in a row. */
  #times = 0
  /** New series that the target may still bring, as a bucket that fills within an hour. */
  #newLeft: number
  #countedMs = 0
  #isFirst = true

  constructor(settings: QuarantineSettings) {
    this.#settings = settings
    this.#newLeft = settings.maxChurn
  }

  get status(): QuarantineStatus | undefined {
    return this.#status
  }

  reconfigure(settings: QuarantineSettings): void {
    if (JSON.stringify(settings) === JSON.stringify(this.#settings)) return
    this.#settings = settings
    this.#newLeft = settings.maxChurn
    this.#status = undefined
    this.#times = 0
  }

  /** Whether the target is not to be asked now. */
  isClosed(nowMs: number): boolean {
    return this.#status !== undefined && nowMs < this.#status.untilMs
  }

  budget(nowMs: number): SeriesBudget {
    const { maxSeries, maxChurn } = this.#settings
    const grown = this.#newLeft + ((nowMs - this.#countedMs) / 3_600_000) * maxChurn
    this.#newLeft = Math.min(maxChurn, grown)
    this.#countedMs = nowMs
    // All series of the first scrape are new, and after a quarantine they have to come again.
    const isFree = maxChurn === 0 || this.#isFirst || this.#status !== undefined
    return { maxSeries, maxNew: isFree ? -1 : Math.floor(this.#newLeft) }
  }

  /** The scrape stayed within the budget. */
  passed(newSeries: number): void {
    if (!this.#isFirst && this.#status === undefined) this.#newLeft -= newSeries
    this.#isFirst = false
    this.#status = undefined
    this.#times = 0
  }

  /** The scrape went over the budget. */
  close(nowMs: number, reason: string): void {
    const { cooldownMs } = this.#settings
    const length = cooldownMs * 2 ** Math.min(this.#times, QUARANTINE_DOUBLINGS_MAX)
    this.#times++
    this.#status = { reason, untilMs: nowMs + length }
  }
}
