// Native histograms in answers: count, sum and the populated buckets with their bounds.

import { CUSTOM_BUCKETS_SCHEMA, formatValue, type NativeHistogram, type Span } from '@pharos/model'

/**
 * `{"count":"3","sum":"1.5","buckets":[[0,"1","2","3"]]}`: rule of the ends, lower, upper, count.
 * @source Prometheus, util/jsonutil MarshalHistogram; conformance api/json-encoding.json
 */
export function histogramJson(h: NativeHistogram): string {
  const buckets = [...negativeBuckets(h), ...zeroBucket(h), ...positiveBuckets(h)]
  const list = buckets.length === 0 ? '' : `,"buckets":[${buckets.join(',')}]`
  return `{"count":${quotedValue(h.count)},"sum":${quotedValue(h.sum)}${list}}`
}

function quotedValue(value: number): string {
  return `"${formatValue(value)}"`
}

/** The rule says which ends belong to the bucket: 0 the upper, 1 the lower, 2 none, 3 both. */
function bucketJson(lower: number, upper: number, count: number): string {
  const ends = lower < 0 ? (upper > 0 ? 3 : 1) : upper > 0 ? 0 : 2
  return `[${ends},${quotedValue(lower)},${quotedValue(upper)},${quotedValue(count)}]`
}

function* zeroBucket(h: NativeHistogram): Iterable<string> {
  const { zeroThreshold, zeroCount } = h
  if (zeroCount !== 0) yield bucketJson(-zeroThreshold, zeroThreshold, zeroCount)
}

function* positiveBuckets(h: NativeHistogram): Iterable<string> {
  for (const [index, count] of populated(h.positiveSpans, h.positiveBuckets)) {
    const lower = upperBound(index - 1, h)
    const upper = upperBound(index, h)
    yield bucketJson(Math.max(lower, cut(h, lower, upper)), upper, count)
  }
}

/** From the most negative towards zero. */
function negativeBuckets(h: NativeHistogram): string[] {
  const texts: string[] = []
  for (const [index, count] of populated(h.negativeSpans, h.negativeBuckets)) {
    const lower = upperBound(index - 1, h)
    const upper = upperBound(index, h)
    texts.push(bucketJson(-upper, -Math.max(lower, cut(h, lower, upper)), count))
  }
  return texts.reverse()
}

/** A bucket that reaches into the zero bucket is shown as beginning where that ends. */
function cut(h: NativeHistogram, lower: number, upper: number): number {
  const threshold = h.zeroThreshold
  return lower > 0 && lower < threshold && upper > threshold ? threshold : lower
}

function* populated(
  spans: readonly Span[],
  counts: readonly number[],
): Iterable<readonly [index: number, count: number]> {
  let index = 0
  let at = 0
  for (const [i, { offset, length }] of spans.entries()) {
    index = i === 0 ? offset : index + offset
    for (let k = 0; k < length; k++, index++, at++) {
      const count = counts[at] ?? 0
      if (count !== 0) yield [index, count]
    }
  }
}

function upperBound(index: number, h: NativeHistogram): number {
  if (h.schema === CUSTOM_BUCKETS_SCHEMA) {
    if (index < 0) return -Infinity
    return h.customValues[index] ?? Infinity
  }
  if (h.schema < 0) {
    const exponent = index * 2 ** -h.schema
    return exponent === 1024 ? Number.MAX_VALUE : 2 ** exponent
  }
  const parts = 2 ** h.schema
  const within = ((index % parts) + parts) % parts
  const exponent = (index - within) / parts
  if (within === 0) return exponent === 1024 ? Number.MAX_VALUE : 2 ** exponent
  const step = (within * 256) / parts
  // 2^(step/256 − 1) as the reference has it.
  const fraction = 2 ** (step / 256) / 2 + (Number(LAST_BITS[step]) - 4) * 2 ** -53
  return fraction * 2 ** (exponent + 1)
}

/**
 * The reference's table of 2^(i/256 − 1) is off the exact doubles by up to four units in the last place, and
 * answers show all digits. One digit for each entry: that difference, plus 4.
 */
const LAST_BITS =
  '4444443444344444443244333333333344344434433344334433453344334433' +
  '4444443333223423443444344443444444434544342244334333443434223333' +
  '3434332233233433333333232322232244334434332234223322343323223323' +
  '3312332322122212222222111100120133233222231133222312332222012211'
