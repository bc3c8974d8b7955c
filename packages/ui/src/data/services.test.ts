import { expect, test } from 'vitest'
import type { Health } from './api-types.ts'
import { isWell, latencyOf, serviceGroups } from './services.ts'
import type { ServiceCheck, ServiceInstance, ServicesData } from './services.ts'

function instance(
  id: string,
  health: Health = 'up',
  state?: ServiceCheck['state'],
): ServiceInstance {
  const check: ServiceCheck = {
    check: 'tcp',
    state: state ?? 'unknown',
    failures: 0,
    lastError: state === 'critical' ? 'connection refused' : '',
    lastCheck: '2026-01-01T00:00:00Z',
    latency: 0.002,
  }
  return {
    id,
    address: `${id}:80`,
    leaseSeconds: 5,
    routes: [],
    metadata: {},
    ...(state === undefined ? {} : { check }),
    scrapePool: 'services',
    metricsUrl: 'http://h:1/metrics',
    health,
    lastError: health === 'down' ? 'timeout' : '',
    lastScrape: '2026-01-01T00:00:00Z',
    lastScrapeDuration: 0.03,
  }
}

const DATA: ServicesData = {
  services: [
    {
      name: 'orders',
      instances: [instance('a', 'up', 'passing'), instance('b', 'up', 'critical')],
    },
    { name: 'web', instances: [instance('web-1', 'down'), instance('web-2')] },
  ],
}

test('an instance is well when its metrics can be had and its check is not critical', () => {
  expect(serviceGroups(DATA, '').map(({ name, well }) => [name, well])).toEqual([
    ['orders', 1],
    ['web', 1],
  ])
  expect(isWell(instance('x', 'up', 'unknown'))).toBe(true)
})

test('the filter wants every word, in names, addresses and errors', () => {
  const found = (filter: string): string[] =>
    serviceGroups(DATA, filter).flatMap(({ instances }) => instances.map(({ id }) => id))
  expect(found('WEB 1')).toEqual(['web-1'])
  expect(found('refused')).toEqual(['b'])
  expect(found('critical orders')).toEqual(['b'])
  expect(found('orders web')).toEqual([])
})

test('latency is that of the check, else that of the scrape', () => {
  expect(latencyOf(instance('a', 'up', 'passing'))).toBe(0.002)
  expect(latencyOf(instance('a', 'up', 'unknown'))).toBe(0.03)
  expect(latencyOf(instance('a', 'down'))).toBe(0.03)
  expect(latencyOf(instance('a', 'unknown'))).toBeUndefined()
})
