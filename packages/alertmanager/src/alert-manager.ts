// The alert manager, put together: stores that last, a configuration that can be replaced, and the clock's part of it:
// ends of alerts and silences, heartbeats, what is too old.
import {
  background,
  bug,
  type Clock,
  type Disk,
  type Logger,
  OutsideError,
  type Net,
  type Random,
  type Timer,
} from '@pharos/base'
import {
  type AlertmanagerConfig,
  matchingPaths,
  type ReceiverSettings,
  readText,
} from '@pharos/config'
import type { Alert, Labels, Notifier } from '@pharos/model'
import { fingerprintOf, isResolvedAt, type StoredAlert } from './alert.ts'
import { AlertStore } from './alert-store.ts'
import { ClientPool, createIntegrations } from './create-integration.ts'
import { Dispatcher, restoredAlerts } from './dispatcher.ts'
import { HeartbeatWatch } from './heartbeat-watch.ts'
import { History } from './history.ts'
import { Inhibitor } from './inhibitor.ts'
import type { Integration, IntegrationWorld } from './integration.ts'
import { TEMPLATE_FILES_CHARACTERS_MAX } from './limits.ts'
import { type NotificationEntry, NotificationLog } from './notification-log.ts'
import { type SilenceRecord, silenceRecord } from './silence.ts'
import { NotificationStats } from './notification-stats.ts'
import { NotificationTemplates } from './notification-template.ts'
import { type MessageClaim, Pipeline, type Quiet } from './pipeline.ts'
import { Remarks } from './remarks.ts'
import { Route } from './route.ts'
import { SilenceStore } from './silence-store.ts'
import { SilenceWatch } from './silence-watch.ts'

export interface AlertManagerOptions {
  readonly clock: Clock
  readonly disk: Disk
  readonly net: Net
  readonly random: Random
  readonly log: Logger
  /** Where journals lie; undefined keeps everything in memory. */
  readonly directory: string | undefined
  /** Without a slash at its end: where links of messages lead. */
  readonly externalUrl: string
  readonly userAgent: string
  readonly hostName: string
  /** How long silences that ended, and what was said, are remembered. */
  readonly retentionMs: number
  readonly historyRetentionMs: number
  /** 0: the package's own limit. */
  readonly maxSilences: number
  readonly maxSilenceBytes: number
  /** After a start nothing is sent for so long. */
  readonly startDelayMs: number
}

/** Other alert managers that are one with this one. */
export interface AlertCluster {
  /** Whether this one sends messages now. */
  maySend(): boolean
  /**
   * Asked before a message goes out: no other one sends it from here on.
   * @returns false when another one sends it, or may just have sent it
   */
  claim(message: MessageClaim): Promise<boolean>
  silence(record: SilenceRecord): void
  said(entry: NotificationEntry): void
}

/** What a configuration makes. */
interface Applied {
  readonly config: AlertmanagerConfig
  readonly route: Route
  readonly inhibitor: Inhibitor
  readonly pipeline: Pipeline
  readonly dispatcher: Dispatcher
  readonly integrations: ReadonlyMap<string, readonly Integration[]>
  readonly templates: NotificationTemplates
  readonly clients: ClientPool
}

/** Ends of alerts are looked for this often, and what is too old is dropped with every sixtieth look. */
const LOOK_MS = 15_000
const LOOKS_PER_CLEANUP = 60

export class AlertManager implements Notifier {
  readonly options: AlertManagerOptions
  readonly alerts: AlertStore
  readonly silences: SilenceStore
  readonly history: History
  readonly remarks: Remarks
  readonly stats: NotificationStats = new NotificationStats()
  readonly startedMs: number
  readonly #notifications: NotificationLog
  readonly #lock: { release(): Promise<void> } | undefined
  readonly #silenceWatch: SilenceWatch
  /** Fingerprints of alerts that fire, to see their ends. */
  readonly #firing = new Set<string>()
  readonly #inhibited = new Set<string>()
  #heartbeats: HeartbeatWatch | undefined
  #applied: Applied | undefined
  #look: Timer | undefined
  #looks = 0
  #isClosed = false
  #cluster: AlertCluster | undefined

