import { answeredSeries, type AnsweredSeries } from '@pharos/dashboards'
import { expect, test } from 'vitest'
import { withTail } from './matrix-tail.ts'
import { type KnownRange, tailStart } from './tail-start.ts'

const matrix = (result: [Record<string, string>, [number, string][]][]): AnsweredSeries[] =>
  answeredSeries({
    resultType: 'matrix',
    result: result.map(([metric, values]) => ({ metric, values })),
  })
const known: KnownRange = { query: 'q', step: 10, start: 0, end: 100, series: [] }

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
  expect(withTail(before, tail, 10_000, 20_000)).toEqual(
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
  expect(withTail(before, tail, 10_000, 20_000).map(({ metric }) => metric['a'])).toEqual([
    '1',
    '2',
  ])
})

test('series of the same times go on sharing one column of times', () => {
  const times = Float64Array.of(0, 10_000)
  const one = (host: string, at: Float64Array): AnsweredSeries => ({
    metric: { host },
    times: at,
    values: at.map((ms) => ms / 2),
    histograms: [],
  })
  const tail = Float64Array.of(10_000, 20_000)
  const joined = withTail(
    [one('a', times), one('b', times)],
    [one('a', tail), one('b', tail)],
    0,
    10_000,
  )
  expect(joined.map((series) => [...series.values])).toEqual([
    [0, 5000, 10_000],
    [0, 5000, 10_000],
  ])
  expect(joined[0]!.times).toBe(joined[1]!.times)
})

test('histograms move on like points', () => {
  const of = (...seconds: number[]): AnsweredSeries => ({
    metric: {},
    times: new Float64Array(0),
    values: new Float64Array(0),
    histograms: seconds.map((t) => [t, { count: '1', sum: '2' }] as const),
  })
  const [moved] = withTail([of(0, 10, 20)], [of(20, 30)], 10_000, 20_000)
  expect(moved!.histograms.map(([t]) => t)).toEqual([10, 20, 30])
  expect(withTail([of(0)], [], 10_000, 20_000)).toEqual([])
})
