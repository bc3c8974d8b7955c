import { ProtoWriter } from '@pharos/base'
import type { OtlpSettings } from '@pharos/config'
import { type Exemplar, isStale, Labels, type Metadata, type NativeHistogram } from '@pharos/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readLabels, type WriteSink } from '../write-request.ts'
import { OtlpDecoder, type OtlpRequest } from './otlp-message.ts'
import { type OtlpRejects, writeOtlp } from './otlp-metrics.ts'
import { labelName, metricName } from './otlp-names.ts'

const STANDARD: OtlpSettings = {
  promotesAllResourceAttributes: false,
  promotedResourceAttributes: [],
  ignoredResourceAttributes: [],
  isEscaped: true,
  hasSuffixes: true,
  keepsIdentifyingAttributes: false,
  convertsHistograms: false,
  promotesScope: false,
  sanitizesUnderscores: true,
  keepsUnderscores: true,
}

class Lines implements WriteSink {
  readonly lines: string[] = []
  readonly families: Record<string, Metadata> = {}
  #series = ''

  series(bytes: Uint8Array, from: number, to: number): boolean {
    this.#series = Labels.of(readLabels(bytes, from, to)).toMetric()
    return true
  }
  sample(tMs: number, value: number): void {
    this.lines.push(`${this.#series} ${isStale(value) ? 'stale' : value} ${tMs}`)
  }
  histogram(tMs: number, h: NativeHistogram): void {
    const side = (spans: NativeHistogram['positiveSpans'], counts: readonly number[]): string =>
      `${spans.map(({ offset, length }) => `${offset}+${length}`).join()}:${counts.join()}`
    const sides = `${side(h.positiveSpans, h.positiveBuckets)} ${side(h.negativeSpans, h.negativeBuckets)}`
    const custom = h.customValues.length > 0 ? ` [${h.customValues.join()}]` : ''
    this.lines.push(
      `${this.#series} s${h.schema} n${h.count} Σ${h.sum} z${h.zeroCount} ${sides}${custom} ${tMs}`,
    )
  }
  exemplar({ labels, value, timestampMs }: Exemplar): void {
    this.lines.push(`  # ${labels.toString()} ${value} ${timestampMs}`)
  }
  metadata(family: string, metadata: Metadata): void {
    this.families[family] = metadata
  }
}

const decoder = new OtlpDecoder()
const NANOS = '1700000000123999999'
const MS = 1_700_000_000_123

function translated(
  request: OtlpRequest,
  changes: Partial<OtlpSettings> = {},
): { lines: string[]; families: Record<string, Metadata>; rejects: OtlpRejects } {
  const sink = new Lines()
  const rejects = writeOtlp(request, { ...STANDARD, ...changes }, sink)
  return { lines: sink.lines, families: sink.families, rejects }
}

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })
const RESOURCE = [
  text('service.name', 'shop'),
  text('service.namespace', 'eu'),
  text('service.instance.id', 'i1'),
  text('host.name', 'h'),
]

/** One metric as JSON has it, of one resource and one scope. */
function json(metric: object, resource: readonly object[] = RESOURCE): OtlpRequest {
  return decoder.fromJson(
    JSON.stringify({
      resourceMetrics: [
        {
          resource: { attributes: resource },
          scopeMetrics: [
            {
              scope: { name: 'lib', version: '2', attributes: [text('a.b', 'c')] },
              schemaUrl: 'http://schema',
              metrics: [metric],
              unknown: [1],
            },
          ],
        },
      ],
    }),
  )
}

const SUM = {
  name: 'http.requests',
  unit: '1',
  description: 'Requests.',
  sum: {
    aggregationTemporality: 'AGGREGATION_TEMPORALITY_CUMULATIVE',
    isMonotonic: true,
    dataPoints: [
      {
        timeUnixNano: NANOS,
        asInt: '5',
        attributes: [text('http.method', 'GET'), text('http_method', 'x')],
        exemplars: [
          {
            timeUnixNano: NANOS,
            asDouble: 1,
            traceId: 'AB01',
            spanId: 'cd',
            filteredAttributes: [],
          },
        ],
      },
    ],
  },
}