  private constructor(
    options: AlertManagerOptions,
    parts: {
      readonly alerts: AlertStore
      readonly silences: SilenceStore
      readonly history: History
      readonly remarks: Remarks
      readonly notifications: NotificationLog
      readonly lock: { release(): Promise<void> } | undefined
    },
  ) {
    this.options = options
    this.alerts = parts.alerts
    this.silences = parts.silences
    this.history = parts.history
    this.remarks = parts.remarks
    this.#notifications = parts.notifications
    this.#lock = parts.lock
    this.startedMs = options.clock.now()
    this.#silenceWatch = new SilenceWatch({
      clock: options.clock,
      silences: parts.silences,
      history: parts.history,
      firing: () => this.firing(),
      notify: (change, alerts, text) => this.#silenceChanged(change, alerts, text),
    })
  }

  /** Opens what an earlier process left. Nothing is sent before `apply`. @throws OutsideError `disk/…` */
  static async open(options: AlertManagerOptions): Promise<AlertManager> {
    const { directory, disk, retentionMs } = options
    if (directory !== undefined) await disk.makeDirectory(directory)
    const lock = directory === undefined ? undefined : await disk.lock(`${directory}/lock`)
    const path = (name: string): string | undefined =>
      directory === undefined ? undefined : `${directory}/${name}`
    const alerts = await AlertStore.open({ ...options, path: path('alerts.journal') })
    const parts = {
      alerts,
      silences: await SilenceStore.open({ ...options, path: path('silences.journal') }),
      history: await History.open({
        ...options,
        path: path('history.journal'),
        retentionMs: options.historyRetentionMs,
      }),
      remarks: await Remarks.open({ ...options, path: path('remarks.journal') }),
      notifications: await NotificationLog.open({
        ...options,
        path: path('notifications.journal'),
        retentionMs,
      }),
    }
    return new AlertManager(options, { ...parts, lock })
  }

  /** Takes part in a cluster: what is silenced and said here is told there, and only who may sends. */
  join(cluster: AlertCluster): void {
    this.#cluster = cluster
    this.silences.listen((silence) => cluster.silence(silenceRecord(silence)))
    for (const silence of this.silences.all()) cluster.silence(silenceRecord(silence))
    this.#notifications.listen((entry) => cluster.said(entry))
    for (const entry of this.#notifications.all()) cluster.said(entry)
  }

  /** This one sends from now on: what others left unsaid is said, without waiting for the next interval. */
  takeOver(): void {
    this.#applied?.dispatcher.flushAll()
  }

  /** A silence of another member. */
  async takeSilence(record: SilenceRecord): Promise<void> {
    await this.silences.take(record)
  }

  /** What another member has said. */
  async takeSaid(entry: NotificationEntry): Promise<void> {
    await this.#notifications.take(entry)
  }

  /** The configuration in force. */
  get config(): AlertmanagerConfig {
    return this.#inForce.config
  }

  get route(): Route {
    return this.#inForce.route
  }

  get dispatcher(): Dispatcher {
    return this.#inForce.dispatcher
  }

  get pipeline(): Pipeline {
    return this.#inForce.pipeline
  }

  get templates(): NotificationTemplates {
    return this.#inForce.templates
  }

  get notificationEntries(): number {
    return this.#notifications.size
  }

  /** How it reaches the world; tests of receivers that are not in force use it too. */
  get integrationWorld(): IntegrationWorld {
    return this.options
  }

  integrationsOf(receiver: string): readonly Integration[] | undefined {
    return this.#inForce.integrations.get(receiver)
  }

  /** Channels of a receiver that is not, or not yet, in force. The caller closes the pool. */
  integrationsFor(receiver: ReceiverSettings, clients: ClientPool): readonly Integration[] {
    return createIntegrations(receiver, this.options, clients)
  }

  /**
   * Puts a configuration in force. Groups are made anew; the notification log keeps them from being told again.
   * @throws TemplateError, UserError, OutsideError when its templates cannot be read; the one before stays
   */
  async apply(config: AlertmanagerConfig): Promise<void> {
    const templates = new NotificationTemplates(
      this.options.clock,
      await templateFiles(config.templates, this.options.disk),
    )
    const before = this.#applied
    if (before === undefined) this.alerts.extend(config.resolveTimeoutMs)
    const applied = this.#made(config, templates)
    await before?.dispatcher.stop()
    before?.clients.close()
    this.#applied = applied
    const nowMs = this.options.clock.now()
    for (const alert of restoredAlerts(this.alerts.all(), nowMs)) {
      applied.dispatcher.insert(alert, before === undefined)
      if (!isResolvedAt(alert, nowMs)) this.#firing.add(alert.fingerprint)
    }
    this.#heartbeats?.stop()
    this.#heartbeats = new HeartbeatWatch({
      clock: this.options.clock,
      world: this.options,
      clients: applied.clients,
      receivers: config.receivers,
      raise: (alerts) => this.send(alerts),
    })
    if (before !== undefined) return
    this.alerts.listen((alert, old) => this.#alertChanged(alert, old))
    this.#silenceWatch.start()
    this.#lookLater()
  }

  /** From rules in this process. @throws OutsideError when there was no room for some */
  async send(alerts: readonly Alert[]): Promise<void> {
    const nowMs = this.options.clock.now()
    const refused = await this.alerts.put(
      alerts.map((alert) => ({
        ...alert,
        updatedAtMs: nowMs,
        isTimeout: false,
        fingerprint: fingerprintOf(alert.labels),
      })),
    )
    if (refused > 0)
      throw new OutsideError('alertmanager/full', `no room for ${refused} more alerts`)
  }

  firing(): readonly StoredAlert[] {
    const nowMs = this.options.clock.now()
    return [...this.alerts.all()].filter((alert) => !isResolvedAt(alert, nowMs))
  }

  inhibitedBy(labels: Labels): readonly string[] {
    return this.#inForce.inhibitor.mutedBy(labels, this.options.clock.now())
  }

  /** Sends nothing any more; resolves when what was under way has ended and everything is on disk. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#look?.cancel()
    this.#silenceWatch.stop()
    this.#heartbeats?.stop()
    await this.#applied?.dispatcher.stop()
    this.#applied?.clients.close()
    for (const part of [
      this.alerts,
      this.silences,
      this.#notifications,
      this.remarks,
      this.history,
    ])
      await part.close()
    await this.#lock?.release()
  }

  get #inForce(): Applied {
    return this.#applied ?? bug('the alert manager was used before a configuration was applied')
  }

  #made(config: AlertmanagerConfig, templates: NotificationTemplates): Applied {
    const { clock, random, log, externalUrl, startDelayMs } = this.options
    const clients = new ClientPool(this.options)
    const integrations = new Map(
      config.receivers.map((one) => [one.name, createIntegrations(one, this.options, clients)]),
    )
    const inhibitor = new Inhibitor(config.inhibitRules, this.alerts.all())
    const quiet: Quiet = {
      inhibitedBy: (labels) => inhibitor.mutedBy(labels, clock.now()),
      silencedBy: (labels) => this.silences.mutedBy(labels),
      acknowledged: (fingerprint) => this.remarks.of(fingerprint).acknowledgement?.mode,
    }
    const pipeline = new Pipeline({
      clock,
      random,
      log,
      externalUrl,
      quiet,
      intervals: config.timeIntervals,
      integrations,
      templates,
      notifications: this.#notifications,
      history: this.history,
      stats: this.stats,
      maySend: () => this.#cluster?.maySend() ?? true,
      claim: async (message) => (await this.#cluster?.claim(message)) ?? true,
    })
    const route = new Route(config.route)
    const quietUntilMs = this.startedMs + startDelayMs
    const dispatcher = new Dispatcher({ clock, log, route, pipeline, quietUntilMs })
    return { config, route, inhibitor, pipeline, dispatcher, integrations, templates, clients }
  }

  #alertChanged(alert: StoredAlert, before: StoredAlert | undefined): void {
    const { dispatcher, inhibitor } = this.#inForce
    const nowMs = this.options.clock.now()
    inhibitor.add(alert)
    dispatcher.insert(alert)
    if (isResolvedAt(alert, nowMs)) {
      if (before !== undefined) this.#ended(alert)
      return
    }
    this.#heartbeats?.heard(dispatcher.route, alert)
    if (this.#firing.has(alert.fingerprint)) return
    this.#firing.add(alert.fingerprint)
    this.history.add({ type: 'fired', labels: alert.labels, fingerprint: alert.fingerprint })
  }

  #ended(alert: StoredAlert): void {
    if (!this.#firing.delete(alert.fingerprint)) return
    this.#inhibited.delete(alert.fingerprint)
    this.remarks.forget(alert.fingerprint)
    this.history.add({ type: 'resolved', labels: alert.labels, fingerprint: alert.fingerprint })
  }

  #lookLater(): void {
    this.#look = this.options.clock.after(LOOK_MS, () => {
      this.#lookAround()
      if (!this.#isClosed) this.#lookLater()
    })
  }

  /** Alerts that ended because nobody spoke of them, and those that others keep quiet now. */
  #lookAround(): void {
    const nowMs = this.options.clock.now()
    const { inhibitor, dispatcher, config } = this.#inForce
    for (const fingerprint of this.#firing) {
      const alert = this.alerts.get(fingerprint)
      if (alert === undefined) this.#firing.delete(fingerprint)
      else if (isResolvedAt(alert, nowMs)) this.#ended(alert)
      else if (config.inhibitRules.length > 0) this.#noteInhibition(alert, nowMs, inhibitor)
    }
    if (++this.#looks % LOOKS_PER_CLEANUP !== 0) return
    this.alerts.collect((alert) => dispatcher.holds(alert))
    inhibitor.collect(nowMs)
    this.silences.collect()
    this.#notifications.collect()
  }

  #noteInhibition(alert: StoredAlert, nowMs: number, inhibitor: Inhibitor): void {
    const { fingerprint, labels } = alert
    const isQuiet = inhibitor.mutedBy(labels, nowMs).length > 0
    if (isQuiet === this.#inhibited.has(fingerprint)) return
    if (isQuiet) this.#inhibited.add(fingerprint)
    else this.#inhibited.delete(fingerprint)
    this.history.add({ type: isQuiet ? 'inhibited' : 'uninhibited', labels, fingerprint })
  }

  #silenceChanged(
    change: 'silence began' | 'silence ends soon' | 'silence ended',
    alerts: readonly StoredAlert[],
    text: string,
  ): void {
    const { dispatcher, pipeline, route } = this.#inForce
    if (change === 'silence ended') {
      for (const alert of alerts) dispatcher.flushFor(alert.labels)
      return
    }
    background('silence notices', pipeline.notices(route, alerts, change, text), this.options.log)
  }
}

/** Texts of the files that match. @throws OutsideError, UserError */
async function templateFiles(
  patterns: readonly string[],
  disk: Disk,
): Promise<readonly { readonly name: string; readonly text: string }[]> {
  const files: { name: string; text: string }[] = []
  let characters = 0
  for (const pattern of patterns) {
    for (const path of await matchingPaths(disk, pattern)) {
      const text = await readText(disk, path)
      characters += text.length
      if (characters > TEMPLATE_FILES_CHARACTERS_MAX)
        throw new OutsideError(
          'alertmanager/templates',
          `template files have more than ${TEMPLATE_FILES_CHARACTERS_MAX} characters together, ${path} among them`,
        )
      files.push({ name: path.slice(path.lastIndexOf('/') + 1), text })
    }
  }
  return files
}
