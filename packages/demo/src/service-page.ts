// What every service of the demo has: a registry of metrics, an HTTP listener with `/metrics`, a place in the registry
// of services.
import type { Clock, Logger, Net, Random } from '@pharos/base'
import { collectDefaultMetrics, metricsHandler, Registry } from '@pharos/client'
import { createHttpServer, type HttpServer } from '@pharos/http'
import { recordRoutes, type Registration, registerService } from '@pharos/registry'
import type { FastifyInstance } from 'fastify'

export interface DemoWorld {
  readonly clock: Clock
  readonly random: Random
  readonly net: Net
  readonly log: Logger
  /** Of the registry of services. */
  readonly endpoints: readonly string[]
}

export interface DemoService {
  readonly url: string
  close(): Promise<void>
}

/**
 * Starts a service on a free port of the loopback and registers it.
 * @param addRoutes  called before it listens; what it returns is closed with the service
 */
export async function startDemoService(
  world: DemoWorld,
  name: string,
  addRoutes: (app: FastifyInstance, registry: Registry) => Promise<() => Promise<void>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<DemoService> {
  const registry = new Registry()
  collectDefaultMetrics(registry)
  const server: HttpServer = createHttpServer({
    log: world.log.component(name),
    clock: world.clock,
    address: '127.0.0.1:0',
  })
  const routes = recordRoutes(server.app)
  const closeParts = await addRoutes(server.app, registry)
  const page = metricsHandler(registry, { instrument: true })
  server.app.get('/metrics', (request, reply) => {
    reply.hijack()
    page(request.raw, reply.raw)
  })
  let registration: Registration | undefined
  const close = async (): Promise<void> => {
    await registration?.close()
    await server.close()
    await closeParts()
  }
  try {
    await server.listen()
    registration = registerService(
      {
        id: '1',
        name,
        host: '127.0.0.1',
        port: server.port,
        leaseTime: 5,
        routes: routes(),
        metadata,
      },
      { endpoints: world.endpoints, world },
    )
  } catch (error) {
    await close()
    throw error
  }
  return { url: `http://127.0.0.1:${server.port}`, close }
}
