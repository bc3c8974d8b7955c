// Histograms with zero buckets of different widths: the narrower one is widened until it ends at a bucket
// boundary of both.

import { KahanSum } from '../kahan.ts'
import { negativeBucket, positiveBucket } from './bounds.ts'
import { compact, type WideHistogram } from './wide.ts'

interface ZeroBucket {
  threshold: number
  count: number
  comp: number
}

/** Widens `h` in place as needed and returns what the zero bucket of `other` holds at that width. */
export function reconcileZeroBuckets(h: WideHistogram, other: WideHistogram): number {
  let zero: ZeroBucket = { threshold: other.zeroThreshold, count: other.zeroCount, comp: 0 }
  while (zero.threshold !== h.zeroThreshold) {
    if (h.zeroThreshold > zero.threshold) zero = widerZeroBucket(other, h.zeroThreshold)
    if (zero.threshold > h.zeroThreshold) {
      const own = widerZeroBucket(h, zero.threshold)
      h.zeroCount = own.count
      h.zeroThreshold = own.threshold
      h.zeroComp = own.comp
      dropBucketsInZeroBucket(h)
    }
  }
  return zero.count + zero.comp
}

/**
 * The zero bucket if its threshold were `threshold`, or as much more as it takes not to cut through a
 * populated bucket.
 */
export function widerZeroBucket(h: WideHistogram, threshold: number): ZeroBucket {
  if (threshold === h.zeroThreshold) return { threshold, count: h.zeroCount, comp: h.zeroComp }
  for (;;) {
    const sum = new KahanSum(h.zeroCount)
    sum.c = h.zeroComp
    for (let i = 0; i < h.positive.indices.length; i++) {
      const bucket = positiveBucket(h, i)
      if (bucket.lower >= threshold) break
      sum.add(bucket.count)
      sum.add(h.positive.comps[i]!)
      if (bucket.upper > threshold) {
        if (bucket.count !== 0) threshold = bucket.upper
        break
      }
    }
    const wider = addNegative(h, threshold, sum)
    if (wider === threshold) return { threshold, count: sum.sum, comp: sum.c }
    // What was taken from the positive side does not hold any more.
    threshold = wider
  }
}

/** @returns the threshold that the negative buckets want */
function addNegative(h: WideHistogram, threshold: number, sum: KahanSum): number {
  for (let i = 0; i < h.negative.indices.length; i++) {
    const bucket = negativeBucket(h, i)
    if (bucket.upper <= -threshold) break
    sum.add(bucket.count)
    sum.add(h.negative.comps[i]!)
    if (bucket.lower < -threshold) return bucket.count === 0 ? threshold : -bucket.lower
  }
  return threshold
}

function dropBucketsInZeroBucket(h: WideHistogram): void {
  for (let i = 0; i < h.positive.indices.length; i++) {
    if (positiveBucket(h, i).lower >= h.zeroThreshold) break
    h.positive.counts[i] = 0
    h.positive.comps[i] = 0
  }
  for (let i = 0; i < h.negative.indices.length; i++) {
    if (negativeBucket(h, i).upper <= -h.zeroThreshold) break
    h.negative.counts[i] = 0
    h.negative.comps[i] = 0
  }
  compact(h)
}
