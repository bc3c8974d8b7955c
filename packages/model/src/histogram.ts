// Native histograms as the reference models them (model/histogram in Prometheus 3.14), always with float
// counts; integer histograms are converted on reading and are exact up to 2^53.

/** A run of consecutive buckets: `offset` is the gap to the end of the previous span (the first: the index). */
export interface Span {
  readonly offset: number
  readonly length: number
}

export type CounterResetHint = 'unknown' | 'reset' | 'not_reset' | 'gauge'

/** Schema −4…8: exponential buckets. Schema −53: custom bounds in `customValues`, no negative buckets. */
export interface NativeHistogram {
  readonly schema: number
  readonly zeroThreshold: number
  readonly zeroCount: number
  readonly count: number
  readonly sum: number
  readonly positiveSpans: readonly Span[]
  /** Absolute counts, one for each bucket that the spans name. */
  readonly positiveBuckets: readonly number[]
  readonly negativeSpans: readonly Span[]
  readonly negativeBuckets: readonly number[]
  /** Upper bounds, ascending, without +Inf; empty unless the schema is −53. */
  readonly customValues: readonly number[]
  readonly counterResetHint: CounterResetHint
}

export const CUSTOM_BUCKETS_SCHEMA = -53
