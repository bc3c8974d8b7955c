import { CUSTOM_BUCKETS_SCHEMA } from '@pharos/model'
import type { NativeHistogram } from '@pharos/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { finestSchema, limitedHistogram } from './histogram-limits.ts'

function histogram(changes: Partial<NativeHistogram>): NativeHistogram {
  return {
    schema: 3,
    zeroThreshold: 0,
    zeroCount: 0,
    count: 0,
    sum: 0,
    positiveSpans: [],
    positiveBuckets: [],
    negativeSpans: [],
    negativeBuckets: [],
    customValues: [],
    counterResetHint: 'unknown',
    ...changes,
  }
}

test('the factor says the finest schema, as the table of the reference does', () => {
  const table = [
    [65_536, -4],
    [256, -3],
    [16, -2],
    [4, -1],
    [2, 0],
    [1.4, 1],
    [1.1, 2],
    [1.09, 3],
    [1.04, 4],
    [1.02, 5],
    [1.01, 6],
    [1.005, 7],
    [1.002, 8],
    [0, 8],
    [1e9, -4],
  ] as const
  for (const [factor, schema] of table) expect(finestSchema(factor), String(factor)).toBe(schema)
})

test('a histogram that is too fine is merged, and one with too many buckets until they are few enough', () => {
  const fine = histogram({
    positiveSpans: [
      { offset: -1, length: 3 },
      { offset: 2, length: 2 },
    ],
    positiveBuckets: [1, 2, 3, 4, 5],
    negativeSpans: [{ offset: 1, length: 2 }],
    negativeBuckets: [6, 7],
  })
  // Buckets −1, 0, 1, 4, 5 become 0 (−1, 0), 1 (1) → 0, 0, 1, 2, 3 one schema up.
  expect(limitedHistogram(fine, 0, 2)).toMatchObject({
    schema: 2,
    positiveSpans: [{ offset: 0, length: 4 }],
    positiveBuckets: [3, 3, 4, 5],
    negativeSpans: [{ offset: 1, length: 1 }],
    negativeBuckets: [13],
  })
  expect(limitedHistogram(fine, 5, 8)).toMatchObject({ schema: 2 })
  expect(limitedHistogram(fine, 4, 8)).toMatchObject({
    schema: 1,
    positiveBuckets: [3, 7, 5],
    negativeBuckets: [13],
  })
  expect(limitedHistogram(fine, 7, 3)).toBe(fine)
  expect(limitedHistogram(fine, 1, 8)).toBeUndefined()
})

test('bounds of their own cannot be merged', () => {
  const custom = histogram({
    schema: CUSTOM_BUCKETS_SCHEMA,
    positiveSpans: [{ offset: 0, length: 3 }],
    positiveBuckets: [1, 2, 3],
    customValues: [1, 2],
  })
  expect(limitedHistogram(custom, 2, -4)).toBeUndefined()
  expect(limitedHistogram(custom, 3, -4)).toBe(custom)
})

test('merging loses no observation and keeps each within its bounds', () => {
  const span = fc.record({
    offset: fc.integer({ min: 1, max: 40 }),
    length: fc.integer({ min: 1, max: 10 }),
  })
  fc.assert(
    fc.property(fc.array(span, { maxLength: 6 }), fc.integer({ min: -4, max: 8 }), (spans, to) => {
      const length = spans.reduce((sum, one) => sum + one.length, 0)
      const positiveBuckets = Array.from({ length }, (_, i) => i + 1)
      const fine = histogram({ schema: 8, positiveSpans: spans, positiveBuckets })
      const merged = limitedHistogram(fine, 0, to)!
      const total = (one: NativeHistogram): number =>
        one.positiveBuckets.reduce((sum, count) => sum + count, 0)
      expect(total(merged)).toBe(total(fine))
      const upper = (one: NativeHistogram): number => {
        const last = one.positiveSpans.reduce((end, { offset, length: n }) => end + offset + n, -1)
        return 2 ** (last * 2 ** -one.schema)
      }
      if (length > 0) expect(upper(merged)).toBeGreaterThanOrEqual(upper(fine) * (1 - 1e-12))
    }),
  )
})
