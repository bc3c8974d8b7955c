import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ProtoWriter, UserError } from '@pharos/base'
import { parseProtobufFamilies, writeText } from './index.ts'
import { delimited, label, nativeFamily } from './testing/proto-body.ts'

const Type = { counter: 0, gauge: 1, summary: 2, untyped: 3, histogram: 4 } as const

/** A family of one metric. */
function one(name: string, type: number, fill: (family: ProtoWriter) => void) {
  return (family: ProtoWriter): void => {
    family.text(1, name)
    family.uint64(3, type)
    family.message(4, () => fill(family))
  }
}

const gauge = (name: string, value: number): ((family: ProtoWriter) => void) =>
  one(name, Type.gauge, (metric) => metric.message(2, () => metric.double(1, value)))

function faultOf(body: Uint8Array, names: 'utf-8' | 'classic' = 'classic'): string {
  try {
    return writeText(parseProtobufFamilies(body, { names }))
  } catch (error) {
    return error instanceof UserError ? error.message : `not a refusal: ${String(error)}`
  }
}

test('families of every type become what the text format would have said', () => {
  const body = delimited(
    (family) => {
      family.text(1, 'hits_total')
      family.text(2, 'Hits.')
      family.message(4, () => {
        label(family, 'path', '/"\\')
        family.message(3, () => family.double(1, 7))
        family.int64(6, 1_234)
      })
    },
    gauge('temperature', -2.5),
    one('up', Type.untyped, (metric) => metric.message(5, () => metric.double(1, 1))),
    one('rpc', Type.summary, (metric) =>
      metric.message(4, () => {
        metric.uint64(1, 9)
        metric.double(2, 4.5)
        metric.message(3, () => {
          metric.double(1, 0.5)
          metric.double(2, 0.25)
        })
      }),
    ),
    nativeFamily,
  )
  expect(writeText(parseProtobufFamilies(body))).toBe(`# HELP hits_total Hits.
# TYPE hits_total counter
hits_total{path="/\\"\\\\"} 7 1234
# TYPE temperature gauge
temperature -2.5
# TYPE up untyped
up 1
# TYPE rpc summary
rpc{quantile="0.5"} 0.25
rpc_sum 4.5
rpc_count 9
# HELP request_seconds Time of requests.
# TYPE request_seconds histogram
request_seconds_bucket{code="200",le="1"} 4
request_seconds_bucket{code="200",le="+Inf"} 6
request_seconds_sum{code="200"} 12.5
request_seconds_count{code="200"} 6
`)
})

test('the later of two families with one name stands, and a family without metrics is none', () => {
  const empty = (family: ProtoWriter): void => family.text(1, 'empty')
  const families = parseProtobufFamilies(delimited(gauge('a', 1), empty, gauge('a', 2)))
  expect(families).toEqual([{ name: 'a', type: 'gauge', metrics: [{ labels: [], value: 2 }] }])
  expect(parseProtobufFamilies(new Uint8Array())).toEqual([])
})

test('what would make a page wrong is refused and named', () => {
  const labelled = (...names: string[]): Uint8Array =>
    delimited(
      one('x', Type.gauge, (metric) => {
        for (const name of names) label(metric, name, 'v')
        metric.message(2, () => metric.double(1, 1))
      }),
    )
  expect(faultOf(delimited(gauge('', 1)))).toBe('invalid metric name ""')
  expect(faultOf(delimited(gauge('a.b', 1)))).toBe('invalid metric name "a.b"')
  expect(faultOf(delimited(gauge('a.b', 1)), 'utf-8')).toContain('{"a.b"} 1')
  expect(faultOf(labelled('a', 'a'))).toBe('duplicate label name "a" of metric "x"')
  expect(faultOf(labelled('__name__'))).toBe('invalid label name "__name__" of metric "x"')
  expect(faultOf(labelled('ü'))).toBe('invalid label name "ü" of metric "x"')
  expect(faultOf(labelled('constructor'))).toContain('x{constructor="v"} 1')
  expect(faultOf(delimited(one('x', Type.histogram, (metric) => label(metric, 'a', 'b'))))).toBe(
    'expected histogram in metric "x"',
  )
  expect(faultOf(delimited(gauge('x', 1)).subarray(0, -1))).toBe('unexpected EOF')
  expect(faultOf(Buffer.from('x 1\n'))).toBe('unexpected EOF')
  expect(faultOf(Uint8Array.of(1, 0xff))).toContain('protobuf parsing error: ')
})

test('more metrics than there may be are refused before one is made', () => {
  const bytes = Buffer.alloc(2_000_002, Buffer.of(0x22, 0))
  const length = Buffer.of(0x82, 0x89, 0x7a)
  expect(faultOf(Buffer.concat([length, bytes]))).toBe('the body has more than 1000000 metrics')
})

test('any damage is read or refused, and nothing else', () => {
  const whole = delimited(nativeFamily, gauge('g', 1))
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
      const damaged = Uint8Array.from(whole)
      damaged[at] = byte
      expect(faultOf(damaged)).not.toContain('not a refusal')
    }),
    { numRuns: 2_000 },
  )
})
