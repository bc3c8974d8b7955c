// What stands between a group that is due and a message: who is kept quiet (other alerts, the time of day, silences,
// somebody who said "I know"), whether it was said already, and attempts until it is confirmed or the time is over.
import { type Clock, type Logger, messageOf, type Random } from '@pharos/base'
import type { TimeInterval } from '@pharos/config'
import { Labels } from '@pharos/model'
import { isResolvedAt, type StoredAlert } from './alert.ts'
import { sha256 } from './digest.ts'
import type { HistorySink } from './history.ts'
import type { Integration, SendOutcome } from './integration.ts'
import type { Lanes } from './lanes.ts'
import { Notification } from './notification.ts'
import { type NotificationLog, notifyReason, type NotifyReason } from './notification-log.ts'
import type { NotificationTemplates } from './notification-template.ts'
import type { NotificationStats } from './notification-stats.ts'
import type { Route } from './route.ts'
import { notificationData, templateDot } from './template-data.ts'
import { intervalsAt } from './time-interval.ts'

/** A group at the moment it is due. */
export interface GroupFlush {
  readonly groupKey: string
  readonly groupLabels: Labels
  readonly route: Route
  readonly alerts: readonly StoredAlert[]
  readonly nowMs: number
  /** Ends the attempts. */
  readonly signal: AbortSignal
  /** Says it again although nothing is new: a silence has ended. */
  readonly isForced?: boolean
}

/** Who is quiet, and why. */
export interface Quiet {
  inhibitedBy(labels: Labels): readonly string[]
  silencedBy(labels: Labels): readonly string[]
  /** `mute`: nothing while it fires; `ack`: no repetitions. */
  acknowledged(fingerprint: string): 'ack' | 'mute' | undefined
}

interface PipelineOptions {
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly externalUrl: string
  readonly quiet: Quiet
  readonly intervals: ReadonlyMap<string, readonly TimeInterval[]>
  readonly integrations: ReadonlyMap<string, readonly Integration[]>
  readonly templates: NotificationTemplates
  readonly notifications: NotificationLog
  readonly history: HistorySink
  readonly lanes: Lanes
  readonly stats: NotificationStats
}

export interface FlushResult {
  readonly isDelivered: boolean
  /** Names of the intervals that keep the whole group quiet. */
  readonly mutedBy: readonly string[]
}

const FIRST_RETRY_MS = 500
const RETRY_MS_MAX = 60_000

export class Pipeline {
  readonly #options: PipelineOptions

  constructor(options: PipelineOptions) {
    this.#options = options
  }

