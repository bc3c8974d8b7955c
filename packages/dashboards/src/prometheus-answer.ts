// What a Prometheus API answers, and what it was asked.
import type { Target } from './dashboard.ts'

export type LabelSet = Readonly<Record<string, string>>
export type Sample = readonly [seconds: number, value: string]

/** One bucket: boundary rule, left, right, count. */
type HistogramBucket = readonly [number, string, string, string]

export interface HistogramSample {
  readonly count: string
  readonly sum: string
  readonly buckets?: readonly HistogramBucket[]
}

/**
 * Points of neighbouring steps: the place of the first on the grid of steps, then their values. What JSON has no number
 * for is a text: NaN, +Inf, -Inf.
 */
type Run = readonly (number | string)[]

/** The `data` of an answer. `columns` is what `matrix` is, from a server that was asked for it: no text for a point. */
export type PrometheusData =
  | {
      readonly resultType: 'matrix'
      readonly result: readonly {
        readonly metric: LabelSet
        readonly values?: readonly Sample[]
        readonly histograms?: readonly (readonly [number, HistogramSample])[]
      }[]
    }
  | {
      readonly resultType: 'vector'
      readonly result: readonly {
        readonly metric: LabelSet
        readonly value?: Sample
        readonly histogram?: readonly [number, HistogramSample]
      }[]
    }
  | {
      readonly resultType: 'columns'
      /** Seconds: a point's time is `start` and its place times `step`. */
      readonly start: number
      readonly step: number
      readonly result: readonly {
        readonly metric: LabelSet
        readonly runs?: readonly Run[]
        readonly histograms?: readonly (readonly [number, HistogramSample])[]
      }[]
    }
  | { readonly resultType: 'scalar' | 'string'; readonly result: Sample }

/** What was asked, with variables already filled in. */
export interface AnsweredTarget {
  readonly refId: string
  /** As it was sent. */
  readonly expr: string
  readonly legendFormat?: string | undefined
  readonly format?: Target['format'] | undefined
  /** ms; gaps longer than this are gaps. */
  readonly stepMs?: number | undefined
}

/** A series with the points that were answered, whether one or many. Series of the same times may share the column. */
export interface AnsweredSeries {
  readonly metric: LabelSet
  /** ms since 1970, ascending. */
  readonly times: Float64Array
  /** Same length. */
  readonly values: Float64Array
  readonly histograms: readonly (readonly [seconds: number, HistogramSample])[]
}
