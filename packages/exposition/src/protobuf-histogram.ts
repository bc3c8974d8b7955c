// From the wire's histogram to ours, checked as the reference checks what it ingests.

import { UserError } from '@pharos/base'
import type { NativeHistogram, Span } from '@pharos/model'
import { PROTOBUF_BUCKETS_MAX } from './limits.ts'
import type { ProtoHistogram } from './protobuf-messages.ts'
import { PARSE_ERROR } from './series-text.ts'

/** Spans, or a zero bucket, say that a histogram is native. @source protobufparse isNativeHistogram */
export function isNative(histogram: ProtoHistogram): boolean {
  const { positiveSpans, negativeSpans, zeroThreshold, zeroCount } = histogram
  return positiveSpans.length > 0 || negativeSpans.length > 0 || zeroThreshold > 0 || zeroCount > 0
}

/** @throws UserError `exposition/parse` when spans and buckets contradict each other */
export function nativeHistogram(histogram: ProtoHistogram, isGauge: boolean): NativeHistogram {
  const { schema, zeroThreshold, zeroCount, count, sum, isFloat } = histogram
  if (schema < -4 || schema > 8)
    throw new UserError(PARSE_ERROR, `histogram has unknown schema ${schema}`)
  const positive = isFloat ? histogram.positiveCounts : summed(histogram.positiveDeltas)
  const negative = isFloat ? histogram.negativeCounts : summed(histogram.negativeDeltas)
  const positiveSpans = checkedSpans(histogram.positiveSpans, positive, 'positive')
  const negativeSpans = checkedSpans(histogram.negativeSpans, negative, 'negative')
  return {
    schema,
    zeroThreshold,
    zeroCount,
    count,
    sum,
    positiveSpans,
    positiveBuckets: positive,
    negativeSpans,
    negativeBuckets: negative,
    customValues: [],
    counterResetHint: isGauge ? 'gauge' : 'unknown',
  }
}

function summed(deltas: readonly number[]): number[] {
  let count = 0
  return deltas.map((delta) => (count += delta))
}

/** @source model/histogram checkHistogramSpans, checkHistogramBuckets */
function checkedSpans(
  spans: readonly Span[],
  buckets: readonly number[],
  side: string,
): readonly Span[] {
  let named = 0
  spans.forEach(({ offset, length }, i) => {
    if (i > 0 && offset < 0)
      throw new UserError(
        PARSE_ERROR,
        `${side} side: span number ${i + 1} with offset ${offset}: histogram has a span whose offset is negative`,
      )
    named += length
  })
  if (named !== buckets.length)
    throw new UserError(
      PARSE_ERROR,
      `${side} side: spans need ${named} buckets, have ${buckets.length} buckets: histogram spans specify different number of buckets than provided`,
    )
  if (named > PROTOBUF_BUCKETS_MAX)
    throw new UserError(PARSE_ERROR, `a histogram has more than ${PROTOBUF_BUCKETS_MAX} buckets`)
  const below = buckets.findIndex((count) => count < 0)
  if (below >= 0)
    throw new UserError(
      PARSE_ERROR,
      `${side} side: bucket number ${below + 1} has observation count of ${buckets[below]}: histogram has a bucket whose observation count is negative`,
    )
  return spans
}
