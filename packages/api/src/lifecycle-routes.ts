// Health, readiness, reload and quit, with the reference's texts.

import type { FastifyInstance, FastifyReply } from 'fastify'
import { messageOf } from '@pharos/base'
import { FOR_ADMINS } from '@pharos/http'
import type { ApiServices } from './api-services.ts'
import { refuseUnlessReady } from './readiness.ts'

export function registerLifecycleRoutes(app: FastifyInstance, services: ApiServices): void {
  app.get('/-/healthy', async (_request, reply) =>
    text(reply, 200, 'Prometheus Server is Healthy.\n'),
  )
  app.get('/-/ready', async (_request, reply) => {
    if (refuseUnlessReady(services, reply)) return reply
    return text(reply, 200, 'Prometheus Server is Ready.\n')
  })
  const change = (path: string, handler: (reply: FastifyReply) => Promise<FastifyReply>): void => {
    app.route({
      method: ['POST', 'PUT'],
      url: path,
      config: FOR_ADMINS,
      handler: async (_request, reply) =>
        services.enableLifecycle
          ? handler(reply)
          : text(reply, 403, 'Lifecycle API is not enabled.'),
    })
    app.get(path, async (_request, reply) => text(reply, 405, 'Only POST or PUT requests allowed'))
  }
  change('/-/reload', async (reply) => {
    try {
      await services.reload()
    } catch (error) {
      return text(reply, 500, `failed to reload config: ${messageOf(error)}\n`)
    }
    return text(reply, 200, '')
  })
  change('/-/quit', async (reply) => {
    services.quit()
    return text(reply, 200, 'Requesting termination... Goodbye!')
  })
}

function text(reply: FastifyReply, status: number, body: string): FastifyReply {
  return reply.code(status).header('Content-Type', 'text/plain; charset=utf-8').send(body)
}
