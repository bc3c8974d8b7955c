import { simWorld } from '@pharos/base/sim'
import { Labels } from '@pharos/model'
import type { ScrapePoolStatus, TargetHealth, TargetStatus } from '@pharos/scrape'
import { expect, test } from 'vitest'
import { RegisteredServices } from './registered-services.ts'

function target(
  discovered: Readonly<Record<string, string>>,
  health: TargetHealth = 'up',
): TargetStatus {
  return {
    scrapePool: 'services',
    discoveredLabels: Labels.of(Object.entries(discovered)),
    labels: Labels.EMPTY,
    scrapeUrl: 'http://h:1/metrics',
    health,
    lastError: '',
    offendingSeries: '',
    quarantine: undefined,
    lastScrapeMs: 0,
    lastScrapeDurationMs: 2,
    scrapeIntervalMs: 1_000,
    scrapeTimeoutMs: 1_000,
    samplesScraped: 1,
  }
}

const orders = (id: string, more: Readonly<Record<string, string>> = {}): TargetStatus =>
  target({
    __address__: `${id}:80`,
    __meta_service_name: 'orders',
    __meta_service_id: id,
    __meta_service_host: id,
    __meta_service_port: '80',
    __meta_service_lease_ttl: '5',
    __meta_service_route_api_orders: 'GET,POST',
    ...more,
  })

function pool(name: string, ...active: readonly TargetStatus[]): ScrapePoolStatus {
  return { name, active, dropped: [], droppedCount: 0 }
}

test('instances stand under their service, once, however many jobs scrape them', () => {
  const consul = target({ __meta_consul_service: 'web', __meta_consul_service_id: 'web-1' })
  const pools = [
    pool('a', orders('b'), orders('a'), target({ __address__: 'x' })),
    pool('b', orders('a'), consul),
  ]
  const services = new RegisteredServices(simWorld(), () => pools)
  const list = services.list()
  expect(list.map(({ name, instances }) => [name, instances.map(({ id }) => id)])).toEqual([
    ['orders', ['a', 'b']],
    ['web', ['web-1']],
  ])
  expect(list[0]!.instances[0]).toMatchObject({
    address: 'a:80',
    leaseSeconds: 5,
    routes: [{ path: '/api_orders', methods: 'GET,POST' }],
    check: undefined,
  })
  expect(list[1]!.instances[0]!.leaseSeconds).toBeUndefined()
  services.close()
})

test('an instance that wants to be asked is, and is critical within two checks', async () => {
  const world = simWorld()
  const health = '__meta_service_metadata_health'
  const pools = [
    pool(
      'a',
      orders('well', { [health]: 'tcp interval=1s', __meta_service_metadata_zone: 'z' }),
      orders('gone', { [health]: 'tcp interval=1s' }),
      orders('odd', { [health]: 'icmp' }),
    ),
  ]
  world.net.register('well:80', () => {})
  const services = new RegisteredServices(world, () => pools)
  const states = (): string[] =>
    services.list()[0]!.instances.map(({ id, check }) => `${id} ${check!.state} ${check!.failures}`)
  expect(states()).toEqual(['gone unknown 0', 'odd unknown 0', 'well unknown 0'])
  await world.clock.advance(2_100)
  expect(states()[0]).toMatch(/^gone critical [23]$/)
  expect(states().slice(1)).toEqual(['odd unknown 0', 'well passing 0'])
  const [gone, odd, well] = services.list()[0]!.instances
  expect(gone!.check!.lastError).toContain('connection refused')
  expect(odd!.check!.lastError).toContain('health wants http:/path, tcp or grpc')
  expect(well!.metadata).toContainEqual(['zone', 'z'])
  services.close()
})
