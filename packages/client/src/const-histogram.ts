// Histograms that were counted elsewhere, to be handed on by a collector.
import { nativeSnapshot } from './native-counts.ts'
import { spansOf } from './sparse-buckets.ts'
import type { HistogramSnapshot } from './snapshot.ts'

export interface ConstNativeHistogramOptions {
  readonly count: number
  readonly sum: number
  /** Key of a bucket to its count; key 0 ends at 1. */
  readonly positiveBuckets: ReadonlyMap<number, number>
  /** Key 0 begins at -1. */
  readonly negativeBuckets: ReadonlyMap<number, number>
  readonly zeroCount: number
  readonly zeroThreshold: number
  /** -4 … 8 */
  readonly schema: number
}

/**
 * A native histogram from fixed numbers.
 * @throws RangeError when the schema is unknown, or the buckets hold another number of observations than `count`
 *   (when the sum is NaN: more, because NaN is in no bucket)
 * @source client_golang NewConstNativeHistogram
 */
export function constNativeHistogram(options: ConstNativeHistogramOptions): HistogramSnapshot {
  const { schema, count, sum, positiveBuckets, negativeBuckets } = options
  if (!Number.isInteger(schema) || schema < -4 || schema > 8) {
    throw new RangeError('invalid native histogram schema')
  }
  let filled = options.zeroCount
  for (const one of positiveBuckets.values()) filled += one
  for (const one of negativeBuckets.values()) filled += one
  if (Number.isNaN(sum) ? filled > count : filled !== count) {
    throw new RangeError('the sum of all bucket populations exceeds the count of observations')
  }
  const native = nativeSnapshot({
    schema,
    zeroThreshold: options.zeroThreshold,
    zeroCount: options.zeroCount,
    positive: sideOf(positiveBuckets),
    negative: sideOf(negativeBuckets),
    exemplars: [],
  })
  return { count, sum, buckets: [], native }
}

/**
 * A classic histogram from fixed numbers.
 * @param buckets  upper bound to observations up to it; +Inf is always there
 * @source client_golang NewConstHistogram
 */
export function constHistogram(
  count: number,
  sum: number,
  buckets: ReadonlyMap<number, number>,
): HistogramSnapshot {
  const sorted = [...buckets].sort(([a], [b]) => a - b)
  return {
    count,
    sum,
    buckets: sorted.map(([upperBound, upTo]) => ({ upperBound, count: upTo })),
  }
}

function sideOf(buckets: ReadonlyMap<number, number>): ReturnType<typeof spansOf> {
  const keys = [...buckets.keys()].sort((a, b) => a - b)
  return spansOf(keys, (key) => buckets.get(key) ?? 0)
}
