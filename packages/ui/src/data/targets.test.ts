import { expect, test } from 'vitest'
import type { ActiveTarget, Health } from './api-types.ts'
import { filterPools, healthCounts, indexTargets, shareUp } from './targets.ts'

function target(pool: string, host: string, health: Health, lastError = ''): ActiveTarget {
  return {
    scrapePool: pool,
    scrapeUrl: `http://${host}/metrics`,
    globalUrl: `http://${host}/metrics`,
    labels: { instance: host, job: pool },
    discoveredLabels: { __address__: host },
    lastError,
    lastScrape: '2026-11-21T08:30:00Z',
    lastScrapeDuration: 0.01,
    health,
  }
}

const ACTIVE = [
  target('a', 'b:1', 'up'),
  target('a', 'a:1', 'up'),
  target('z', 'c:1', 'up'),
  target('z', 'd:1', 'down', 'connection refused'),
]
const INDEX = indexTargets(ACTIVE)
const ALL = { health: undefined, pool: undefined, text: '' }

test('pools in trouble come first, and in them the targets that are down', () => {
  const pools = filterPools(INDEX, ALL)
  expect(pools.map(({ name, up, total }) => [name, up, total])).toEqual([
    ['z', 1, 2],
    ['a', 2, 2],
  ])
  expect(pools[0]?.targets.map(({ health }) => health)).toEqual(['down', 'up'])
  expect(pools[1]?.targets.map(({ labels }) => labels['instance'])).toEqual(['a:1', 'b:1'])
})

test('a filter narrows the rows and leaves the counts of the pool', () => {
  const [pool, ...others] = filterPools(INDEX, { ...ALL, text: 'JOB=z refused' })
  expect(others).toEqual([])
  expect(pool).toMatchObject({ name: 'z', up: 1, total: 2 })
  expect(pool?.targets).toHaveLength(1)
  expect(filterPools(INDEX, { ...ALL, health: 'unknown' })).toEqual([])
  expect(filterPools(INDEX, { ...ALL, pool: 'a', health: 'up' }).map(({ name }) => name)).toEqual([
    'a',
  ])
})

test('one that is down can be seen among thousands', () => {
  expect([shareUp(9999, 10_000), shareUp(5, 5), shareUp(1, 2), shareUp(0, 0)]).toEqual([
    96, 100, 50, 0,
  ])
})

test('states are counted', () => {
  expect(healthCounts(ACTIVE)).toEqual({ up: 3, down: 1, unknown: 0 })
})
