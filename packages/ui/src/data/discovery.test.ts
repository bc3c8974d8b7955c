import { expect, test } from 'vitest'
import type { ActiveTarget, TargetsData } from './api-types.ts'
import { filterDiscovery, indexDiscovery } from './discovery.ts'

function active(scrapePool: string, address: string): ActiveTarget {
  return {
    discoveredLabels: { __address__: address },
    labels: { instance: address },
    scrapePool,
    scrapeUrl: '',
    globalUrl: '',
    lastError: '',
    lastScrape: '',
    lastScrapeDuration: 0,
    health: 'up',
  }
}

const DATA: TargetsData = {
  activeTargets: [active('web', 'a:1'), active('db', 'b:2')],
  droppedTargets: [
    { discoveredLabels: { __address__: 'c:3', job: 'web' } },
    { discoveredLabels: { __address__: 'd:4' }, scrapePool: 'db', reason: 'rule 2: drop' },
  ],
  droppedTargetCounts: { web: 1, db: 5, gone: 2, quiet: 0 },
}
const ALL = { state: undefined, pool: undefined, text: '' }

test('pools count what was kept and dropped, also what the server does not list', () => {
  const { pools } = indexDiscovery(DATA)
  expect(pools.map(({ name, kept, dropped, unlisted }) => [name, kept, dropped, unlisted])).toEqual(
    [
      ['db', 1, 5, 4],
      ['gone', 0, 2, 2],
      ['web', 1, 1, 0],
    ],
  )
})

test('a server without counts has those that it lists', () => {
  const { pools } = indexDiscovery({ ...DATA, droppedTargetCounts: null })
  expect(pools.map(({ dropped }) => dropped)).toEqual([1, 1])
})

test('state, pool and words narrow the list', () => {
  const index = indexDiscovery(DATA)
  const found = (more: Partial<Parameters<typeof filterDiscovery>[1]>) =>
    filterDiscovery(index, { ...ALL, ...more }).flatMap(({ entries }) =>
      entries.map(({ discovered }) => discovered['__address__']),
    )
  expect(found({ state: 'kept' })).toEqual(['b:2', 'a:1'])
  expect(found({ state: 'dropped' })).toEqual(['d:4', 'c:3'])
  expect(found({ pool: 'web' })).toEqual(['a:1', 'c:3'])
  expect(found({ text: 'INSTANCE=a:1' })).toEqual(['a:1'])
  expect(found({ text: 'rule 2' })).toEqual(['d:4'])
  expect(found({ text: 'nowhere' })).toEqual([])
})
