// The routes of an alert manager on a listener of its own, and those of the API on the server's.
import { registerAlertmanagerApi, type VersionInfo } from '@pharos/alertmanager'
import { messageOf } from '@pharos/base'
import { metricsHandler, type Registry } from '@pharos/client'
import { FOR_ADMINS, type HttpServer, sendText } from '@pharos/http'
import type { FastifyInstance } from 'fastify'
import type { AlertmanagerSource } from './alertmanager-source.ts'
import { VERSION } from './version.ts'

/** The alert manager whose behaviour this version keeps to. */
const ALERTMANAGER_VERSION = '0.34.0'

export const ALERTMANAGER_BUILD: VersionInfo = {
  version: ALERTMANAGER_VERSION,
  revision: `pharos-${VERSION}`,
  branch: '',
  buildUser: 'pharos',
  buildDate: '',
  goVersion: '',
}

/** `/api/v2` below a prefix. */
export async function registerAlertApi(
  app: FastifyInstance,
  prefix: string,
  source: AlertmanagerSource,
): Promise<void> {
  await app.register(
    async (scope) =>
      registerAlertmanagerApi(scope, source.manager, {
        editor: source.editor,
        version: ALERTMANAGER_BUILD,
      }),
    { prefix: `${prefix}/api/v2` },
  )
}

interface OwnAlertmanagerRoutes {
  readonly source: AlertmanagerSource
  readonly prefix: string
  readonly registry: Registry
}

const GONE = JSON.stringify({
  status: 'deprecated',
  error:
    'The Alertmanager v1 API was deprecated in version 0.16.0 and is removed as of version 0.28.0 - please use the equivalent route in the v2 API',
})

/** Everything that answers on :9093 but the pages. */
export async function registerOwnAlertmanager(
  listener: HttpServer,
  { source, prefix, registry }: OwnAlertmanagerRoutes,
): Promise<void> {
  const { app } = listener
  await registerAlertApi(app, prefix, source)
  app.all(`${prefix}/api/v1/*`, async (_, reply) =>
    reply.code(410).header('Content-Type', 'application/json').send(`${GONE}\n`),
  )
  const healthy = ['/-/healthy', '/-/ready']
  for (const path of healthy)
    app.get(prefix + path, async (_, reply) =>
      reply.header('Content-Type', 'text/plain; charset=utf-8').send('OK'),
    )
  app.post(`${prefix}/-/reload`, { config: FOR_ADMINS }, async (_, reply) => {
    try {
      await source.load()
      return await reply.code(200).send()
    } catch (error) {
      if (!(error instanceof Error)) throw error
      return sendText(reply, 500, `failed to reload config: ${messageOf(error)}`)
    }
  })
  const handle = metricsHandler(registry, { instrument: true })
  app.get(`${prefix}/metrics`, (request, reply) => {
    reply.hijack()
    handle(request.raw, reply.raw)
  })
}
