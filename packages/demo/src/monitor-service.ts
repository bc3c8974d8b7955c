// The service of the first two seeds: `/ping`, and gauges about the machine it runs on.
import { collectAppHost } from '@pharos/host/app-host'
import { Seed2Metrics } from '@pharos/kits-http'
import { fastifyMetrics } from '@pharos/kits-http/fastify'
import { type DemoService, type DemoWorld, startDemoService } from './service-page.ts'

export function startMonitor(world: DemoWorld): Promise<DemoService> {
  return startDemoService(world, 'monitor', async (app, registry) => {
    fastifyMetrics(app, new Seed2Metrics(registry))
    collectAppHost(registry)
    app.get('/ping', async () => ({ message: 'pong' }))
    // The third seed's first counter: one every two seconds, counted when somebody looks.
    const startMs = world.clock.monotonicMs()
    registry.counter({
      name: 'mxshop_test',
      help: 'just for test',
      collect: (counter) =>
        counter.setTotal(Math.floor((world.clock.monotonicMs() - startMs) / 2_000)),
    })
    return async () => {}
  })
}
