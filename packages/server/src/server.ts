// The monitoring server, put together: configuration → discovery → scraping → store → engine → API and pages.
//
// Start: the configuration is read (a mistake ends it here), the address is taken, the store is opened, then
// scraping begins and /-/ready says so. End: scraping stops, requests drain, the store is closed.
import { background, messageOf, type World } from '@pharos/base'
import { type ApiServices, registerApi } from '@pharos/api'
import type { PrometheusConfig } from '@pharos/config'
import { corsPattern, createHttpServer, type HttpServer, parseListenAddress } from '@pharos/http'
import { createEngine, type Engine } from '@pharos/promql'
import { ScrapeManager } from '@pharos/scrape'
import { Tsdb, type TsdbOptions } from '@pharos/tsdb'
import { loadUi } from '@pharos/ui/serving'
import { ConfigSource } from './config-file.ts'
import { discoverersOf } from './discoverers.ts'
import type { FlagReader } from './flag-reader.ts'
import { registerOwnMetrics } from './own-metrics-route.ts'
import { createOwnMetrics, type OwnObservations } from './own-metrics.ts'
import { type ServerUrls, serverUrls } from './server-urls.ts'
import type { Service } from './service.ts'
import { registerNoUi, registerUi } from './ui-routes.ts'
import { VERSION } from './version.ts'

export interface ServerSettings {
  readonly flags: FlagReader
  readonly world: World
  readonly hostName: string
  readonly workingDirectory: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Stands in for `--config.file`. */
  readonly standardConfig: string | undefined
  /** The built pages; undefined where there are none. */
  readonly uiDirectory: string | undefined
  /** Further routes on the same listeners. */
  readonly addRoutes?: (server: HttpServer, urls: ServerUrls) => void
}

export class Server implements Service {
  readonly url: string
  readonly ended: Promise<number>
  readonly #settings: ServerSettings
  readonly #world: World
  readonly #source: ConfigSource
  readonly #end = Promise.withResolvers<number>()
  #listeners: HttpServer[] = []
  #config: PrometheusConfig
  #tsdb: Tsdb | undefined
  #scrapes: ScrapeManager | undefined
  #isReady = false
  #isEnding = false
  #reloading: Promise<void> = Promise.resolve()

  /** Starts everything and resolves when the server is ready. @throws UserError, OutsideError with one clear line */
  static async start(settings: ServerSettings): Promise<Server> {
    const { world, flags } = settings
    const source = new ConfigSource(world, flags.text('config.file'), settings.standardConfig)
    const config = await source.load(settings.environment)
    const server = new Server(settings, source, config)
    try {
      await server.#start()
    } catch (error) {
      await server.#closeAll()
      throw error
    }
    return server
  }
}