  /** @source Alertmanager notify: RoutingStage and the stages behind it */
  async run(flush: GroupFlush): Promise<FlushResult> {
    const { quiet, stats } = this.#options
    const { settings } = flush.route
    const heard = flush.alerts.filter((alert) => quiet.inhibitedBy(alert.labels).length === 0)
    stats.suppressed.inhibition += flush.alerts.length - heard.length
    const mutedBy = this.mutedBy(flush.route, flush.nowMs)
    if (mutedBy.length > 0) {
      stats.suppressed.time += heard.length
      return { isDelivered: true, mutedBy }
    }
    const told = heard.filter((alert) => !this.#isQuiet(alert, flush.nowMs))
    stats.suppressed.silence += heard.length - told.length
    if (told.length === 0) return { isDelivered: true, mutedBy }
    const integrations = this.#options.integrations.get(settings.receiver) ?? []
    const results = await Promise.all(
      integrations.map((integration) => this.#notify(integration, { ...flush, alerts: told })),
    )
    return { isDelivered: results.every(Boolean), mutedBy }
  }

  /** Intervals that keep a route quiet now: those of muting that hold, or those of activity when none holds. */
  mutedBy(route: Route, nowMs: number): readonly string[] {
    const { muteTimeIntervals, activeTimeIntervals } = route.settings
    const { intervals } = this.#options
    if (activeTimeIntervals.length > 0) {
      if (intervalsAt(activeTimeIntervals, intervals, nowMs).length === 0)
        return activeTimeIntervals
    }
    return intervalsAt(muteTimeIntervals, intervals, nowMs)
  }

  /** The message that would be sent, for tests of receivers and notices. */
  notification(
    flush: GroupFlush,
    reason: string,
    kept: Readonly<Record<string, string>>,
    id: string,
  ): Notification {
    const { templates, externalUrl } = this.#options
    const source = {
      receiver: flush.route.settings.receiver,
      reason,
      groupLabels: flush.groupLabels,
      externalUrl,
      nowMs: flush.nowMs,
    }
    const raw = flush.route.settings.labels
    const plain = notificationData(flush.alerts, { ...source, routeLabels: raw })
    const routeLabels = raw.size === 0 ? raw : this.#rendered(raw, templateDot(plain))
    return new Notification({
      groupKey: flush.groupKey,
      alerts: flush.alerts,
      data: { ...plain, routeLabels },
      templates,
      nowMs: flush.nowMs,
      signal: flush.signal,
      kept,
      id,
    })
  }

  /** Tells the receivers of alerts about a silence on them, whatever was said before. */
  async notices(
    tree: Route,
    alerts: readonly StoredAlert[],
    reason: string,
    text: string,
  ): Promise<void> {
    const { clock, integrations, lanes } = this.#options
    for (const [route, groups] of byGroup(tree, alerts)) {
      if (!route.settings.silenceNotices) continue
      for (const members of groups.values()) {
        const flush: GroupFlush = {
          groupKey: `${route.key}:${route.groupLabels(members[0]!.labels).toString()}`,
          groupLabels: route.groupLabels(members[0]!.labels),
          route,
          alerts: members.map((alert) => withAnnotation(alert, 'silence', text)),
          nowMs: clock.now(),
          signal: AbortSignal.any([]),
        }
        for (const integration of integrations.get(route.settings.receiver) ?? []) {
          const key = `${route.settings.receiver}/${integration.name}`
          const id = messageId(key, flush.groupKey, [reason], [], flush.nowMs)
          const notification = this.notification(flush, reason, {}, id)
          const outcome = await lanes.run(() => integration.send(notification))
          this.#note(flush, integration, notification, outcome, members.length, 0)
        }
      }
    }
  }

  #rendered(raw: Labels, dot: ReturnType<typeof templateDot>): Labels {
    try {
      return Labels.of(this.#options.templates.expandRouteLabels(raw, dot))
    } catch (error) {
      this.#options.log.warn('labels of a route could not be made', { err: messageOf(error) })
      return raw
    }
  }

  #isQuiet(alert: StoredAlert, nowMs: number): boolean {
    const { quiet } = this.#options
    if (quiet.silencedBy(alert.labels).length > 0) return true
    return !isResolvedAt(alert, nowMs) && quiet.acknowledged(alert.fingerprint) === 'mute'
  }

  async #notify(integration: Integration, flush: GroupFlush): Promise<boolean> {
    const { notifications, stats, lanes } = this.#options
    const { receiver, repeatIntervalMs } = flush.route.settings
    const firing: string[] = []
    const resolved: string[] = []
    for (const alert of flush.alerts)
      (isResolvedAt(alert, flush.nowMs) ? resolved : firing).push(alert.fingerprint)
    const key = `${receiver}/${integration.name}`
    const before = notifications.query(flush.groupKey, key)
    const reason = this.#reason(
      flush,
      notifyReason(before, firing, resolved, {
        sendsResolved: integration.sendsResolved,
        repeatMs: repeatIntervalMs,
        nowMs: flush.nowMs,
      }),
      firing,
    )
    if (reason === undefined) return true
    const entry = {
      groupKey: flush.groupKey,
      integration: key,
      atMs: flush.nowMs,
      firing,
      resolved,
    }
    const sent = integration.sendsResolved
      ? flush.alerts
      : flush.alerts.filter((alert) => !isResolvedAt(alert, flush.nowMs))
    if (sent.length === 0) {
      await notifications.add(entry, repeatIntervalMs)
      return true
    }
    const kept = reason === 'first notification' ? {} : (before?.data ?? {})
    const id = messageId(key, flush.groupKey, firing, resolved, before?.atMs ?? 0)
    const notification = this.notification({ ...flush, alerts: sent }, reason, kept, id)
    stats.started(integration.kind)
    const outcome = await lanes.run(() => this.#attempts(integration, notification, key))
    if (outcome.ok) {
      // Before anything else: from here on a restart must not say it again.
      const data = outcome.keep ?? (Object.keys(kept).length > 0 ? kept : undefined)
      await notifications.add(
        { ...entry, ...(data === undefined ? {} : { data }) },
        repeatIntervalMs,
      )
    } else {
      stats.failed(integration.kind, outcome.reason)
    }
    this.#note(flush, integration, notification, outcome, firing.length, resolved.length)
    return outcome.ok
  }

