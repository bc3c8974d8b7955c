// The monitoring server, put together: configuration → discovery → scraping → store → engine → API and pages.
//
// Start: the configuration is checked and the address is taken (a mistake in either ends it here, before any
// data are touched), the store is opened, then scraping begins and /-/ready says so.
// End: scraping stops, requests drain, the store is closed.
import { background, bug, messageOf, type World } from '@pharos/base'
import type { PrometheusConfig, RuleGroupSettings } from '@pharos/config'
import type { DashboardStore } from '@pharos/dashboards/store'
import type { HttpServer } from '@pharos/http'
import { createKernel } from '@pharos/kernel'
import { createEngine } from '@pharos/promql'
import { loadRules, RuleManager, type RuleStore } from '@pharos/rules'
import { ScrapeManager } from '@pharos/scrape'
import { type CellStore, type ReplayStatus, Tsdb } from '@pharos/tsdb'
import { AlertFanout, addNotifierMetrics } from './alert-fanout.ts'
import { addAlertmanagerMetrics } from './alertmanager-metrics.ts'
import { ClusterPart, staticOwner } from './cluster.ts'
import { fillGaps, type PeerGaps } from './peer-gaps.ts'
import { ConfigSource } from './config-file.ts'
import { DASHBOARDS_HOME, dashboardStore, listenForDashboards } from './dashboards.ts'
import { discoverersOf } from './discoverers.ts'
import { ExternalAlertmanagers } from './external-alertmanagers.ts'
import { createListener, registerRoutes } from './listener.ts'
import { noticesOf, recentFailures } from './notices.ts'
import { NotificationBoard } from './notification-board.ts'
import { createOwnMetrics, type OwnObservations } from './own-metrics.ts'
import { QueryLane } from './query-lane.ts'
import { QueryLog } from './query-log.ts'
import { remotePlacesOf, splitQueryable } from './remote-read.ts'
import { addRemoteWriteMetrics, startRemoteWrite } from './remote-sender.ts'
import { RegisteredServices } from './registered-services.ts'
import { type ServerUrls, serverUrls } from './server-urls.ts'
import type { RunningServer, ServerParts, ServerSettings } from './running-server.ts'
import { ruleStoreOf } from './rule-workshop.ts'
import type { Service } from './service.ts'
import {
  scrapeFeatures,
  engineSettings,
  reloadableOptions,
  ruleOptions,
  tsdbOptions,
} from './settings-of-flags.ts'
import { VERSION } from './version.ts'
import { webAccess } from './web-config-file.ts'

export class Server implements Service, RunningServer {
  readonly ended: Promise<number>
  readonly settings: ServerSettings
  readonly urls: ServerUrls
  readonly source: ConfigSource
  readonly queries: QueryLane
  readonly ruleFiles: RuleStore | undefined
  readonly dashboards: DashboardStore
  readonly notifications: NotificationBoard
  readonly #queryLog: QueryLog
  readonly #world: World
  readonly #end = Promise.withResolvers<number>()
  readonly #stopping = new AbortController()
  #listeners: HttpServer[] = []
  #parts: ServerParts | undefined
  #config: PrometheusConfig | undefined
  #replay: ReplayStatus = { current: 0, last: 0, isDone: false }
  #isReady = false
  #cluster: ClusterPart | undefined
  #gaps: PeerGaps | undefined
  #reloading: Promise<void> = Promise.resolve()

  /**
   * Reads the file of the configuration and those of its rules, and touches nothing: asked before a part opens its
   * directory or takes an address. @throws ConfigErrors with every mistake, OutsideError when a file cannot be read
   */
  static async check(settings: ServerSettings): Promise<void> {
    const server = new Server(settings)
    await server.#ruleGroups(await server.source.check(settings.environment))
  }

  /** Starts everything and resolves when the server is ready. @throws UserError, OutsideError with one clear line */
  static async start(settings: ServerSettings): Promise<Server> {
    const server = new Server(settings)
    try {
      await server.#start()
    } catch (error) {
      await server.#closeAll()
      throw error
    }
    return server
  }

