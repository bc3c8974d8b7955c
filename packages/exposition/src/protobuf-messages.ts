// The messages of io.prometheus.client that a body consists of, read from the wire into plain objects.

import { ProtoReader, UserError, Wire } from '@pharos/base'
import type { MetricType, Span } from '@pharos/model'
import { PROTOBUF_SPANS_MAX } from './limits.ts'
import { PARSE_ERROR } from './series-text.ts'

export interface ProtoExemplar {
  /** `[name, value, name, value, …]` */
  readonly labels: string[]
  readonly value: number
  readonly timestampMs: number | undefined
}

interface ProtoBucket {
  readonly cumulativeCount: number
  readonly upperBound: number
  readonly exemplar: ProtoExemplar | undefined
}

/** A histogram as sent: classic buckets, native ones, or both. */
export interface ProtoHistogram {
  count: number
  sum: number
  schema: number
  zeroThreshold: number
  zeroCount: number
  readonly buckets: ProtoBucket[]
  readonly positiveSpans: Span[]
  readonly negativeSpans: Span[]
  /** Differences to the bucket before, for integer histograms. */
  readonly positiveDeltas: number[]
  readonly negativeDeltas: number[]
  /** Absolute counts, for float histograms. */
  readonly positiveCounts: number[]
  readonly negativeCounts: number[]
  readonly exemplars: ProtoExemplar[]
  isFloat: boolean
}

interface ProtoSummary {
  count: number
  sum: number
  readonly quantiles: { readonly quantile: number; readonly value: number }[]
}

export interface ProtoMetric {
  readonly labels: string[]
  value: number | undefined
  exemplar: ProtoExemplar | undefined
  summary: ProtoSummary | undefined
  histogram: ProtoHistogram | undefined
  /** 0 when none was sent. */
  timestampMs: number
  createdMs: number | undefined
}

export interface ProtoFamily {
  name: string
  /** Undefined: none was sent. */
  help: string | undefined
  unit: string
  /** COUNTER 0, GAUGE 1, SUMMARY 2, UNTYPED 3, HISTOGRAM 4, GAUGE_HISTOGRAM 5 */
  type: number
  readonly metrics: ProtoMetric[]
}

const TYPES: readonly MetricType[] = [
  'counter',
  'gauge',
  'summary',
  'unknown',
  'histogram',
  'gaugehistogram',
]

/** The type in the field's words; a number that is none of them is unknown. */
export function protoType({ type }: ProtoFamily): MetricType {
  return TYPES[type] ?? 'unknown'
}

/**
 * Reads the message at the reader's place, which stands at the start of a MetricFamily.
 * @throws OutsideError `proto/corrupt`, UserError `exposition/parse`
 * @source prometheus/client_model metrics.proto
 */
export function readFamily(reader: ProtoReader): ProtoFamily {
  const family: ProtoFamily = { name: '', help: undefined, unit: '', type: 0, metrics: [] }
  while (reader.next()) {
    if (reader.field === 1) family.name = reader.text()
    else if (reader.field === 2) family.help = reader.text()
    else if (reader.field === 3) family.type = reader.int64()
    else if (reader.field === 4) family.metrics.push(nested(reader, readMetric))
    else if (reader.field === 5) family.unit = reader.text()
    else reader.skip()
  }
  return family
}

function nested<T>(reader: ProtoReader, read: (reader: ProtoReader) => T): T {
  const outer = reader.enter()
  const value = read(reader)
  reader.leave(outer)
  return value
}

function readMetric(reader: ProtoReader): ProtoMetric {
  const metric: ProtoMetric = {
    labels: [],
    value: undefined,
    exemplar: undefined,
    summary: undefined,
    histogram: undefined,
    timestampMs: 0,
    createdMs: undefined,
  }
  while (reader.next()) {
    const { field } = reader
    if (field === 1) nested(reader, (pair) => readPair(pair, metric.labels))
    else if (field === 2 || field === 3 || field === 5)
      nested(reader, (value) => readValue(value, metric))
    else if (field === 4) metric.summary = nested(reader, (summary) => readSummary(summary, metric))
    else if (field === 7)
      metric.histogram = nested(reader, (histogram) => readHistogram(histogram, metric))
    else if (field === 6) metric.timestampMs = reader.int64()
    else reader.skip()
  }
  return metric
}

function readPair(reader: ProtoReader, into: string[]): void {
  let name = ''
  let value = ''
  while (reader.next()) {
    if (reader.field === 1) name = reader.text()
    else if (reader.field === 2) value = reader.text()
    else reader.skip()
  }
  into.push(name, value)
}

/** Gauge, counter and untyped have their value in field 1; only a counter has more. */
function readValue(reader: ProtoReader, metric: ProtoMetric): void {
  metric.value = 0
  while (reader.next()) {
    if (reader.field === 1) metric.value = reader.double()
    else if (reader.field === 2) metric.exemplar = nested(reader, readExemplar)
    else if (reader.field === 3) metric.createdMs = nested(reader, readTimestamp)
    else reader.skip()
  }
}

