// What an agent does not answer: everything that needs samples, rules or alerts.
import type { FastifyInstance } from 'fastify'

/** Below `/api/v1/`. @source web/api/v1 wrapAgent */
const UNAVAILABLE =
  /^(?:query|query_range|query_explain|query_batch|query_exemplars|labels|label\/.*|series|read|rules|alerts|alertmanagers|rule_.*|status\/tsdb|admin\/.*)$/

/** @source api.unavailable: 422 with these words */
const ANSWER =
  '{"status":"error","errorType":"execution","error":"unavailable with Prometheus Agent"}'

export function refuseAsAgent(app: FastifyInstance, prefix: string): void {
  const start = `${prefix}/api/v1/`
  app.addHook('onRequest', async (request, reply) => {
    const path = request.url.split('?', 1)[0]!
    const isUnavailable = path.startsWith(start)
      ? UNAVAILABLE.test(path.slice(start.length))
      : path === `${prefix}/federate`
    if (!isUnavailable) return undefined
    return reply.code(422).header('Content-Type', 'application/json').send(ANSWER)
  })
}
