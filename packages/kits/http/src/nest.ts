// NestJS, whichever platform it stands on.
import { type ExpressMiddleware, expressMetrics } from './express.ts'
import { fastifyMetrics } from './fastify.ts'
import type { ObserveOptions, RequestMetrics } from './request-metrics.ts'

interface NestApplication {
  use(middleware: ExpressMiddleware): unknown
  getHttpAdapter(): { getType(): string; getInstance(): unknown }
}

/** Measures a Nest application on Express or Fastify; call it before `app.listen`. @throws Error on another platform */
export function nestMetrics(
  app: NestApplication,
  metrics: RequestMetrics,
  options: ObserveOptions = {},
): void {
  const adapter = app.getHttpAdapter()
  const platform = adapter.getType()
  if (platform === 'express') app.use(expressMetrics(metrics, options))
  else if (platform === 'fastify')
    // Known by its type: the instance is Fastify's.
    fastifyMetrics(adapter.getInstance() as Parameters<typeof fastifyMetrics>[0], metrics, options)
  else throw new Error(`nestMetrics: wants the platform express or fastify, has ${platform}`)
}
