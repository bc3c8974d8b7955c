import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  frameOf,
  mergeTail,
  nameAndPairs,
  numberOf,
  seriesName,
  stackColumns,
  statsOf,
} from './frame.ts'

const matrix = [
  {
    metric: { __name__: 'a', x: '1' },
    values: [
      [10, '1'],
      [30, '3'],
    ] as const,
  },
  { metric: { __name__: 'a', x: '2' }, values: [[20, '+Inf']] as const },
]

test('a matrix becomes columns over the times that were asked for', () => {
  const frame = frameOf(matrix, 10, 30, 10)
  expect([...frame.times]).toEqual([10, 20, 30])
  expect([...frame.series[0]!.values]).toEqual([1, NaN, 3])
  expect([...frame.series[1]!.values]).toEqual([NaN, Infinity, NaN])
  expect(frame.series.map(({ name }) => name)).toEqual(['a{x="1"}', 'a{x="2"}'])
})

test('points outside the range and series of histograms alone do no harm', () => {
  const frame = frameOf(
    [
      {
        metric: {},
        values: [
          [0, '1'],
          [99, '2'],
        ],
      },
      { metric: { h: 'x' } },
    ],
    10,
    30,
    10,
  )
  expect([...frame.series[0]!.values]).toEqual([NaN, NaN, NaN])
  expect([...frame.series[1]!.values]).toEqual([NaN, NaN, NaN])
  expect(frameOf([], 30, 10, 10).times).toHaveLength(0)
})

test('a step that is no whole number of seconds keeps its points apart', () => {
  const values = Array.from(
    { length: 50 },
    (_, i) => [Number((100 + i * 0.2).toFixed(3)), String(i)] as const,
  )
  const frame = frameOf([{ metric: {}, values }], 100, 109.8, 0.2)
  expect([...frame.series[0]!.values]).toEqual(values.map(([, v]) => Number(v)))
})

test('a frame moved on with its tail equals the frame of the whole window', () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.integer(), { nil: undefined }), { minLength: 8, maxLength: 40 }),
      fc.nat(6),
      (vs, cut) => {
        const all = vs.flatMap((v, i) => (v === undefined ? [] : [[i * 5, String(v)] as const]))
        const end = (vs.length - 1) * 5
        const at = Math.max(1, vs.length - 1 - cut)
        const old = frameOf(
          [{ metric: { a: '1' }, values: all.filter(([t]) => t <= at * 5) }],
          0,
          at * 5,
          5,
        )
        const tail = frameOf(
          [{ metric: { a: '1' }, values: all.filter(([t]) => t >= at * 5) }],
          at * 5,
          end,
          5,
        )
        const window = 5 * 4
        const merged = mergeTail(old, tail, end - window, end)
        const whole = frameOf([{ metric: { a: '1' }, values: all }], end - window, end, 5)
        const expected = [...whole.series[0]!.values]
        if (expected.every((v) => Number.isNaN(v))) expect(merged.series).toEqual([])
        else expect([...merged.series[0]!.values]).toEqual(expected)
        expect([...merged.times]).toEqual([...whole.times])
      },
    ),
  )
})

test('statistics pass over missing points', () => {
  expect(statsOf(Float64Array.of(NaN, 4, 2, NaN))).toEqual({ min: 2, mean: 3, max: 4, last: 2 })
  expect(statsOf(Float64Array.of(NaN))).toEqual({ min: NaN, mean: NaN, max: NaN, last: NaN })
})

test('stacked columns rest on the visible ones below, and a missing value adds nothing', () => {
  const columns = [
    [1, NaN, 3, NaN],
    [10, 20, 30, NaN],
    [100, NaN, NaN, NaN],
  ].map((values, i) => ({ name: String(i), labels: {}, values: Float64Array.from(values) }))
  expect(stackColumns(columns, new Set()).map((column) => [...column])).toEqual([
    [1, 0, 3, NaN],
    [11, 20, 33, NaN],
    [111, 20, 33, NaN],
  ])
  expect(stackColumns(columns, new Set([1]))[2]).toEqual(Float64Array.of(101, NaN, 3, NaN))
  expect(stackColumns([], new Set())).toEqual([])
})

test('names that are special to JavaScript are ordinary labels', () => {
  const labels = JSON.parse(
    '{"__proto__":"p","constructor":"c","__name__":"m","a b":"q\\"x"}',
  ) as Record<string, string>
  expect(seriesName(labels)).toBe('m{__proto__="p", "a b"="q\\"x", constructor="c"}')
  expect(nameAndPairs(labels).pairs).toHaveLength(3)
  expect(seriesName({})).toBe('{}')
  expect(seriesName({ __name__: 'http.requests', a: 'b' })).toBe('{"http.requests", a="b"}')
  expect(seriesName({ __name__: 'http.requests' })).toBe('{"http.requests"}')
  expect(seriesName({ __name__: 'up' })).toBe('up')
})

test('the values of the API that are no JSON numbers are read', () => {
  expect([numberOf('+Inf'), numberOf('-Inf'), numberOf('NaN'), numberOf('1e-7')]).toEqual([
    Infinity,
    -Infinity,
    NaN,
    1e-7,
  ])
})
