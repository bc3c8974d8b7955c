// OpenTelemetry's metrics, from protobuf or JSON into the same objects. One table says what each message holds; fields that
// are not in it are passed over. Numbers of 64 bits are numbers here, times are ms.
//
// @source opentelemetry-proto metrics/v1, common/v1 and resource/v1; the OTLP specification for JSON

import { OutsideError, ProtoReader, Wire } from '@pharos/base'
import { OTLP_DEPTH } from '../limits.ts'

export interface OtlpRequest {
  readonly resourceMetrics: readonly ResourceMetrics[]
}

export interface ResourceMetrics {
  readonly resource: { readonly attributes: readonly KeyValue[] }
  readonly scopeMetrics: readonly ScopeMetrics[]
}

interface ScopeMetrics {
  readonly scope: OtlpScope
  readonly metrics: readonly OtlpMetric[]
  readonly schemaUrl: string
}

export interface OtlpScope {
  readonly name: string
  readonly version: string
  readonly attributes: readonly KeyValue[]
}

export interface OtlpMetric {
  readonly name: string
  readonly description: string
  readonly unit: string
  readonly gauge: { readonly dataPoints: readonly NumberPoint[] } | undefined
  readonly sum:
    | {
        readonly dataPoints: readonly NumberPoint[]
        readonly aggregationTemporality: number
        readonly isMonotonic: boolean
      }
    | undefined
  readonly histogram:
    | {
        readonly dataPoints: readonly HistogramPoint[]
        readonly aggregationTemporality: number
      }
    | undefined
  readonly exponentialHistogram:
    | {
        readonly dataPoints: readonly ExponentialPoint[]
        readonly aggregationTemporality: number
      }
    | undefined
  readonly summary: { readonly dataPoints: readonly SummaryPoint[] } | undefined
}

interface Point {
  readonly attributes: readonly KeyValue[]
  /** ms since 1970. */
  readonly timeUnixNano: number
  /** Bit 0: there is no value. */
  readonly flags: number
}

export interface NumberPoint extends Point {
  readonly asDouble: number | undefined
  readonly asInt: number | undefined
  readonly exemplars: readonly OtlpExemplar[]
}

export interface HistogramPoint extends Point {
  readonly count: number
  readonly sum: number | undefined
  readonly bucketCounts: readonly number[]
  readonly explicitBounds: readonly number[]
  readonly exemplars: readonly OtlpExemplar[]
}

export interface ExponentialPoint extends Point {
  readonly count: number
  readonly sum: number | undefined
  readonly scale: number
  readonly zeroCount: number
  readonly zeroThreshold: number
  readonly positive: OtlpBuckets
  readonly negative: OtlpBuckets
  readonly exemplars: readonly OtlpExemplar[]
}

export interface OtlpBuckets {
  readonly offset: number
  readonly bucketCounts: readonly number[]
}

export interface SummaryPoint extends Point {
  readonly count: number
  readonly sum: number
  readonly quantileValues: readonly { readonly quantile: number; readonly value: number }[]
}

export interface OtlpExemplar {
  readonly filteredAttributes: readonly KeyValue[]
  readonly timeUnixNano: number
  readonly asDouble: number | undefined
  readonly asInt: number | undefined
  /** Hexadecimal. */
  readonly spanId: string
  readonly traceId: string
}

export interface KeyValue {
  readonly key: string
  readonly value: AnyValue
}

export interface AnyValue {
  readonly stringValue: string | undefined
  readonly boolValue: boolean | undefined
  readonly intValue: string | undefined
  readonly doubleValue: number | undefined
  readonly arrayValue: { readonly values: readonly AnyValue[] } | undefined
  readonly kvlistValue: { readonly values: readonly KeyValue[] } | undefined
  /** Base64. */
  readonly bytesValue: string | undefined
}

/** How a field stands on the wire. `integer` keeps its digits as text, `nanos` becomes ms. */
type Kind =
  | 'text'
  | 'bool'
  | 'double'
  | 'fixed64'
  | 'sfixed64'
  | 'nanos'
  | 'varint'
  | 'sint'
  | 'integer'
  | 'hex'
  | 'base64'
  | 'temporality'

