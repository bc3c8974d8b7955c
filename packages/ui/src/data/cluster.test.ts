import { expect, test } from 'vitest'
import { loadOf, sharedTargets } from './cluster.ts'

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

test('targets are found by any word, nobody’s first, and counted like people do', () => {
  const of = (scrapeUrl: string, ...owners: string[]) => ({
    scrapePool: 'web',
    scrapeUrl,
    labels: { zone: 'north' },
    owners,
  })
  const targets = [of('http://w-10/', 'a'), of('http://w-9/', 'b'), of('http://w-11/')]
  const urls = (text: string) => sharedTargets(targets, text).map(({ scrapeUrl }) => scrapeUrl)
  expect(urls('')).toEqual(['http://w-11/', 'http://w-9/', 'http://w-10/'])
  expect(urls('ZONE=north w-1')).toEqual(['http://w-11/', 'http://w-10/'])
  expect(urls('south')).toEqual([])
})
