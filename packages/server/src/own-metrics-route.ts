import { metricsHandler, type Registry } from '@pharos/client'
import type { FastifyInstance } from 'fastify'

/** `/metrics` by the client's own handler, with the metrics of the handler itself. */
export function registerOwnMetrics(app: FastifyInstance, path: string, registry: Registry): void {
  const handle = metricsHandler(registry, { instrument: true })
  app.get(path, (request, reply) => {
    reply.hijack()
    handle(request.raw, reply.raw)
  })
}