type MessageName = keyof typeof MESSAGES

interface Field {
  readonly number: number
  readonly kind: Kind | { readonly message: MessageName }
  readonly isRepeated: boolean
  /** Missing: undefined; otherwise what its kind has for nothing. */
  readonly isOptional: boolean
}

function one(number: number, kind: Kind): Field {
  return { number, kind, isRepeated: false, isOptional: false }
}

function maybe(number: number, kind: Kind): Field {
  return { number, kind, isRepeated: false, isOptional: true }
}

function many(number: number, kind: Kind): Field {
  return { number, kind, isRepeated: true, isOptional: false }
}

function inner(number: number, message: string, isOptional = false): Field {
  return {
    number,
    kind: { message: message as MessageName },
    isRepeated: false,
    isOptional,
  }
}

function list(number: number, message: string): Field {
  return {
    number,
    kind: { message: message as MessageName },
    isRepeated: true,
    isOptional: false,
  }
}

const MESSAGES = {
  request: { resourceMetrics: list(1, 'resourceMetrics') },
  resourceMetrics: { resource: inner(1, 'resource'), scopeMetrics: list(2, 'scopeMetrics') },
  resource: { attributes: list(1, 'keyValue') },
  scopeMetrics: { scope: inner(1, 'scope'), metrics: list(2, 'metric'), schemaUrl: one(3, 'text') },
  scope: { name: one(1, 'text'), version: one(2, 'text'), attributes: list(3, 'keyValue') },
  metric: {
    name: one(1, 'text'),
    description: one(2, 'text'),
    unit: one(3, 'text'),
    gauge: inner(5, 'gauge', true),
    sum: inner(7, 'sum', true),
    histogram: inner(9, 'histogram', true),
    exponentialHistogram: inner(10, 'exponentialHistogram', true),
    summary: inner(11, 'summary', true),
  },
  gauge: { dataPoints: list(1, 'numberPoint') },
  sum: {
    dataPoints: list(1, 'numberPoint'),
    aggregationTemporality: one(2, 'temporality'),
    isMonotonic: one(3, 'bool'),
  },
  histogram: {
    dataPoints: list(1, 'histogramPoint'),
    aggregationTemporality: one(2, 'temporality'),
  },
  exponentialHistogram: {
    dataPoints: list(1, 'exponentialPoint'),
    aggregationTemporality: one(2, 'temporality'),
  },
  summary: { dataPoints: list(1, 'summaryPoint') },
  numberPoint: {
    timeUnixNano: one(3, 'nanos'),
    asDouble: maybe(4, 'double'),
    exemplars: list(5, 'exemplar'),
    asInt: maybe(6, 'sfixed64'),
    attributes: list(7, 'keyValue'),
    flags: one(8, 'varint'),
  },
  histogramPoint: {
    timeUnixNano: one(3, 'nanos'),
    count: one(4, 'fixed64'),
    sum: maybe(5, 'double'),
    bucketCounts: many(6, 'fixed64'),
    explicitBounds: many(7, 'double'),
    exemplars: list(8, 'exemplar'),
    attributes: list(9, 'keyValue'),
    flags: one(10, 'varint'),
  },
  exponentialPoint: {
    attributes: list(1, 'keyValue'),
    timeUnixNano: one(3, 'nanos'),
    count: one(4, 'fixed64'),
    sum: maybe(5, 'double'),
    scale: one(6, 'sint'),
    zeroCount: one(7, 'fixed64'),
    positive: inner(8, 'buckets'),
    negative: inner(9, 'buckets'),
    flags: one(10, 'varint'),
    exemplars: list(11, 'exemplar'),
    zeroThreshold: one(14, 'double'),
  },
  buckets: { offset: one(1, 'sint'), bucketCounts: many(2, 'varint') },
  summaryPoint: {
    timeUnixNano: one(3, 'nanos'),
    count: one(4, 'fixed64'),
    sum: one(5, 'double'),
    quantileValues: list(6, 'quantileValue'),
    attributes: list(7, 'keyValue'),
    flags: one(8, 'varint'),
  },
  quantileValue: { quantile: one(1, 'double'), value: one(2, 'double') },
  exemplar: {
    timeUnixNano: one(2, 'nanos'),
    asDouble: maybe(3, 'double'),
    spanId: one(4, 'hex'),
    traceId: one(5, 'hex'),
    asInt: maybe(6, 'sfixed64'),
    filteredAttributes: list(7, 'keyValue'),
  },
  keyValue: { key: one(1, 'text'), value: inner(2, 'anyValue') },
  anyValue: {
    stringValue: maybe(1, 'text'),
    boolValue: maybe(2, 'bool'),
    intValue: maybe(3, 'integer'),
    doubleValue: maybe(4, 'double'),
    arrayValue: inner(5, 'anyValues', true),
    kvlistValue: inner(6, 'keyValues', true),
    bytesValue: maybe(7, 'base64'),
  },
  anyValues: { values: list(1, 'anyValue') },
  keyValues: { values: list(1, 'keyValue') },
} satisfies Record<string, Readonly<Record<string, Field>>>

