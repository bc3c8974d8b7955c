// Parsing, choosing and writing exposition formats, against the vectors of the reference.

import { existsSync, readFileSync } from 'node:fs'
import {
  type BodyFormat,
  createCursor,
  Entry,
  escapeFamily,
  type ExpositionCursor,
  type FamilyExemplar,
  Format,
  type HistogramValue,
  lintMetrics,
  type LintProblem,
  type Metric,
  type MetricFamily,
  negotiate,
  openMetrics2Family,
  openMetricsFamily,
  parseFamilies,
  parserFor,
  writeText,
} from '@pharos/exposition'
import { messageOf } from '@pharos/base'
import type { EscapingScheme, NativeHistogram } from '@pharos/model'
import { expect, test } from 'vitest'

const dir = new URL('../../../shared/conformance/exposition/', import.meta.url)
const missing = !existsSync(dir)

type Bytes = string | { readonly b64: string }

function bytesOf(input: Bytes): Uint8Array {
  return typeof input === 'string'
    ? new TextEncoder().encode(input)
    : Uint8Array.from(Buffer.from(input.b64, 'base64'))
}

function cases<T>(file: string): T[] {
  const vectors = JSON.parse(readFileSync(new URL(file, dir), 'utf8')) as { readonly cases: T[] }
  return vectors.cases
}

interface EntryVector {
  readonly entry: string
  readonly metric?: string
  readonly help?: string
  readonly type?: string
  readonly unit?: string
  readonly comment?: string
  readonly series?: string
  readonly value?: number | string
  readonly timestamp_ms?: number
  readonly start_timestamp_ms?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly exemplars?: readonly {
    readonly labels: Readonly<Record<string, string>>
    readonly value: number
    readonly ts_ms?: number
  }[]
}

interface BodyVector {
  readonly name: string
  readonly format: BodyFormat
  readonly input: Bytes
  readonly compare?: string | readonly string[]
  readonly skip_created_series?: boolean
  readonly convert_classic_to_nhcb?: boolean
  readonly entries: readonly (EntryVector & {
    readonly labels_with_type_unit?: Readonly<Record<string, string>>
  })[]
}

/** As Go prints the reference's integer histograms: counts as differences, nothing for what is empty. */
function histogramVector(histogram: NativeHistogram): Readonly<Record<string, unknown>> {
  const { count, sum, schema, customValues, positiveBuckets, positiveSpans } = histogram
  return {
    Count: count,
    ...(customValues.length === 0 ? {} : { CustomValues: customValues }),
    PositiveBuckets: positiveBuckets.map((bucket, i) => bucket - (positiveBuckets[i - 1] ?? 0)),
    PositiveSpans: positiveSpans.map(({ offset, length }) => ({ Length: length, Offset: offset })),
    Schema: schema,
    Sum: sum,
  }
}

function entryOf(entry: Entry, cursor: ExpositionCursor, body: Uint8Array): EntryVector {
  const text = new TextDecoder().decode(body.subarray(cursor.seriesStart, cursor.seriesEnd))
  if (entry === Entry.comment) return { entry: 'comment', comment: text }
  if (entry === Entry.type)
    return {
      entry: 'type',
      metric: cursor.metadataName(),
      type: cursor.metadata().type ?? 'missing',
    }
  if (entry === Entry.help || entry === Entry.unit)
    return {
      entry: entry === Entry.help ? 'help' : 'unit',
      metric: cursor.metadataName(),
      ...cursor.metadata(),
    }
  const one = cursor.exemplar()
  const exemplars = cursor.exemplars?.() ?? (one === undefined ? [] : [one])
  const startMs = cursor.startTimestampMs()
  const histogram = entry === Entry.histogram ? cursor.histogram?.() : undefined
  return {
    entry: 'series',
    // A converted histogram has no text of its own in the body; the vectors show the one it would have.
    series: entry === Entry.histogram ? cursor.labels().toMetric() : text,
    value: Number.isFinite(cursor.value) ? cursor.value : String(cursor.value),
    labels: { ...cursor.labels().toObject() },
    ...(cursor.hasTimestamp ? { timestamp_ms: cursor.timestampMs } : {}),
    ...(startMs === undefined ? {} : { start_timestamp_ms: startMs }),
    ...(histogram === undefined ? {} : { histogram: histogramVector(histogram) }),
    ...(exemplars.length === 0
      ? {}
      : {
          exemplars: exemplars.map(({ labels, value, timestampMs }) => ({
            labels: { ...labels.toObject() },
            value,
            ...(timestampMs === undefined ? {} : { ts_ms: timestampMs }),
          })),
        }),
  }
}

