import fc from 'fast-check'
import { expect, test } from 'vitest'
import { textOf } from './family-text.ts'
import { snapshotOf } from './snapshot.ts'
import { constHistogram, constNativeHistogram } from './const-histogram.ts'
import { TEXT } from './format.ts'
import { Histogram, type HistogramOptions } from './histogram.ts'
import { NativeLayout, schemaOf } from './native-layout.ts'
import { SparseBuckets, spansOf } from './sparse-buckets.ts'

test('a factor gives the schema whose buckets grow by no more', () => {
  for (const [factor, schema] of [
    [65_537, -4],
    [1e9, -4],
    [65_536, -4],
    [4, -1],
    [2, 0],
    [1.99, 1],
    [1.1, 3],
    [1.0027, 8],
    [1.000001, 8],
  ] as const) {
    expect(schemaOf(factor), String(factor)).toBe(schema)
  }
})

test('a value lies above the bound below it and at or under its own, in every schema', () => {
  const sizes = fc.oneof(
    fc.double({ min: 2 ** -1000, max: Number.MAX_VALUE, noNaN: true }),
    fc.integer({ min: -1000, max: 1023 }).map((exponent) => 2 ** exponent),
  )
  for (let schema = -4; schema <= 8; schema++) {
    const layout = new NativeLayout(schema)
    fc.assert(
      fc.property(sizes, fc.integer({ min: -4, max: schema }), (size, coarse) => {
        const key = layout.keyOf(size, coarse)
        expect(size).toBeLessThanOrEqual(layout.upperBoundOf(key, coarse))
        expect(size).toBeGreaterThan(layout.upperBoundOf(key - 1, coarse))
        expect(key).toBe(new NativeLayout(coarse).keyOf(size, coarse))
      }),
    )
  }
})

test('a bound belongs to the bucket that it ends', () => {
  const layout = new NativeLayout(8)
  for (let key = -3000; key <= 3000; key++) {
    expect(layout.keyOf(layout.upperBoundOf(key, 8), 8)).toBe(key)
  }
  expect(layout.keyOf(Infinity, 8)).toBe(1024 * 256 + 1)
  // Below the normal numbers bounds fall together, keys go on.
  expect(layout.keyOf(Number.MIN_VALUE, 0)).toBe(-1074)
  expect(layout.keyOf(3 * Number.MIN_VALUE, 1)).toBe(-1072 * 2)
})

test('sparse buckets hold what a map holds, through growth, taking out and halving', () => {
  const steps = fc.array(
    fc.oneof(
      fc.tuple(fc.constant('add'), fc.integer({ min: -40, max: 40 })),
      fc.tuple(fc.constant('take'), fc.integer({ min: -40, max: 40 })),
      fc.tuple(fc.constant('halve'), fc.constant(0)),
    ),
  )
  fc.assert(
    fc.property(steps, (all) => {
      const buckets = new SparseBuckets()
      let wanted = new Map<number, number>()
      for (const [step, key] of all) {
        if (step === 'add') {
          buckets.add(key, 1)
          wanted.set(key, (wanted.get(key) ?? 0) + 1)
        } else if (step === 'take') {
          expect(buckets.take(key)).toBe(wanted.get(key) ?? 0)
          wanted.delete(key)
        } else {
          buckets.halve()
          const halved = new Map<number, number>()
          for (const [one, count] of wanted) {
            const to = Math.ceil(one / 2)
            halved.set(to, (halved.get(to) ?? 0) + count)
          }
          wanted = halved
        }
      }
      expect([...buckets.keys()]).toEqual([...wanted.keys()].sort((a, b) => a - b))
      for (const [key, count] of wanted) expect(buckets.count(key)).toBe(count)
      expect(buckets.size).toBe(wanted.size)
    }),
  )
})

test('gaps of up to two buckets are filled, larger ones begin a span', () => {
  const counts = new Map([
    [-3, 2],
    [0, 2],
    [4, 5],
  ])
  expect(spansOf([...counts.keys()], (key) => counts.get(key)!)).toEqual({
    spans: [
      { offset: -3, length: 4 },
      { offset: 3, length: 1 },
    ],
    deltas: [2, -2, 0, 2, 3],
  })
})

function native(options: Partial<HistogramOptions> = {}): Histogram {
  return new Histogram({ name: 'h', help: '', nativeHistogramBucketFactor: 1.1, ...options })
}

test('native buckets alone leave only +Inf in the text; with classic ones both are there', () => {
  const alone = native()
  alone.observe(3)
  expect(textOf(alone, TEXT).split('\n').slice(2, -1)).toEqual([
    'h_bucket{le="+Inf"} 1',
    'h_sum 3',
    'h_count 1',
  ])
  const both = native({ buckets: [1, 5] })
  both.observe(3)
  expect(textOf(both, TEXT)).toContain('h_bucket{le="5"} 1\n')
  expect(snapshotOf(both).series[0]!.histogram!.native!.positiveDeltas).toEqual([1])
})

