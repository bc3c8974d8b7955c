// `pharos pushgateway`: the gateway with a listener of its own, and the gateway as a part of `pharos up`.
import { messageOf, type World } from '@pharos/base'
import { realWorld } from '@pharos/base/node'
import { createHttpServer, type HttpServer, type HttpServerOptions } from '@pharos/http'
import { Gateway, type GatewayPaths, registerGateway } from '@pharos/pushgateway'
import { loadUi } from '@pharos/ui/serving'
import { hostname } from 'node:os'
import { type Flag, flag, type FlagValues } from './flag.ts'
import { FlagReader } from './flag-reader.ts'
import { logLevel } from './log-level.ts'
import { PagesOf } from './pages-of.ts'
import type { DirectPushes } from './push-direct.ts'
import { gatewaySettings, PUSH_FLAGS, PUSHGATEWAY_FLAGS } from './push-flags.ts'
import type { BoundServer } from './running-server.ts'
import { serverUrls } from './server-urls.ts'
import type { Service } from './service.ts'
import { registerUi, UI_DIRECTORY } from './ui-routes.ts'
import { webAccess } from './web-config-file.ts'

/** Where the gateway is on the server's own port when :9091 belongs to somebody else. */
const SECOND_PATH = '/pushgateway'

/** What the pages read and delete, on the port that they come from. */
const PAGES_PATHS: GatewayPaths = { prefix: '/api/push', telemetryPath: '/metrics', apiPath: '/v1' }

/** The page that a gateway opens at. */
const HOME = '/push'

/** Starts the gateway alone. @throws UserError `flag/…`, `http/…`; OutsideError `disk/…` */
export async function startPushgateway(values: FlagValues): Promise<Service> {
  const flags = new FlagReader(PUSHGATEWAY_FLAGS, values)
  const world = realWorld({
    level: logLevel(flags),
    format: flags.text('log.format') === 'json' ? 'json' : 'logfmt',
  })
  for (const name of flags.withoutEffect())
    world.log.warn('flag is accepted but has no effect', { flag: `--${name}` })
  const addresses = flags.list('web.listen-address')
  const { prefix } = serverUrls(
    flags.text('web.external-url'),
    flags.text('web.route-prefix'),
    hostname(),
    addresses[0] ?? ':9091',
  )
  const access = await webAccess(flags.text('web.config.file'), world)
  const end = Promise.withResolvers<number>()
  let isEnding = false
  const listeners: HttpServer[] = []
  const quit = (reason: string): void => {
    if (isEnding) return
    isEnding = true
    world.log.info('ending', { reason })
    void closeAll(listeners, gateway).then(() => end.resolve(0))
  }
  const gateway = await Gateway.open({
    ...gatewaySettings(flags, world),
    showsProcess: true,
    onQuit: () => quit('asked to by HTTP'),
  })
  try {
    for (const address of addresses)
      listeners.push(
        await listen(world, gateway, address, prefix, flags.text('web.telemetry-path'), access),
      )
  } catch (error) {
    await closeAll(listeners, gateway)
    throw error
  }
  return {
    url: `http://${listeners[0]?.boundAddress ?? ''}${prefix}/`,
    reload: () => world.log.info('nothing to reload'),
    quit,
    ended: end.promise,
  }
}

async function closeAll(listeners: readonly HttpServer[], gateway: Gateway): Promise<void> {
  await Promise.all(listeners.map((one) => one.close()))
  await gateway.close()
}

async function listen(
  world: World,
  gateway: Gateway,
  address: string,
  prefix: string,
  telemetryPath: string,
  access: HttpServerOptions['access'],
): Promise<HttpServer> {
  const listener = createHttpServer({
    log: world.log.component('pushgateway'),
    clock: world.clock,
    address,
    allowedHosts: 'any',
    ...(access === undefined ? {} : { access }),
  })
  await registerGateway(listener.app, gateway, { prefix, telemetryPath, apiPath: '/api/v1' })
  await registerGateway(listener.app, gateway, {
    ...PAGES_PATHS,
    prefix: prefix + PAGES_PATHS.prefix,
  })
  try {
    const ui = await loadUi(UI_DIRECTORY, world.disk)
    registerUi(listener.app, ui, { prefix, random: world.random, home: HOME })
  } catch (error) {
    world.log.warn('the web pages are not there', { err: messageOf(error) })
  }
  await listener.listen()
  world.log.info('listening', { address: listener.boundAddress })
  return listener
}

