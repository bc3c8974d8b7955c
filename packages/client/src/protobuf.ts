// Families as protobuf messages: io.prometheus.client.MetricFamily.
import type { Exemplar } from './exemplars.ts'
import { escapedName, type Escaping, type ProtobufFormat } from './format.ts'
import type { NativeSnapshot } from './native-counts.ts'
import type { PageWriter } from './page-writer.ts'
import { BinarySink, type Field, type ProtoSink, TextSink } from './proto-sink.ts'
import type {
  Description,
  HistogramSnapshot,
  MetricType,
  SeriesSnapshot,
  SummarySnapshot,
} from './snapshot.ts'
import type { Span } from './sparse-buckets.ts'

const field = (number: number, name: string): Field => ({ number, name })

const FAMILY = {
  name: field(1, 'name'),
  help: field(2, 'help'),
  type: field(3, 'type'),
  metric: field(4, 'metric'),
  unit: field(5, 'unit'),
}
const METRIC = {
  label: field(1, 'label'),
  gauge: field(2, 'gauge'),
  counter: field(3, 'counter'),
  summary: field(4, 'summary'),
  untyped: field(5, 'untyped'),
  histogram: field(7, 'histogram'),
}
const PAIR = { name: field(1, 'name'), value: field(2, 'value') }
const VALUE = field(1, 'value')
const COUNTER = { exemplar: field(2, 'exemplar'), created: field(3, 'created_timestamp') }
const TOTALS = { count: field(1, 'sample_count'), sum: field(2, 'sample_sum') }
const SUMMARY = { quantile: field(3, 'quantile'), created: field(4, 'created_timestamp') }
const QUANTILE = { quantile: field(1, 'quantile'), value: field(2, 'value') }
const HISTOGRAM = {
  bucket: field(3, 'bucket'),
  schema: field(5, 'schema'),
  zeroThreshold: field(6, 'zero_threshold'),
  zeroCount: field(7, 'zero_count'),
  negativeSpan: field(9, 'negative_span'),
  negativeDelta: field(10, 'negative_delta'),
  positiveSpan: field(12, 'positive_span'),
  positiveDelta: field(13, 'positive_delta'),
  created: field(15, 'created_timestamp'),
  exemplars: field(16, 'exemplars'),
}
const BUCKET = {
  count: field(1, 'cumulative_count'),
  upperBound: field(2, 'upper_bound'),
  exemplar: field(3, 'exemplar'),
}
const SPAN = { offset: field(1, 'offset'), length: field(2, 'length') }
const EXEMPLAR = {
  label: field(1, 'label'),
  value: field(2, 'value'),
  timestamp: field(3, 'timestamp'),
}
const TIMESTAMP = { seconds: field(1, 'seconds'), nanos: field(2, 'nanos') }

/** Number and word of each type; the format knows no info and no state set. */
const TYPES: Readonly<Record<MetricType, readonly [number, string]>> = {
  counter: [0, 'COUNTER'],
  gauge: [1, 'GAUGE'],
  info: [1, 'GAUGE'],
  stateset: [1, 'GAUGE'],
  summary: [2, 'SUMMARY'],
  unknown: [3, 'UNTYPED'],
  histogram: [4, 'HISTOGRAM'],
}

/** After so many series it pauses. */
const SERIES_PER_STEP = 64

/**
 * Writes a family as one message: bytes with the length before, or text. Nothing when it has no series. Pauses, so
 * that the event loop may turn.
 * @source prometheus/client_model metrics.proto; expfmt FmtProtoDelim, FmtProtoText, FmtProtoCompact
 */
export function* writeProtobuf(
  out: PageWriter,
  family: Description,
  series: Iterable<SeriesSnapshot>,
  format: ProtobufFormat,
): Generator<undefined> {
  const sink =
    format.version === 'delimited'
      ? new BinarySink()
      : new TextSink(format.version === 'compact-text')
  let count = 0
  for (const one of series) {
    if (count === 0) writeHead(sink, family, format.escaping)
    writeMetric(sink, family.type, one, format.escaping)
    if (++count % SERIES_PER_STEP === 0) yield
  }
  if (count === 0) return
  // The unit has the last number of all fields, so it is written last.
  if (family.unit !== undefined && family.unit !== '') sink.string(FAMILY.unit, family.unit)
  const message = sink.finish()
  if (typeof message === 'string') out.text(message)
  else out.copy(message)
  yield
}

function writeHead(sink: ProtoSink, family: Description, escaping: Escaping): void {
  sink.string(FAMILY.name, escapedName(family.name, escaping))
  sink.string(FAMILY.help, family.help)
  sink.word(FAMILY.type, ...TYPES[family.type])
}

