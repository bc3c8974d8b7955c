import { expect, test } from 'vitest'
import { exemplarsOf, thinned } from './exemplars.ts'

test('exemplars have a time in ms and a number; what has neither is left out', () => {
  const seriesLabels = { __name__: 'http_seconds_bucket', le: '1' }
  const one = (value: string, timestamp: number) => ({
    labels: { trace_id: 'a' },
    value,
    timestamp,
  })
  const data = [{ seriesLabels, exemplars: [one('0.25', 12.5), one('NaN', 13), one('1', NaN)] }]
  expect(exemplarsOf(data, 'A')).toEqual([
    { timeMs: 12_500, value: 0.25, labels: { trace_id: 'a' }, series: seriesLabels, refId: 'A' },
  ])
})

test('of those that lie on each other the highest is kept, and never too many', () => {
  const at = (x: number, y: number, value: number) => ({ x, y, value })
  expect(thinned([at(0, 0, 1), at(3, 3, 5), at(40, 0, 2), at(3, 30, 1)], 24, 10)).toEqual([
    at(3, 3, 5),
    at(3, 30, 1),
    at(40, 0, 2),
  ])
  const many = Array.from({ length: 100 }, (_, i) => at(i * 30, 0, i % 10))
  const kept = thinned(many, 24, 20)
  expect(kept.length).toBe(20)
  expect(kept.every(({ value }) => value >= 8)).toBe(true)
  expect(kept.map(({ x }) => x)).toEqual(kept.map(({ x }) => x).toSorted((a, b) => a - b))
})
