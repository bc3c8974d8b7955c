import { formatShortest, type NativeHistogram } from '@pharos/model'
import { type Bucket, negativeBucket, positiveBucket } from './bounds.ts'
import { hasCustomBuckets, widened } from './wide.ts'

/**
 * `{count:3, sum:4.5, [-1,-0.5):1, [-0.001,0.001]:1, (1,2]:1}`: populated buckets, ascending.
 * @source Prometheus 3.14, model/histogram FloatHistogram.String
 */
export function histogramText(h: NativeHistogram): string {
  const wide = widened(h)
  const parts = [`count:${formatShortest(h.count)}`, `sum:${formatShortest(h.sum)}`]
  for (let i = wide.negative.indices.length - 1; i >= 0; i--) {
    if (wide.negative.counts[i] !== 0) parts.push(bucketText(negativeBucket(wide, i), '[', ')'))
  }
  if (h.zeroCount !== 0) {
    const zero = { lower: -h.zeroThreshold, upper: h.zeroThreshold, count: h.zeroCount }
    parts.push(bucketText(zero, '[', ']'))
  }
  const left = hasCustomBuckets(h) ? '[' : '('
  for (let i = 0; i < wide.positive.indices.length; i++) {
    const bucket = positiveBucket(wide, i)
    const opening = left === '[' && bucket.lower === -Infinity ? '[' : '('
    if (bucket.count !== 0) parts.push(bucketText(bucket, opening, ']'))
  }
  return `{${parts.join(', ')}}`
}

function bucketText(bucket: Bucket, opening: string, closing: string): string {
  const { lower, upper, count } = bucket
  return `${opening}${formatShortest(lower)},${formatShortest(upper)}${closing}:${formatShortest(count)}`
}