  private constructor(settings: ServerSettings) {
    const { flags, world } = settings
    this.settings = settings
    this.#world = world
    this.ruleFiles = ruleStoreOf(settings)
    const standard = settings.standardConfig
    this.source = new ConfigSource(
      world,
      flags.text('config.file'),
      standard && (() => standard({ port: this.port, prefix: this.urls.prefix })),
      flags.bool('agent'),
    )
    this.urls = serverUrls(
      flags.text('web.external-url'),
      flags.text('web.route-prefix'),
      settings.hostName,
      flags.list('web.listen-address')[0] ?? ':9090',
    )
    this.dashboards = dashboardStore(flags, world)
    this.#queryLog = new QueryLog(world.disk, world.log.component('query-log'))
    this.queries = new QueryLane({
      clock: world.clock,
      width: flags.number('query.max-concurrency'),
      timeoutMs: flags.durationMs('query.timeout'),
      observe: (seconds, slice) => this.parts.observations.query(seconds, slice),
      log: (query) =>
        this.#queryLog.add(this.#config?.global.queryLogFile ?? '', world.clock.now(), query),
    })
    const failures = recentFailures(
      world.clock,
      () =>
        settings.alertmanager?.source.manager.stats
          .failures()
          .reduce((sum, [, , count]) => sum + count, 0) ?? 0,
    )
    this.notifications = new NotificationBoard({
      clock: world.clock,
      look: () => noticesOf(this, failures),
      subscribersMax: flags.number('web.max-notifications-subscribers'),
    })
    this.ended = this.#end.promise
  }

  get url(): string {
    const address = this.#listeners[0]?.boundAddress ?? ''
    const scheme = this.#listeners[0]?.isSecure === true ? 'https' : 'http'
    return `${scheme}://${address.replace(/^(0\.0\.0\.0|\[::\])/, 'localhost')}${this.urls.prefix}/`
  }

