// Retention of chosen series: what is older than their rule says is hidden like a deletion, and gone from the disk when its
// block is next rewritten.

import type { Clock } from '@pharos/base'
import type { Matcher } from '@pharos/model'
import type { Head } from './head/head.ts'
import type { TsdbOptions } from './tsdb-options.ts'

interface SelectorRetentionContext {
  readonly clock: Clock
  readonly options: TsdbOptions
  readonly head: Head
  readonly deleteSeries: (
    matcherSets: readonly (readonly Matcher[])[],
    fromMs: number,
    toMs: number,
  ) => Promise<void>
}

/** Before all samples, and far from where sums of times lose digits. */
const ALL_MS = 2 ** 48

export class SelectorRetention {
  readonly #context: SelectorRetentionContext
  #nextMs = -Infinity

  constructor(context: SelectorRetentionContext) {
    this.#context = context
  }

  /** Applies the rules when a quarter of a window has passed since the last time. @throws what the disk throws */
  async run(): Promise<void> {
    const { clock, options, head, deleteSeries } = this.#context
    const { retentionRules = [] } = options
    const nowMs = clock.monotonicMs()
    if (retentionRules.length === 0 || nowMs < this.#nextMs) return
    // Data time, as for blocks: a clock that is ahead deletes nothing.
    const newestMs = Math.min(head.maxTimeMs, clock.now())
    for (const { matchers, timeMs } of retentionRules) {
      if (newestMs > -Infinity) await deleteSeries([matchers], -ALL_MS, newestMs - timeMs)
    }
    this.#nextMs = nowMs + options.minBlockMs / 4
  }
}
