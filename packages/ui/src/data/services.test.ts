import { expect, test } from 'vitest'
import type { ActiveTarget, Health, LabelSet, TargetsData } from './api-types.ts'
import { serviceGroups } from './services.ts'

function target(discoveredLabels: LabelSet, health: Health = 'up'): ActiveTarget {
  return {
    discoveredLabels,
    labels: {},
    scrapePool: 'services',
    scrapeUrl: 'http://h:1/metrics',
    globalUrl: 'http://h:1/metrics',
    lastError: health === 'down' ? 'refused' : '',
    lastScrape: '2026-01-01T00:00:00Z',
    lastScrapeDuration: 0,
    health,
  }
}

const data = (...activeTargets: readonly ActiveTarget[]): TargetsData => ({
  activeTargets,
  droppedTargets: [],
})

const orders = (id: string, health?: Health): ActiveTarget =>
  target(
    {
      __address__: `${id}:80`,
      __meta_service_name: 'orders',
      __meta_service_id: id,
      __meta_service_lease_ttl: '5',
      __meta_service_route_api_orders: 'GET,POST',
    },
    health,
  )

test('instances stand under their service, with lease, routes and health', () => {
  const groups = serviceGroups(
    data(orders('b', 'down'), orders('a'), target({ __address__: 'x' })),
    '',
  )
  expect(groups).toEqual([
    {
      name: 'orders',
      up: 1,
      entries: [
        expect.objectContaining({ id: 'a', health: 'up', leaseSeconds: 5, address: 'a:80' }),
        expect.objectContaining({
          id: 'b',
          lastError: 'refused',
          routes: [{ path: '/api_orders', methods: 'GET,POST' }],
        }),
      ],
    },
  ])
})

test('services of other registries stand beside them, and the filter wants every word', () => {
  const consul = target({ __meta_consul_service: 'web', __meta_consul_service_id: 'web-1' })
  const names = (filter: string): string[] =>
    serviceGroups(data(orders('a'), consul), filter).map(({ name }) => name)
  expect(names('')).toEqual(['orders', 'web'])
  expect(names('WEB 1')).toEqual(['web'])
  expect(names('web a')).toEqual([])
  expect(serviceGroups(data(consul), '')[0]!.entries[0]!.leaseSeconds).toBeUndefined()
})