function writeMetric(
  sink: ProtoSink,
  type: MetricType,
  one: SeriesSnapshot,
  escaping: Escaping,
): void {
  sink.open(FAMILY.metric)
  for (const [name, value] of one.labels)
    writePair(sink, METRIC.label, escapedName(name, escaping), value)
  if (one.histogram !== undefined) {
    writeHistogram(sink, one.histogram, one.createdMs)
  } else if (one.summary !== undefined) {
    writeSummary(sink, one.summary, one.createdMs)
  } else {
    const kind =
      type === 'counter' ? METRIC.counter : type === 'unknown' ? METRIC.untyped : METRIC.gauge
    sink.open(kind)
    sink.double(VALUE, one.value ?? NaN)
    if (type === 'counter') {
      if (one.exemplar !== undefined) writeExemplar(sink, COUNTER.exemplar, one.exemplar)
      writeTime(sink, COUNTER.created, one.createdMs)
    }
    sink.close()
  }
  sink.close()
}

function writeSummary(
  sink: ProtoSink,
  { count, sum, quantiles }: SummarySnapshot,
  createdMs: number | undefined,
): void {
  sink.open(METRIC.summary)
  sink.uint(TOTALS.count, count)
  sink.double(TOTALS.sum, sum)
  for (const { quantile, value } of quantiles) {
    sink.open(SUMMARY.quantile)
    sink.double(QUANTILE.quantile, quantile)
    sink.double(QUANTILE.value, value)
    sink.close()
  }
  writeTime(sink, SUMMARY.created, createdMs)
  sink.close()
}

function writeHistogram(
  sink: ProtoSink,
  { count, sum, buckets, native }: HistogramSnapshot,
  createdMs: number | undefined,
): void {
  sink.open(METRIC.histogram)
  sink.uint(TOTALS.count, count)
  sink.double(TOTALS.sum, sum)
  for (const bucket of buckets) {
    sink.open(HISTOGRAM.bucket)
    sink.uint(BUCKET.count, bucket.count)
    sink.double(BUCKET.upperBound, bucket.upperBound)
    if (bucket.exemplar !== undefined) writeExemplar(sink, BUCKET.exemplar, bucket.exemplar)
    sink.close()
  }
  if (native !== undefined) writeNative(sink, native)
  writeTime(sink, HISTOGRAM.created, createdMs)
  for (const exemplar of native?.exemplars ?? []) {
    writeExemplar(sink, HISTOGRAM.exemplars, exemplar)
  }
  sink.close()
}

function writeNative(sink: ProtoSink, native: NativeSnapshot): void {
  sink.sint(HISTOGRAM.schema, native.schema)
  sink.double(HISTOGRAM.zeroThreshold, native.zeroThreshold)
  sink.uint(HISTOGRAM.zeroCount, native.zeroCount)
  writeSpans(sink, HISTOGRAM.negativeSpan, native.negativeSpans)
  for (const delta of native.negativeDeltas) sink.sint(HISTOGRAM.negativeDelta, delta)
  writeSpans(sink, HISTOGRAM.positiveSpan, native.positiveSpans)
  for (const delta of native.positiveDeltas) sink.sint(HISTOGRAM.positiveDelta, delta)
}

function writeSpans(sink: ProtoSink, kind: Field, spans: readonly Span[]): void {
  for (const { offset, length } of spans) {
    sink.open(kind)
    sink.sint(SPAN.offset, offset)
    sink.uint(SPAN.length, length)
    sink.close()
  }
}

function writePair(sink: ProtoSink, kind: Field, name: string, value: string): void {
  sink.open(kind)
  sink.string(PAIR.name, name)
  sink.string(PAIR.value, value)
  sink.close()
}

function writeExemplar(sink: ProtoSink, kind: Field, exemplar: Exemplar): void {
  sink.open(kind)
  for (const [name, value] of Object.entries(exemplar.labels)) {
    writePair(sink, EXEMPLAR.label, name, value)
  }
  sink.double(EXEMPLAR.value, exemplar.value)
  writeTime(sink, EXEMPLAR.timestamp, exemplar.timeMs)
  sink.close()
}

function writeTime(sink: ProtoSink, kind: Field, timeMs: number | undefined): void {
  if (timeMs === undefined) return
  const seconds = Math.floor(timeMs / 1000)
  sink.open(kind)
  sink.uint(TIMESTAMP.seconds, seconds)
  sink.uint(TIMESTAMP.nanos, Math.round((timeMs - seconds * 1000) * 1e6))
  sink.close()
}
