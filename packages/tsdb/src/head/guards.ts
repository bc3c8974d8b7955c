// What the head refuses before it looks at a group's rows: times that nobody can mean, and series beyond the budget.

import type { Clock } from '@pharos/base'
import { AppendOutcome } from '../appender.ts'
import { seriesLabels, type Shape } from '../catalog/shape.ts'
import {
  CLOCK_SLACK_MS,
  GROUP_COLUMNS,
  LABEL_TEXT_LENGTH,
  LABELS_PER_SERIES,
  TIME_MS,
} from '../limits.ts'
import type { TsdbOptions } from '../tsdb-options.ts'
import type { TsdbStats } from '../tsdb-status.ts'
import type { HeadGroup } from './head-group.ts'

export class Guards {
  readonly #clock: Clock
  readonly #options: TsdbOptions
  readonly #stats: TsdbStats

  constructor(clock: Clock, options: TsdbOptions, stats: TsdbStats) {
    this.#clock = clock
    this.#options = options
    this.#stats = stats
  }

  /** Whether a group may have one more series. */
  hasRoomFor(group: HeadGroup, shape: Shape): boolean {
    const { maxHeadSeries } = this.#options
    if (this.#stats.isMemoryShort) return false
    if (maxHeadSeries > 0 && this.#stats.headSeries >= maxHeadSeries) return false
    if (group.columnCount >= GROUP_COLUMNS) return false
    const labels = seriesLabels(group.key, shape)
    if (labels.size > LABELS_PER_SERIES) return false
    return labels.flat.every((text) => text.length <= LABEL_TEXT_LENGTH)
  }

  /**
   * What can be said of a time without looking at its group.
   * @param maxTimeMs  newest sample of the store
   * @param samples    so many are counted when they are refused
   */
  refusal(tMs: number, maxTimeMs: number, samples: number): AppendOutcome {
    if (this.#stats.isReadOnly) return AppendOutcome.readOnly
    const nowMs = this.#clock.now()
    const { maxFutureMs, minBlockMs, outOfOrderMs } = this.#options
    let outcome: AppendOutcome = AppendOutcome.ok
    if (!Number.isInteger(tMs) || tMs < -TIME_MS) outcome = AppendOutcome.tooOld
    else if (tMs > TIME_MS || tMs > nowMs + maxFutureMs) outcome = AppendOutcome.tooFarAhead
    // The reference's bound: half a block behind the newest sample. A clock that was ahead does not count.
    else if (tMs < Math.min(maxTimeMs, nowMs) - Math.max(minBlockMs / 2, outOfOrderMs)) {
      outcome = AppendOutcome.tooOld
    }
    if (outcome !== AppendOutcome.ok) this.#stats.outOfBoundSamples += samples
    return outcome
  }

  /**
   * Start of a group's out-of-order window; Infinity when there is none. A clock that went ahead and came back must not keep
   * a group from going on until that future has come: then its samples are taken as late ones.
   */
  oldestMs({ kind, lastMs }: HeadGroup, maxTimeMs: number): number {
    const { outOfOrderMs, maxFutureMs } = this.#options
    // Scrapes and rules have this clock's time, others their sender's.
    const isOwn = kind === 'scrape' || kind === 'rules'
    if (lastMs > this.#clock.now() + (isOwn ? CLOCK_SLACK_MS : maxFutureMs)) return -Infinity
    if (outOfOrderMs === 0) return Infinity
    return Math.min(maxTimeMs, this.#clock.now()) - outOfOrderMs
  }
}
