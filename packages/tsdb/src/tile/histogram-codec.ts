// A native histogram as bytes, the same in the WAL and in tiles.
//
//   schema zz | hint u8 | zeroThreshold f64 | zeroCount f64 | count f64 | sum f64
//   n spans × (offset zz, length varint) | n × f64      positive, then negative
//   n × f64                                             custom bounds

import { OutsideError, type ByteReader, type ByteWriter } from '@pharos/base'
import type { CounterResetHint, NativeHistogram, Span } from '@pharos/model'

/** The index is the code on disk: append only. */
const HINTS: readonly CounterResetHint[] = ['unknown', 'reset', 'not_reset', 'gauge']

export function writeHistogram(out: ByteWriter, h: NativeHistogram): void {
  out.zigzag(h.schema)
  out.u8(HINTS.indexOf(h.counterResetHint))
  out.f64(h.zeroThreshold)
  out.f64(h.zeroCount)
  out.f64(h.count)
  out.f64(h.sum)
  writeSpans(out, h.positiveSpans)
  writeFloats(out, h.positiveBuckets)
  writeSpans(out, h.negativeSpans)
  writeFloats(out, h.negativeBuckets)
  writeFloats(out, h.customValues)
}

/** @throws OutsideError `bytes/…` or `tsdb/corrupt` */
export function readHistogram(reader: ByteReader): NativeHistogram {
  return {
    schema: reader.zigzag(),
    counterResetHint: HINTS[reader.u8()] ?? 'unknown',
    zeroThreshold: reader.f64(),
    zeroCount: reader.f64(),
    count: reader.f64(),
    sum: reader.f64(),
    positiveSpans: readSpans(reader),
    positiveBuckets: readFloats(reader),
    negativeSpans: readSpans(reader),
    negativeBuckets: readFloats(reader),
    customValues: readFloats(reader),
  }
}

/** A copy that shares nothing with the original. */
export function copyHistogram(h: NativeHistogram): NativeHistogram {
  const spans = (all: readonly Span[]): Span[] =>
    all.map(({ offset, length }) => ({ offset, length }))
  return {
    schema: h.schema,
    zeroThreshold: h.zeroThreshold,
    zeroCount: h.zeroCount,
    count: h.count,
    sum: h.sum,
    positiveSpans: spans(h.positiveSpans),
    positiveBuckets: [...h.positiveBuckets],
    negativeSpans: spans(h.negativeSpans),
    negativeBuckets: [...h.negativeBuckets],
    customValues: [...h.customValues],
    counterResetHint: h.counterResetHint,
  }
}

function writeSpans(out: ByteWriter, spans: readonly Span[]): void {
  out.varint(spans.length)
  for (const { offset, length } of spans) {
    out.zigzag(offset)
    out.varint(length)
  }
}

function readSpans(reader: ByteReader): Span[] {
  const spans: Span[] = []
  for (let left = count(reader, 2); left > 0; left--) {
    spans.push({ offset: reader.zigzag(), length: reader.varint() })
  }
  return spans
}

function writeFloats(out: ByteWriter, values: readonly number[]): void {
  out.varint(values.length)
  for (const value of values) out.f64(value)
}

function readFloats(reader: ByteReader): number[] {
  const values: number[] = []
  for (let left = count(reader, 8); left > 0; left--) values.push(reader.f64())
  return values
}

/** A count of things that take at least `bytesEach`. */
function count(reader: ByteReader, bytesEach: number): number {
  const n = reader.varint()
  if (n * bytesEach > reader.remaining) throw new OutsideError('tsdb/corrupt', 'bad histogram')
  return n
}
