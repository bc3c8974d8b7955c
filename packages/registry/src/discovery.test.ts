import { simWorld } from '@pharos/base/sim'
import { expect, test } from 'vitest'
import { Discovery } from './discovery.ts'
import { registerService } from './register-service.ts'
import { SimRegistry } from './testing/index.ts'

async function scene() {
  const world = simWorld()
  const registry = await SimRegistry.start(world)
  const access = { endpoints: ['registry:2379'], world }
  return {
    world,
    registry,
    discovery: new Discovery(access),
    register: (name: string, id: string) =>
      registerService({ name, id, host: 'localhost', port: 8000 + Number(id) }, access),
    pass: (ms: number) => world.clock.advance(ms),
  }
}

test('a listener is told the instances of its service, and every change of them, and of no other', async () => {
  const { discovery, register, pass } = await scene()
  const told: string[] = []
  discovery.watch('orders', (all) => told.push(all.map(({ id }) => id).join()))
  await pass(50)
  await discovery.ready
  expect(told).toEqual([''])
  const first = register('orders', '1')
  register('users', '1')
  await pass(500)
  register('orders', '2')
  await pass(500)
  expect(discovery.instances().length).toBe(3)
  const closing = first.close()
  await pass(3_000)
  await closing
  expect(told).toEqual(['', '1', '1,2', '2'])
  const late: number[] = []
  const end = discovery.watch('orders', (all) => late.push(all.length))
  await pass(10)
  end()
  register('orders', '3')
  await pass(500)
  expect([late, told.at(-1)]).toEqual([[1], '2,3'])
})

test('a registry that is away changes nothing, and closing ends everything', async () => {
  const { discovery, register, registry, pass } = await scene()
  register('orders', '1')
  await pass(500)
  await registry.stop()
  await pass(600_000)
  expect(discovery.instances('orders').length).toBe(1)
  const closing = discovery.close()
  await pass(10)
  await closing
  expect(discovery.stats.listFailures).toBeGreaterThan(0)
})
