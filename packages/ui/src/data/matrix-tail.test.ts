import { expect, test } from 'vitest'
import { type KnownRange, tailStart, withTail } from './matrix-tail.ts'

const matrix = (result: [Record<string, string>, [number, string][]][]): KnownRange['data'] => ({
  resultType: 'matrix',
  result: result.map(([metric, values]) => ({ metric, values })),
})
const known: KnownRange = { query: 'q', step: 10, start: 0, end: 100, data: matrix([]) }

test('only the tail is asked for when the range moved on', () => {
  expect(tailStart(known, { query: 'q', step: 10, start: 10, end: 110 })).toBe(70)
})

test('another query, step or an older start asks for all', () => {
  const wanted = { query: 'q', step: 10, start: 10, end: 110 }
  expect(tailStart(undefined, wanted)).toBe(10)
  expect(tailStart(known, { ...wanted, query: 'other' })).toBe(10)
  expect(tailStart(known, { ...wanted, step: 5 })).toBe(10)
  expect(tailStart(known, { ...wanted, start: -50 })).toBe(-50)
  expect(tailStart(known, { ...wanted, start: 200, end: 300 })).toBe(200)
  expect(tailStart(known, { ...wanted, end: 90 })).toBe(10)
})

test('points before the range go, those of the tail replace the old ones', () => {
  const before = matrix([
    [
      { a: '1' },
      [
        [0, '1'],
        [10, '2'],
        [20, '3'],
      ],
    ],
  ])
  const tail = matrix([
    [
      { a: '1' },
      [
        [20, '30'],
        [30, '4'],
      ],
    ],
  ])
  expect(withTail(before, tail, 10, 20)).toEqual(
    matrix([
      [
        { a: '1' },
        [
          [10, '2'],
          [20, '30'],
          [30, '4'],
        ],
      ],
    ]),
  )
})

test('a series that ended stays until its last point leaves, a new one stands in its order', () => {
  const before = matrix([
    [{ a: '2' }, [[10, '1']]],
    [{ a: '3' }, [[0, '9']]],
  ])
  const tail = matrix([[{ a: '1' }, [[30, '5']]]])
  expect(withTail(before, tail, 10, 20).result.map(({ metric }) => metric['a'])).toEqual(['1', '2'])
})
