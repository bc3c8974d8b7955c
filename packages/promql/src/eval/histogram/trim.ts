// `histogram </ x` and `histogram >/ x`: what lies above, or below, x is cut off; a bucket that x falls into
// is divided by interpolation, and the sum is estimated from the middles of what is left.

import type { NativeHistogram } from '@pharos/model'
import { type Bucket, negativeBucket, positiveBucket } from './bounds.ts'
import {
  compact,
  hasCustomBuckets,
  narrowed,
  type Side,
  type WideHistogram,
  widened,
} from './wide.ts'

/** Which end is cut off. */
type TrimEnd = 'upper' | 'lower'

/**
 * @returns the same object when nothing was cut off
 * @source Prometheus 3.14, model/histogram FloatHistogram.TrimBuckets
 */
export function trimmed(h: NativeHistogram, at: number, end: TrimEnd): NativeHistogram {
  const wide = widened(h)
  const trim: Trim = { at, end, linear: hasCustomBuckets(h), count: 0, sum: 0, changed: false }
  const hasPositive = trimSide(trim, wide, wide.positive, true)
  const hasNegative = trimSide(trim, wide, wide.negative, false)
  if (wide.zeroCount > 0) {
    const [kept, middle] = trimZero(trim, wide, hasNegative, hasPositive)
    if (wide.zeroCount !== kept) {
      wide.zeroCount = kept
      trim.changed = true
    }
    trim.sum += middle * kept
    trim.count += kept
  }
  if (!trim.changed) return h
  wide.count = trim.count
  wide.sum = trim.sum
  compact(wide)
  return narrowed(wide)
}

interface Trim {
  readonly at: number
  readonly end: TrimEnd
  /** Interpolate linearly; otherwise on a logarithmic scale. */
  readonly linear: boolean
  /** Of what is kept. */
  count: number
  sum: number
  changed: boolean
}

/** @returns whether any bucket is populated */
function trimSide(trim: Trim, h: WideHistogram, side: Side, isPositive: boolean): boolean {
  let isPopulated = false
  for (let i = 0; i < side.indices.length; i++) {
    const bucket = isPositive ? positiveBucket(h, i) : negativeBucket(h, i)
    if (bucket.count === 0) continue
    isPopulated = true
    const [kept, middle] = trimBucket(trim, bucket, isPositive)
    trim.count += kept
    trim.sum += middle * kept
    if (side.counts[i] !== kept) {
      side.counts[i] = kept
      trim.changed = true
    } else if (kept === 0) trim.changed = true
  }
  return isPopulated
}

/** What is kept of a bucket, and the value in its middle. */
function trimBucket(trim: Trim, bucket: Bucket, isPositive: boolean): [number, number] {
  const { at, end, linear } = trim
  const { lower, upper, count } = bucket
  const isWhole = end === 'upper' ? upper <= at : lower >= at
  if (isWhole) return [count, middleOf(lower, upper, isPositive, linear)]
  const isCut = end === 'upper' ? lower < at : upper > at
  if (!isCut) return [0, 0]
  if (lower === -Infinity || upper === Infinity) return trimEndless(trim, bucket)
  const below = countBelow(bucket, at, linear)
  return end === 'upper'
    ? [below, middleOf(lower, at, isPositive, linear)]
    : [count - below, middleOf(at, upper, isPositive, linear)]
}

/** A bucket with an infinite bound: nothing is known of what is inside, so mostly it is kept or cut whole. */
function trimEndless(trim: Trim, { lower, upper, count }: Bucket): [number, number] {
  const { at, end } = trim
  const finite = (v: number): number => (Number.isFinite(v) ? v : 0)
  if (lower === -Infinity) {
    if (end === 'upper') {
      if (at >= upper) return [count, 0]
      if (at > 0 && upper > 0 && upper !== Infinity) return [(count * at) / upper, at / 2]
      if (upper <= 0) return [count, at]
      return [0, finite(upper)]
    }
    if (at <= lower) return [count, 0]
    if (at >= 0 && upper > at && upper !== Infinity)
      return [count * (1 - at / upper), (at + upper) / 2]
    return [0, finite(upper)]
  }
  if (end === 'lower' && at >= lower) return [count, at]
  return [0, finite(lower)]
}

function countBelow(bucket: Bucket, at: number, linear: boolean): number {
  if (at <= bucket.lower) return 0
  if (at >= bucket.upper) return bucket.count
  return bucket.count * fractionBelow(bucket, at, linear)
}

/** The share of a finite bucket that lies at or below a value inside it. */
export function fractionBelow({ lower, upper }: Bucket, v: number, linear: boolean): number {
  if (linear) return (v - lower) / (upper - lower)
  const logLower = Math.log2(Math.abs(lower))
  const logUpper = Math.log2(Math.abs(upper))
  const logV = Math.log2(Math.abs(v))
  return v > 0
    ? (logV - logLower) / (logUpper - logLower)
    : 1 - (logV - logUpper) / (logLower - logUpper)
}

function trimZero(
  trim: Trim,
  h: WideHistogram,
  hasNegative: boolean,
  hasPositive: boolean,
): [number, number] {
  const { at, end } = trim
  // With buckets on one side only, the zero bucket is taken to reach no further than zero on the other.
  const upper = hasNegative && !hasPositive ? 0 : h.zeroThreshold
  const lower = hasPositive && !hasNegative ? 0 : -h.zeroThreshold
  const whole: [number, number] = [h.zeroCount, (lower + upper) / 2]
  if (at <= lower) return end === 'upper' ? [0, 0] : whole
  if (at >= upper) return end === 'upper' ? whole : [0, 0]
  const share = (end === 'upper' ? at - lower : upper - at) / (upper - lower)
  return [h.zeroCount * share, end === 'upper' ? (lower + at) / 2 : (at + upper) / 2]
}

function middleOf(lower: number, upper: number, isPositive: boolean, linear: boolean): number {
  const lowerInfinite = lower === Infinity || lower === -Infinity
  const upperInfinite = upper === Infinity || upper === -Infinity
  if (lowerInfinite) {
    if (upperInfinite) return 0
    return upper > 0 ? upper / 2 : upper
  }
  if (upperInfinite) return lower
  if (linear) return (lower + upper) / 2
  const mean = Math.sqrt(Math.abs(lower * upper))
  return isPositive ? mean : -mean
}