  get readiness(): 'ready' | 'starting' | 'stopping' {
    if (this.#stopping.signal.aborted) return 'stopping'
    return this.#isReady ? 'ready' : 'starting'
  }

  get port(): number {
    return this.#listeners[0]?.port ?? 0
  }

  /** What runs. Routes are only reached when it is there. */
  get parts(): ServerParts {
    return this.#parts ?? bug('a request was let through before the store was open')
  }

  get gaps(): PeerGaps | undefined {
    return this.#gaps
  }

  get replay(): ReplayStatus {
    return this.#replay
  }

  /** The configuration in force. */
  get config(): PrometheusConfig {
    return this.#config ?? bug('a request was let through before a configuration was loaded')
  }

  reload(): void {
    // What went wrong was logged and counted where it happened; a signal has nobody to answer to.
    this.reloadNow().then(
      () => {},
      () => {},
    )
  }

  /** Takes the configuration again, one reload after the other. @throws what is wrong with it; the old one stays */
  reloadNow(): Promise<void> {
    const next = this.#reloading.then(async () => {
      const config = await this.source.load(this.settings.environment)
      await this.#apply(config, await this.#ruleGroups(config))
      await this.settings.alertmanager?.source.load()
    })
    this.#reloading = next.catch((error: unknown) => {
      // Also when it was a rule file that was not taken.
      this.source.stats.isSuccessful = false
      this.source.stats.lastError = messageOf(error)
      this.#world.log.error('reload failed, the configuration before stays', {
        err: messageOf(error),
      })
    })
    return next
  }

  quit(reason: string): void {
    if (this.#stopping.signal.aborted) return
    this.#world.log.info('ending', { reason })
    this.#stopping.abort()
    if (this.#isReady) this.notifications.look()
    background(
      'shutdown',
      this.#closeAll().finally(() => this.#end.resolve(0)),
      this.#world.log,
    )
  }

  async #start(): Promise<void> {
    const { flags } = this.settings
    const { clock, log } = this.#world
    const startedMs = clock.now()
    log.info('starting Pharos', { version: VERSION })
    for (const name of flags.withoutEffect())
      log.warn('flag is accepted but has no effect yet', { flag: `--${name}` })
    const access = await webAccess(flags.text('web.config.file'), this.#world)
    this.#listeners = flags
      .list('web.listen-address')
      .map((address) => createListener(address, flags, this.#world, this.urls, access))
    for (const listener of this.#listeners) await registerRoutes(listener, this)
    for (const listener of this.#listeners) await this.#listen(listener)
    const more = await listenForDashboards(this, async (address) => {
      const listener = createListener(address, flags, this.#world, this.urls, access)
      await registerRoutes(listener, this, DASHBOARDS_HOME)
      return listener
    })
    if (more !== undefined) this.#listeners.push(more)
    // From here on requests are answered; all but /-/healthy with 503 until the store is open.
    const config = await this.source.load(this.settings.environment)
    const ruleGroups = await this.#ruleGroups(config)
    const tsdb = await Tsdb.open(
      this.#world,
      { ...tsdbOptions(flags), ...reloadableOptions(flags, config) },
      (status) => (this.#replay = status),
    )
    const newestMs = tsdb.maxTimeMs
    this.#cluster = await this.#join(config)
    this.#parts = this.#wire(tsdb, config, startedMs)
    await this.#apply(config, ruleGroups)
    this.#isReady = true
    this.#gaps = fillGaps(tsdb, config, this.#world, newestMs)
    this.notifications.start()
    if (flags.bool('config.auto-reload'))
      background('configuration watch', this.#watchConfig(), log)
    log.info('server is ready to receive web requests', {
      url: this.url,
      started_ms: clock.now() - startedMs,
    })
  }

  async #join(config: PrometheusConfig): Promise<ClusterPart | undefined> {
    const part = await ClusterPart.join({
      world: this.#world,
      config: config.cluster,
      externalUrl: this.urls.external,
      hostName: this.settings.hostName,
      port: this.port,
      onChange: () => this.#parts?.scrapes.redistribute(),
    })
    const { alertmanager } = this.settings
    if (alertmanager !== undefined) part?.shareAlerts(alertmanager.source.manager)
    return part
  }

  #wire(tsdb: Tsdb, config: PrometheusConfig, startedMs: number): ServerParts {
    const { clock, disk, log } = this.#world
    const cluster = this.#cluster
    const remoteWrite = startRemoteWrite(tsdb, this.settings)
    const appender = remoteWrite.tee(tsdb)
    const scrapes = this.#scrapeManager(appender)
    const { flags } = this.settings
    const external = new ExternalAlertmanagers({ world: this.#world, flags })
    const fanout = new AlertFanout(
      this.settings.alertmanager?.source.manager,
      external,
      log,
      (alerts) => cluster?.tell(alerts),
    )
    const leadership = cluster?.leadership
    const rules = new RuleManager({
      notifier: fanout,
      appender,
      clock,
      disk,
      log,
      // Rules have a lane of their own: queries of people never hold them up.
      run: (expr, timeMs) => engine.instant(expr, timeMs),
      externalUrl: new URL(this.urls.external),
      stateFile: `${tsdbOptions(flags).path}/alerts.json`,
      ...(leadership === undefined ? {} : { leadership }),
      ...ruleOptions(flags),
    })
    const observations: OwnObservations = createOwnMetrics({
      rules,
      reload: this.source.stats,
      scrape: scrapes.stats,
      pools: () => scrapes.pools(),
      tsdb: tsdb.stats,
      tsdbTimes: () => ({ minMs: tsdb.minTimeMs, maxMs: tsdb.maxTimeMs }),
      http: this.#listeners[0]!.stats,
      isReady: () => this.#isReady,
    })
    addRemoteWriteMetrics(observations.registry, remoteWrite)
    const { evaluationIntervalMs } = config.global
    const kernel = createKernel()
    const remotePlaces = remotePlacesOf(this.settings)
    const queryable = splitQueryable(tsdb, remotePlaces, this.settings)
    const engine = createEngine(queryable, {
      ...engineSettings(this.settings.flags, clock, evaluationIntervalMs),
      kernel,
    })
    if (this.settings.alertmanager !== undefined)
      addAlertmanagerMetrics(observations.registry, this.settings.alertmanager.source)
    addNotifierMetrics(observations.registry, external)
    return {
      tsdb,
      appender,
      ...(cluster === undefined ? {} : { cluster }),
      remoteWrite,
      remotePlaces,
      queryable,
      scrapes,
      services: new RegisteredServices(this.#world, () => scrapes.pools()),
      rules,
      external,
      fanout,
      engine,
      kernel,
      observations,
      startedMs,
    }
  }

  #scrapeManager(appender: CellStore): ScrapeManager {
    const { flags } = this.settings
    const part = this.#cluster
    const owns = part?.owns ?? staticOwner(flags)
    const mayScrape = part?.owns === undefined ? undefined : () => part.cluster.isAwake
    return new ScrapeManager({
      ...this.#world,
      appender,
      userAgent: `Pharos/${VERSION}`,
      features: scrapeFeatures(flags),
      ...(owns === undefined ? {} : { owns }),
      ...(mayScrape === undefined ? {} : { mayScrape }),
      onIntervalLength: (intervalMs, actualMs) =>
        this.parts.observations.scrapeInterval(intervalMs, actualMs),
    })
  }

  async #listen(listener: HttpServer): Promise<void> {
    await listener.listen()
    this.#world.log.info('listening', { address: listener.boundAddress })
  }

  /** Read before anything is applied: a mistake in a rule file leaves the configuration before in force. */
  async #ruleGroups(config: PrometheusConfig): Promise<readonly RuleGroupSettings[]> {
    const features = new Set(this.settings.flags.list('enable-feature'))
    const written = this.ruleFiles === undefined ? [] : [this.ruleFiles.pattern]
    return loadRules([...config.ruleFiles, ...written], this.#world.disk, { features })
  }

  async #apply(config: PrometheusConfig, ruleGroups: readonly RuleGroupSettings[]): Promise<void> {
    this.#config = config
    this.settings.world.net.use(config.outbound)
    const jobs = config.scrapeConfigs.map((settings) => ({
      settings,
      discoverers: discoverersOf(settings, this.#world),
    }))
    this.#parts?.tsdb.reconfigure(reloadableOptions(this.settings.flags, config))
    await this.#parts?.external.apply(config.alerting)
    this.#parts?.fanout.useLabels(config.global.externalLabels)
    const { evaluationIntervalMs, ruleQueryOffsetMs: queryOffsetMs, externalLabels } = config.global
    // Before anything is scraped: what is appended from now on goes out too.
    await this.#parts?.remoteWrite.apply(config.remoteWrite, externalLabels)
    this.#parts?.remotePlaces.apply(config.remoteRead, config.storage.remote, externalLabels)
    this.#parts?.scrapes.apply(jobs)
    await this.#parts?.rules.apply(ruleGroups, {
      evaluationIntervalMs,
      queryOffsetMs,
      externalLabels,
    })
    this.#cluster?.useGroups(this.#parts?.rules.groupKeys() ?? [])
  }

  async #watchConfig(): Promise<void> {
    const { signal } = this.#stopping
    const intervalMs = this.settings.flags.durationMs('config.auto-reload-interval')
    let known = await this.source.fingerprint()
    while (!signal.aborted) {
      await this.#world.clock.sleep(intervalMs, signal).catch(() => {})
      const now = await this.source.fingerprint()
      if (signal.aborted || now === known) continue
      known = now
      this.reload()
    }
  }

  async #closeAll(): Promise<void> {
    this.#isReady = false
    await this.#parts?.rules.stop()
    await this.#gaps?.close()
    await this.#cluster?.close()
    await this.#parts?.external.close()
    this.#parts?.services.close()
    await this.#parts?.scrapes.stop({ areMarked: false })
    // The streams end, or the listeners would wait for them.
    this.notifications.close()
    await Promise.all(this.#listeners.map((listener) => listener.close()))
    await this.#queryLog.close()
    await this.#parts?.remoteWrite.close()
    this.#parts?.remotePlaces.close()
    await this.#parts?.tsdb.close()
    this.#world.log.info('ended')
  }
}
