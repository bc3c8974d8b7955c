// What a job allows a native histogram: a growth of its buckets that is not too small, and not too many of them. Both are met
// by merging neighbours, which halves the resolution each time; only what cannot be merged any further is refused.

import { CUSTOM_BUCKETS_SCHEMA } from '@pharos/model'
import type { NativeHistogram, Span } from '@pharos/model'

const SCHEMA_MIN = -4
const SCHEMA_MAX = 8

/**
 * The finest schema whose buckets grow by at least this factor.
 * @param minFactor  0 or 1: any
 * @source scrape_config: native_histogram_min_bucket_factor; growth of schema n is 2^(2^-n)
 */
export function finestSchema(minFactor: number): number {
  if (!(minFactor > 1)) return SCHEMA_MAX
  const schema = 0 - Math.ceil(Math.log2(Math.log2(minFactor)))
  return Math.min(SCHEMA_MAX, Math.max(SCHEMA_MIN, schema))
}

/**
 * The histogram within the limits; itself when it is.
 *
 * @param bucketLimit  buckets of both signs together; 0: any number
 * @returns undefined when there are too many buckets however wide they are, or their bounds are their own
 * @source scrape/target.go bucketLimitAppender, maxSchemaAppender
 */
export function limitedHistogram(
  histogram: NativeHistogram,
  bucketLimit: number,
  schemaMax: number,
): NativeHistogram | undefined {
  const isCustom = histogram.schema === CUSTOM_BUCKETS_SCHEMA
  let limited = histogram
  if (!isCustom && histogram.schema > schemaMax) limited = coarser(histogram, schemaMax)
  while (bucketLimit > 0 && bucketCount(limited) > bucketLimit) {
    if (isCustom || limited.schema <= SCHEMA_MIN) return undefined
    limited = coarser(limited, limited.schema - 1)
  }
  return limited
}

function bucketCount({ positiveBuckets, negativeBuckets }: NativeHistogram): number {
  return positiveBuckets.length + negativeBuckets.length
}

function coarser(histogram: NativeHistogram, schema: number): NativeHistogram {
  const levels = histogram.schema - schema
  const positive = mergedSide(histogram.positiveSpans, histogram.positiveBuckets, levels)
  const negative = mergedSide(histogram.negativeSpans, histogram.negativeBuckets, levels)
  return {
    ...histogram,
    schema,
    positiveSpans: positive.spans,
    positiveBuckets: positive.buckets,
    negativeSpans: negative.spans,
    negativeBuckets: negative.buckets,
  }
}

interface MergedSide {
  readonly spans: readonly Span[]
  readonly buckets: readonly number[]
}

/** Bucket i of a schema lies in bucket ⌈i / 2^levels⌉ of the one that is coarser by `levels`. */
function mergedSide(
  spans: readonly Span[],
  buckets: readonly number[],
  levels: number,
): MergedSide {
  const merged: { offset: number; length: number }[] = []
  const counts: number[] = []
  let index = 0
  let at = 0
  let last = Number.NaN
  let end = 0
  for (const { offset, length } of spans) {
    index += offset
    for (let i = 0; i < length; i++, index++) {
      const target = ((index - 1) >> levels) + 1
      const count = buckets[at++]!
      if (target === last) {
        counts[counts.length - 1]! += count
        continue
      }
      const span = merged.at(-1)
      if (span !== undefined && target === end) span.length++
      else merged.push({ offset: target - end, length: 1 })
      counts.push(count)
      last = target
      end = target + 1
    }
  }
  return { spans: merged, buckets: counts }
}
