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

/** The `data` of an answer. */
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

/** A series with the points that were answered, whether one or many. */
export interface AnsweredSeries {
  readonly metric: LabelSet
  readonly values: readonly Sample[]
  readonly histograms: readonly (readonly [number, HistogramSample])[]
}
