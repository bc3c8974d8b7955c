import { expect, test } from 'vitest'
import { columnsOf } from './target-columns.fixture.ts'
import { targetKey } from './target-columns.ts'
import { targetRows } from './target-rows.ts'
import { filterPools, indexTargets, shareUp } from './targets.ts'

const INDEX = indexTargets([
  columnsOf('a', [{ host: 'b:1' }, { host: 'a:1' }]),
  columnsOf('z', [{ host: 'c:1' }, { host: 'd:1', health: 'down', error: 'Connection refused' }]),
])
const ALL = { health: undefined, pool: undefined, text: '' }
const NONE: ReadonlySet<string> = new Set()

test('pools in trouble come first, and in them the targets that are down', () => {
  const pools = filterPools(INDEX, ALL)
  expect(pools.map(({ name, up, total, places }) => [name, up, total, places])).toEqual([
    ['z', 1, 2, [1, 0]],
    ['a', 2, 2, [1, 0]],
  ])
})

test('a filter narrows the rows and leaves the counts of the pool', () => {
  const [pool, ...others] = filterPools(INDEX, { ...ALL, text: 'JOB=z refused' })
  expect(others).toEqual([])
  expect(pool).toMatchObject({ name: 'z', up: 1, total: 2, places: [1] })
  expect(filterPools(INDEX, { ...ALL, health: 'unknown' })).toEqual([])
  expect(filterPools(INDEX, { ...ALL, pool: 'a', health: 'up' }).map(({ name }) => name)).toEqual([
    'a',
  ])
  expect(filterPools(INDEX, { ...ALL, health: 'up', text: 'c:1' })[0]?.places).toEqual([0])
})

test('rows are pools, their targets unless closed, and the details of what is open', () => {
  const kinds = (closed: ReadonlySet<string>, open: ReadonlySet<string>) =>
    targetRows(INDEX, closed, open).map(({ kind, pool, place }) => `${kind} ${pool.name}${place}`)
  expect(kinds(new Set(['a']), NONE)).toEqual(['pool z0', 'target z1', 'target z0', 'pool a0'])
  const open = new Set([targetKey(INDEX[0]!.columns, 0)])
  expect(kinds(new Set(['a']), open).at(-2)).toBe('details z0')
  const keys = targetRows(INDEX, NONE, open).map(({ key }) => key)
  expect(new Set(keys).size).toBe(7)
})

test('one that is down can be seen among thousands', () => {
  expect([shareUp(9999, 10_000), shareUp(5, 5), shareUp(1, 2), shareUp(0, 0)]).toEqual([
    96, 100, 50, 0,
  ])
})
