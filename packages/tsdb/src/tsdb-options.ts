/** Flags of the store; units in the names. */
export interface TsdbOptions {
  /** --storage.tsdb.path */
  readonly path: string
  /** --storage.tsdb.retention.time, default 15 d; 0: no limit by time. */
  readonly retentionMs: number
  /** --storage.tsdb.retention.size; 0: no limit by size. */
  readonly retentionBytes: number
  /** Length of the first blocks, default 2 h. */
  readonly minBlockMs: number
  /** Default a tenth of the retention, at most 31 d. */
  readonly maxBlockMs: number
  /** `interval`: fsync every second; `always`: callers wait for it; `never`. */
  readonly walSync: 'interval' | 'always' | 'never'
  /** Samples further ahead of the clock are refused, default 10 min. */
  readonly maxFutureMs: number
  /** out_of_order_time_window, default 0. */
  readonly outOfOrderMs: number
  /** 0: no limit. */
  readonly maxHeadSeries: number
  /** --storage.tsdb.min-free-disk, default 64 MiB: below it the store is read-only. */
  readonly minFreeDiskBytes: number
}
