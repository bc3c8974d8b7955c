import { expect, test } from 'vitest'
import type { ActiveTarget, Health } from './api-types.ts'
import { healthCounts, poolsOf } from './targets.ts'

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
const ALL = { health: undefined, pool: undefined, text: '' }

test('pools in trouble come first, and in them the targets that are down', () => {
  const pools = poolsOf(ACTIVE, ALL)
  expect(pools.map(({ name, up, total }) => [name, up, total])).toEqual([
    ['z', 1, 2],
    ['a', 2, 2],
  ])
  expect(pools[0]?.targets.map(({ health }) => health)).toEqual(['down', 'up'])
  expect(pools[1]?.targets.map(({ labels }) => labels['instance'])).toEqual(['a:1', 'b:1'])
})

test('a filter narrows the rows and leaves the counts of the pool', () => {
  const [pool, ...others] = poolsOf(ACTIVE, { ...ALL, text: 'JOB=z refused' })
  expect(others).toEqual([])
  expect(pool).toMatchObject({ name: 'z', up: 1, total: 2 })
  expect(pool?.targets).toHaveLength(1)
  expect(poolsOf(ACTIVE, { ...ALL, health: 'unknown' })).toEqual([])
  expect(poolsOf(ACTIVE, { ...ALL, pool: 'a', health: 'up' }).map(({ name }) => name)).toEqual([
    'a',
  ])
})

test('states are counted', () => {
  expect(healthCounts(ACTIVE)).toEqual({ up: 3, down: 1, unknown: 0 })
})
