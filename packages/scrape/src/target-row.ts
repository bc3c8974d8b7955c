// The row of a target: one value a column, absent where nothing came, stale where a series has ended. It knows which
// series live, which is all that staleness needs.

import type { Labels, NativeHistogram } from '@pharos/model'
import { ABSENT, STALE } from '@pharos/model'
import type { GroupAppender } from '@pharos/tsdb'
import { AppendOutcome } from '@pharos/tsdb'
import { reportLabels } from './sample-labels.ts'

const REPORT_METRICS = [
  'up',
  'scrape_duration_seconds',
  'scrape_samples_scraped',
  'scrape_samples_post_metric_relabeling',
  'scrape_series_added',
  // Only with extra_scrape_metrics.
  'scrape_timeout_seconds',
  'scrape_sample_limit',
  'scrape_body_size_bytes',
] as const

/** A report column that was not asked for yet. */
const UNASKED = -2

/** Those that every target has. */
const STANDARD_REPORTS = 5

export class TargetRow {
  #group: GroupAppender
  readonly #labels: Labels
  /** Columns of `up` and the others; −1 where the budget refused one. */
  #reportColumns: Int32Array = new Int32Array(REPORT_METRICS.length).fill(UNASKED)
  /** Histogram samples of this row by column; their place in the row stays absent. */
  readonly #histograms = new Map<number, NativeHistogram>()
  #row = new Float64Array(64)
  /** By column: the round that filled it last. */
  #filledIn = new Int32Array(64)
  /** By column: 1 when the last row that the store took left the series alive. */
  #isLive = new Uint8Array(64)
  #round = 0
  /** Series that the last row that the store took left alive; those about the scrape are not counted. */
  liveCount = 0

  constructor(group: GroupAppender, labels: Labels) {
    this.#group = group
    this.#labels = labels
    for (let i = 0; i < STANDARD_REPORTS; i++) this.#askReport(i)
    this.begin()
  }

  /** Empties the row. What was put since the last `write` is forgotten. */
  begin(): void {
    this.#round++
    this.#histograms.clear()
    this.#reserve()
    this.#row.fill(ABSENT)
  }

  /** Takes a value for a column of the group; false when it has one already. */
  put(column: number, value: number): boolean {
    if (column >= this.#row.length) this.#reserve()
    if (this.#filledIn[column] === this.#round) return false
    this.#filledIn[column] = this.#round
    this.#row[column] = value
    return true
  }

  /** As `put`, for a native histogram. */
  putHistogram(column: number, histogram: NativeHistogram): boolean {
    if (!this.put(column, ABSENT)) return false
    this.#histograms.set(column, histogram)
    return true
  }

  /**
   * Begins a row with values for the columns that the last row had, no more and no fewer.
   * @param columns  of each value; −1: it is not stored
   */
  refill(values: Float64Array, columns: Int32Array): void {
    const row = this.#row
    row.fill(ABSENT)
    for (let i = 0; i < values.length; i++) {
      const column = columns[i]!
      if (column >= 0) row[column] = values[i]!
    }
  }

  /** The series lives without a value in this row: its samples have times of their own. */
  keepAlive(column: number): void {
    if (column >= this.#row.length) this.#reserve()
    this.#filledIn[column] = this.#round
  }

  /** Series that lived until now and got nothing end in this row. */
  markStale(): void {
    this.#reserve()
    const { columnCount } = this.#group
    for (let column = 0; column < columnCount; column++) {
      if (this.#isLive[column] === 1 && this.#filledIn[column] !== this.#round)
        this.#row[column] = STALE
    }
  }

  /**
   * Sets the series about the scrape, whatever the target itself says under their names.
   * @param values  in the order up, seconds, scraped, after relabelling, added, and maybe the extra ones: timeout,
   *   sample limit, bytes; those without a value end
   */
  report(values: readonly number[]): void {
    for (let i = 0; i < REPORT_METRICS.length; i++) {
      const value = values[i]
      if (value !== undefined && this.#reportColumns[i] === UNASKED) this.#askReport(i)
      const column = this.#reportColumns[i]!
      if (column >= 0) this.#row[column] = value ?? STALE
    }
  }

  #askReport(i: number): void {
    this.#reportColumns[i] = this.#group.column(reportLabels(REPORT_METRICS[i]!, this.#labels))
    this.#reserve()
  }

  /** Hands the row to the store. A row it refuses changes nothing: what lived still lives. */
  write(tMs: number): AppendOutcome {
    this.#reserve()
    const histograms = this.#histograms
    const outcome =
      histograms.size === 0
        ? this.#group.appendRow(tMs, this.#row)
        : this.#group.appendRow(tMs, this.#row, histograms)
    histograms.clear()
    if (outcome !== AppendOutcome.ok && outcome !== AppendOutcome.duplicateSame) return outcome
    const { columnCount } = this.#group
    let live = 0
    for (let column = 0; column < columnCount; column++) {
      const isLive = this.#filledIn[column] === this.#round ? 1 : 0
      this.#isLive[column] = isLive
      live += isLive
    }
    this.liveCount = live
    return outcome
  }

  /** Marks the columns that must not be lost: of living series, and of those about the scrape. */
  markColumns(isKept: Uint8Array): void {
    for (let column = 0; column < isKept.length; column++) {
      if (this.#isLive[column] === 1) isKept[column] = 1
    }
    for (const column of this.#reportColumns) if (column >= 0) isKept[column] = 1
  }

  /** The group was opened anew and may have other columns: `columns[old]` is the new number, or −1. */
  renumber(group: GroupAppender, columns: Int32Array): void {
    const wasLive = this.#isLive
    this.#group = group
    this.#reportColumns = this.#reportColumns.map((column) =>
      column < 0 ? column : columns[column]!,
    )
    const capacity = Math.max(64, group.columnCount)
    this.#row = new Float64Array(capacity).fill(ABSENT)
    this.#filledIn = new Int32Array(capacity)
    this.#isLive = new Uint8Array(capacity)
    for (let column = 0; column < columns.length; column++) {
      if (columns[column]! >= 0) this.#isLive[columns[column]!] = wasLive[column]!
    }
  }

  #reserve(): void {
    const need = this.#group.columnCount
    if (need <= this.#row.length) return
    const capacity = Math.max(need, Math.ceil(this.#row.length * 1.25))
    const row = new Float64Array(capacity).fill(ABSENT)
    row.set(this.#row)
    this.#row = row
    const filledIn = new Int32Array(capacity)
    filledIn.set(this.#filledIn)
    this.#filledIn = filledIn
    const isLive = new Uint8Array(capacity)
    isLive.set(this.#isLive)
    this.#isLive = isLive
  }
}
