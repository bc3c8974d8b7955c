import { expect, test } from 'vitest'
import { loadOf } from './cluster.ts'

test('the load of a member is what it scrapes and leads, with others or alone', () => {
  const target = (...owners: string[]) => ({ scrapePool: 't', scrapeUrl: 'u', labels: {}, owners })
  const data = {
    targets: [target('a'), target('a', 'b'), target('b'), target()],
    groups: [{ name: 'g', file: 'f', leader: 'a' }],
  }
  expect(loadOf(data, 'a')).toEqual({ targets: 2, groups: 1 })
  expect(loadOf(data, 'b')).toEqual({ targets: 2, groups: 0 })
  expect(loadOf(data, 'c')).toEqual({ targets: 0, groups: 0 })
})