const TARGET_INFO = `target_info{host_name="h", instance="i1", job="eu/shop"} 1 ${MS}`
const WHO = 'instance="i1", job="eu/shop"'

test('a monotonic sum is a counter with its exemplars, its resource is job, instance and target_info', () => {
  const { lines, families } = translated(json(SUM))
  expect(lines).toEqual([
    `http_requests_total{http_method="GET;x", ${WHO}} 5 ${MS}`,
    `  # {span_id="cd", trace_id="ab01"} 1 ${MS}`,
    TARGET_INFO,
  ])
  expect(families['http_requests_total']).toEqual({ type: 'counter', help: 'Requests.', unit: '1' })
})

test('gauges have units and ratios in their names, and a point without a value is stale', () => {
  const gauge = (unit: string, point: object) =>
    translated(json({ name: 'memory.usage', unit, gauge: { dataPoints: [point] } })).lines[0]
  expect(gauge('By', { timeUnixNano: NANOS, asDouble: 1.5 })).toBe(
    `memory_usage_bytes{${WHO}} 1.5 ${MS}`,
  )
  expect(gauge('1', { timeUnixNano: NANOS, asDouble: 'NaN' })).toBe(
    `memory_usage_ratio{${WHO}} NaN ${MS}`,
  )
  expect(gauge('', { timeUnixNano: NANOS, asInt: 3, flags: 1 })).toBe(
    `memory_usage{${WHO}} stale ${MS}`,
  )
})

const HISTOGRAM = {
  name: 'latency',
  unit: 's',
  histogram: {
    aggregationTemporality: 2,
    dataPoints: [
      {
        timeUnixNano: NANOS,
        count: '6',
        sum: 9.5,
        bucketCounts: ['1', 2, '3'],
        explicitBounds: [0.5, 1],
        exemplars: [{ timeUnixNano: NANOS, asDouble: 0.7, traceId: '', spanId: '' }],
      },
    ],
  },
}

test('a histogram is buckets that add up, with exemplars where they belong; or a native one', () => {
  expect(translated(json(HISTOGRAM)).lines).toEqual([
    `latency_seconds_sum{${WHO}} 9.5 ${MS}`,
    `latency_seconds_count{${WHO}} 6 ${MS}`,
    `latency_seconds_bucket{${WHO}, le="0.5"} 1 ${MS}`,
    `latency_seconds_bucket{${WHO}, le="1"} 3 ${MS}`,
    `  # {} 0.7 ${MS}`,
    `latency_seconds_bucket{${WHO}, le="+Inf"} 6 ${MS}`,
    TARGET_INFO,
  ])
  expect(translated(json(HISTOGRAM), { convertsHistograms: true }).lines.slice(0, 2)).toEqual([
    `latency_seconds{${WHO}} s-53 n6 Σ9.5 z0 0+3:1,2,3 : [0.5,1] ${MS}`,
    `  # {} 0.7 ${MS}`,
  ])
})

function exponential(point: object): OtlpRequest {
  const dataPoints = [{ timeUnixNano: NANOS, count: 9, sum: 3, ...point }]
  return json({ name: 'e', exponentialHistogram: { aggregationTemporality: 2, dataPoints } })
}

test('an exponential histogram is native, with gaps, and coarser where it is too fine', () => {
  const shown = (point: object): string => translated(exponential(point)).lines[0]!
  expect(
    shown({
      scale: 1,
      zeroCount: 2,
      positive: { offset: 1, bucketCounts: [1, 0, 2, 0, 0, 0, 4] },
      negative: { offset: -2, bucketCounts: ['3'] },
    }),
  ).toBe(`e{${WHO}} s1 n9 Σ3 z2 2+3,3+1:1,0,2,4 -1+1:3 ${MS}`)
  expect(shown({ scale: 9, positive: { offset: 0, bucketCounts: [1, 2, 3] } })).toBe(
    `e{${WHO}} s8 n9 Σ3 z0 1+2:3,3 : ${MS}`,
  )
  const { lines, rejects } = translated(exponential({ scale: -5 }))
  expect(lines).toEqual([])
  expect(rejects).toEqual({
    points: 1,
    reason: 'cannot convert exponential to native histogram: scale must be >= -4, was -5',
  })
})

