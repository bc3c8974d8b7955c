// OpenTelemetry's histograms as native ones.
//
// @source Prometheus' otlptranslator/prometheusremotewrite/histograms.go

import { CUSTOM_BUCKETS_SCHEMA, type NativeHistogram, type Span } from '@pharos/model'
import type { ExponentialPoint, HistogramPoint, OtlpBuckets } from './otlp-message.ts'

const SCHEMA_MAX = 8
const SCHEMA_MIN = -4
/** Of a point that names none. */
const ZERO_THRESHOLD = 1e-128
/** Empty buckets between two that are not are written when they are so few: a span costs more. */
const GAP_MAX = 2

/** An exponential histogram; or why it cannot be one. Scales finer than schema 8 are made coarser. */
export function nativeHistogram(point: ExponentialPoint): NativeHistogram | string {
  const { scale, count, sum, zeroCount, zeroThreshold } = point
  if (scale < SCHEMA_MIN)
    return `cannot convert exponential to native histogram: scale must be >= ${SCHEMA_MIN}, was ${scale}`
  const shift = Math.max(0, scale - SCHEMA_MAX)
  const positive = sideOf(point.positive, shift)
  const negative = sideOf(point.negative, shift)
  return {
    schema: Math.min(scale, SCHEMA_MAX),
    zeroThreshold: zeroThreshold === 0 ? ZERO_THRESHOLD : zeroThreshold,
    zeroCount,
    count,
    sum: sum ?? 0,
    positiveSpans: positive.spans,
    positiveBuckets: positive.counts,
    negativeSpans: negative.spans,
    negativeBuckets: negative.counts,
    customValues: [],
    counterResetHint: 'unknown',
  }
}

/** A histogram of explicit bounds with its bounds as custom ones. */
export function customBuckets(point: HistogramPoint): NativeHistogram {
  const { count, sum, bucketCounts, explicitBounds } = point
  const { spans, counts } = sideOf({ offset: -1, bucketCounts }, 0)
  return {
    schema: CUSTOM_BUCKETS_SCHEMA,
    zeroThreshold: 0,
    zeroCount: 0,
    count,
    sum: sum ?? 0,
    positiveSpans: spans,
    positiveBuckets: counts,
    negativeSpans: [],
    negativeBuckets: [],
    customValues: explicitBounds,
    counterResetHint: 'unknown',
  }
}

/**
 * OpenTelemetry's bucket i is (base^i, base^(i+1)], ours ends at base^i: it has the next number.
 * @param shift  so many pairs of buckets are put together
 */
function sideOf(
  { offset, bucketCounts }: OtlpBuckets,
  shift: number,
): { readonly spans: readonly Span[]; readonly counts: readonly number[] } {
  const spans: { offset: number; length: number }[] = []
  const counts: number[] = []
  let next = 0
  let last = -Infinity
  bucketCounts.forEach((count, i) => {
    if (count === 0) return
    const index = Math.floor((offset + i) / 2 ** shift) + 1
    if (index === last) {
      counts[counts.length - 1]! += count
      return
    }
    const gap = index - next
    const span = spans.at(-1)
    if (span === undefined || gap > GAP_MAX) spans.push({ offset: gap, length: 1 })
    else {
      for (let empty = 0; empty < gap; empty++) counts.push(0)
      span.length += gap + 1
    }
    counts.push(count)
    last = index
    next = index + 1
  })
  return { spans, counts }
}