const bodies = missing ? [] : cases<BodyVector>('parse-entries.json')

test.skipIf(missing)('all entries of the 9 big bodies are the reference’s', () => {
  for (const vector of bodies) {
    const body = bytesOf(vector.input)
    const cursor = createCursor(body, vector.format, {
      skipCreated: vector.skip_created_series ?? vector.convert_classic_to_nhcb ?? false,
      convertClassic: vector.convert_classic_to_nhcb ?? false,
    })
    const seen: EntryVector[] = []
    for (let entry = cursor.next(); entry !== Entry.end; entry = cursor.next())
      seen.push(entryOf(entry, cursor, body))
    const wanted = vector.entries.map((entry) => {
      const plain: Record<string, unknown> = { ...entry }
      delete plain['labels_with_type_unit']
      // The vectors keep the reference's own symbol for the ordinary NaN.
      if (String(entry.value).startsWith('NaN(')) plain['value'] = 'NaN'
      return plain
    })
    if (vector.compare === undefined) expect(seen, vector.name).toEqual(wanted)
    else expect(seen, vector.name).toMatchObject(wanted)
    expect(seen.length, vector.name).toBe(wanted.length)
  }
  expect(bodies.length).toBe(9)
})

test.skipIf(missing)('with type-and-unit-labels the labels of 2 bodies are the reference’s', () => {
  const checked = bodies.filter((body) => body.entries.some((e) => e.labels_with_type_unit))
  for (const vector of checked) {
    const cursor = createCursor(bytesOf(vector.input), vector.format, {
      skipCreated: vector.skip_created_series ?? false,
      typeAndUnitLabels: true,
    })
    for (const wanted of vector.entries) {
      const entry = cursor.next()
      if (entry !== Entry.series) continue
      expect({ ...cursor.labels().toObject() }, wanted.series).toEqual(
        wanted.labels_with_type_unit ?? wanted.labels,
      )
    }
  }
  expect(checked.length).toBe(2)
})

test.skipIf(missing)('109 short bodies fail with the reference’s message or parse', () => {
  const vectors = cases<{ format: BodyFormat; input: Bytes; error?: string; ok?: boolean }>(
    'parse-errors.json',
  )
  const wrong: string[] = []
  for (const { format, input, error } of vectors) {
    const body = bytesOf(input)
    let message: string | undefined
    try {
      const cursor = createCursor(body, format)
      for (let entry = cursor.next(); entry !== Entry.end; entry = cursor.next()) continue
    } catch (thrown) {
      message = messageOf(thrown)
    }
    if (message !== error)
      wrong.push(`${format} ${JSON.stringify(input)}: ${message} instead of ${error}`)
  }
  expect(wrong).toEqual([])
  expect(vectors.length).toBe(109)
})

test.skipIf(missing)('20 Content-Types choose the reference’s parser', () => {
  const vectors = cases<{
    readonly name: string
    readonly content_type: string
    readonly fallback: string
    readonly parser: string
    readonly error_contains?: string
  }>('content-type-negotiation.json')
  const parsers = {
    text: 'PromParser',
    openmetrics: 'OpenMetricsParser',
    protobuf: 'ProtobufParser',
  }
  for (const vector of vectors) {
    // The vectors carry the names of Go constants, the configuration writes `PrometheusText0.0.4`.
    const fallback = vector.fallback.replace(/(\d)_(\d)_(\d)/, '$1.$2.$3')
    const { format, warning } = parserFor(vector.content_type, fallback)
    expect(format === undefined ? 'NilParser' : parsers[format], vector.name).toBe(vector.parser)
    if (vector.error_contains === undefined) expect(warning, vector.name).toBeUndefined()
    else expect(warning, vector.name).toContain(vector.error_contains)
  }
  expect(vectors.length).toBe(20)
})

test.skipIf(missing)('33 Accept headers are answered as the reference does', () => {
  const vectors = cases<{
    readonly group: string
    readonly name: string
    readonly acceptHeaderValue: string
    readonly expectedFmt: string
    readonly acceptedFormats?: readonly Format[] | null
  }>('accept-negotiation.json')
  const protobuf = [Format.protobuf, Format.protobufText, Format.protobufCompact]
  for (const vector of vectors) {
    const accepted =
      vector.acceptedFormats ??
      (vector.group === 'TestNegotiate'
        ? [...protobuf, Format.text]
        : vector.group === 'TestNegotiateAccept'
          ? []
          : [...protobuf, Format.text, Format.openMetrics0, Format.openMetrics1])
    const escaping = vector.group === 'TestNegotiate' ? 'underscores' : 'values'
    const { contentType } = negotiate(vector.acceptHeaderValue, accepted, escaping)
    expect(contentType, `${vector.group}: ${vector.name}`).toBe(vector.expectedFmt)
  }
  expect(vectors.length).toBe(33)
})

