// `pharos alertmanager`: alone, on :9093, with the reference's flags.
import { hostname } from 'node:os'
import { AlertManager } from '@pharos/alertmanager'
import type { World } from '@pharos/base'
import { realWorld } from '@pharos/base/node'
import { collectDefaultMetrics, Registry } from '@pharos/client'
import { createHttpServer, type HttpServer } from '@pharos/http'
import { loadUi } from '@pharos/ui/serving'
import { ALERTMANAGER_FLAGS } from './alertmanager-flags.ts'
import { addAlertmanagerMetrics } from './alertmanager-metrics.ts'
import { registerOwnAlertmanager } from './alertmanager-routes.ts'
import { AlertmanagerSource } from './alertmanager-source.ts'
import type { FlagValues } from './flag.ts'
import { FlagReader } from './flag-reader.ts'
import { logLevel } from './log-level.ts'
import { serverUrls } from './server-urls.ts'
import type { Service } from './service.ts'
import { registerUi, UI_DIRECTORY } from './ui-routes.ts'
import { VERSION } from './version.ts'

/** @throws UserError, ConfigErrors, OutsideError with one clear line */
export async function startAlertmanager(values: FlagValues): Promise<Service> {
  const flags = new FlagReader(ALERTMANAGER_FLAGS, values)
  const world = realWorld({
    level: logLevel(flags),
    format: flags.text('log.format') === 'json' ? 'json' : 'logfmt',
  })
  for (const name of flags.withoutEffect())
    world.log.warn('flag is accepted but has no effect yet', { flag: `--${name}` })
  const addresses = flags.list('web.listen-address')
  const urls = serverUrls(
    flags.text('web.external-url'),
    flags.text('web.route-prefix'),
    hostname(),
    addresses[0] ?? ':9093',
  )
  const manager = await AlertManager.open({
    ...world,
    directory: flags.text('storage.path').replace(/(?<=.)\/+$/, ''),
    externalUrl: urls.external,
    userAgent: `Pharos/${VERSION}`,
    hostName: hostname(),
    retentionMs: flags.durationMs('data.retention'),
    historyRetentionMs: flags.durationMs('history.retention'),
    maxSilences: flags.number('silences.max-silences'),
    maxSilenceBytes: flags.number('silences.max-silence-size-bytes'),
    startDelayMs: flags.durationMs('dispatch.start-delay'),
  })
  const source = new AlertmanagerSource(world, manager, {
    path: flags.text('config.file'),
    isEditable: flags.bool('web.enable-config-api'),
    first: undefined,
    nameScheme: flags.list('enable-feature').includes('classic-mode') ? 'legacy' : 'utf8',
  })
  const listeners: HttpServer[] = []
  try {
    await source.load()
    for (const address of addresses)
      listeners.push(await listening(world, address, urls.prefix, source))
  } catch (error) {
    await Promise.all(listeners.map((one) => one.close()))
    await manager.close()
    throw error
  }
  return serviceOf(world, source, listeners, urls.prefix)
}

async function listening(
  world: World,
  address: string,
  prefix: string,
  source: AlertmanagerSource,
): Promise<HttpServer> {
  const registry = new Registry()
  collectDefaultMetrics(registry)
  addAlertmanagerMetrics(registry, source)
  const listener = createHttpServer({
    log: world.log.component('web'),
    clock: world.clock,
    address,
  })
  await registerOwnAlertmanager(listener, { source, prefix, registry })
  try {
    const ui = await loadUi(UI_DIRECTORY, world.disk)
    registerUi(listener.app, ui, { prefix, random: world.random })
  } catch (error) {
    world.log.warn('the web pages are not there', { directory: UI_DIRECTORY, err: String(error) })
  }
  await listener.listen()
  world.log.info('listening', { address: listener.boundAddress })
  return listener
}

function serviceOf(
  world: World,
  source: AlertmanagerSource,
  listeners: readonly HttpServer[],
  prefix: string,
): Service {
  const end = Promise.withResolvers<number>()
  let isEnding = false
  const bound = listeners[0]?.boundAddress ?? ''
  return {
    url: `http://${bound.replace(/^(0\.0\.0\.0|\[::\])/, 'localhost')}${prefix}/`,
    reload: () => source.reload(),
    quit: (reason) => {
      if (isEnding) return
      isEnding = true
      world.log.info('ending', { reason })
      void Promise.all(listeners.map((one) => one.close()))
        .then(() => source.manager.close())
        .then(() => end.resolve(0))
    },
    ended: end.promise,
  }
}
