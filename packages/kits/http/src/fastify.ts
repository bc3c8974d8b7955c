// Fastify 4 and 5.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { exchangeObserver } from './exchange.ts'
import type { ObserveOptions, RequestMetrics } from './request-metrics.ts'

interface FastifyRequest {
  readonly raw: IncomingMessage
  readonly is404?: boolean
  readonly routeOptions?: { readonly url?: string | undefined }
}

interface FastifyInstance {
  addHook(
    name: 'onRequest',
    hook: (
      request: FastifyRequest,
      reply: { readonly raw: ServerResponse },
      done: () => void,
    ) => void,
  ): unknown
}

/** Measures the instance that it is called with and those registered below it; call it before the routes. */
export function fastifyMetrics(
  app: FastifyInstance,
  metrics: RequestMetrics,
  options: ObserveOptions = {},
): void {
  const observe = exchangeObserver(metrics, options)
  app.addHook('onRequest', (request, reply, done) => {
    observe(request.raw, reply.raw, () =>
      request.is404 === true ? undefined : request.routeOptions?.url,
    )
    done()
  })
}