test('buckets stay bounded, whatever is observed', () => {
  fc.assert(
    fc.property(fc.array(fc.double(), { maxLength: 600 }), (values) => {
      const histogram = native({ nativeHistogramMaxBucketNumber: 20 })
      for (const value of values) histogram.observe(value)
      const { native: buckets, count } = snapshotOf(histogram).series[0]!.histogram!
      const side = (deltas: readonly number[]): number[] => {
        let running = 0
        return deltas.map((one) => (running += one)).filter((one) => one > 0)
      }
      const filled = [...side(buckets!.positiveDeltas), ...side(buckets!.negativeDeltas)]
      // At the coarsest resolution doubles fill up to 135 buckets on each side.
      if (buckets!.schema > -4) expect(filled.length).toBeLessThanOrEqual(20)
      const nan = values.filter((value) => Number.isNaN(value)).length
      expect(filled.reduce((sum, one) => sum + one, buckets!.zeroCount)).toBe(count - nan)
    }),
    { numRuns: 40 },
  )
})

test('a reset takes the classic buckets with it and moves the created time', () => {
  let nowMs = 1000
  const histogram = native({
    buckets: [10],
    nativeHistogramMaxBucketNumber: 2,
    nativeHistogramMinResetDuration: 500,
    now: () => nowMs,
  })
  for (const value of [1, 2, 4]) histogram.observe(value)
  expect(snapshotOf(histogram).series[0]!.histogram!.native!.schema).toBe(2)
  nowMs = 1499
  expect(snapshotOf(histogram).series[0]!.histogram!.count).toBe(3)
  nowMs = 1500
  expect(textOf(histogram, TEXT)).toContain('h_count 0')
  expect(snapshotOf(histogram).series[0]).toMatchObject({
    createdMs: 1500,
    histogram: { count: 0, sum: 0, native: { schema: 3 } },
  })
})

test('series of a histogram are counted apart, and removed ones begin anew', () => {
  const histogram = new Histogram({
    name: 'h',
    help: '',
    labelNames: ['a'],
    nativeHistogramBucketFactor: 2,
  })
  const kept = histogram.labels({ a: 'x' })
  kept.observe(1)
  histogram.observe({ a: 'y' }, 2)
  const deltas = (): unknown[] =>
    snapshotOf(histogram).series.map((one) => one.histogram!.native!.positiveDeltas)
  expect(deltas()).toEqual([[1], [1]])
  histogram.remove({ a: 'x' })
  kept.observe(4)
  kept.observe(4)
  expect(deltas()).toEqual([[2], [1]])
})

test('exemplars keep their spread by value, and old ones go first', () => {
  let nowMs = 0
  const make = (ttlMs: number, max = 3): ((value: number, atMs: number) => number[]) => {
    const histogram = native({
      nativeHistogramMaxExemplars: max,
      nativeHistogramExemplarTTL: ttlMs,
      now: () => nowMs,
    })
    return (value, atMs) => {
      nowMs = atMs
      histogram.observe(value, undefined, undefined)
      histogram.labels({}).observe(value, { id: '1' })
      return snapshotOf(histogram).series[0]!.histogram!.native!.exemplars.map((one) => one.value)
    }
  }
  const spread = make(10_000)
  spread(1, 0)
  spread(3, 1)
  expect(spread(5, 2)).toEqual([1, 3, 5])
  expect(spread(4, 2)).toEqual([1, 3, 4])
  expect(spread(0, 2)).toEqual([0, 1, 4])
  expect(spread(6, 11_000)).toEqual([0, 4, 6])
  const oldest = make(-1)
  oldest(1, 0)
  oldest(3, 1)
  oldest(5, 2)
  expect(oldest(4, 1000)).toEqual([3, 4, 5])
  expect(oldest(0, 2000)).toEqual([0, 4, 5])
  expect(make(-1, -1)(1, 0)).toEqual([])
})

test('constant histograms refuse numbers that do not fit', () => {
  const fitting = {
    count: 3,
    sum: 4,
    schema: 0,
    zeroCount: 1,
    zeroThreshold: 0,
    positiveBuckets: new Map([[1, 2]]),
    negativeBuckets: new Map<number, number>(),
  }
  expect(constNativeHistogram(fitting).native).toMatchObject({ positiveDeltas: [2], zeroCount: 1 })
  expect(() => constNativeHistogram({ ...fitting, count: 4 })).toThrow('exceeds the count')
  expect(() => constNativeHistogram({ ...fitting, count: 2, sum: NaN })).toThrow(
    'exceeds the count',
  )
  expect(constNativeHistogram({ ...fitting, count: 4, sum: NaN }).count).toBe(4)
  expect(() => constNativeHistogram({ ...fitting, schema: 9 })).toThrow('schema')
  expect(
    constHistogram(
      3,
      4,
      new Map([
        [2, 2],
        [1, 1],
      ]),
    ).buckets,
  ).toEqual([
    { upperBound: 1, count: 1 },
    { upperBound: 2, count: 2 },
  ])
})
