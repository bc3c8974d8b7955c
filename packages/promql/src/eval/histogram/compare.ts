// Equality, and whether a counter was reset between two histograms.

import type { NativeHistogram } from '@pharos/model'
import { sameBounds } from './add.ts'
import { countWithin } from './bounds.ts'
import { hasCustomBuckets, reducedSide, type Side, type WideHistogram, widened } from './wide.ts'
import { widerZeroBucket } from './zero-bucket.ts'

/** The same buckets (empty ones too) with the same numbers. Hints are not looked at. */
export function equalHistograms(a: NativeHistogram, b: NativeHistogram): boolean {
  if (a === b) return true
  if (
    a.schema !== b.schema ||
    !Object.is(a.count, b.count) ||
    !Object.is(a.sum, b.sum) ||
    !sameBounds(a.customValues, b.customValues) ||
    a.zeroThreshold !== b.zeroThreshold ||
    !Object.is(a.zeroCount, b.zeroCount)
  )
    return false
  const x = widened(a)
  const y = widened(b)
  return equalSides(x.positive, y.positive) && equalSides(x.negative, y.negative)
}

function equalSides(a: Side, b: Side): boolean {
  return (
    a.indices.length === b.indices.length &&
    a.indices.every((index, i) => index === b.indices[i]) &&
    a.counts.every((count, i) => Object.is(count, b.counts[i]))
  )
}

/**
 * Whether a counter histogram was reset since `previous`: a count fell, a populated bucket is gone, the
 * resolution rose or the zero bucket became narrower. The hint decides when it says anything.
 * @source Prometheus 3.14, model/histogram FloatHistogram.DetectReset
 */
export function wasReset(current: NativeHistogram, previous: NativeHistogram): boolean {
  if (current.counterResetHint === 'reset') return true
  if (current.counterResetHint === 'not_reset') return false
  if (current.count < previous.count) return true
  if (hasCustomBuckets(current)) {
    if (!hasCustomBuckets(previous)) return true
    if (!sameBounds(current.customValues, previous.customValues))
      return wasResetInCommonBounds(widened(current), widened(previous))
  } else if (hasCustomBuckets(previous)) {
    // Custom buckets have the lowest schema number, so the resolution rose.
    return true
  }
  if (current.schema > previous.schema || current.zeroThreshold < previous.zeroThreshold)
    return true
  const now = widened(current)
  const before = widened(previous)
  if (!hasCustomBuckets(current)) {
    const zero = widerZeroBucket(before, now.zeroThreshold)
    if (zero.threshold !== now.zeroThreshold || now.zeroCount < zero.count) return true
  }
  return (
    hasFallen(now, now.positive, before, before.positive) ||
    hasFallen(now, now.negative, before, before.negative)
  )
}

/** A bucket of `b`, at the resolution of `a` and outside its zero bucket, holds more than in `a`. */
function hasFallen(now: WideHistogram, a: Side, before: WideHistogram, b: Side): boolean {
  const custom = hasCustomBuckets(now)
  const reduced = custom ? b : reducedSide(b, before.schema - now.schema)
  const skip = custom ? 0 : countWithin(reduced, now.schema, now.zeroThreshold)
  let i = custom ? 0 : countWithin(a, now.schema, now.zeroThreshold)
  for (let j = skip; j < reduced.indices.length; j++) {
    while (i < a.indices.length && a.indices[i]! < reduced.indices[j]!) i++
    if (a.indices[i] === reduced.indices[j]) {
      if (a.counts[i]! < reduced.counts[j]!) return true
    } else if (reduced.counts[j] !== 0) return true
  }
  return false
}

/** Custom buckets with different bounds are compared in sums between the bounds both have. */
function wasResetInCommonBounds(now: WideHistogram, before: WideHistogram): boolean {
  const common = now.customValues.filter((bound) => before.customValues.includes(bound))
  let from = -Infinity
  for (const to of [...common, Infinity]) {
    if (countBetween(now, from, to) < countBetween(before, from, to)) return true
    from = to
  }
  return false
}

function countBetween(h: WideHistogram, from: number, to: number): number {
  let count = 0
  for (let i = 0; i < h.positive.indices.length; i++) {
    const upper = h.customValues[h.positive.indices[i]!] ?? Infinity
    if (upper > from && upper <= to) count += h.positive.counts[i]!
  }
  return count
}
