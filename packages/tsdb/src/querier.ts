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
}

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
}
