// What a query gives back: columns, not points.

import type { ExplainNode } from './explain/explain-node.ts'
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
  /** Looked at by selectors, summed over all steps: windows that overlap count their samples again. */
  readonly totalSamples: number
  /** Read from storage: of overlapping windows each sample once. */
  readonly samplesRead: number
  /** Most samples held at one time, as `--query.max-samples` counts. */
  readonly peakSamples: number
  /** Estimated bytes of columns held at one time. */
  readonly memoryBytesMax: number
  readonly timings: QueryTimings
  /** Only when asked for. */
  readonly perStep: StepStats | undefined
}

/** ms. */
export interface QueryTimings {
  /** Parsing, planning and selecting series. */
  readonly preparationMs: number
  readonly evaluationMs: number
}

/** `totalSamples` and `samplesRead` of each step. */
export interface StepStats {
  /** ms since 1970; steps follow each other every `stepMs`. */
  readonly startMs: number
  readonly stepMs: number
  readonly total: Float64Array
  readonly read: Float64Array
}

export interface QueryAnswer {
  readonly result: QueryResult
  /** Texts with positions, as the reference writes them, at most 10 of each unless asked otherwise. */
  readonly warnings: readonly string[]
  readonly infos: readonly string[]
  readonly stats: QueryStats
  /** Only when asked for. */
  readonly explain?: ExplainNode
  /** Tells the engine that nobody looks at the result any more: its memory serves the next query. Need not be called. */
  readonly release: () => void
}
