// Dashboards in the server: their files, the routes that tools of Grafana know, and a port of their own at :3000.
import { messageOf, type World } from '@pharos/base'
import {
  registerAnnotationRoutes,
  registerDashboardRoutes,
  registerGrafanaRoutes,
} from '@pharos/api'
import { builtInDashboards } from '@pharos/dashboards/builtin'
import { DashboardStore } from '@pharos/dashboards/store'
import type { HttpServer } from '@pharos/http'
import { formatDuration } from '@pharos/model'
import type { FastifyInstance } from 'fastify'
import { provisionedSources } from './dashboard-provisioning.ts'
import type { FlagReader } from './flag-reader.ts'
import type { RunningServer } from './running-server.ts'
import { tsdbOptions } from './settings-of-flags.ts'
import { VERSION } from './version.ts'

/** Where `/` leads on the port of dashboards. */
export const DASHBOARDS_HOME = '/dashboards'

/** Folder of what is shipped. */
const BUILT_IN_FOLDER = 'Pharos'

/** The files are looked at when somebody asks for them. */
export function dashboardStore(flags: FlagReader, world: World): DashboardStore {
  const given = flags.text('dashboards.path').replace(/(?<=.)\/+$/, '')
  return new DashboardStore({
    disk: world.disk,
    clock: world.clock,
    random: world.random,
    log: world.log.component('dashboards'),
    directory: given === '' ? `${tsdbOptions(flags).path}/dashboards` : given,
    sources: [
      ...provisionedSources(world, flags.text('dashboards.provisioning')),
      { folder: BUILT_IN_FOLDER, texts: builtInDashboards() },
    ],
  })
}

/** Adds Grafana's part of the API below the prefix that `app` has. */
export function registerDashboards(app: FastifyInstance, server: RunningServer): void {
  const { prefix, external } = server.urls
  registerDashboardRoutes(app, { store: server.dashboards, prefix })
  registerAnnotationRoutes(app, server.dashboards.annotations)
  registerGrafanaRoutes(app, {
    version: VERSION,
    prefix,
    externalUrl: new URL(external),
    scrapeInterval: () => formatDuration(server.config.global.scrapeIntervalMs),
  })
}

/**
 * Listens at --dashboards.listen-address. An address that somebody has, most often a Grafana, is no reason not to start.
 *
 * @returns undefined when there is none to listen at
 */
export async function listenForDashboards(
  server: RunningServer,
  open: (address: string) => Promise<HttpServer>,
): Promise<HttpServer | undefined> {
  const { flags, world } = server.settings
  const address = flags.text('dashboards.listen-address')
  if (address === '') return undefined
  const listener = await open(address)
  try {
    await listener.listen()
  } catch (error) {
    world.log.warn('dashboards have no address of their own', { err: messageOf(error) })
    await listener.close()
    return undefined
  }
  world.log.info('listening', { address: listener.boundAddress, home: DASHBOARDS_HOME })
  return listener
}