  #reason(
    flush: GroupFlush,
    reason: NotifyReason | undefined,
    firing: readonly string[],
  ): NotifyReason | 'silence ended' | undefined {
    if (reason === undefined)
      return flush.isForced === true && firing.length > 0 ? 'silence ended' : undefined
    if (reason !== 'repeat interval elapsed') return reason
    const { quiet } = this.#options
    return firing.every((one) => quiet.acknowledged(one) !== undefined) ? undefined : reason
  }

  /** Until it is confirmed, refused for good, or too late. @source Alertmanager notify RetryStage */
  async #attempts(
    integration: Integration,
    notification: Notification,
    key: string,
  ): Promise<SendOutcome> {
    const { clock, random, stats, log } = this.#options
    const { signal } = notification
    let last: SendOutcome | undefined
    for (let attempt = 0; ; attempt++) {
      if (signal.aborted) return last ?? tooLate()
      const startMs = clock.monotonicMs()
      const outcome = await integration.send(notification)
      stats.attempted(integration.kind, clock.monotonicMs() - startMs, outcome.ok)
      if (outcome.ok) return outcome
      last = outcome
      if (!outcome.isRetryable || signal.aborted) return outcome
      if (attempt === 0)
        log.warn('notification failed, trying again', {
          receiver: key,
          err: outcome.error,
          fix: outcome.fix,
        })
      const step = Math.min(RETRY_MS_MAX, FIRST_RETRY_MS * 1.5 ** attempt)
      try {
        await clock.sleep(step * (0.5 + random.next()), signal)
      } catch (error) {
        if (!signal.aborted) throw error
        return outcome
      }
    }
  }

  #note(
    flush: GroupFlush,
    integration: Integration,
    notification: Notification,
    outcome: SendOutcome,
    firing: number,
    resolved: number,
  ): void {
    const { history, log } = this.#options
    const { receiver } = flush.route.settings
    const common = {
      labels: flush.groupLabels,
      receiver,
      integration: integration.name,
      groupKey: flush.groupKey,
      firing,
      resolved,
      reason: notification.data.reason,
    }
    if (outcome.ok) {
      history.add({ type: 'notified', ...common })
    } else {
      history.add({ type: 'failed', ...common, error: outcome.error })
      log.error('notification failed', {
        receiver,
        integration: integration.name,
        group: flush.groupKey,
        err: outcome.error,
        fix: outcome.fix,
      })
    }
    for (const error of notification.templateErrors)
      log.warn('a template failed, the alerts were listed plainly', { receiver, err: error })
  }
}

/** Alerts by route and by the key of their group's labels. */
function byGroup(
  tree: Route,
  alerts: readonly StoredAlert[],
): ReadonlyMap<Route, ReadonlyMap<string, readonly StoredAlert[]>> {
  const found = new Map<Route, Map<string, StoredAlert[]>>()
  for (const alert of alerts)
    for (const route of tree.match(alert.labels)) {
      const groups = found.get(route) ?? new Map<string, StoredAlert[]>()
      found.set(route, groups)
      const { key } = route.groupLabels(alert.labels)
      groups.set(key, [...(groups.get(key) ?? []), alert])
    }
  return found
}

function withAnnotation(alert: StoredAlert, name: string, value: string): StoredAlert {
  return { ...alert, annotations: Labels.of([...alert.annotations, [name, value]]) }
}

function tooLate(): SendOutcome {
  return {
    ok: false,
    isRetryable: true,
    reason: 'contextDeadlineExceeded',
    error: 'not sent before the next notification of the group was due',
  }
}

/** The same for the same news: a mail that was sent but not noted comes again as the same message. */
function messageId(
  key: string,
  groupKey: string,
  firing: readonly string[],
  resolved: readonly string[],
  beforeMs: number,
): string {
  const text = [key, groupKey, [...firing].sort().join(), [...resolved].sort().join(), beforeMs]
  return sha256(text.join('\0')).slice(0, 40)
}
