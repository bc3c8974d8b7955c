// prometheus.Histogram of remote write (and read), to the model's and checked as the reference checks it:
//
//   count_int 1 | count_float 2    sum 3    schema 4    zero_threshold 5    zero_count_int 6 | zero_count_float 7
//   negative_spans 8  negative_deltas 9  negative_counts 10      positive_spans 11  positive_deltas 12  positive_counts 13
//   reset_hint 14     timestamp 15 (ms)     custom_values 16          BucketSpan: offset 1 sint32, length 2 uint32
//
// Integer histograms hold differences of bucket to bucket, float ones the counts.

import { OutsideError, type ProtoReader, Wire } from '@pharos/base'
import {
  type CounterResetHint,
  CUSTOM_BUCKETS_SCHEMA,
  type NativeHistogram,
  type Span,
} from '@pharos/model'
import { readValue } from './float-value.ts'
import { HISTOGRAM_BUCKETS } from './limits.ts'

/** The index is the number in the message. */
const HINTS: readonly CounterResetHint[] = ['unknown', 'reset', 'not_reset', 'gauge']

interface Side {
  readonly spans: Span[]
  readonly deltas: number[]
  readonly counts: number[]
}

/** @throws OutsideError `proto/corrupt`, or `remote/histogram` for one that cannot be */
export function readHistogram(reader: ProtoReader): {
  readonly tMs: number
  readonly histogram: NativeHistogram
} {
  const outer = reader.enter()
  const [positive, negative]: Side[] = [emptySide(), emptySide()]
  const customValues: number[] = []
  let [tMs, schema, count, sum, zeroThreshold, zeroCount, hint] = [0, 0, 0, 0, 0, 0, 0]
  while (reader.next()) {
    const { field } = reader
    if (field === 1) count = reader.uint64()
    else if (field === 2 || field === 3 || field === 5 || field === 7) {
      const value = readValue(reader)
      if (field === 2) count = value
      else if (field === 3) sum = value
      else if (field === 5) zeroThreshold = value
      else zeroCount = value
    } else if (field === 4) schema = reader.sint64()
    else if (field === 6) zeroCount = reader.uint64()
    else if (field >= 8 && field <= 10) readSide(reader, negative!, field - 8)
    else if (field >= 11 && field <= 13) readSide(reader, positive!, field - 11)
    else if (field === 14) hint = reader.int64()
    else if (field === 15) tMs = reader.int64()
    else if (field === 16) reader.repeated(Wire.fixed64, (one) => customValues.push(one.double()))
    else reader.skip()
  }
  reader.leave(outer)
  const histogram = {
    schema,
    zeroThreshold,
    zeroCount,
    count,
    sum,
    positiveSpans: positive!.spans,
    positiveBuckets: bucketsOf(positive!),
    negativeSpans: negative!.spans,
    negativeBuckets: bucketsOf(negative!),
    customValues,
    counterResetHint: HINTS[hint] ?? 'unknown',
  }
  check(histogram)
  return { tMs, histogram }
}

function emptySide(): Side {
  return { spans: [], deltas: [], counts: [] }
}

/** `part` 0: a span, 1: differences, 2: counts. */
function readSide(reader: ProtoReader, { spans, deltas, counts }: Side, part: number): void {
  if (part === 1) reader.repeated(Wire.varint, (one) => deltas.push(one.sint64()))
  else if (part === 2) reader.repeated(Wire.fixed64, (one) => counts.push(one.double()))
  else {
    const outer = reader.enter()
    let [offset, length] = [0, 0]
    while (reader.next()) {
      if (reader.field === 1) offset = reader.sint64()
      else if (reader.field === 2) length = reader.uint64()
      else reader.skip()
    }
    reader.leave(outer)
    spans.push({ offset, length })
  }
  if (Math.max(spans.length, deltas.length, counts.length) > HISTOGRAM_BUCKETS) {
    throw invalid(`more than ${HISTOGRAM_BUCKETS} buckets`)
  }
}

function bucketsOf({ deltas, counts }: Side): readonly number[] {
  if (deltas.length === 0) return counts
  let sum = 0
  return deltas.map((delta) => (sum += delta))
}

/** @source histogram.Histogram.Validate and FloatHistogram.Validate */
function check(h: NativeHistogram): void {
  const isCustom = h.schema === CUSTOM_BUCKETS_SCHEMA
  if (!isCustom && (h.schema < -4 || h.schema > 8)) throw invalid(`schema ${h.schema}`)
  checkSide(h.positiveSpans, h.positiveBuckets, 'positive side')
  checkSide(h.negativeSpans, h.negativeBuckets, 'negative side')
  if (isCustom && h.negativeSpans.length + h.negativeBuckets.length + h.zeroCount > 0) {
    throw invalid('custom buckets: must not have negative or zero buckets')
  }
  if (isCustom && h.customValues.some((bound, i) => i > 0 && !(bound > h.customValues[i - 1]!))) {
    throw invalid('custom buckets: bounds must ascend')
  }
  if (!(h.count >= 0 || Number.isNaN(h.count)) || h.zeroCount < 0) {
    throw invalid('histogram has a negative count')
  }
}

function checkSide(spans: readonly Span[], buckets: readonly number[], side: string): void {
  let wanted = 0
  spans.forEach(({ offset, length }, i) => {
    if (i > 0 && offset < 0) {
      throw invalid(`${side}: span number ${i + 1} with offset ${offset}: negative offset`)
    }
    wanted += length
  })
  if (wanted !== buckets.length) {
    throw invalid(`${side}: spans need ${wanted} buckets, have ${buckets.length} buckets`)
  }
  const at = buckets.findIndex((count) => count < 0)
  if (at >= 0)
    throw invalid(`${side}: bucket number ${at + 1} has observation count ${buckets[at]}`)
}

function invalid(what: string): OutsideError {
  return new OutsideError('remote/histogram', `invalid histogram: ${what}`)
}
