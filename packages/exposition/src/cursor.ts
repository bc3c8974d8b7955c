// How a parsed body is walked. A cursor makes no string for a line: it says where the series text lies in
// the body, so that a scrape which has met the same bytes before needs no more than the number.

import type { Exemplar, Labels, Metadata, NativeHistogram } from '@pharos/model'

export const Entry = {
  end: 0,
  series: 1,
  type: 2,
  help: 3,
  unit: 4,
  comment: 5,
  histogram: 6,
} as const
export type Entry = (typeof Entry)[keyof typeof Entry]

/**
 * Walks the entries of one body in order. Fields are valid after `next()` until the next call.
 * @throws UserError `exposition/parse` from `next()` with the reference's message; the cursor is then at its end
 */
export interface ExpositionCursor {
  next(): Entry
  /**
   * Bytes [seriesStart, seriesEnd) of the body: metric name and labels as written. After any other entry:
   * the bytes of its line.
   */
  readonly seriesStart: number
  readonly seriesEnd: number
  readonly value: number
  readonly hasTimestamp: boolean
  /** ms since 1970. */
  readonly timestampMs: number
  /**
   * The label set of the current series, made on demand.
   * @throws UserError `exposition/parse` when a name is not UTF-8 or stands twice; the scrape has failed then
   */
  labels(): Labels
  /** Names that stand there with an empty value; `labels()` leaves them out. They keep a target's label away. */
  emptyLabels(): readonly string[]
  /** The exemplar of the current series; OpenMetrics only. */
  exemplar(): Exemplar | undefined
  /** All of them, where a sample may have several: native histograms. Missing: `exemplar()` says it all. */
  exemplars?(): readonly Exemplar[]
  /** After `histogram`: the sample. */
  histogram?(): NativeHistogram | undefined
  /** What `seriesStart` counts in, when it is not the body that was given. */
  readonly body?: Uint8Array | undefined
  /** After `type`, `help` or `unit`: the metric name and what the line says. */
  metadataName(): string
  metadata(): Partial<Metadata>
  /** From the `_created` line of the current series, ms; OpenMetrics only. It is searched for on demand. */
  startTimestampMs(): number | undefined
}

export interface ExpositionOptions {
  /** Adds `__type__` and `__unit__` to the labels: the feature type-and-unit-labels. */
  readonly typeAndUnitLabels?: boolean
  /** OpenMetrics: `_created` lines are not series of their own but the start of their series. */
  readonly skipCreated?: boolean
  /** Protobuf: native histograms are read as such. Otherwise their classic buckets are read, if they have any. */
  readonly nativeHistograms?: boolean
  /** What is also a native histogram is read as a classic one too. */
  readonly classicHistograms?: boolean
  /** Classic histograms become native ones with custom buckets. */
  readonly convertClassic?: boolean
}
