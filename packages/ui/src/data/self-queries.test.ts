import { expect, test } from 'vitest'
import { columnsOf } from './target-columns.fixture.ts'
import { ingestRateQuery, ownInstance, storageBytesQuery } from './self-queries.ts'

test('the server knows itself by its port on this machine', () => {
  const urls = [
    'not a url:9090',
    'http://other:9090/metrics',
    'http://localhost:9100/metrics',
    'http://127.0.0.1:9090/metrics',
  ]
  const pools = [
    {
      ...columnsOf(
        'p',
        urls.map((host) => ({ host })),
      ),
      scrapeUrl: urls,
    },
  ]
  expect(ownInstance(pools, 'pharos.example:9090')).toBe('http://127.0.0.1:9090/metrics')
  expect(ownInstance(pools, 'other:9090')).toBe('http://other:9090/metrics')
  expect(ownInstance(pools, 'pharos.example:80')).toBeUndefined()
})

test('without an instance the queries go over all', () => {
  expect(ingestRateQuery(undefined)).toContain('_total[1m]')
  expect(storageBytesQuery('a"b')).toContain('instance="a\\"b"')
})
