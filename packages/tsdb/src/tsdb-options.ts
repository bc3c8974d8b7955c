import type { Matcher } from '@pharos/model'

/** Flags of the store; units in the names. */
export interface TsdbOptions {
  /** --storage.tsdb.path */
  readonly path: string
  /** --storage.tsdb.retention.time, default 15 d; 0: no limit by time. */
  readonly retentionMs: number
  /** --storage.tsdb.retention.size; 0: no limit by size. */
  readonly retentionBytes: number
  /** Share of the disk in percent, in place of `retentionBytes`; 0: none. */
  readonly retentionPercentage?: number | undefined
  /** Series that are kept for less than the others; of several rules for one the shortest holds. */
  readonly retentionRules?: readonly RetentionRule[] | undefined
  /** How samples are thinned out as they grow old, both numbers of each ascending. */
  readonly downsampling?: readonly DownsamplingTier[] | undefined
  /** Length of the first blocks, default 2 h. */
  readonly minBlockMs: number
  /** Default a tenth of the retention, at most 31 d. */
  readonly maxBlockMs: number
  /** `interval`: fsync every second; `always`: callers wait for it; `never`. */
  readonly walSync: 'interval' | 'always' | 'never'
  /** Samples further ahead of the clock are refused, default 10 min. */
  readonly maxFutureMs: number
  /** out_of_order_time_window, default 0: how late a sample may come after newer ones of its series. */
  readonly outOfOrderMs: number
  /** 0: no limit. */
  readonly maxHeadSeries: number
  /** max_exemplars: exemplars kept, all series together, default 100,000; 0: none. */
  readonly maxExemplars?: number | undefined
  /** How much memory the process may take; missing: as much as it wants. */
  readonly memory?: MemoryBudget | undefined
  /** --storage.tsdb.delay-compact-file.path: first blocks that it does not name are not joined; '' or missing: all are. */
  readonly delayCompactFile?: string | undefined
  /** --storage.tsdb.min-free-disk, default 64 MiB: below it the store is read-only. */
  readonly minFreeDiskBytes: number
}

export interface MemoryBudget {
  readonly limitBytes: number
  /** What the process takes now. */
  usedBytes(): number
  /** Bytes of the log between two looks at it during a start, default 8 MiB. */
  readonly replayStepBytes?: number
}

/** Those that stand in the configuration file too. */
export type ReloadableOptions = Pick<
  TsdbOptions,
  | 'downsampling'
  | 'maxExemplars'
  | 'outOfOrderMs'
  | 'retentionMs'
  | 'retentionBytes'
  | 'retentionPercentage'
  | 'retentionRules'
>

/** Blocks whose samples are all so old are thinned out to two samples of each step, and what the step held. */
export interface DownsamplingTier {
  readonly afterMs: number
  /** A multiple of the one before. */
  readonly stepMs: number
}

/** Series that satisfy all matchers are kept for so long. */
export interface RetentionRule {
  readonly matchers: readonly Matcher[]
  readonly timeMs: number
}
