import { PLAIN_HTTP_CLIENT } from '@pharos/base'
import type { EtcdDiscoverySettings } from '@pharos/config'
import { discovererContract } from '@pharos/config/testing'
import { simWorld } from '@pharos/base/sim'
import type { SimWorld } from '@pharos/base/sim'
import type { TargetGroup } from '@pharos/model'
import { EtcdClient, instanceJson } from '@pharos/registry'
import { SimRegistry } from '@pharos/registry/testing'
import { expect, test } from 'vitest'
import { createEtcdDiscoverer } from './etcd-discoverer.ts'
import type { EtcdDiscoverer } from './etcd-discoverer.ts'

const SETTINGS: EtcdDiscoverySettings = {
  endpoints: ['http://registry:2379'],
  prefix: '/service/',
  layout: '{name}/{id}',
  username: '',
  password: '',
  passwordFile: '',
  http: PLAIN_HTTP_CLIENT,
  refreshIntervalMs: 30_000,
}

function valueOf(name: string, id: string, host: string, port = 1): string {
  return instanceJson({ id, name, host, port, leaseTime: 5, routes: [], metadata: {} })
}

/** Waits for a promise while the simulated time goes on. */
async function within<T>(world: SimWorld, promise: Promise<T>): Promise<T> {
  let isDone = false
  const done = promise.finally(() => {
    isDone = true
  })
  await world.clock.advanceUntil(() => isDone, 60_000)
  return done
}

discovererContract('etcd', async () => {
  const world = simWorld()
  const registry = await SimRegistry.start(world)
  const client = new EtcdClient({ ...world, endpoints: [registry.address] })
  const put = async (address: string): Promise<void> => {
    const [host, port] = address.split(':')
    const key = `/service/s/${host!}`
    await within(world, client.put(key, valueOf('s', host!, host!, Number(port))))
  }
  await put('a:1')
  await put('b:2')
  return {
    discoverer: createEtcdDiscoverer(SETTINGS, world),
    settle: () => world.clock.advance(70_000),
    addresses: ['a:1', 'b:2'],
    fail: () => registry.stop(),
    add: put,
  }
})

class Scene {
  readonly world: SimWorld = simWorld()
  readonly groups = new Map<string, TargetGroup>()
  readonly calls: (readonly TargetGroup[])[] = []
  registry!: SimRegistry
  client!: EtcdClient
  discoverer!: EtcdDiscoverer
  readonly #ends = new AbortController()
  #done: Promise<void> = Promise.resolve()

  static async start(settings: Partial<EtcdDiscoverySettings> = {}): Promise<Scene> {
    const scene = new Scene()
    scene.registry = await SimRegistry.start(scene.world)
    scene.client = new EtcdClient({ ...scene.world, endpoints: ['registry:2379'] })
    scene.discoverer = createEtcdDiscoverer({ ...SETTINGS, ...settings }, scene.world)
    return scene
  }

  async run(): Promise<void> {
    this.#done = this.discoverer.run((groups) => {
      this.calls.push(groups)
      for (const group of groups) {
        if (group.targets.length === 0) this.groups.delete(group.source)
        else this.groups.set(group.source, group)
      }
    }, this.#ends.signal)
    await this.world.clock.advance(100)
  }

  async put(key: string, value: string): Promise<void> {
    await within(this.world, this.client.put(key, value))
    await this.world.clock.advance(10)
  }

  keys(): string {
    return [...this.groups.keys()].sort().join(' ')
  }

  async stop(): Promise<void> {
    this.#ends.abort()
    await this.world.clock.advance(10)
    await this.#done
  }
}

test('an instance is a target with its address and meta labels', async () => {
  const scene = await Scene.start()
  const value = instanceJson({
    id: 'service-1',
    name: 'monitor',
    host: 'fe80::1',
    port: 8080,
    leaseTime: 5,
    routes: [
      { path: '/metrics', method: 'GET' },
      { path: '/users/:id', method: 'POST' },
      { path: '/users/:id', method: 'GET' },
      { path: '/', method: 'GET' },
    ],
    metadata: { 'zone.a': 'b', ['__proto__']: 'p' },
  })
  await scene.put('/service/monitor/service-1', value)
  await scene.run()
  const [group] = scene.groups.values()
  expect(group!.targets.map((target) => target.get('__address__'))).toEqual(['[fe80::1]:8080'])
  expect(Object.fromEntries(group!.labels)).toEqual({
    __meta_etcd_key: '/service/monitor/service-1',
    __meta_service_host: 'fe80::1',
    __meta_service_id: 'service-1',
    __meta_service_lease_ttl: '5',
    __meta_service_metadata___proto__: 'p',
    __meta_service_metadata_zone_a: 'b',
    __meta_service_name: 'monitor',
    __meta_service_port: '8080',
    __meta_service_route_: 'GET',
    __meta_service_route_metrics: 'GET',
    __meta_service_route_users__id: 'GET,POST',
  })
  await scene.stop()
})

