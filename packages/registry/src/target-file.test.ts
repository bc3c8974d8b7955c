import { simWorld } from '@pharos/base/sim'
import { expect, test } from 'vitest'
import { EtcdClient } from './etcd-client.ts'
import { registerService } from './register-service.ts'
import { bridgeTargets } from './target-file.ts'
import { SimRegistry } from './testing/index.ts'

test('the file follows the registry, is written only on change, in one order, and outlives an outage', async () => {
  const world = simWorld()
  const registry = await SimRegistry.start(world)
  await world.disk.makeDirectory('/sd')
  const ends = new AbortController()
  const client = new EtcdClient({ ...world, endpoints: [registry.address] })
  const bridge = bridgeTargets({
    client,
    world,
    path: '/sd/targets.json',
    prefix: '/service/',
    layout: '{name}/{id}',
    refreshMs: 5_000,
    isOnce: false,
    signal: ends.signal,
  })
  const text = async (): Promise<string> =>
    new TextDecoder().decode(await world.disk.readFile('/sd/targets.json'))
  const options = { endpoints: [registry.address], world }
  await world.clock.advance(100)
  expect(await text()).toBe('[]\n')
  const service = (id: string, port: number): ReturnType<typeof registerService> =>
    registerService({ id, name: 's', host: 'h', port, leaseTime: 5 }, options)
  const b = service('b', 2)
  await world.clock.advance(100)
  const a = service('a', 1)
  await world.clock.advance(100)
  const both = await text()
  expect((JSON.parse(both) as { targets: string[] }[]).map((one) => one.targets)).toEqual([
    ['h:1'],
    ['h:2'],
  ])
  const before = await world.disk.stat('/sd/targets.json')
  await world.clock.advance(60_000)
  expect(await world.disk.stat('/sd/targets.json'), 'not written again').toEqual(before)
  await registry.stop()
  await world.clock.advance(60_000)
  expect(await text()).toBe(both)
  await registry.start()
  await world.clock.advance(10_000)
  const closing = Promise.all([a.close(), b.close()])
  await world.clock.advance(1_000)
  await closing
  expect(await text()).toBe('[]\n')
  ends.abort()
  await world.clock.advance(10)
  expect(await bridge).toBe(true)
})

test('a full disk is tried again', async () => {
  const world = simWorld()
  const registry = await SimRegistry.start(world)
  await world.disk.makeDirectory('/sd')
  world.disk.capacityBytes = 0
  const ends = new AbortController()
  const client = new EtcdClient({ ...world, endpoints: [registry.address] })
  const bridge = bridgeTargets({
    client,
    world,
    path: '/sd/targets.json',
    prefix: '/service/',
    layout: '{name}/{id}',
    refreshMs: 5_000,
    isOnce: true,
    signal: ends.signal,
  })
  await world.clock.advance(6_000)
  expect(await world.disk.stat('/sd/targets.json')).toBeUndefined()
  world.disk.capacityBytes = Infinity
  await world.clock.advance(6_000)
  expect(await bridge).toBe(true)
})