test('a summary is its quantiles, and delta temporality is refused in words', () => {
  const summary = {
    name: 'rpc',
    summary: {
      dataPoints: [
        { timeUnixNano: NANOS, count: 2, sum: 4, quantileValues: [{ quantile: 0.5, value: 1 }] },
      ],
    },
  }
  expect(translated(json(summary, [])).lines).toEqual([
    `rpc_sum 4 ${MS}`,
    `rpc_count 2 ${MS}`,
    `rpc{quantile="0.5"} 1 ${MS}`,
  ])
  const delta = { ...SUM, sum: { ...SUM.sum, aggregationTemporality: 1 } }
  expect(translated(json(delta)).rejects).toEqual({
    points: 1,
    reason:
      'invalid temporality and type combination for metric "http.requests": delta temporality is not supported',
  })
})

test('resource and scope are promoted to labels as the configuration says', () => {
  const first = (changes: Partial<OtlpSettings>): string =>
    translated(json(SUM), changes).lines[0]!.replace(/ 5 .*/, '')
  expect(first({ promotedResourceAttributes: ['host.name', 'none'] })).toBe(
    `http_requests_total{host_name="h", http_method="GET;x", ${WHO}}`,
  )
  expect(
    first({ promotesAllResourceAttributes: true, ignoredResourceAttributes: ['host.name'] }),
  ).toBe(
    `http_requests_total{http_method="GET;x", ${WHO}, service_instance_id="i1", service_name="shop", service_namespace="eu"}`,
  )
  expect(first({ promotesScope: true })).toBe(
    `http_requests_total{http_method="GET;x", ${WHO}, otel_scope_a_b="c", otel_scope_name="lib", otel_scope_schema_url="http://schema", otel_scope_version="2"}`,
  )
  expect(first({ isEscaped: false, hasSuffixes: false })).toBe(
    `{"http.requests", "http.method"="GET", http_method="x", ${WHO}}`,
  )
})

test.each([
  ['system.io', 'By', 'counter', 'system_io_bytes_total', 'system.io_bytes_total', 'system_io'],
  [
    'broker.messages',
    'By/s',
    'gauge',
    'broker_messages_bytes_per_second',
    'broker.messages_bytes_per_second',
    'broker_messages',
  ],
  ['total.cpu', 's', 'counter', 'cpu_seconds_total', 'total.cpu_seconds_total', 'total_cpu'],
  ['hits', '{request}', 'counter', 'hits_total', 'hits_total', 'hits'],
  [
    'cpu_seconds_total',
    's',
    'counter',
    'cpu_seconds_total',
    'cpu_seconds_total',
    'cpu_seconds_total',
  ],
  ['2xx', '', 'other', '_2xx', '2xx', '_2xx'],
  ['a__b..c', '', 'other', 'a_b_c', 'a__b..c', 'a__b_c'],
  ['fan', 'foo/bar', 'gauge', 'fan_foo_per_bar', 'fan_foo_per_bar', 'fan'],
] as const)('%s in %s, a %s', (name, unit, type, escaped, utf8, plain) => {
  expect(metricName(name, unit, type, STANDARD)).toBe(escaped)
  expect(metricName(name, unit, type, { ...STANDARD, isEscaped: false })).toBe(utf8)
  expect(metricName(name, unit, type, { ...STANDARD, hasSuffixes: false })).toBe(plain)
})

test('names of labels are made legal', () => {
  const legal = (name: string, changes: Partial<OtlpSettings> = {}): string =>
    labelName(name, { ...STANDARD, ...changes })
  expect(legal('http.status-code')).toBe('http_status_code')
  expect(legal('0a')).toBe('key_0a')
  expect(legal('_a')).toBe('key_a')
  expect(legal('_a', { sanitizesUnderscores: false })).toBe('_a')
  expect(legal('__a')).toBe('__a')
  expect(legal('a..b')).toBe('a__b')
  expect(legal('a..b', { keepsUnderscores: false })).toBe('a_b')
  expect(legal('ä.b', { isEscaped: false })).toBe('ä.b')
})

