// The alert manager inside the server: rules tell it in process, its API answers on the server's port, and on :9093
// when nobody else has that.
import { AlertManager } from '@pharos/alertmanager'
import { messageOf, type World } from '@pharos/base'
import { collectDefaultMetrics, Registry } from '@pharos/client'
import { loadAlertmanagerFile } from '@pharos/config'
import { createHttpServer, type HttpServer } from '@pharos/http'
import type { Labels } from '@pharos/model'
import type { MessageRoute } from '@pharos/rules'
import { hostname } from 'node:os'
import { addAlertmanagerMetrics } from './alertmanager-metrics.ts'
import { registerAlertApi, registerOwnAlertmanager } from './alertmanager-routes.ts'
import { AlertmanagerSource, FIRST_CONFIG } from './alertmanager-source.ts'
import type { FlagReader } from './flag-reader.ts'
import { PagesOf } from './pages-of.ts'
import { serverUrls } from './server-urls.ts'
import { tsdbOptions } from './settings-of-flags.ts'
import { VERSION } from './version.ts'

export interface AlertmanagerPart {
  readonly source: AlertmanagerSource
  addTo(listener: HttpServer, prefix: string): Promise<void>
  close(): Promise<void>
}

/** What the reference's alert manager shows first. */
const ALERTS_PAGE = '/alerts?view=groups'
const NAME_SCHEME = 'utf8'
const RETENTION_MS = 120 * 3_600_000
const HISTORY_RETENTION_MS = 30 * 86_400_000

/**
 * Opens it below the data directory.
 * @param listen  addresses of its own that are tried when no flag names any
 * @throws UserError, ConfigErrors, OutsideError with one clear line
 */
export async function startAlertmanagerPart(
  world: World,
  flags: FlagReader,
  listen: readonly string[],
): Promise<AlertmanagerPart> {
  const directory = `${tsdbOptions(flags).path}/alertmanager`
  const own = flags.text('alertmanager.config.file')
  // A mistake in it ends the start before the directory is touched.
  if (own !== '') await loadAlertmanagerFile(own, { disk: world.disk, nameScheme: NAME_SCHEME })
  const urls = serverUrls(
    flags.text('web.external-url'),
    flags.text('web.route-prefix'),
    hostname(),
    flags.list('web.listen-address')[0] ?? ':9090',
  )
  const manager = await AlertManager.open({
    ...world,
    log: world.log.component('alertmanager'),
    directory,
    externalUrl: urls.external,
    userAgent: `Pharos/${VERSION}`,
    hostName: hostname(),
    retentionMs: RETENTION_MS,
    historyRetentionMs: HISTORY_RETENTION_MS,
    maxSilences: 0,
    maxSilenceBytes: 0,
    startDelayMs: 0,
  })
  const source = new AlertmanagerSource(world, manager, {
    path: own === '' ? `${directory}/alertmanager.yml` : own,
    isEditable: own === '',
    first: own === '' ? FIRST_CONFIG : undefined,
    nameScheme: NAME_SCHEME,
  })
  const listeners: HttpServer[] = []
  const pages = new PagesOf()
  try {
    await source.load()
    const given = flags.list('alertmanager.listen-address')
    for (const address of given) listeners.push(await listening(world, address, source, pages))
    if (!flags.isGiven('alertmanager.listen-address'))
      for (const address of listen) await tryListening(world, address, source, pages, listeners)
  } catch (error) {
    await closeAll(listeners, manager)
    throw error
  }
  return {
    source,
    addTo: async (listener, prefix) => {
      pages.use(listener, prefix)
      await registerAlertApi(listener.app, prefix, source)
    },
    close: () => closeAll(listeners, manager),
  }
}

/** Where messages about an alert would go, as a backtest of rules tells it. */
export function messageRoutes(
  part: AlertmanagerPart | undefined,
  labels: Labels,
): readonly MessageRoute[] {
  if (part === undefined) return []
  return part.source.manager.route.match(labels).map(({ settings }) => ({
    receiver: settings.receiver,
    groupBy: settings.groupByAll ? undefined : settings.groupBy,
    groupWaitMs: settings.groupWaitMs,
    groupIntervalMs: settings.groupIntervalMs,
    repeatIntervalMs: settings.repeatIntervalMs,
  }))
}

async function closeAll(listeners: readonly HttpServer[], manager: AlertManager): Promise<void> {
  await Promise.all(listeners.map((one) => one.close()))
  await manager.close()
}

async function tryListening(
  world: World,
  address: string,
  source: AlertmanagerSource,
  pages: PagesOf,
  into: HttpServer[],
): Promise<void> {
  try {
    into.push(await listening(world, address, source, pages))
  } catch (error) {
    world.log.warn("the alert manager answers on the server's port only", {
      err: messageOf(error),
    })
  }
}

async function listening(
  world: World,
  address: string,
  source: AlertmanagerSource,
  pages: PagesOf,
): Promise<HttpServer> {
  const registry = new Registry()
  collectDefaultMetrics(registry)
  addAlertmanagerMetrics(registry, source)
  const log = world.log.component('alertmanager')
  const listener = createHttpServer({ log, clock: world.clock, address })
  await registerOwnAlertmanager(listener, { source, prefix: '', registry })
  pages.redirectHome(listener.app, ALERTS_PAGE)
  await listener.listen()
  log.info('listening', { address: listener.boundAddress })
  return listener
}
