import { expect, test } from 'vitest'
import { exploreLink } from './explore-link.ts'
import { readQueryLink } from './query-link.ts'

const NOW = Date.UTC(2026, 10, 21, 8)
const read = (params: Record<string, string>) =>
  readQueryLink(exploreLink(`?${new URLSearchParams(params).toString()}`, NOW))

test('links of Explore in each of its shapes open as queries', () => {
  const left = {
    datasource: 'x',
    queries: [{ refId: 'A', expr: 'up', instant: true }, { expr: 'rate(a[5m])' }, { expr: '' }],
    range: { from: 'now-30m', to: 'now' },
  }
  expect(read({ left: JSON.stringify(left) })).toMatchObject([
    { expr: 'up', tab: 'table', rangeSeconds: 1800, endMs: undefined },
    { expr: 'rate(a[5m])', tab: 'graph' },
  ])
  const old = ['now-6h', 'now', 'Prometheus', { expr: 'up' }, { ui: [true] }]
  expect(read({ left: JSON.stringify(old) })).toMatchObject([{ expr: 'up', rangeSeconds: 21_600 }])
  const panes = {
    a1: {
      queries: [{ expr: 'up' }],
      range: { from: String(NOW - 7_200_000), to: String(NOW - 3_600_000) },
    },
    b2: { queries: [{ expr: 'down' }], range: {} },
  }
  expect(read({ schemaVersion: '1', panes: JSON.stringify(panes) })).toMatchObject([
    { expr: 'up', rangeSeconds: 3600, endMs: NOW - 3_600_000 },
    { expr: 'down', rangeSeconds: 3600, endMs: undefined },
  ])
})

test('a link that cannot be read opens an empty query', () => {
  for (const params of [{ left: '{' }, { left: '7' }, { panes: '[]' }, { left: '[1]' }, {}])
    expect(read(params as Record<string, string>)).toMatchObject([{ expr: '' }])
})
