// Delimited MetricFamily messages read into families: what clients push that do not speak the text format.

import { ByteReader, messageOf, OutsideError, ProtoReader, UserError } from '@pharos/base'
import { goQuote, isValidLabelName, isValidMetricName, METRIC_NAME } from '@pharos/model'
import type { MetricType } from '@pharos/model'
import type { FamilyExemplar, HistogramValue, Metric, MetricFamily } from './family.ts'
import { PROTOBUF_METRICS_MAX } from './limits.ts'
import {
  type ProtoExemplar,
  type ProtoFamily,
  type ProtoHistogram,
  type ProtoMetric,
  protoType,
  readFamily,
} from './protobuf-messages.ts'
import { PARSE_ERROR } from './series-text.ts'
import type { FamilyParseOptions } from './family-parse.ts'

/** Field of MetricFamily that holds one metric. */
const METRIC_FIELD = 4

/**
 * The families of a delimited protobuf body, those without a metric left out. Of two with one name the later one
 * stands. Of a native histogram the sum, the count and the classic buckets are kept.
 *
 * @throws  UserError `exposition/parse`
 * @source  Pushgateway 1.11, handler.Push; client_model metrics.proto
 */
export function parseProtobufFamilies(
  body: Uint8Array,
  options: FamilyParseOptions = {},
): MetricFamily[] {
  const families = new Map<string, MetricFamily>()
  try {
    refuseTooMany(body)
    for (const message of messagesOf(body)) {
      const family = familyOf(readFamily(message), options.names === 'classic')
      families.set(family.name, family)
    }
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error
    throw new UserError(PARSE_ERROR, `protobuf parsing error: ${messageOf(error)}`, {
      cause: error,
    })
  }
  return [...families.values()].filter(({ metrics }) => metrics.length > 0)
}

function* messagesOf(body: Uint8Array): Iterable<ProtoReader> {
  let at = 0
  while (at < body.length) {
    const length = new ByteReader(body, at)
    const bytes = length.varint()
    const from = length.offset
    // Go's words, because that is what people find when they search for them.
    if (bytes > body.length - from) throw new UserError(PARSE_ERROR, 'unexpected EOF')
    yield new ProtoReader(body, from, from + bytes)
    at = from + bytes
  }
}

/** An empty metric is two bytes on the wire and a hundred in memory, so they are counted before one is made. */
function refuseTooMany(body: Uint8Array): void {
  let count = 0
  for (const message of messagesOf(body)) {
    while (message.next()) {
      if (message.field === METRIC_FIELD && ++count > PROTOBUF_METRICS_MAX)
        throw new UserError(PARSE_ERROR, `the body has more than ${PROTOBUF_METRICS_MAX} metrics`)
      message.skip()
    }
  }
}

function familyOf(sent: ProtoFamily, isClassic: boolean): MetricFamily {
  const { name, help, metrics } = sent
  if (!isValidMetricName(name, isClassic ? 'legacy' : 'utf8'))
    throw new UserError(PARSE_ERROR, `invalid metric name ${goQuote(name)}`)
  const type = protoType(sent)
  return {
    name,
    type,
    ...(help === undefined ? {} : { help }),
    metrics: metrics.map((metric) => {
      checkLabels(name, metric.labels, isClassic)
      return metricOf(name, type, metric)
    }),
  }
}

function checkLabels(metric: string, labels: readonly string[], isClassic: boolean): void {
  const names = new Set<string>()
  for (let i = 0; i < labels.length; i += 2) {
    const [name, value] = [labels[i]!, labels[i + 1]!]
    const where = `of metric ${goQuote(metric)}`
    if (name === METRIC_NAME || !isValidLabelName(name, isClassic ? 'legacy' : 'utf8'))
      throw new UserError(PARSE_ERROR, `invalid label name ${goQuote(name)} ${where}`)
    if (names.has(name))
      throw new UserError(PARSE_ERROR, `duplicate label name ${goQuote(name)} ${where}`)
    if (!value.isWellFormed())
      throw new UserError(PARSE_ERROR, `the value of label ${goQuote(name)} ${where} is not UTF-8`)
    names.add(name)
  }
}

function metricOf(name: string, type: MetricType, sent: ProtoMetric): Metric {
  const { labels, timestampMs, createdMs, exemplar } = sent
  const common = {
    labels,
    ...(timestampMs === 0 ? {} : { timestampMs }),
    ...(createdMs === undefined ? {} : { createdMs }),
  }
  const isHistogram = type === 'histogram' || type === 'gaugehistogram'
  if (isHistogram && sent.histogram !== undefined)
    return { ...common, histogram: histogramOf(sent.histogram) }
  if (type === 'summary' && sent.summary !== undefined) return { ...common, summary: sent.summary }
  if (!isHistogram && type !== 'summary' && sent.value !== undefined)
    return {
      ...common,
      value: sent.value,
      ...(exemplar === undefined ? {} : { exemplar: exemplarOf(exemplar) }),
    }
  throw new UserError(PARSE_ERROR, `expected ${type} in metric ${goQuote(name)}`)
}

function histogramOf({ count, sum, buckets, isFloat }: ProtoHistogram): HistogramValue {
  return {
    count,
    sum,
    buckets: buckets.map(({ upperBound, cumulativeCount, exemplar }) => ({
      upperBound,
      count: cumulativeCount,
      ...(exemplar === undefined ? {} : { exemplar: exemplarOf(exemplar) }),
    })),
    ...(isFloat ? { isFloat } : {}),
  }
}

function exemplarOf({ labels, value, timestampMs }: ProtoExemplar): FamilyExemplar {
  return { labels, value, ...(timestampMs === undefined ? {} : { timestampMs }) }
}