test('changes are told at once: put, new value, lease run out', async () => {
  const scene = await Scene.start()
  await scene.run()
  const lease = await within(scene.world, scene.client.grantLease(5))
  await within(scene.world, scene.client.put('/service/s/a', valueOf('s', 'a', 'a'), lease.id))
  await scene.world.clock.advance(10)
  expect(scene.keys()).toBe('/service/s/a')
  await within(scene.world, scene.client.put('/service/s/a', valueOf('s', 'a', 'b'), lease.id))
  await scene.world.clock.advance(10)
  expect(scene.calls.at(-1)!.map((g) => g.targets[0]!.get('__address__'))).toEqual(['b:1'])
  await scene.world.clock.advance(5_200)
  expect(scene.keys()).toBe('')
  expect(scene.calls.length).toBe(4) // the first list, which was empty, too
  await scene.stop()
})

test('malformed values are skipped with their reason, and leave the last good one', async () => {
  const good = valueOf('s', 'a', 'a')
  const bad: readonly (readonly [string, string])[] = [
    ['', 'value is not JSON'],
    ['nonsense', 'value is not JSON'],
    ['[]', 'value is not a JSON object'],
    ['null', 'value is not a JSON object'],
    ['{"__proto__":{"id":"a","name":"s","host":"h","port":1}}', 'id wants text, has nothing'],
    [good.replace('"port":1', '"port":0'), 'port wants 1 to 65535, has 0'],
    [good.replace('"port":1', '"port":"1"'), 'port wants a number'],
    [good.replace('"port":1', '"port":1.5'), 'port wants 1 to 65535'],
    [good.replace('"host":"a"', '"host":"a b"'), 'host wants a host name'],
    [good.replace('"host":"a"', '"host":"a\\n- targets: [evil:1]"'), 'host wants a host name'],
    [good.replace('"host":"a"', '"host":"a:1/x"'), 'host wants a host name'],
    [good.replace('"host":"a"', '"host":"user@a"'), 'host wants a host name'],
    [good.replace('"host":"a"', '"host":""'), 'host wants a host name'],
    [good.replace('"id":"a"', '"id":"a/b"'), 'id wants 1 to 200 characters'],
    [good.replace('"id":"a"', '"id":"b"'), 'does not fit layout'],
    [good.replace('"name":"s"', '"name":"other"'), 'does not fit layout'],
    [good.replace('"routes":[]', '"routes":{}'), 'routes wants a list'],
    [good.replace('"routes":[]', '"routes":[1]'), 'routes wants objects'],
    [good.replace('"lease_time":5', '"lease_time":-1'), 'lease_time wants a number from 0'],
    [`{"x":"${'y'.repeat(1024 * 1024)}"}`, 'value has 1048584 bytes, more than 65536'],
  ]
  for (const [value, reason] of bad) {
    const scene = await Scene.start()
    await scene.put('/service/s/a', good)
    await scene.put('/service/s/other', value)
    await scene.run()
    await scene.put('/service/s/a', value)
    await scene.put('/service/s/b', valueOf('s', 'b', 'b'))
    expect(scene.keys(), value.slice(0, 60)).toBe('/service/s/a /service/s/b')
    expect(scene.discoverer.skipped.get('/service/s/a'), value.slice(0, 60)).toContain(reason)
    expect(scene.discoverer.stats.skipped).toBe(2)
    await scene.put('/service/s/a', good)
    expect(scene.discoverer.skipped.has('/service/s/a')).toBe(false)
    await scene.stop()
  }
})

test('a watch that is stalled silently is found by the next list and started again', async () => {
  const scene = await Scene.start()
  await scene.run()
  scene.registry.stallsWatches = true
  await scene.put('/service/s/a', valueOf('s', 'a', 'a'))
  expect(scene.keys()).toBe('')
  await scene.world.clock.advance(30_500)
  expect(scene.keys()).toBe('/service/s/a')
  scene.registry.stallsWatches = false
  await scene.world.clock.advance(3_000)
  expect(scene.discoverer.stats.missedEvents).toBe(1)
  await scene.put('/service/s/b', valueOf('s', 'b', 'b'))
  expect(scene.keys(), 'the new watch tells at once').toBe('/service/s/a /service/s/b')
  await scene.stop()
})