/** A part of `pharos up`. */
interface PushPart {
  /** The paths on the server's own port. */
  addTo(main: HttpServer, prefix: string): Promise<void>
  target(bound: BoundServer): { readonly address: string; readonly metricsPath: string }
  close(): Promise<void>
}

const PREFIX = 'pushgateway.'

const DIRECT_FLAG = flag(
  'push.direct',
  'bool',
  'false',
  'Write what is pushed to the store at once, instead of when the gateway is scraped.',
)

/** The gateway's flags in `pharos up`: those on pushes as they are, the others with `pushgateway.` in front. */
export function pushFlagsOfUp(): readonly Flag[] {
  const asTheyAre = new Set(PUSH_FLAGS)
  const taken = PUSHGATEWAY_FLAGS.filter((one) => !one.name.startsWith('log.')).map((one) => ({
    ...one,
    name: asTheyAre.has(one) ? one.name : PREFIX + one.name,
    standard: one.name === 'push.lenient' ? 'true' : one.standard,
    isHidden: !one.name.startsWith('web.listen') && !asTheyAre.has(one),
  }))
  return [...taken, DIRECT_FLAG]
}

/** The gateway on its own port; where that port is taken, on the server's. @throws UserError, OutsideError `disk/…` */
export async function startPushPart(
  world: World,
  values: FlagValues,
  dataDirectory: string,
  direct: DirectPushes | undefined,
): Promise<PushPart> {
  const own = new Map([
    ['push.lenient', ['true']],
    ['persistence.file', [`${dataDirectory}/pushgateway.journal`]],
    ...[...values]
      .filter(([name]) => name.startsWith(PREFIX) || name.startsWith('push.'))
      .filter(([name]) => name !== DIRECT_FLAG.name)
      .map(([name, texts]) => [name.replace(/^pushgateway\./, ''), texts] as const),
  ])
  const flags = new FlagReader(PUSHGATEWAY_FLAGS, own)
  const gateway = await Gateway.open({
    ...gatewaySettings(flags, world),
    showsProcess: false,
    ...(direct === undefined ? {} : { onChange: (...change) => direct.note(...change) }),
  })
  const telemetryPath = flags.text('web.telemetry-path')
  const access = await webAccess(flags.text('web.config.file'), world)
  const listener = createHttpServer({
    log: world.log.component('pushgateway'),
    clock: world.clock,
    address: flags.list('web.listen-address')[0] ?? ':9091',
    allowedHosts: 'any',
    ...(access === undefined ? {} : { access }),
  })
  const paths: GatewayPaths = { prefix: '', telemetryPath, apiPath: '/api/v1' }
  await registerGateway(listener.app, gateway, paths)
  const pages = new PagesOf()
  pages.redirectHome(listener.app, HOME)
  let isOwn = true
  try {
    await listener.listen()
  } catch (error) {
    isOwn = false
    world.log.warn(`pushes are taken under ${SECOND_PATH} instead`, { err: messageOf(error) })
  }
  return {
    addTo: async (main, prefix) => {
      pages.use(main, prefix)
      await registerGateway(main.app, gateway, {
        ...PAGES_PATHS,
        prefix: prefix + PAGES_PATHS.prefix,
      })
      if (!isOwn)
        await registerGateway(main.app, gateway, { ...paths, prefix: prefix + SECOND_PATH })
    },
    target: (bound) => {
      return isOwn
        ? { address: `localhost:${listener.port}`, metricsPath: telemetryPath }
        : {
            address: `localhost:${bound.port}`,
            metricsPath: bound.prefix + SECOND_PATH + telemetryPath,
          }
    },
    close: () => closeAll([listener], gateway),
  }
}