interface LabelPair {
  readonly Name: string
  readonly Value: string
}
interface ProtoExemplar {
  readonly Label: readonly LabelPair[]
  readonly Value?: number | string
  readonly Timestamp?: string | ProtoTime
}
interface ProtoTime {
  readonly Seconds?: number
  readonly Nanos?: number
}
interface ProtoNumber {
  readonly Value?: number | string
  readonly CreatedTimestamp?: string | ProtoTime
  readonly Exemplar?: ProtoExemplar
}
interface ProtoFamily {
  readonly Name?: string
  readonly Help?: string
  readonly Type?: string
  readonly Unit?: string
  readonly Metric?: readonly {
    readonly Label?: readonly LabelPair[]
    readonly TimestampMs?: number
    readonly Counter?: ProtoNumber
    readonly Gauge?: ProtoNumber
    readonly Untyped?: ProtoNumber
    readonly Summary?: {
      readonly CreatedTimestamp?: string | ProtoTime
      readonly SampleCount?: number
      readonly SampleSum?: number | string
      readonly Quantile?: readonly { readonly Quantile: number; readonly Value: number | string }[]
    }
    readonly Histogram?: {
      readonly CreatedTimestamp?: string | ProtoTime
      readonly SampleCount?: number
      readonly SampleCountFloat?: number
      readonly SampleSum?: number | string
      readonly Bucket?: readonly {
        readonly CumulativeCount?: number
        readonly CumulativeCountFloat?: number
        readonly UpperBound: number | string
        readonly Exemplar?: ProtoExemplar
      }[]
    }
  }[]
}

function numberOf(value: number | string | undefined): number {
  return value === '+Inf' ? Infinity : value === '-Inf' ? -Infinity : Number(value ?? 0)
}

function msOf(time: string | ProtoTime): number {
  if (typeof time === 'string') return Date.parse(time)
  return (time.Seconds ?? 0) * 1000 + (time.Nanos ?? 0) / 1e6
}

function flat(pairs: readonly LabelPair[] = []): string[] {
  return pairs.flatMap(({ Name, Value }) => [Name, Value])
}

function exemplarOf(proto: ProtoExemplar): FamilyExemplar {
  return {
    labels: flat(proto.Label),
    value: numberOf(proto.Value),
    ...(proto.Timestamp === undefined ? {} : { timestampMs: msOf(proto.Timestamp) }),
  }
}

function familyOf(proto: ProtoFamily): MetricFamily {
  const word = proto.Type ?? 'counter'
  const type =
    word === 'untyped'
      ? 'unknown'
      : word === 'gauge_histogram'
        ? 'gaugehistogram'
        : (word as MetricFamily['type'])
  const metrics = (proto.Metric ?? []).map((metric): Metric => {
    const plain = { counter: metric.Counter, gauge: metric.Gauge, unknown: metric.Untyped }
    const number = plain[type as keyof typeof plain]
    const start = number ?? metric.Summary ?? metric.Histogram
    return {
      labels: flat(metric.Label),
      ...(metric.TimestampMs === undefined ? {} : { timestampMs: metric.TimestampMs }),
      ...(start?.CreatedTimestamp === undefined ? {} : { createdMs: msOf(start.CreatedTimestamp) }),
      ...(number === undefined ? {} : { value: numberOf(number.Value) }),
      ...(number?.Exemplar === undefined ? {} : { exemplar: exemplarOf(number.Exemplar) }),
      ...(metric.Summary === undefined
        ? {}
        : {
            summary: {
              ...(metric.Summary.SampleCount === undefined
                ? {}
                : { count: metric.Summary.SampleCount }),
              ...(metric.Summary.SampleSum === undefined
                ? {}
                : { sum: numberOf(metric.Summary.SampleSum) }),
              quantiles: (metric.Summary.Quantile ?? []).map(({ Quantile, Value }) => ({
                quantile: Quantile,
                value: numberOf(Value),
              })),
            },
          }),
      ...(metric.Histogram === undefined ? {} : { histogram: histogramOf(metric.Histogram) }),
    }
  })
  return {
    name: proto.Name ?? '',
    type,
    ...(proto.Help === undefined ? {} : { help: proto.Help }),
    ...(proto.Unit === undefined ? {} : { unit: proto.Unit }),
    metrics,
  }
}