test('a compacted watch and a cut connection are followed by a new list', async () => {
  const scene = await Scene.start()
  await scene.put('/service/s/a', valueOf('s', 'a', 'a'))
  await scene.run()
  scene.world.net.cut('registry:2379')
  const lease = scene.registry.core
  lease.change([{ key: '/service/s/a', value: undefined, lease: '0' }])
  lease.change([{ key: '/service/s/b', value: Buffer.from(valueOf('s', 'b', 'b')), lease: '0' }])
  lease.store.compact(lease.store.revision)
  await scene.world.clock.advance(10_000)
  expect(scene.keys(), 'away is not empty').toBe('/service/s/a')
  scene.world.net.restore('registry:2379')
  await scene.world.clock.advance(10_000)
  expect(scene.keys()).toBe('/service/s/b')
  await scene.stop()
})

test('a registry that is silent or stopped for ten minutes empties nothing', async () => {
  const scene = await Scene.start()
  await scene.put('/service/s/a', valueOf('s', 'a', 'a'))
  await scene.run()
  scene.world.net.silence('registry:2379')
  await scene.world.clock.advance(600_000)
  expect(scene.keys()).toBe('/service/s/a')
  scene.world.net.restore('registry:2379')
  await scene.registry.stop()
  await scene.world.clock.advance(600_000)
  expect(scene.keys()).toBe('/service/s/a')
  await scene.registry.start()
  await scene.world.clock.advance(20_000)
  expect(scene.calls.length, 'and tells nothing again').toBe(1)
  await scene.stop()
})

test('after a reset of the data, what comes back was never gone, and the rest goes after a grace time', async () => {
  const scene = await Scene.start()
  await scene.put('/service/s/a', valueOf('s', 'a', 'a'))
  await scene.put('/service/s/b', valueOf('s', 'b', 'b'))
  await scene.run()
  await scene.registry.stop()
  await scene.world.disk.removeTree('/registry')
  await scene.registry.start()
  await scene.world.clock.advance(8_000)
  expect(scene.keys()).toBe('/service/s/a /service/s/b')
  expect(scene.discoverer.stats.resets).toBe(1)
  await scene.put('/service/s/a', valueOf('s', 'a', 'a'))
  await scene.world.clock.advance(60_000)
  expect(scene.keys()).toBe('/service/s/a')
  expect(scene.calls.flat().map((g) => `${g.source} ${g.targets.length}`)).toEqual([
    '/service/s/a 1',
    '/service/s/b 1',
    '/service/s/b 0',
  ])
  await scene.stop()
})

test('another layout is matched behind the prefix', async () => {
  const scene = await Scene.start({ prefix: '/zone/', layout: '{any}/services/{name}-{id}' })
  await scene.put('/zone/eu/services/s-a', valueOf('s', 'a', 'a'))
  await scene.put('/zone/services/s-a', valueOf('s', 'a', 'a'))
  await scene.run()
  expect(scene.keys()).toBe('/zone/eu/services/s-a')
  await scene.stop()
})

test('a user with a password logs in, and again when the token has run out', async () => {
  const world = simWorld()
  const user = { username: 'u', password: 'secret' }
  const registry = await SimRegistry.start(world, { user })
  await world.disk.makeDirectory('/etc')
  await world.disk.writeFileAtomic('/etc/password', new TextEncoder().encode('secret\n'))
  const discoverer = createEtcdDiscoverer(
    { ...SETTINGS, username: 'u', passwordFile: '/etc/password', refreshIntervalMs: 400_000 },
    world,
  )
  const ends = new AbortController()
  const done = discoverer.run(() => {}, ends.signal)
  await world.clock.advance(1_000)
  expect(discoverer.stats).toMatchObject({ lists: 1, listFailures: 0 })
  await world.clock.advance(1_000_000)
  expect(discoverer.stats).toMatchObject({ listFailures: 0 })
  expect(discoverer.stats.lists).toBeGreaterThan(2)
  expect(registry.calls.filter((path) => path === '/v3/auth/authenticate').length).toBe(3)
  ends.abort()
  await world.clock.advance(10)
  await done
})
