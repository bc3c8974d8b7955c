// The doors of the commands: a server, and a server with host exporter and push gateway in one process.
import { messageOf, type World } from '@pharos/base'
import { realWorld } from '@pharos/base/node'
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import { createHttpServer, type HttpServer, OutboundNet } from '@pharos/http'
import { startAlertmanagerPart } from './alertmanager-part.ts'
import { defaultConfig, PUSH_JOB } from './default-config.ts'
import type { Flag, FlagValues } from './flag.ts'
import { FlagReader } from './flag-reader.ts'
import { registerHostPage } from './host-page.ts'
import { hostExporterOf, nodeFlags } from './node-service.ts'
import type { BoundServer, ServerSettings } from './running-server.ts'
import { webAccess } from './web-config-file.ts'
import { Server } from './server.ts'
import { SERVER_FLAGS } from './server-flags.ts'
import type { Service } from './service.ts'
import { tsdbOptions } from './settings-of-flags.ts'
import { logLevel } from './log-level.ts'
import { DirectPushes } from './push-direct.ts'
import { pushFlagsOfUp, startPushPart } from './push-service.ts'
import { UI_DIRECTORY } from './ui-routes.ts'

export interface StartOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly workingDirectory: string
  /** Put behind the `scrape_configs` of a server that nobody configured. */
  readonly moreScrapes?: string
  /** Further `rule_files` of that server. */
  readonly moreRuleFiles?: readonly string[]
}

/** Rules for what everybody has; see the files there. */
const SHIPPED_RULES = fileURLToPath(new URL('../../rules/shipped', import.meta.url))

/** Where the host's page is when :9100 belongs to somebody else. */
const SECOND_HOST_PATH = '/host/metrics'

/** What the server leaves off and `up` has on. */
const UP_STANDARDS: ReadonlyMap<string, string> = new Map([
  ['web.enable-rules-api', 'true'],
  ['dashboards.listen-address', ':3000'],
])

/** `pharos up` takes the server's flags, those of the host exporter with `node.` in front, and the gateway's. */
export function upFlags(): readonly Flag[] {
  const known = new Set(SERVER_FLAGS.map((one) => one.name))
  const node = nodeFlags()
    .map((one) => ({
      ...one,
      name: `node.${one.name}`,
      isHidden: !one.name.startsWith('web.listen'),
    }))
    .filter((one) => !known.has(one.name) && !one.name.startsWith('node.log.'))
  const server = SERVER_FLAGS.map((one) =>
    UP_STANDARDS.has(one.name) ? { ...one, standard: UP_STANDARDS.get(one.name)! } : one,
  )
  return [...server, ...node, ...pushFlagsOfUp()]
}

export async function startServer(
  values: FlagValues,
  options: StartOptions,
  known: readonly Flag[] = SERVER_FLAGS,
): Promise<Service> {
  const flags = new FlagReader(known, values)
  const world = worldOf(flags)
  const settings = settingsOf(flags, world, options)
  await Server.check(settings)
  if (flags.bool('agent')) return withParts([], settings)
  const alertmanager = await startAlertmanagerPart(world, flags, [])
  return withParts([alertmanager], { ...settings, alertmanager })
}

/** Server, host exporter, push gateway and pages; without `--config.file` it watches itself and this machine. */
export async function startUp(values: FlagValues, options: StartOptions): Promise<Service> {
  const flags = new FlagReader(upFlags(), values)
  const world = worldOf(flags)
  const own = settingsOf(flags, world, options)
  if (flags.isGiven('config.file')) await Server.check(own)
  const host = await startHost(world, values)
  const direct = flags.bool('push.direct')
    ? new DirectPushes(world.clock, world.log, flags.isGiven('config.file') ? undefined : PUSH_JOB)
    : undefined
  const push = await startPushPart(world, values, tsdbOptions(flags).path, direct).catch(
    async (error: unknown) => {
      await host.close()
      throw error
    },
  )
  const alertmanager = await startAlertmanagerPart(world, flags, [':9093']).catch(
    async (error: unknown) => {
      await Promise.all([host.close(), push.close()])
      throw error
    },
  )
  const parts = [host, push]
  const settings: ServerSettings = {
    ...own,
    alertmanager,
    addRoutes: async (listener, urls) => {
      for (const part of parts) await part.addTo(listener, urls.prefix)
    },
  }
  const closing: { close(): Promise<void> }[] = [...parts, alertmanager]
  const onStart = (server: Server): void =>
    direct?.start({
      appender: server.parts.appender,
      isOpen: () => server.readiness === 'ready',
    })
  if (direct !== undefined) closing.push({ close: async () => direct.close() })
  if (flags.isGiven('config.file')) return withParts(closing, settings, onStart)
  const standardConfig = (bound: BoundServer): string =>
    defaultConfig(
      { address: `localhost:${bound.port}`, metricsPath: `${bound.prefix}/metrics` },
      host.target(bound),
      { ...push.target(bound), isOwnOnly: direct !== undefined },
      [`${SHIPPED_RULES}/*.yml`, ...(options.moreRuleFiles ?? [])],
    ) + (options.moreScrapes ?? '')
  return withParts(closing, { ...settings, standardConfig }, onStart)
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
  const exporter = await hostExporterOf(world, flags)
  const page = {
    path: flags.text('web.telemetry-path'),
    maxRequests: flags.number('web.max-requests'),
    ownMetrics: async () => '',
  }
  const address = flags.list('web.listen-address')[0] ?? ':9100'
  const access = await webAccess(flags.text('web.config.file'), world)
  const listener = createHttpServer({
    log: world.log.component('host'),
    ...(access === undefined ? {} : { access }),
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

/** Starts the server beside the other parts; whichever way the server ends, they end with it. */
async function withParts(
  parts: readonly { close(): Promise<void> }[],
  settings: ServerSettings,
  onStart?: (server: Server) => void,
): Promise<Service> {
  const closeParts = async (): Promise<void> => {
    await Promise.all(parts.map((part) => part.close()))
  }
  try {
    const server = await Server.start(settings)
    onStart?.(server)
    return {
      url: server.url,
      reload: () => server.reload(),
      quit: (reason) => server.quit(reason),
      ended: server.ended.then(async (code) => {
        await closeParts()
        return code
      }),
    }
  } catch (error) {
    await closeParts()
    throw error
  }
}

function worldOf(flags: FlagReader): ServerSettings['world'] {
  const world = realWorld({
    level: logLevel(flags),
    format: flags.text('log.format') === 'json' ? 'json' : 'logfmt',
  })
  return { ...world, net: new OutboundNet(world.net) }
}

function settingsOf(
  flags: FlagReader,
  world: ServerSettings['world'],
  options: StartOptions,
): ServerSettings {
  return {
    flags,
    world,
    hostName: hostname(),
    environment: options.environment,
    workingDirectory: options.workingDirectory,
    standardConfig: undefined,
    uiDirectory: UI_DIRECTORY,
  }
}