type Decoded = Record<string, unknown>

interface Shape {
  readonly fields: readonly (readonly [name: string, field: Field])[]
  readonly byNumber: ReadonlyMap<number, readonly [name: string, field: Field]>
}

/** Reads requests; the tables are put in order once. */
export class OtlpDecoder {
  readonly #shapes = new Map<string, Shape>()

  constructor() {
    for (const [name, message] of Object.entries(MESSAGES)) {
      const fields = Object.entries(message as Readonly<Record<string, Field>>)
      const byNumber = new Map(fields.map((entry) => [entry[1].number, entry]))
      this.#shapes.set(name, { fields, byNumber })
    }
  }

  /** @throws OutsideError `proto/corrupt`, `remote/otlp` for one that is nested too deep */
  fromProtobuf(message: Uint8Array): OtlpRequest {
    const reader = new ProtoReader(message)
    // The table has the fields of the type.
    return this.#message(reader, 'request', 0) as unknown as OtlpRequest
  }

  /** @throws OutsideError `remote/otlp` for what is no JSON or has a field of another kind */
  fromJson(text: string): OtlpRequest {
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch (cause) {
      throw refused('the body is no JSON', cause)
    }
    return this.#object(json, 'request', 0) as unknown as OtlpRequest
  }

  #empty(shape: Shape, depth: number): Decoded {
    const out: Decoded = {}
    for (const [name, field] of shape.fields) {
      if (field.isRepeated) out[name] = []
      else if (field.isOptional) out[name] = undefined
      else if (typeof field.kind === 'string') out[name] = NOTHING[field.kind]
      else if (field.kind.message === 'anyValue') out[name] = EMPTY_VALUE
      else out[name] = this.#empty(this.#shapes.get(field.kind.message)!, depth + 1)
    }
    return out
  }

  #message(reader: ProtoReader, name: string, depth: number): Decoded {
    if (depth > OTLP_DEPTH) throw refused(`values nested deeper than ${OTLP_DEPTH}`)
    const shape = this.#shapes.get(name)!
    const out = this.#empty(shape, depth)
    while (reader.next()) {
      const entry = shape.byNumber.get(reader.field)
      if (entry === undefined) {
        reader.skip()
        continue
      }
      const [key, { kind, isRepeated }] = entry
      if (typeof kind !== 'string') {
        const outer = reader.enter()
        const value = this.#message(reader, kind.message, depth + 1)
        reader.leave(outer)
        if (isRepeated) (out[key] as unknown[]).push(value)
        else out[key] = value
      } else if (isRepeated) {
        const all = out[key] as unknown[]
        reader.repeated(kind === 'varint' ? Wire.varint : Wire.fixed64, (one) =>
          all.push(readField(one, kind)),
        )
      } else out[key] = readField(reader, kind)
    }
    return out
  }

  #object(json: unknown, name: string, depth: number): Decoded {
    if (depth > OTLP_DEPTH) throw refused(`values nested deeper than ${OTLP_DEPTH}`)
    if (typeof json !== 'object' || json === null || Array.isArray(json))
      throw refused(`${name} is no object`)
    const shape = this.#shapes.get(name)!
    const out = this.#empty(shape, depth)
    const given = json as Readonly<Record<string, unknown>>
    for (const [key, field] of shape.fields) {
      const value = Object.hasOwn(given, key) ? given[key] : undefined
      if (value === undefined || value === null) continue
      const { kind } = field
      const read = (one: unknown): unknown =>
        typeof kind === 'string'
          ? jsonField(one, kind, key)
          : this.#object(one, kind.message, depth + 1)
      if (!field.isRepeated) out[key] = read(value)
      else if (Array.isArray(value)) out[key] = value.map(read)
      else throw refused(`${key} is no list`)
    }
    return out
  }
}

