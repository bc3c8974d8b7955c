// What a family holds at one moment, as plain data: for protobuf, for wrapped and aggregated registries, for tests.
import type { Exemplar } from './exemplars.ts'
import type { Labels, MetricType } from './family-text.ts'
import type { NativeSnapshot } from './native-counts.ts'

export interface FamilySnapshot {
  readonly name: string
  readonly help: string
  readonly type: MetricType
  readonly unit?: string | undefined
  readonly series: readonly SeriesSnapshot[]
}

/** One of `value`, `histogram` and `summary` is there. */
export interface SeriesSnapshot {
  /** Sorted by name. */
  readonly labels: Labels
  readonly value?: number | undefined
  readonly histogram?: HistogramSnapshot | undefined
  readonly summary?: SummarySnapshot | undefined
  /** Of a counter. */
  readonly exemplar?: Exemplar | undefined
  readonly createdMs?: number | undefined
}

export interface HistogramSnapshot {
  readonly count: number
  readonly sum: number
  /** Classic buckets; the one for +Inf only when it has an exemplar. */
  readonly buckets: readonly BucketSnapshot[]
  readonly native?: NativeSnapshot | undefined
}

export interface BucketSnapshot {
  readonly upperBound: number
  /** Observations up to the bound. */
  readonly count: number
  readonly exemplar?: Exemplar | undefined
}

export interface SummarySnapshot {
  readonly count: number
  readonly sum: number
  readonly quantiles: readonly { readonly quantile: number; readonly value: number }[]
}
