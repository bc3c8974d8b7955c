import { expect, test } from 'vitest'
import { answeredSeries } from './answered-series.ts'
import { framesOf } from './prometheus-frames.ts'

test('runs stand where their first point says, and texts are what JSON has no number for', () => {
  const [one] = answeredSeries({
    resultType: 'columns',
    start: 100.5,
    step: 0.25,
    result: [
      {
        metric: { a: 'b' },
        runs: [
          [0, 1, 'NaN'],
          [4, '+Inf', '-Inf', -0],
        ],
      },
    ],
  })
  expect([...one!.times]).toEqual([100_500, 100_750, 101_500, 101_750, 102_000])
  expect([...one!.values]).toEqual([1, NaN, Infinity, -Infinity, -0])
})

test('columns and texts make the same frames, and series of the same times share them', () => {
  const target = { refId: 'A', expr: 'x', legendFormat: '{{host}}', stepMs: 10_000 }
  const columns = framesOf(
    {
      resultType: 'columns',
      start: 0,
      step: 10,
      result: [
        { metric: { host: 'a' }, runs: [[1, 0.5, 2]] },
        { metric: { host: 'b' }, runs: [[1, 3, 4]] },
        { metric: { host: 'c' } },
      ],
    },
    target,
  )
  const texts = framesOf(
    {
      resultType: 'matrix',
      result: [
        {
          metric: { host: 'a' },
          values: [
            [10, '0.5'],
            [20, '2'],
          ],
        },
        {
          metric: { host: 'b' },
          values: [
            [10, '3'],
            [20, '4'],
          ],
        },
        { metric: { host: 'c' } },
      ],
    },
    target,
  )
  expect(columns).toEqual(texts)
  expect(columns[0]!.fields[0]!.values).toBe(columns[1]!.fields[0]!.values)
})
