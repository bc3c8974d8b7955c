import { expect, test } from 'vitest'
import { distinctNames } from './distinct-names.ts'

const series = (...labels: Record<string, string>[]) =>
  labels.map((set) => ({ name: '', labels: set, values: new Float64Array(0) }))

test('only what differs is named', () => {
  expect(
    distinctNames(series({ __name__: 'a', m: 'x', i: '1' }, { __name__: 'a', m: 'y', i: '1' })),
  ).toEqual(['x', 'y'])
  expect(distinctNames(series({ m: 'x', i: '1' }, { m: 'y', i: '2' }))).toEqual([
    'i="1" m="x"',
    'i="2" m="y"',
  ])
  expect(distinctNames(series({ __name__: 'a', i: '1' }, { __name__: 'b', i: '1' }))).toEqual([
    'a',
    'b',
  ])
})

test('one series, or a series without the differing labels, keeps its whole name', () => {
  expect(distinctNames(series({ __name__: 'up', job: 'x' }))).toEqual(['up{job="x"}'])
  expect(distinctNames(series({ job: 'x' }, {}))).toEqual(['x', '{}'])
  expect(distinctNames([])).toEqual([])
})
