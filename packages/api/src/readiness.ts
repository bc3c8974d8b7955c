import type { FastifyReply } from 'fastify'
import type { ApiServices } from './api-services.ts'

/** Answers 503 while the server starts or stops; true when it has answered. */
export function refuseUnlessReady(
  services: Pick<ApiServices, 'readiness'>,
  reply: FastifyReply,
): boolean {
  const readiness = services.readiness()
  if (readiness === 'ready') return false
  reply
    .code(503)
    .header('Content-Type', 'text/plain; charset=utf-8')
    .header('X-Prometheus-Stopping', String(readiness === 'stopping'))
    .send('Service Unavailable')
  return true
}
