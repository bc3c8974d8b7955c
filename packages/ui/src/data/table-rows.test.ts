import { expect, test } from 'vitest'
import { formatHistogram, tableRows } from './table-rows.ts'

test('each kind of result becomes rows, with the values as the server wrote them', () => {
  expect(tableRows({ resultType: 'scalar', result: [1, '1e-7'] })).toMatchObject([
    { kind: 'scalar', value: '1e-7' },
  ])
  expect(tableRows({ resultType: 'string', result: [1, 'hi'] })[0]?.labels).toBeUndefined()
  expect(
    tableRows({ resultType: 'vector', result: [{ metric: { a: '1' }, value: [1, 'NaN'] }] }),
  ).toMatchObject([{ labels: { a: '1' }, value: 'NaN' }])
  expect(
    tableRows({
      resultType: 'matrix',
      result: [
        {
          metric: {},
          values: [
            [1, '2'],
            [3, '4'],
          ],
        },
      ],
    })[0]?.values,
  ).toHaveLength(2)
})

test('a native histogram is written with its intervals', () => {
  const histogram = {
    count: '3',
    sum: '4.5',
    buckets: [
      [0, '1', '2', '1'],
      [3, '-0.1', '0.1', '2'],
    ] as const,
  }
  expect(formatHistogram(histogram)).toBe('count 3   sum 4.5\n(1, 2]  1\n[-0.1, 0.1]  2')
  expect(
    tableRows({ resultType: 'vector', result: [{ metric: {}, histogram: [1, histogram] }] })[0],
  ).toMatchObject({
    value: '',
    histogram,
  })
})
