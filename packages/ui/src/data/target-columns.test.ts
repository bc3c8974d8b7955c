import { expect, test } from 'vitest'
import { columnsOf } from './target-columns.fixture.ts'
import { hasLabels, healthCounts, targetKey, targetLabels, TargetSearch } from './target-columns.ts'

const COLUMNS = columnsOf('node', [
  { host: 'a:1', zone: 'North 1' },
  { host: 'b:1', health: 'down', error: 'Connection refused' },
])

test('a target has the labels that are not empty', () => {
  expect(targetLabels(COLUMNS, 0)).toEqual({ instance: 'a:1', job: 'node', Zone: 'North 1' })
  expect(targetLabels(COLUMNS, 1)).toEqual({ instance: 'b:1', job: 'node' })
  expect(hasLabels(targetLabels(COLUMNS, 1), { job: 'node', instance: 'b:1' })).toBe(true)
  expect(hasLabels(targetLabels(COLUMNS, 1), { job: 'node', instance: 'a:1' })).toBe(false)
  expect(hasLabels(targetLabels(COLUMNS, 1), targetLabels(COLUMNS, 0))).toBe(false)
  expect(targetKey(COLUMNS, 0)).not.toBe(targetKey(COLUMNS, 1))
})

test('states are counted over all pools', () => {
  expect(healthCounts([COLUMNS, columnsOf('other', [{ host: 'c:1', health: 'unknown' }])])).toEqual(
    {
      up: 1,
      down: 1,
      unknown: 1,
    },
  )
})

test('a word is found in addresses, errors and labels as people write them', () => {
  const search = new TargetSearch(COLUMNS)
  const check = (word: string, found: number[]) =>
    expect([0, 1].filter(search.holds(word)), word).toEqual(found)
  check('//b:1/m', [1])
  check('refused', [1])
  check('north', [0])
  check('zone', [0])
  check('job', [0, 1])
  check('job=no', [0, 1])
  check('job="node"', [0, 1])
  check('zone=', [0])
  check('zone=north', [0])
  check('instance=a', [0])
  check('a:1"', [0])
  check('="', [0, 1])
  check('instance=1', [])
  check('south', [])
})
