// The read side. The shapes are those that `promql` declares as its Queryable; tsdb stands on the same
// floor and may not import it, so they are written down again and fit by structure.

import type { Labels, Matcher, NativeHistogram } from '@pharos/model'

export interface Querier {
  /** Every series that satisfies all matchers, each exactly once. Reads the disk here and nowhere else. */
  select(matchers: readonly Matcher[], hints: SelectHints): Promise<Selection>
  /** Sorted label names of the series that satisfy all matchers. `limit` 0: all. */
  labelNames(matchers: readonly Matcher[], limit: number): Promise<LabelList>
  /** Sorted values of one label, likewise. */
  labelValues(name: string, matchers: readonly Matcher[], limit: number): Promise<LabelList>
  /** Gives back the files it holds. What was selected stays readable. */
  close(): void
}

export interface LabelList {
  readonly values: readonly string[]
  readonly warnings: readonly string[]
}

export interface SelectHints {
  /** Samples outside [startMs, endMs] are not read. */
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
  readonly rangeMs: number
  /** 'series' when no samples are wanted. */
  readonly func: string
  readonly grouping: readonly string[]
  readonly by: boolean
  /** Of downsampled series; missing: the samples that are left, whatever they are. */
  readonly aggregate?: WantedAggregate | undefined
}

/**
 * What a function wants of samples that were downsampled. The latest ones; the least, greatest or sum of each step; or those
 * that are left with what is missing to tell how far a counter rose.
 */
export type WantedAggregate = 'last' | 'min' | 'max' | 'sum' | 'rise'

export interface Selection {
  readonly groups: readonly SeriesGroup[]
  readonly warnings: readonly string[]
}

/** What a column holds besides plain floats; bits. */
export const Column = { plain: 0, specials: 1, histograms: 2 } as const

/** What makes a series' labels out of those of its group. */
interface SeriesShape {
  readonly own: Labels
  /** Labels of the group that the series does not have. */
  readonly removed: readonly string[]
}

export interface SeriesGroup {
  /** ms since 1970, strictly ascending, shared by all series of the group. Read only. */
  readonly times: Float64Array
  readonly seriesCount: number
  labels(series: number): Labels
  /** What the labels are put together from; missing where they are kept whole. */
  readonly parts?: {
    readonly common: Labels
    /** By series: replaces or takes away labels of `common`. Groups of one kind have the same array. */
    readonly shapes: readonly SeriesShape[]
  }
  /**
   * Writes one value for each time into `out[0 … times.length)`.
   * @returns bits of `Column`; `plain` promises that neither ABSENT nor STALE occurs
   */
  readValues(series: number, out: Float64Array): number
  /** Fills `out` with the histogram at each time, undefined where there is none. */
  readHistograms(series: number, out: (NativeHistogram | undefined)[]): void
  /** Missing where every sample is there. */
  readonly downsampled?: DownsampledGroup | undefined
}

/** How samples of a group were thinned out. */
export interface DownsampledGroup {
  /** In the order of time, ms, both ends inclusive. */
  readonly spans: readonly DownsampledSpan[]
  /**
   * With the aggregates `sum` and `rise`: how many samples there were since the value before, this one with them, for
   * each of `times`. It may stand at a later time without a value.
   */
  readCounts(series: number, out: Float64Array): void
  /** With `rise`, likewise: what the counter had had before the resets since then that no value shows. */
  readLost(series: number, out: Float64Array): void
}

/** Of the samples of each step, `(k − 1)·stepMs < t ≤ k·stepMs`, the first and the last one are there. */
export interface DownsampledSpan {
  readonly fromMs: number
  readonly toMs: number
  readonly stepMs: number
}
