// What a family holds at one moment, as plain data: for protobuf, for wrapped and aggregated registries, for tests.
import type { Exemplar } from './exemplars.ts'
import type { NativeSnapshot } from './native-counts.ts'

export type MetricType =
  | 'counter'
  | 'gauge'
  | 'histogram'
  | 'summary'
  | 'unknown'
  | 'info'
  | 'stateset'

export type Labels = readonly (readonly [name: string, value: string])[]

/** How the values that several processes have for one series become one; histograms and summaries are summed. */
export type Aggregation = 'sum' | 'first' | 'min' | 'max' | 'average' | 'omit'

/** What is said of a family as a whole. */
export interface Description {
  readonly name: string
  readonly help: string
  readonly type: MetricType
  /** The unit that the name ends with, such as `seconds`. */
  readonly unit?: string | undefined
  /** Default: sum. */
  readonly aggregator?: Aggregation | undefined
}

export interface FamilySnapshot extends Description {
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

/** A family with all its series, as they are now. */
export function snapshotOf(
  family: Description & { series(): Iterable<SeriesSnapshot> },
): FamilySnapshot {
  const { name, help, type, unit, aggregator } = family
  return {
    name,
    help,
    type,
    unit,
    ...(aggregator !== undefined && { aggregator }),
    series: [...family.series()],
  }
}
