import { simWorld } from '@pharos/base/sim'
import { EtcdClient } from '../etcd-client.ts'
import { registryContract, SimRegistry } from '../testing/index.ts'

registryContract('simulated', async () => {
  const world = simWorld()
  const registry = await SimRegistry.start(world)
  const client = new EtcdClient({ ...world, endpoints: [registry.address] })
  // The net needs the clock to move; nothing else in these tests knows that it is simulated.
  let isOver = false
  const pump = (): void => {
    if (!isOver) void world.clock.advance(0.1).then(() => setImmediate(pump))
  }
  pump()
  return {
    client,
    pass: (ms) => world.clock.sleep(ms),
    until: async (what, probe, limitMs) => {
      const endMs = world.clock.monotonicMs() + limitMs
      while (!(await probe())) {
        if (world.clock.monotonicMs() > endMs) throw new Error(`waited ${limitMs} ms for ${what}`)
        await world.clock.sleep(20)
      }
    },
    close: async () => {
      isOver = true
      await registry.stop()
    },
  }
})
