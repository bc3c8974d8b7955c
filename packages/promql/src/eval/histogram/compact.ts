// Histograms without their empty buckets.

import type { NativeHistogram } from '@pharos/model'
import { compact, narrowed, widened } from './wide.ts'

/** Counts by bucket index, empty buckets left out. */
export function nonEmptyBuckets(
  h: NativeHistogram,
  side: 'positive' | 'negative',
): Map<number, number> {
  const { indices, counts } = widened(h)[side]
  const buckets = new Map<number, number>()
  indices.forEach((index, i) => {
    if (counts[i] !== 0) buckets.set(index, counts[i]!)
  })
  return buckets
}

/** The same histogram without empty buckets, spans as few as can be. */
export function compacted(h: NativeHistogram): NativeHistogram {
  const wide = widened(h)
  compact(wide)
  return narrowed(wide)
}