/** Eight bytes, little endian. */
function fixed(value: bigint): Uint8Array {
  return new Uint8Array(BigInt64Array.of(value).buffer)
}

function attribute(out: ProtoWriter, field: number, key: string, value: string): void {
  out.message(field, () => {
    out.text(1, key)
    out.message(2, () => out.text(1, value))
  })
}

function protobuf(metric: (out: ProtoWriter) => void): OtlpRequest {
  const out = new ProtoWriter()
  out.message(1, () => {
    out.message(1, () => {
      for (const { key, value } of RESOURCE) attribute(out, 1, key, value.stringValue)
    })
    out.message(2, () => out.message(2, () => metric(out)))
  })
  return decoder.fromProtobuf(out.bytes())
}

test('protobuf says the same as JSON', () => {
  const time = fixed(BigInt(NANOS))
  const sum = protobuf((out) => {
    out.text(1, SUM.name)
    out.text(2, SUM.description)
    out.text(3, SUM.unit)
    out.message(7, () => {
      out.message(1, () => {
        out.fixed64(3, time)
        out.fixed64(6, fixed(5n))
        attribute(out, 7, 'http.method', 'GET')
        attribute(out, 7, 'http_method', 'x')
        out.message(5, () => {
          out.fixed64(2, time)
          out.double(3, 1)
          out.raw(4, Uint8Array.of(0xcd))
          out.raw(5, Uint8Array.of(0xab, 1))
        })
      })
      out.uint64(2, 2)
      out.uint64(3, 1)
    })
  })
  expect(translated(sum)).toEqual(translated(json(SUM)))
  const histogram = protobuf((out) => {
    out.text(1, 'latency')
    out.text(3, 's')
    out.message(9, () => {
      out.message(1, () => {
        out.fixed64(3, time)
        out.fixed64(4, fixed(6n))
        out.double(5, 9.5)
        out.raw(6, Buffer.concat([fixed(1n), fixed(2n), fixed(3n)]))
        out.packedDouble(7, [0.5, 1])
        out.message(8, () => {
          out.fixed64(2, time)
          out.double(3, 0.7)
        })
      })
      out.uint64(2, 2)
    })
  })
  expect(translated(histogram)).toEqual(translated(json(HISTOGRAM)))
  const native = protobuf((out) => {
    out.text(1, 'e')
    out.message(10, () => {
      out.message(1, () => {
        out.fixed64(3, time)
        out.fixed64(4, fixed(9n))
        out.double(5, 3)
        out.sint64(6, 1)
        out.message(8, () => {
          out.sint64(1, -3)
          out.packedUint64(2, [1, 2])
        })
      })
      out.uint64(2, 2)
    })
  })
  const positive = { offset: -3, bucketCounts: [1, 2] }
  expect(translated(native)).toEqual(translated(exponential({ scale: 1, positive })))
})

test('bodies that are none are refused in words, whatever is in them', () => {
  const refusal = (work: () => unknown): string => {
    try {
      work()
    } catch (error) {
      return (error as { code?: string }).code ?? 'no code'
    }
    return 'taken'
  }
  expect(refusal(() => decoder.fromJson('{'))).toBe('remote/otlp')
  expect(refusal(() => decoder.fromJson('{"resourceMetrics": {}}'))).toBe('remote/otlp')
  const deep = `${'{"arrayValue":{"values":['.repeat(5000)}${']}}'.repeat(5000)}`
  const attributes = `[{"key":"a","value":${deep}}]`
  const body = `{"resourceMetrics":[{"resource":{"attributes":${attributes}}}]}`
  expect(refusal(() => decoder.fromJson(body))).toBe('remote/otlp')
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const code = refusal(() => translated(decoder.fromProtobuf(bytes)))
      expect(code).toMatch(/^(taken|proto\/corrupt|remote\/otlp)$/)
    }),
  )
  fc.assert(
    fc.property(fc.json(), (one) => {
      const code = refusal(() => translated(decoder.fromJson(one)))
      expect(code).toMatch(/^(taken|remote\/otlp)$/)
    }),
  )
})
