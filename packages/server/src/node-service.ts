// `pharos node`: the host exporter with a listener of its own.
import { UserError, type World } from '@pharos/base'
import { realWorld } from '@pharos/base/node'
import { collectDefaultMetrics, Registry } from '@pharos/client'
import { createHostExporter, type HostExporter } from '@pharos/host'
import { createHttpServer, type HttpServer } from '@pharos/http'
import type { Flag, FlagValues } from './flag.ts'
import { FlagReader } from './flag-reader.ts'
import { HOST_FLAGS, hostOptionsOf } from './host-flags.ts'
import { registerHostPage } from './host-page.ts'
import { logLevel } from './log-level.ts'
import { NODE_FLAGS } from './server-flags.ts'
import type { Service } from './service.ts'
import { VERSION } from './version.ts'

import { webAccess } from './web-config-file.ts'

export function nodeFlags(): readonly Flag[] {
  return [...NODE_FLAGS, ...HOST_FLAGS]
}

/** Starts the host exporter. @throws UserError `flag/…`, `http/…` */
export async function startNode(values: FlagValues): Promise<Service> {
  const flags = new FlagReader(nodeFlags(), values)
  const world = realWorld({
    level: logLevel(flags),
    format: flags.text('log.format') === 'json' ? 'json' : 'logfmt',
  })
  const servers = await listenHost(world, flags, flags.list('web.listen-address'))
  const end = Promise.withResolvers<number>()
  let isEnding = false
  return {
    url: `http://${servers[0]?.boundAddress ?? ''}${flags.text('web.telemetry-path')}`,
    reload: () => world.log.info('nothing to reload'),
    quit: (reason) => {
      if (isEnding) return
      isEnding = true
      world.log.info('ending', { reason })
      void Promise.all(servers.map((one) => one.close())).then(() => end.resolve(0))
    },
    ended: end.promise,
  }
}

/** The exporter that the flags describe. */
export function hostExporterOf(world: World, flags: FlagReader): HostExporter {
  const { collectors, options } = hostOptionsOf(flags)
  return createHostExporter({
    disk: world.disk,
    clock: world.clock,
    logger: world.log.component('host'),
    procPath: flags.text('path.procfs'),
    sysPath: flags.text('path.sysfs'),
    rootfsPath: flags.text('path.rootfs'),
    disableDefaults: flags.bool('collector.disable-defaults'),
    version: VERSION,
    collectors,
    options,
  })
}

async function listenHost(
  world: World,
  flags: FlagReader,
  addresses: readonly string[],
): Promise<HttpServer[]> {
  const exporter = hostExporterOf(world, flags)
  const path = flags.text('web.telemetry-path')
  if (!path.startsWith('/'))
    throw new UserError(
      'flag/invalid',
      `--web.telemetry-path: wants a path that starts with /, has "${path}"`,
    )
  const registry = new Registry()
  collectDefaultMetrics(registry)
  const ownMetrics = async (): Promise<string> =>
    flags.bool('web.disable-exporter-metrics') ? '' : registry.metrics()
  const access = await webAccess(flags.text('web.config.file'), world)
  const servers: HttpServer[] = []
  for (const address of addresses) {
    const server = createHttpServer({
      log: world.log,
      clock: world.clock,
      address,
      allowedHosts: 'any',
      ...(access === undefined ? {} : { access }),
    })
    registerHostPage(server.app, exporter, {
      path,
      maxRequests: flags.number('web.max-requests'),
      ownMetrics,
    })
    server.app.get('/', async (_, reply) =>
      reply
        .type('text/html; charset=utf-8')
        .send(
          `<!doctype html><title>Pharos host exporter</title><h1>Pharos host exporter</h1><p><a href="${path}">Metrics</a></p>`,
        ),
    )
    await server.listen()
    world.log.info('listening', {
      address: server.boundAddress,
      collectors: exporter.enabled.length,
    })
    servers.push(server)
  }
  return servers
}
