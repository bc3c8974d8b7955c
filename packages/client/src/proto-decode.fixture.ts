// Reads io.prometheus.client messages back, for tests: fields by number, as the schema says what they are.
import type { FamilySnapshot, SeriesSnapshot } from './snapshot.ts'

type Field = number | Uint8Array
type Message = Map<number, Field[]>

/** Families of a delimited body. */
export function decodeFamilies(body: Uint8Array): FamilySnapshot[] {
  const reader = { bytes: body, at: 0 }
  const families: FamilySnapshot[] = []
  while (reader.at < body.length) {
    const size = varint(reader)
    families.push(familyOf(messageOf(body.subarray(reader.at, reader.at + size))))
    reader.at += size
  }
  return families
}

interface Reader {
  readonly bytes: Uint8Array
  at: number
}

function varint(reader: Reader): number {
  let value = 0
  for (let factor = 1; ; factor *= 128) {
    const byte = reader.bytes[reader.at++]
    if (byte === undefined) throw new Error('the message is cut off')
    value += (byte % 128) * factor
    if (byte < 128) return value
  }
}

function messageOf(bytes: Uint8Array): Message {
  const reader = { bytes, at: 0 }
  const message: Message = new Map()
  let lastNumber = 0
  while (reader.at < bytes.length) {
    const tag = varint(reader)
    const number = tag >> 3
    if (number < lastNumber) throw new Error(`field ${number} comes after ${lastNumber}`)
    lastNumber = number
    let value: Field
    if ((tag & 7) === 0) {
      value = varint(reader)
    } else {
      const size = (tag & 7) === 1 ? 8 : varint(reader)
      if (reader.at + size > bytes.length) throw new Error('the message is cut off')
      value = bytes.subarray(reader.at, reader.at + size)
      reader.at += size
    }
    message.set(number, [...(message.get(number) ?? []), value])
  }
  return message
}

const all = (message: Message, number: number): Message[] =>
  (message.get(number) ?? []).map((one) => messageOf(one as Uint8Array))
const one = (message: Message, number: number): Message | undefined => all(message, number)[0]
const text = (message: Message, number: number): string =>
  new TextDecoder().decode(message.get(number)?.[0] as Uint8Array | undefined)
const uint = (message: Message, number: number): number => (message.get(number)?.[0] ?? 0) as number
const double = (message: Message, number: number): number => {
  const bytes = message.get(number)![0] as Uint8Array
  return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true)
}
const zigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2)
const sints = (message: Message, number: number): number[] =>
  (message.get(number) ?? []).map((value) => zigzag(value as number))
const labelsOf = (message: Message, number: number): [string, string][] =>
  all(message, number).map((pair) => [text(pair, 1), text(pair, 2)])
const timeMs = (message: Message | undefined): number | undefined =>
  message && uint(message, 1) * 1000 + uint(message, 2) / 1e6
const spans = (message: Message, number: number) =>
  all(message, number).map((span) => ({ offset: sints(span, 1)[0]!, length: uint(span, 2) }))
const exemplarOf = (message: Message | undefined) =>
  message && {
    labels: Object.fromEntries(labelsOf(message, 1)),
    value: double(message, 2),
    timeMs: timeMs(one(message, 3))!,
  }

function familyOf(family: Message): FamilySnapshot {
  const types = ['counter', 'gauge', 'summary', 'unknown', 'histogram'] as const
  return {
    name: text(family, 1),
    help: text(family, 2),
    type: types[uint(family, 3)]!,
    unit: family.has(5) ? text(family, 5) : undefined,
    series: all(family, 4).map(seriesOf),
  }
}

function seriesOf(metric: Message): SeriesSnapshot {
  const labels = labelsOf(metric, 1)
  const counter = one(metric, 3)
  if (counter !== undefined) {
    const created = timeMs(one(counter, 3))
    return {
      labels,
      createdMs: created,
      value: double(counter, 1),
      exemplar: exemplarOf(one(counter, 2)),
    }
  }
  const summary = one(metric, 4)
  if (summary !== undefined) {
    const quantiles = all(summary, 3).map((q) => ({ quantile: double(q, 1), value: double(q, 2) }))
    const totals = { count: uint(summary, 1), sum: double(summary, 2) }
    return { labels, createdMs: timeMs(one(summary, 4)), summary: { ...totals, quantiles } }
  }
  const histogram = one(metric, 7)
  if (histogram === undefined)
    return { labels, value: double(one(metric, 2) ?? one(metric, 5)!, 1) }
  return {
    labels,
    createdMs: timeMs(one(histogram, 15)),
    histogram: {
      count: uint(histogram, 1),
      sum: double(histogram, 2),
      buckets: all(histogram, 3).map((bucket) => ({
        count: uint(bucket, 1),
        upperBound: double(bucket, 2),
        exemplar: exemplarOf(one(bucket, 3)),
      })),
      native: histogram.has(5)
        ? {
            schema: sints(histogram, 5)[0]!,
            zeroThreshold: double(histogram, 6),
            zeroCount: uint(histogram, 7),
            negativeSpans: spans(histogram, 9),
            negativeDeltas: sints(histogram, 10),
            positiveSpans: spans(histogram, 12),
            positiveDeltas: sints(histogram, 13),
            exemplars: all(histogram, 16).map((each) => exemplarOf(each)!),
          }
        : undefined,
    },
  }
}
