// The doors of the commands: a server, and a server with the host exporter in one process.
import { messageOf, type World } from '@pharos/base'
import { realWorld } from '@pharos/base/node'
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import { createHttpServer, type HttpServer } from '@pharos/http'
import { defaultConfig } from './default-config.ts'
import type { Flag, FlagValues } from './flag.ts'
import { FlagReader } from './flag-reader.ts'
import { registerHostPage } from './host-page.ts'
import { hostExporterOf, nodeFlags } from './node-service.ts'
import type { BoundServer, ServerSettings } from './running-server.ts'
import { Server } from './server.ts'
import { SERVER_FLAGS } from './server-flags.ts'
import type { Service } from './service.ts'
import { logLevel } from './log-level.ts'

export interface StartOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly workingDirectory: string
}

/** Where the host's page is when :9100 belongs to somebody else. */
const SECOND_HOST_PATH = '/host/metrics'

/** `pharos up` takes the server's flags, and those of the host exporter with `node.` in front. */
export function upFlags(): readonly Flag[] {
  const known = new Set(SERVER_FLAGS.map((one) => one.name))
  const node = nodeFlags()
    .map((one) => ({
      ...one,
      name: `node.${one.name}`,
      isHidden: !one.name.startsWith('web.listen'),
    }))
    .filter((one) => !known.has(one.name) && !one.name.startsWith('node.log.'))
  return [...SERVER_FLAGS, ...node]
}

export async function startServer(values: FlagValues, options: StartOptions): Promise<Service> {
  const flags = new FlagReader(SERVER_FLAGS, values)
  return Server.start(settingsOf(flags, worldOf(flags), options))
}

/** Server, host exporter and pages; without `--config.file` it watches itself and this machine. */
export async function startUp(values: FlagValues, options: StartOptions): Promise<Service> {
  const flags = new FlagReader(upFlags(), values)
  const world = worldOf(flags)
  const host = await startHost(world, values)
  const settings: ServerSettings = {
    ...settingsOf(flags, world, options),
    addRoutes: (listener, urls) => host.addTo(listener, urls.prefix),
  }
  if (flags.isGiven('config.file')) return withHost(host, settings)
  const standardConfig = (bound: BoundServer): string =>
    defaultConfig(
      { address: `localhost:${bound.port}`, metricsPath: `${bound.prefix}/metrics` },
      host.target(bound),
    )
  return withHost(host, { ...settings, standardConfig })
}

interface HostPart {
  addTo(listener: HttpServer, prefix: string): void
  target(bound: BoundServer): { address: string; metricsPath: string }
  close(): Promise<void>
}

/** The host exporter on its own port; where that port is taken, on the server's. */
async function startHost(world: World, values: FlagValues): Promise<HostPart> {
  const prefix = 'node.'
  const own = new Map(
    [...values]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, texts]) => [name.slice(prefix.length), texts]),
  )
  const flags = new FlagReader(nodeFlags(), own)
  const exporter = hostExporterOf(world, flags)
  const page = {
    path: flags.text('web.telemetry-path'),
    maxRequests: flags.number('web.max-requests'),
    ownMetrics: async () => '',
  }
  const address = flags.list('web.listen-address')[0] ?? ':9100'
  const listener = createHttpServer({
    log: world.log.component('host'),
    clock: world.clock,
    address,
    allowedHosts: 'any',
  })
  registerHostPage(listener.app, exporter, page)
  let isOwn = true
  try {
    await listener.listen()
  } catch (error) {
    isOwn = false
    world.log.warn(`host metrics are served under ${SECOND_HOST_PATH} instead`, {
      err: messageOf(error),
    })
  }
  return {
    addTo: (main, mainPrefix) => {
      if (!isOwn)
        registerHostPage(main.app, exporter, { ...page, path: mainPrefix + SECOND_HOST_PATH })
    },
    target: (bound) =>
      isOwn
        ? { address: `localhost:${listener.port}`, metricsPath: page.path }
        : { address: `localhost:${bound.port}`, metricsPath: bound.prefix + SECOND_HOST_PATH },
    close: () => listener.close(),
  }
}

/** Starts the server beside the host exporter; whichever way the server ends, the exporter ends with it. */
async function withHost(host: HostPart, settings: ServerSettings): Promise<Service> {
  try {
    const server = await Server.start(settings)
    return {
      url: server.url,
      reload: () => server.reload(),
      quit: (reason) => server.quit(reason),
      ended: server.ended.then(async (code) => {
        await host.close()
        return code
      }),
    }
  } catch (error) {
    await host.close()
    throw error
  }
}

function worldOf(flags: FlagReader): World {
  return realWorld({
    level: logLevel(flags),
    format: flags.text('log.format') === 'json' ? 'json' : 'logfmt',
  })
}

function settingsOf(flags: FlagReader, world: World, options: StartOptions): ServerSettings {
  return {
    flags,
    world,
    hostName: hostname(),
    environment: options.environment,
    workingDirectory: options.workingDirectory,
    standardConfig: undefined,
    uiDirectory: fileURLToPath(new URL('../../ui/dist', import.meta.url)),
  }
}
