import { expect, test } from 'vitest'
import type { ActiveTarget } from './api-types.ts'
import { ingestRateQuery, ownInstance, storageBytesQuery } from './self-queries.ts'

function scraped(scrapeUrl: string): ActiveTarget {
  return {
    scrapePool: 'p',
    scrapeUrl,
    globalUrl: scrapeUrl,
    labels: { instance: `of ${scrapeUrl}` },
    discoveredLabels: {},
    lastError: '',
    lastScrape: '',
    lastScrapeDuration: 0,
    health: 'up',
  }
}

test('the server knows itself by its port on this machine', () => {
  const targets = [
    scraped('not a url'),
    scraped('http://other:9090/metrics'),
    scraped('http://localhost:9100/metrics'),
    scraped('http://127.0.0.1:9090/metrics'),
  ]
  expect(ownInstance(targets, 'pharos.example:9090')).toBe('of http://127.0.0.1:9090/metrics')
  expect(ownInstance(targets, 'other:9090')).toBe('of http://other:9090/metrics')
  expect(ownInstance(targets, 'pharos.example:80')).toBeUndefined()
})

test('without an instance the queries go over all', () => {
  expect(ingestRateQuery(undefined)).toContain('_total[1m]')
  expect(storageBytesQuery('a"b')).toContain('instance="a\\"b"')
})
