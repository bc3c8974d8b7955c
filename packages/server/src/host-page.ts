import type { HostExporter } from '@pharos/host/lean'
import type { FastifyInstance } from 'fastify'
import { hostAnswers, type HostPageOptions } from './host-answers.ts'

/** Serves the host exporter's page among the routes of a server. */
export function registerHostPage(
  app: FastifyInstance,
  exporter: HostExporter,
  options: HostPageOptions,
): void {
  const answer = hostAnswers(exporter, options)
  app.get(options.path, async (request, reply) => {
    const { status, headers, body } = await answer(request.url)
    return reply.code(status).headers(headers).send(body)
  })
}