function readSummary(reader: ProtoReader, metric: ProtoMetric): ProtoSummary {
  const summary: ProtoSummary = { count: 0, sum: 0, quantiles: [] }
  while (reader.next()) {
    if (reader.field === 1) summary.count = reader.uint64()
    else if (reader.field === 2) summary.sum = reader.double()
    else if (reader.field === 3) summary.quantiles.push(nested(reader, readQuantile))
    else if (reader.field === 4) metric.createdMs = nested(reader, readTimestamp)
    else reader.skip()
  }
  return summary
}

function readQuantile(reader: ProtoReader): { quantile: number; value: number } {
  const quantile = { quantile: 0, value: 0 }
  while (reader.next()) {
    if (reader.field === 1) quantile.quantile = reader.double()
    else if (reader.field === 2) quantile.value = reader.double()
    else reader.skip()
  }
  return quantile
}

function readHistogram(reader: ProtoReader, metric: ProtoMetric): ProtoHistogram {
  const histogram: ProtoHistogram = {
    count: 0,
    sum: 0,
    schema: 0,
    zeroThreshold: 0,
    zeroCount: 0,
    buckets: [],
    positiveSpans: [],
    negativeSpans: [],
    positiveDeltas: [],
    negativeDeltas: [],
    positiveCounts: [],
    negativeCounts: [],
    exemplars: [],
    isFloat: false,
  }
  while (reader.next()) readHistogramField(reader, histogram, metric)
  return histogram
}

function readHistogramField(
  reader: ProtoReader,
  histogram: ProtoHistogram,
  metric: ProtoMetric,
): void {
  switch (reader.field) {
    case 1:
      histogram.count = reader.uint64()
      break
    case 2:
      histogram.sum = reader.double()
      break
    case 3:
      histogram.buckets.push(nested(reader, readBucket))
      break
    case 4:
      histogram.count = reader.double()
      histogram.isFloat = true
      break
    case 5:
      histogram.schema = reader.sint64()
      break
    case 6:
      histogram.zeroThreshold = reader.double()
      break
    case 7:
      histogram.zeroCount = reader.uint64()
      break
    case 8:
      histogram.zeroCount = reader.double()
      histogram.isFloat = true
      break
    case 9:
      histogram.negativeSpans.push(nested(reader, readSpan))
      break
    case 10:
      reader.repeated(Wire.varint, (one) => histogram.negativeDeltas.push(one.sint64()))
      break
    case 11:
      reader.repeated(Wire.fixed64, (one) => histogram.negativeCounts.push(one.double()))
      break
    case 12:
      histogram.positiveSpans.push(nested(reader, readSpan))
      break
    case 13:
      reader.repeated(Wire.varint, (one) => histogram.positiveDeltas.push(one.sint64()))
      break
    case 14:
      reader.repeated(Wire.fixed64, (one) => histogram.positiveCounts.push(one.double()))
      break
    case 15:
      metric.createdMs = nested(reader, readTimestamp)
      break
    case 16:
      histogram.exemplars.push(nested(reader, readExemplar))
      break
    default:
      reader.skip()
  }
  if (histogram.positiveSpans.length + histogram.negativeSpans.length > PROTOBUF_SPANS_MAX)
    throw new UserError(PARSE_ERROR, `a histogram has more than ${PROTOBUF_SPANS_MAX} spans`)
}

function readBucket(reader: ProtoReader): ProtoBucket {
  let cumulativeCount = 0
  let upperBound = 0
  let exemplar: ProtoExemplar | undefined
  while (reader.next()) {
    if (reader.field === 1) cumulativeCount = reader.uint64()
    else if (reader.field === 2) upperBound = reader.double()
    else if (reader.field === 3) exemplar = nested(reader, readExemplar)
    else if (reader.field === 4) cumulativeCount = reader.double()
    else reader.skip()
  }
  return { cumulativeCount, upperBound, exemplar }
}

function readSpan(reader: ProtoReader): Span {
  let offset = 0
  let length = 0
  while (reader.next()) {
    if (reader.field === 1) offset = reader.sint64()
    else if (reader.field === 2) length = reader.uint64()
    else reader.skip()
  }
  return { offset, length }
}

function readExemplar(reader: ProtoReader): ProtoExemplar {
  const labels: string[] = []
  let value = 0
  let timestampMs: number | undefined
  while (reader.next()) {
    if (reader.field === 1) nested(reader, (pair) => readPair(pair, labels))
    else if (reader.field === 2) value = reader.double()
    else if (reader.field === 3) timestampMs = nested(reader, readTimestamp)
    else reader.skip()
  }
  return { labels, value, timestampMs }
}

/** google.protobuf.Timestamp, in ms. */
function readTimestamp(reader: ProtoReader): number {
  let seconds = 0
  let nanos = 0
  while (reader.next()) {
    if (reader.field === 1) seconds = reader.int64()
    else if (reader.field === 2) nanos = reader.int64()
    else reader.skip()
  }
  return seconds * 1_000 + Math.floor(nanos / 1e6)
}
