// What answers on :9090: the API, /metrics and the pages, behind the guards of `http`.
import { messageOf, type World } from '@pharos/base'
import {
  corsPattern,
  createHttpServer,
  type HttpServer,
  type HttpServerOptions,
  sendText,
} from '@pharos/http'
import { loadUi } from '@pharos/ui/serving'
import { registerApi } from '@pharos/api'
import { apiServices } from './api-services.ts'
import { refuseAsAgent } from './agent-routes.ts'
import { registerClusterRoute } from './cluster-routes.ts'
import { registerDashboards } from './dashboards.ts'
import type { FlagReader } from './flag-reader.ts'
import { metricsHandler } from '@pharos/client'
import { registerRemoteRead } from './remote-read.ts'
import { registerRemoteWrite } from './remote-write.ts'
import type { RunningServer } from './running-server.ts'
import type { ServerUrls } from './server-urls.ts'
import { registerNoUi, registerUi } from './ui-routes.ts'

export function createListener(
  address: string,
  flags: FlagReader,
  world: World,
  urls: ServerUrls,
  access: HttpServerOptions['access'],
): HttpServer {
  const origin = flags.text('web.cors.origin')
  return createHttpServer({
    log: world.log.component('web'),
    clock: world.clock,
    address,
    maxConnections: flags.number('web.max-connections'),
    requestTimeoutMs: flags.durationMs('web.read-timeout'),
    ownHostNames: [new URL(urls.external).hostname],
    ...(access === undefined ? {} : { access }),
    ...(origin === '' ? {} : { corsOrigin: corsPattern(origin) }),
  })
}

/** @param home  where `/` leads; the overview when it is `/` itself */
export async function registerRoutes(
  listener: HttpServer,
  server: RunningServer,
  home = '/',
): Promise<void> {
  const { app } = listener
  const { prefix } = server.urls
  const { world, uiDirectory } = server.settings
  app.addHook('onRequest', async (request, reply) => {
    if (server.readiness !== 'starting' || request.url === `${prefix}/-/healthy`) return undefined
    return sendText(reply, 503, 'Service Unavailable')
  })
  const isAgent = server.settings.flags.bool('agent')
  if (isAgent) refuseAsAgent(app, prefix)
  await server.settings.addRoutes?.(listener, server.urls)
  await server.settings.alertmanager?.addTo(listener, prefix)
  registerMetrics(listener, server)
  registerRemoteWrite(app, server)
  registerRemoteRead(app, server)
  registerClusterRoute(app, server)
  // An agent refuses queries in a hook, which the direct way does not pass.
  const direct = isAgent ? undefined : { routes: listener.direct, prefix }
  await app.register(async (scope) => registerApi(scope, apiServices(server), direct), { prefix })
  await app.register(async (scope) => registerDashboards(scope, server), { prefix })
  try {
    const ui = await loadUi(uiDirectory, world.disk)
    registerUi(app, ui, {
      prefix,
      random: world.random,
      home: isAgent ? '/targets' : home,
      isAgent,
    })
  } catch (error) {
    world.log.warn('the web pages are not there', { directory: uiDirectory, err: messageOf(error) })
    registerNoUi(app, prefix)
  }
}

/** `/metrics` by the client's own handler, with the metrics of the handler itself. */
function registerMetrics(listener: HttpServer, server: RunningServer): void {
  let handle: ReturnType<typeof metricsHandler> | undefined
  listener.app.get(`${server.urls.prefix}/metrics`, (request, reply) => {
    handle ??= metricsHandler(server.parts.observations.registry, { instrument: true })
    reply.hijack()
    handle(request.raw, reply.raw)
  })
}
