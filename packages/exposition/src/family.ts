// Metric families as plain data: what exporters write, Pushgateway keeps and `check metrics` reads.

import type { MetricType } from '@pharos/model'

/** A metric name, what is said of it, and its metrics in the order they are written. */
export interface MetricFamily {
  readonly name: string
  /** Missing: no HELP line at all. '' is written as an empty one. */
  readonly help?: string
  readonly type: MetricType
  readonly unit?: string
  readonly metrics: readonly Metric[]
}

/** One label set of a family. Summaries and histograms have their own field, all other types `value`. */
export interface Metric {
  /** `[name, value, name, value, …]` in the order they are written. */
  readonly labels: readonly string[]
  readonly value?: number
  readonly summary?: SummaryValue
  readonly histogram?: HistogramValue
  readonly timestampMs?: number
  /** When the counter, summary or histogram started from zero, ms. */
  readonly createdMs?: number
  /** Counters only; buckets carry their own. */
  readonly exemplar?: FamilyExemplar
}

export interface SummaryValue {
  readonly count?: number
  readonly sum?: number
  readonly quantiles: readonly { readonly quantile: number; readonly value: number }[]
}

export interface HistogramValue {
  readonly count?: number
  readonly sum?: number
  /** Ascending bounds, cumulative counts; +Inf may be missing and is then written from `count`. */
  readonly buckets: readonly Bucket[]
  /** Counts that are not whole numbers by nature. */
  readonly isFloat?: boolean
}

export interface Bucket {
  readonly upperBound: number
  readonly count: number
  readonly exemplar?: FamilyExemplar
}

export interface FamilyExemplar {
  readonly labels: readonly string[]
  readonly value: number
  readonly timestampMs?: number
}
