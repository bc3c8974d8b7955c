// Where buckets begin and end.

import { hasCustomBuckets, type Side, type WideHistogram } from './wide.ts'

/** (lower, upper], or mirrored for negative ones. */
export interface Bucket {
  lower: number
  upper: number
  count: number
}

/** Upper bound of the bucket with this index; of negative buckets its absolute value. */
function bucketBound(index: number, h: BoundSource): number {
  if (hasCustomBuckets(h)) {
    if (index < 0) return -Infinity
    return index < h.customValues.length ? h.customValues[index]! : Infinity
  }
  return exponentialBound(index, h.schema)
}

/** What bounds depend on. */
interface BoundSource {
  readonly schema: number
  readonly customValues: readonly number[]
}

/**
 * 2^(index · 2^−schema). The last bucket of regular numbers ends at the greatest one, because the one
 * above it is for infinities.
 */
function exponentialBound(index: number, schema: number): number {
  if (schema < 0) {
    const exponent = index * 2 ** -schema
    return exponent === 1024 ? Number.MAX_VALUE : 2 ** exponent
  }
  const parts = 2 ** schema
  const within = ((index % parts) + parts) % parts
  const exponent = (index - within) / parts
  if (within === 0) return exponent === 1024 ? Number.MAX_VALUE : 2 ** exponent
  // The fraction first and the power of two afterwards, so that neighbours scale exactly.
  return 2 ** (within / parts) * 2 ** exponent
}

/** Populated or not, ascending by value, negative and zero buckets included. */
export function allBuckets(h: WideHistogram): Bucket[] {
  const buckets: Bucket[] = []
  const { zeroThreshold } = h
  for (let i = h.negative.indices.length - 1; i >= 0; i--) {
    const bucket = negativeBucket(h, i)
    if (bucket.upper < 0 && bucket.upper > -zeroThreshold) bucket.upper = -zeroThreshold
    buckets.push(bucket)
  }
  if (h.zeroCount > 0)
    buckets.push({ lower: -zeroThreshold, upper: zeroThreshold, count: h.zeroCount })
  for (let i = 0; i < h.positive.indices.length; i++) {
    const bucket = positiveBucket(h, i)
    if (bucket.lower > 0 && bucket.lower < zeroThreshold) bucket.lower = zeroThreshold
    buckets.push(bucket)
  }
  return buckets
}

export function positiveBucket(h: WideHistogram, i: number): Bucket {
  const index = h.positive.indices[i]!
  return {
    lower: bucketBound(index - 1, h),
    upper: bucketBound(index, h),
    count: h.positive.counts[i]!,
  }
}

export function negativeBucket(h: WideHistogram, i: number): Bucket {
  const index = h.negative.indices[i]!
  return {
    lower: -bucketBound(index, h),
    upper: -bucketBound(index - 1, h),
    count: h.negative.counts[i]!,
  }
}

/** How many leading buckets of an exponential side end at or below `threshold` in absolute value. */
export function countWithin(side: Side, schema: number, threshold: number): number {
  let count = 0
  while (count < side.indices.length && exponentialBound(side.indices[count]!, schema) <= threshold)
    count++
  return count
}
