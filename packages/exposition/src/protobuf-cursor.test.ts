import fc from 'fast-check'
import { UserError } from '@pharos/base'
import type { ProtoWriter } from '@pharos/base'
import { expect, test } from 'vitest'
import { createCursor, Entry } from './index.ts'
import type { ExpositionCursor, ExpositionOptions } from './index.ts'
import { delimited, label, nativeFamily } from './testing/proto-body.ts'

interface Read {
  readonly lines: string[]
  readonly cursor: ExpositionCursor
  readonly error: string
}

/** `name{labels} value [@time] [start]`, metadata as `# …`. */
function read(body: Uint8Array, options: ExpositionOptions = {}): Read {
  const cursor = createCursor(body, 'protobuf', options)
  const lines: string[] = []
  try {
    for (let entry = cursor.next(); entry !== Entry.end; entry = cursor.next()) {
      if (entry === Entry.series || entry === Entry.histogram) {
        const what = entry === Entry.series ? String(cursor.value) : 'native'
        const time = cursor.hasTimestamp ? ` @${cursor.timestampMs}` : ''
        const startMs = cursor.startTimestampMs()
        const start = startMs === undefined ? '' : ` since ${startMs}`
        lines.push(`${cursor.labels().toMetric()} ${what}${time}${start}`)
      } else lines.push(`# ${cursor.metadataName()} ${JSON.stringify(cursor.metadata())}`)
    }
    return { lines, cursor, error: '' }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { lines, cursor, error: error.message }
  }
}

const counters = delimited(
  (family) => {
    family.text(1, 'hits_total')
    family.text(2, 'Hits.')
    family.text(5, 'hits')
    family.message(4, () => {
      label(family, 'b', 'ü"\\')
      label(family, 'a', '1')
      family.message(3, () => {
        family.double(1, 7)
        family.message(2, () => {
          label(family, 'trace_id', 'x')
          family.double(2, 3)
        })
        family.message(3, () => family.uint64(1, 5))
      })
      family.uint64(6, 1_234)
    })
  },
  (family) => {
    family.text(1, 'latency')
    family.uint64(3, 2)
    family.message(4, () => {
      family.message(4, () => {
        family.uint64(1, 9)
        family.double(2, 4.5)
        family.message(3, () => {
          family.double(1, 1)
          family.double(2, 0.75)
        })
      })
    })
  },
)

test('counters and summaries come out as series, with time, start and exemplar', () => {
  const { lines } = read(counters)
  expect(lines).toEqual([
    '# hits_total {"help":"Hits."}',
    '# hits_total {"type":"counter"}',
    '# hits_total {"unit":"hits"}',
    'hits_total{a="1", b="ü\\"\\\\"} 7 @1234 since 5000',
    '# latency {"help":""}',
    '# latency {"type":"summary"}',
    'latency_count 9',
    'latency_sum 4.5',
    'latency{quantile="1.0"} 0.75',
  ])
  const cursor = createCursor(counters, 'protobuf')
  while (cursor.next() !== Entry.series) continue
  expect(cursor.exemplar()).toMatchObject({ value: 3, timestampMs: undefined })
  const text = Buffer.from(cursor.body!.subarray(cursor.seriesStart, cursor.seriesEnd)).toString()
  expect(text).toBe('hits_total{b="ü\\"\\\\",a="1"}')
})

test('a histogram is native, classic, or both, as the options say', () => {
  const classic = [
    'request_seconds_count{code="200"} 6 since 100000',
    'request_seconds_sum{code="200"} 12.5 since 100000',
    'request_seconds_bucket{code="200", le="1.0"} 4 since 100000',
    'request_seconds_bucket{code="200", le="+Inf"} 6 since 100000',
  ]
  const native = 'request_seconds{code="200"} native since 100000'
  const series = (options: ExpositionOptions): string[] =>
    read(delimited(nativeFamily), options).lines.filter((line) => !line.startsWith('#'))
  expect(series({})).toEqual(classic)
  expect(series({ nativeHistograms: true })).toEqual([native])
  expect(series({ nativeHistograms: true, classicHistograms: true })).toEqual([native, ...classic])
  // A native histogram needs no conversion; without it the classic one becomes custom buckets.
  expect(series({ nativeHistograms: true, convertClassic: true })).toEqual([native])
  expect(series({ convertClassic: true })).toEqual([native])
})

test('buckets are the sums of their differences, and the exemplar has its time', () => {
  const cursor = createCursor(delimited(nativeFamily), 'protobuf', { nativeHistograms: true })
  while (cursor.next() !== Entry.histogram) continue
  expect(cursor.histogram?.()).toEqual({
    schema: 3,
    zeroThreshold: 0.001,
    zeroCount: 1,
    count: 6,
    sum: 12.5,
    positiveSpans: [
      { offset: -2, length: 2 },
      { offset: 3, length: 1 },
    ],
    positiveBuckets: [1, 3, 1],
    negativeSpans: [],
    negativeBuckets: [],
    customValues: [],
    counterResetHint: 'unknown',
  })
  expect(cursor.exemplars?.()).toMatchObject([{ value: 0.5, timestampMs: 200_005 }])
})

test('type-and-unit-labels replace what the target says under those names', () => {
  const body = delimited((family) => {
    family.text(1, 'a')
    family.uint64(3, 1)
    family.text(5, 's')
    family.message(4, () => {
      label(family, '__type__', 'lie')
      family.message(2, () => family.double(1, 1))
    })
  })
  expect(read(body, { typeAndUnitLabels: true }).lines.at(-1)).toBe(
    'a{__type__="gauge", __unit__="s"} 1',
  )
})

test('what contradicts itself fails with a reason, and what stands before it counts', () => {
  const bad = (fill: (family: ProtoWriter) => void): string =>
    read(delimited(nativeFamily, fill), { nativeHistograms: true }).error
  expect(bad((family) => family.text(2, 'no name'))).toBe('invalid metric name: ""')
  expect(
    bad((family) => {
      family.text(1, 'x')
      family.uint64(3, 4)
      family.message(4, () => label(family, 'a', 'b'))
    }),
  ).toBe('expected histogram in metric "x"')
  const spans = (offset: number, length: number, deltas: readonly number[]): string =>
    bad((family) => {
      family.text(1, 'x')
      family.uint64(3, 4)
      family.message(4, () =>
        family.message(7, () => {
          for (const [at, size] of [
            [0, 1],
            [offset, length],
          ] as const)
            family.message(12, () => {
              family.sint64(1, at)
              family.uint64(2, size)
            })
          family.packedSint64(13, deltas)
        }),
      )
    })
  expect(spans(1, 1, [1, 1])).toBe('')
  expect(spans(-1, 1, [1, 1])).toContain('span whose offset is negative')
  expect(spans(1, 2, [1, 1])).toContain('spans need 3 buckets, have 2 buckets')
  expect(spans(1, 1, [1, -2])).toContain('observation count is negative')
  const cut = delimited(nativeFamily, nativeFamily).subarray(0, -3)
  const { lines, error } = read(cut)
  expect(error).toBe('protobufparse: incorrect message length')
  expect(lines.length).toBe(6)
})

test('no bytes break the cursor, however they are flipped', () => {
  const whole = delimited(nativeFamily)
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
      const flipped = Uint8Array.from(whole)
      flipped[at] = byte
      read(flipped, { nativeHistograms: true, classicHistograms: true })
    }),
  )
})
