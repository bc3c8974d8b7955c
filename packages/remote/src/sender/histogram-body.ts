// prometheus.Histogram and io.prometheus.write.v2.Histogram, whose fields are the same but for one number. Counts are
// written as integers where all of them are, as a client would have them.
import type { ProtoWriter } from '@pharos/base'
import type { NativeHistogram, Span } from '@pharos/model'

const HINTS = { unknown: 0, reset: 1, not_reset: 2, gauge: 3 } as const

/** Fills an open message. @source prometheus.Histogram: see histogram-message.ts for the numbers */
export function writeHistogramMessage(out: ProtoWriter, h: NativeHistogram, tMs: number): void {
  const isInteger =
    Number.isSafeInteger(h.count) &&
    Number.isSafeInteger(h.zeroCount) &&
    h.positiveBuckets.every(Number.isSafeInteger) &&
    h.negativeBuckets.every(Number.isSafeInteger)
  if (isInteger) out.uint64(1, h.count)
  else out.double(2, h.count)
  out.double(3, h.sum)
  out.sint64(4, h.schema)
  out.double(5, h.zeroThreshold)
  if (isInteger) out.uint64(6, h.zeroCount)
  else out.double(7, h.zeroCount)
  writeSide(out, 8, h.negativeSpans, h.negativeBuckets, isInteger)
  writeSide(out, 11, h.positiveSpans, h.positiveBuckets, isInteger)
  out.uint64(14, HINTS[h.counterResetHint])
  out.int64(15, tMs)
  if (h.customValues.length > 0) out.packedDouble(16, h.customValues)
}

function writeSide(
  out: ProtoWriter,
  field: number,
  spans: readonly Span[],
  buckets: readonly number[],
  isInteger: boolean,
): void {
  for (const { offset, length } of spans) {
    out.message(field, () => {
      out.sint64(1, offset)
      out.uint64(2, length)
    })
  }
  if (buckets.length === 0) return
  if (isInteger) {
    const deltas = buckets.map((count, i) => count - (i === 0 ? 0 : buckets[i - 1]!))
    out.packedSint64(field + 1, deltas)
  } else out.packedDouble(field + 2, buckets)
}
