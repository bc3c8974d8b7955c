// What a query gives back: columns, not points.

import type { Labels, NativeHistogram } from '@pharos/model'

export type QueryResult = ScalarResult | StringResult | VectorResult | MatrixResult

export interface ScalarResult {
  readonly type: 'scalar'
  readonly timeMs: number
  readonly value: number
}

export interface StringResult {
  readonly type: 'string'
  readonly timeMs: number
  readonly value: string
}

/** One sample a series, all at the evaluation time unless a subquery's or range's own times say otherwise. */
export interface VectorResult {
  readonly type: 'vector'
  readonly timeMs: number
  readonly series: readonly {
    readonly labels: Labels
    readonly value: number
    readonly histogram: NativeHistogram | undefined
  }[]
}

export interface MatrixResult {
  readonly type: 'matrix'
  readonly series: readonly MatrixSeries[]
}

/** Points of one series, ascending in time, only those that exist. */
export interface MatrixSeries {
  readonly labels: Labels
  /** ms since 1970. */
  readonly times: Float64Array
  /** Same length. Where a histogram stands the value is ABSENT. */
  readonly values: Float64Array
  /** Same length when there is any, otherwise missing. */
  readonly histograms: readonly (NativeHistogram | undefined)[] | undefined
}

export interface QueryStats {
  readonly totalSamples: number
  readonly peakSamples: number
}

export interface QueryAnswer {
  readonly result: QueryResult
  /** Texts with positions, as the reference writes them, at most 10 of each unless asked otherwise. */
  readonly warnings: readonly string[]
  readonly infos: readonly string[]
  readonly stats: QueryStats
}