const EMPTY_VALUE: AnyValue = {
  stringValue: undefined,
  boolValue: undefined,
  intValue: undefined,
  doubleValue: undefined,
  arrayValue: undefined,
  kvlistValue: undefined,
  bytesValue: undefined,
}

const NOTHING: Readonly<Record<Kind, unknown>> = {
  text: '',
  bool: false,
  double: 0,
  fixed64: 0,
  sfixed64: 0,
  nanos: 0,
  varint: 0,
  sint: 0,
  integer: '0',
  hex: '',
  base64: '',
  temporality: 0,
}

function readField(reader: ProtoReader, kind: Kind): unknown {
  switch (kind) {
    case 'text':
      return reader.text()
    case 'bool':
      return reader.int64() !== 0
    case 'double':
      return reader.double()
    case 'fixed64':
      return Number(reader.fixed64(false))
    case 'sfixed64':
      return Number(reader.fixed64(true))
    case 'nanos':
      return Number(reader.fixed64(false) / 1_000_000n)
    case 'varint':
    case 'temporality':
      return reader.uint64()
    case 'sint':
      return reader.sint64()
    case 'integer':
      return String(reader.int64())
    case 'hex':
      return Buffer.from(reader.raw()).toString('hex')
    case 'base64':
      return Buffer.from(reader.raw()).toString('base64')
  }
}

const TEMPORALITIES: readonly string[] = [
  'AGGREGATION_TEMPORALITY_UNSPECIFIED',
  'AGGREGATION_TEMPORALITY_DELTA',
  'AGGREGATION_TEMPORALITY_CUMULATIVE',
]

function jsonField(value: unknown, kind: Kind, key: string): unknown {
  switch (kind) {
    case 'text':
    case 'hex':
    case 'base64':
      if (typeof value === 'string') return kind === 'hex' ? value.toLowerCase() : value
      throw refused(`${key} is no text`)
    case 'bool':
      if (typeof value === 'boolean') return value
      throw refused(`${key} is no flag`)
    case 'integer':
      return String(integerOf(value, key))
    case 'nanos':
      return Number(integerOf(value, key) / 1_000_000n)
    case 'temporality':
      if (typeof value === 'string' && TEMPORALITIES.includes(value))
        return TEMPORALITIES.indexOf(value)
      return Number(integerOf(value, key))
    case 'double':
      return numberOf(value, key)
    default:
      return Number(integerOf(value, key))
  }
}

/** Numbers may be texts, as JSON's numbers lose digits and have no NaN. */
function numberOf(value: unknown, key: string): number {
  if (typeof value === 'number') return value
  if (value === 'NaN') return NaN
  if (typeof value === 'string' && value.trim() !== '') {
    const number = Number(value)
    if (!Number.isNaN(number)) return number
  }
  throw refused(`${key} is no number`)
}

function integerOf(value: unknown, key: string): bigint {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value)
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value)
  throw refused(`${key} is no whole number`)
}

function refused(what: string, cause?: unknown): OutsideError {
  return new OutsideError('remote/otlp', `OTLP: ${what}`, { cause })
}