function histogramOf(
  proto: NonNullable<NonNullable<ProtoFamily['Metric']>[number]['Histogram']>,
): HistogramValue {
  const count = proto.SampleCountFloat ?? proto.SampleCount
  const isFloat = proto.SampleCountFloat !== undefined
  return {
    ...(count === undefined ? {} : { count }),
    ...(proto.SampleSum === undefined ? {} : { sum: numberOf(proto.SampleSum) }),
    buckets: (proto.Bucket ?? []).map((bucket) => ({
      upperBound: numberOf(bucket.UpperBound),
      count: bucket.CumulativeCountFloat ?? bucket.CumulativeCount ?? 0,
      ...(bucket.Exemplar === undefined ? {} : { exemplar: exemplarOf(bucket.Exemplar) }),
    })),
    ...(isFloat ? { isFloat } : {}),
  }
}

interface WriteVector {
  readonly name?: string
  readonly family: ProtoFamily
  readonly text?: string
  readonly error_contains?: string
  readonly options?: readonly string[]
}

function checkWriting(
  vectors: readonly WriteVector[],
  write: (family: MetricFamily, vector: WriteVector) => string,
): void {
  for (const vector of vectors) {
    const attempt = () => write(familyOf(vector.family), vector)
    if (vector.error_contains === undefined) expect(attempt()).toBe(vector.text)
    else expect(attempt).toThrow(vector.error_contains)
  }
}

test.skipIf(missing)('15 families are written in the classic text format', () => {
  const vectors = cases<WriteVector>('text-create.json')
  checkWriting(vectors, (family) => writeText([family]))
  expect(vectors.length).toBe(15)
})

test.skipIf(missing)('21 families are written in OpenMetrics 1.0', () => {
  const vectors = cases<WriteVector>('openmetrics-create.json')
  checkWriting(vectors, (family, { options }) =>
    openMetricsFamily(family, { created: options?.includes('withCreatedLines') ?? false }),
  )
  expect(vectors.length).toBe(21)
})

// A start with nanoseconds does not fit a time in ms as a double.
const NANOSECONDS = 'CounterWithSubsecondCreatedTimestamp'

test.skipIf(missing)(
  `10 of 11 families are written in OpenMetrics 2.0 (not ${NANOSECONDS})`,
  () => {
    const vectors = cases<WriteVector>('openmetrics2-create.json')
    const checked = vectors.filter(({ name }) => name !== NANOSECONDS)
    checkWriting(checked, openMetrics2Family)
    expect([checked.length, vectors.length]).toEqual([10, 11])
  },
)

test.skipIf(missing)('66 bodies are read into the reference’s families or refused', () => {
  const vectors = cases<{ readonly input: Bytes; readonly families?: readonly ProtoFamily[] }>(
    'textparse-families.json',
  )
  // These two come from the part of the reference's test that runs with classic names.
  const classic = new Set([
    '{"metric.name",foo="bla"} 3.14\n',
    'metric_name{"foo"="bar", "dotted.label"="bla"} 3.14\n',
  ])
  const byName = (a: MetricFamily, b: MetricFamily) => (a.name < b.name ? -1 : 1)
  for (const { input, families } of vectors) {
    const isClassic = typeof input === 'string' && classic.has(input)
    const attempt = () => parseFamilies(bytesOf(input), isClassic ? { names: 'classic' } : {})
    if (families === undefined) expect(attempt, JSON.stringify(input)).toThrow()
    else
      expect(attempt().toSorted(byName), JSON.stringify(input)).toEqual(
        families.map(familyOf).toSorted(byName),
      )
  }
  expect(vectors.length).toBe(66)
})

test.skipIf(missing)('5 families are escaped for old clients', () => {
  const vectors = cases<{
    readonly name: string
    readonly scheme: EscapingScheme
    readonly input: ProtoFamily
    readonly expected: ProtoFamily
  }>('escape-family.json')
  for (const { name, scheme, input, expected } of vectors)
    expect(escapeFamily(familyOf(input), scheme), name).toEqual(familyOf(expected))
  expect(vectors.length).toBe(5)
})

const clientDir = new URL('../client/', dir)

test.skipIf(!existsSync(clientDir))('52 of 53 expositions are linted as promlint does', () => {
  const vectors = cases<{
    readonly group: string
    readonly name?: string
    readonly input?: string
    readonly problems: readonly LintProblem[]
  }>('../client/promlint.json')
  // TestLintMetricTypeInName was extracted without its input; lint.test.ts covers the rule.
  const checked = vectors.filter(({ input }) => input !== undefined)
  for (const { name, input, problems } of checked)
    expect(lintMetrics(input ?? ''), name).toEqual(problems)
  expect([checked.length, vectors.length]).toEqual([52, 53])
})
