// The way in. Whoever writes opens a group (the series that arrive together), interns its columns once and
// then hands over rows: one timestamp and one value a column. A row is visible completely or not at all.

import type { Exemplar, Labels, Metadata, NativeHistogram } from '@pharos/model'

export interface Appender {
  /**
   * Finds or makes the group of a writer. The same key gives the same group, over restarts too.
   * @param key  the target's labels for a scrape, `{rule_group=…}` for rules, the grouping key for pushes
   */
  group(key: Labels, kind: GroupKind): GroupAppender
  /** Remembers what HELP, TYPE and UNIT said of a metric name. */
  setMetadata(metric: string, metadata: Metadata): void
  /** Resolves when everything appended before the call is on disk (fsync). */
  sync(): Promise<void>
}

export type GroupKind = 'scrape' | 'rules' | 'push' | 'remote'

/** Stands for a series of a group until it is known whether it is stored: less to keep than its label set. */
export interface PendingSeries {
  /** Labels that the group has not, or has with another value. */
  readonly own: Labels
  /** Group labels that the series does not have. */
  readonly removed: readonly string[]
}

export interface GroupAppender {
  readonly key: Labels
  /** Columns are numbered 0 … columnCount−1 and never renumbered while the handle lives. */
  readonly columnCount: number
  /** What `column` takes too. `labels` is the whole label set with `__name__`. Changes nothing. */
  pending(labels: Labels): PendingSeries
  /**
   * The column of a series, made when it is new.
   * @param series  the whole label set with `__name__`, or what `pending` made of it
   * @returns −1 when the series budget is used up (counted)
   */
  column(series: Labels | PendingSeries): number
  labelsOf(column: number): Labels
  /**
   * Appends a row. `row[c]` is the value of column c: a float, STALE, or ABSENT; `row.length` ≥ columnCount,
   * what lies behind is ignored. Times of one group strictly ascend. Copies what it keeps.
   * @param histograms  histogram samples of this row by column; their `row[c]` is ABSENT
   */
  appendRow(
    tMs: number,
    row: Float64Array,
    histograms?: ReadonlyMap<number, NativeHistogram>,
  ): AppendOutcome
  /**
   * Appends single samples with a time of their own (explicit timestamps, remote write, backfill).
   * @returns the outcome of this sample
   */
  appendSample(tMs: number, column: number, value: number | NativeHistogram): AppendOutcome
  appendExemplar(column: number, exemplar: Exemplar): void
  /** The writer has gone. Nothing is lost; the next `group` with this key goes on where it was. */
  release(): void
}

/** A group for writers whose samples come one by one: remote write, backfill. */
export interface CellAppender extends GroupAppender {
  /**
   * Appends samples of one time, as a remote writer sends them: one record in the log.
   * @param columns   as many as `values` and `outcomes`
   * @param outcomes  filled with the outcome of each
   */
  appendCells(tMs: number, columns: Int32Array, values: Float64Array, outcomes: Uint8Array): void
}

/** An appender whose groups take single samples in numbers. */
export interface CellStore extends Appender {
  group(key: Labels, kind: GroupKind): CellAppender
}

/** Why a row or sample was taken or not; an expected outcome, never an exception. */
export const AppendOutcome = {
  ok: 0,
  /** Same time again with the same value: ignored. */
  duplicateSame: 1,
  /** Same time again with another value. */
  duplicateDiffers: 2,
  /** Older than the newest and outside the out-of-order window. */
  outOfOrder: 3,
  /** Older than the head can take. */
  tooOld: 4,
  /** Too far in the future (`max-future`). */
  tooFarAhead: 5,
  /** Disk full or failed: the store is read-only until it recovers. */
  readOnly: 6,
} as const
export type AppendOutcome = (typeof AppendOutcome)[keyof typeof AppendOutcome]
