import { expect, test } from 'vitest'
import { dashboardGroups, tagCounts } from './dashboard-groups.ts'
import type { DashboardHit } from './dashboards-api.ts'

const hit = (uid: string, title: string, tags: string[], folderTitle?: string): DashboardHit => ({
  uid,
  title,
  tags,
  type: 'dash-db',
  ...(folderTitle === undefined ? {} : { folderTitle }),
})
const HITS = [
  hit('a', 'Node 10', ['linux'], 'Host'),
  hit('b', 'Node 9', ['linux', 'node'], 'Host'),
  hit('c', 'Orders', ['shop']),
]
const shape = (groups: ReturnType<typeof dashboardGroups>) =>
  groups.map(({ kind, title, hits }) => [kind, title, hits.map(({ uid }) => uid)])

test('starred dashboards come first, then folders, numbers in their order', () => {
  expect(shape(dashboardGroups(HITS, '', '', new Set(['c', 'gone'])))).toEqual([
    ['starred', undefined, ['c']],
    ['folder', undefined, ['c']],
    ['folder', 'Host', ['b', 'a']],
  ])
})

test('words are looked for in title, folder and tags', () => {
  expect(shape(dashboardGroups(HITS, 'host NODE', '', new Set()))).toEqual([
    ['folder', 'Host', ['b', 'a']],
  ])
  expect(shape(dashboardGroups(HITS, '', 'shop', new Set()))).toEqual([
    ['folder', undefined, ['c']],
  ])
  expect(dashboardGroups(HITS, 'nothing', '', new Set())).toEqual([])
})

test('the most used tags come first', () => {
  expect(tagCounts(HITS)).toEqual([
    ['linux', 2],
    ['node', 1],
    ['shop', 1],
  ])
})
