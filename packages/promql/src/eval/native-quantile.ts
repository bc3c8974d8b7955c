// Quantiles and fractions of native histograms.

import type { NativeHistogram } from '@pharos/model'
import type { Pos } from '../ast.ts'
import { withMetric } from './annotations.ts'
import type { EvalContext } from './context.ts'
import { allBuckets, type Bucket } from './histogram/bounds.ts'
import { fractionBelow } from './histogram/trim.ts'
import { hasCustomBuckets, type WideHistogram, widened } from './histogram/wide.ts'

/**
 * The q-quantile: linear within custom buckets and the zero bucket, exponential within others.
 * @param metric  for annotations; '' leaves it out
 * @source Prometheus 3.14, promql/quantile.go HistogramQuantile
 */
export function nativeQuantile(
  context: EvalContext,
  q: number,
  h: NativeHistogram,
  metric: string,
  pos: Pos,
): number {
  if (q < 0) return -Infinity
  if (q > 1) return Infinity
  if (h.count === 0 || q !== q) return NaN
  const wide = widened(h)
  const hasNaN = h.sum !== h.sum
  // NaN observations are in the count and in no bucket, so ranks must be counted from below.
  const forward = hasNaN || q < 0.5
  const buckets = allBuckets(wide)
  if (!forward) buckets.reverse()
  const rank = (forward ? q : 1 - q) * h.count
  let count = 0
  let at = 0
  let bucket: Bucket = { lower: 0, upper: 0, count: 0 }
  for (; at < buckets.length; at++) {
    bucket = { ...buckets[at]! }
    if (bucket.count === 0) continue
    count += bucket.count
    if (count >= rank) break
  }
  const edge = narrowBucket(wide, bucket)
  if (edge !== undefined) return edge
  count = Math.min(count, h.count)
  if (count < rank) {
    if (!hasNaN) return bucket.upper
    const text = 'input to histogram_quantile has NaN observations, result is NaN'
    context.annotations.info(withMetric(text, metric), pos)
    return NaN
  }
  const inBucket = forward ? rank - (count - bucket.count) : count - rank
  if (hasNaN) {
    for (const later of buckets.slice(at + 1)) count += later.count
    const text = 'input to histogram_quantile has NaN observations, result is skewed higher'
    if (count < h.count) context.annotations.info(withMetric(text, metric), pos)
  }
  return interpolated(wide, bucket, inBucket / bucket.count)
}

/** Bounds that stand for more than is known of them. @returns the quantile where it is an edge itself */
function narrowBucket(h: WideHistogram, bucket: Bucket): number | undefined {
  if (hasCustomBuckets(h)) {
    if (bucket.lower === -Infinity) {
      if (bucket.upper <= 0) return bucket.upper
      bucket.lower = 0
    } else if (bucket.upper === Infinity) return bucket.lower
    return undefined
  }
  if (bucket.lower < 0 && bucket.upper > 0) {
    const hasNegative = h.negative.indices.length > 0
    const hasPositive = h.positive.indices.length > 0
    if (!hasNegative && hasPositive) bucket.lower = 0
    else if (!hasPositive && hasNegative) bucket.upper = 0
  }
  return undefined
}

function interpolated(h: WideHistogram, bucket: Bucket, fraction: number): number {
  const { lower, upper } = bucket
  if (hasCustomBuckets(h) || (lower <= 0 && upper >= 0)) return lower + (upper - lower) * fraction
  const logLower = Math.log2(Math.abs(lower))
  const logUpper = Math.log2(Math.abs(upper))
  if (lower > 0) return 2 ** (logLower + (logUpper - logLower) * fraction)
  return -(2 ** (logUpper + (logLower - logUpper) * (1 - fraction)))
}

/**
 * The share of observations in (lower, upper].
 * @source Prometheus 3.14, promql/quantile.go HistogramFraction
 */
export function nativeFraction(
  context: EvalContext,
  lower: number,
  upper: number,
  h: NativeHistogram,
  metric: string,
  pos: Pos,
): number {
  if (h.count === 0 || lower !== lower || upper !== upper) return NaN
  if (lower >= upper) return 0
  const wide = widened(h)
  const buckets = allBuckets(wide)
  let count = h.count
  if (h.sum !== h.sum) {
    count = buckets.reduce((sum, bucket) => sum + bucket.count, 0)
    const text =
      'input to histogram_fraction has NaN observations, which are excluded from all fractions'
    if (count < h.count) context.annotations.info(withMetric(text, metric), pos)
  }
  const lowerRank = rankOf(wide, buckets, lower, count)
  const upperRank = rankOf(wide, buckets, upper, count)
  return (upperRank - lowerRank) / h.count
}

/** How many observations lie at or below `value`, at most `total`. */
function rankOf(
  h: WideHistogram,
  buckets: readonly Bucket[],
  value: number,
  total: number,
): number {
  let rank = 0
  for (const original of buckets) {
    const bucket = { ...original }
    const isZero = bucket.lower <= 0 && bucket.upper >= 0
    if (isZero) {
      if (h.negative.indices.length === 0 && h.positive.indices.length > 0) bucket.lower = 0
      else if (h.positive.indices.length === 0 && h.negative.indices.length > 0) bucket.upper = 0
    }
    if (bucket.lower >= value) return Math.min(rank, total)
    if (bucket.upper > value) {
      const linear = hasCustomBuckets(h) || isZero
      const within =
        linear && bucket.lower === -Infinity
          ? bucket.count
          : rank + bucket.count * fractionBelow(bucket, value, linear)
      return within > total ? total : within
    }
    rank += bucket.count
  }
  return total
}
