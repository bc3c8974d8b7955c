// What stands between a group that is due and a message: who is kept quiet (other alerts, the time of day, silences,
// somebody who said "I know"), whether it was said already, and attempts until it is confirmed or the time is over.
import { type Clock, type Logger, messageOf, type Random, type Timer } from '@pharos/base'
import type { TimeInterval } from '@pharos/config'
import { Labels } from '@pharos/model'
import { isResolvedAt, type StoredAlert } from './alert.ts'
import { sha256 } from './digest.ts'
import type { HistorySink } from './history.ts'
import type { Integration, SendOutcome } from './integration.ts'
import { Lanes } from './lanes.ts'
import { NOTIFICATIONS_AT_ONCE } from './limits.ts'
import { Notification } from './notification.ts'
import {
  type NotificationEntry,
  type NotificationLog,
  notifyReason,
  type NotifyReason,
} from './notification-log.ts'
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
  /** Ends the attempts at once: the group is no more. */
  readonly signal: AbortSignal
  /** How long attempts go on, from when the first one may begin. */
  readonly timeoutMs: number
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
  readonly stats: NotificationStats
  /** Whether this member of a cluster sends; another one does otherwise. */
  readonly maySend: () => boolean
  /** Asked before a message goes out. False: another member sends it, or may just have sent it. */
  readonly claim: (message: MessageClaim) => Promise<boolean>
}

/** A message that is about to go out. */
export interface MessageClaim {
  readonly groupKey: string
  readonly integration: string
  readonly nowMs: number
  /** What was said before. */
  readonly before: NotificationEntry | undefined
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
  /** Each integration has its own: a receiver that hangs keeps no other one waiting. */
  readonly #lanes = new WeakMap<Integration, Lanes>()

  constructor(options: PipelineOptions) {
    this.#options = options
  }

  /** @source Alertmanager notify: RoutingStage and the stages behind it */
  async run(flush: GroupFlush): Promise<FlushResult> {
    const { quiet, stats, maySend } = this.#options
    const { settings } = flush.route
    // Until the one who sends has said it, this one may have to.
    if (!maySend()) return { isDelivered: this.#isSaid(flush), mutedBy: [] }
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
    const { clock, integrations, maySend } = this.#options
    if (!maySend()) return
    for (const [route, groups] of byGroup(tree, alerts)) {
      if (!route.settings.silenceNotices) continue
      for (const members of groups.values()) {
        const flush: GroupFlush = {
          groupKey: `${route.key}:${route.groupLabels(members[0]!.labels).toString()}`,
          groupLabels: route.groupLabels(members[0]!.labels),
          route,
          alerts: members.map((alert) => withAnnotation(alert, 'silence', text)),
          nowMs: clock.now(),
          signal: new AbortController().signal,
          timeoutMs: 0,
        }
        for (const integration of integrations.get(route.settings.receiver) ?? []) {
          const key = `${route.settings.receiver}/${integration.name}`
          const id = messageId(key, flush.groupKey, [reason], [], flush.nowMs)
          const notification = this.notification(flush, reason, {}, id)
          const outcome = await this.#lanesOf(integration).run(() => integration.send(notification))
          this.#note(flush, integration, outcome, {
            reason,
            firing: members.length,
            resolved: 0,
            templateErrors: notification.templateErrors,
          })
        }
      }
    }
  }

  /** Whether there is nothing to say that was not said. */
  #isSaid(flush: GroupFlush): boolean {
    const integrations = this.#options.integrations.get(flush.route.settings.receiver) ?? []
    return integrations.every((one) => this.#news(one, flush).reason === undefined)
  }

  /** What is new for an integration, and what it was told before. */
  #news(integration: Integration, flush: GroupFlush): News {
    const { receiver, repeatIntervalMs } = flush.route.settings
    const firing: string[] = []
    const resolved: string[] = []
    for (const alert of flush.alerts)
      (isResolvedAt(alert, flush.nowMs) ? resolved : firing).push(alert.fingerprint)
    const key = `${receiver}/${integration.name}`
    const before = this.#options.notifications.query(flush.groupKey, key)
    const reason = notifyReason(before, firing, resolved, {
      sendsResolved: integration.sendsResolved,
      repeatMs: repeatIntervalMs,
      nowMs: flush.nowMs,
    })
    return { key, before, firing, resolved, reason: this.#reason(flush, reason, firing) }
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
    const { notifications, stats } = this.#options
    const { repeatIntervalMs } = flush.route.settings
    const { key, before, firing, resolved, reason } = this.#news(integration, flush)
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
    const { outcome, templateErrors } = await this.#attempts(
      integration,
      { ...flush, alerts: sent },
      { key, reason, kept, id, before },
    )
    if (outcome.ok) {
      // Before anything else: from here on a restart must not say it again.
      const data = outcome.keep ?? (Object.keys(kept).length > 0 ? kept : undefined)
      await notifications.add(
        { ...entry, ...(data === undefined ? {} : { data }) },
        repeatIntervalMs,
      )
    } else {
      // The group is no more, or another member sends: who takes its place tells it.
      if (flush.signal.aborted || outcome === SENT_BY_ANOTHER) return false
      stats.failed(integration.kind, outcome.reason)
    }
    this.#note(flush, integration, outcome, {
      reason,
      firing: firing.length,
      resolved: resolved.length,
      templateErrors,
    })
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

  #lanesOf(integration: Integration): Lanes {
    const known = this.#lanes.get(integration)
    if (known !== undefined) return known
    const lanes = new Lanes(NOTIFICATIONS_AT_ONCE)
    this.#lanes.set(integration, lanes)
    return lanes
  }

  /**
   * Until it is confirmed, refused for good, or too late. The time runs from the first attempt: when ten thousand
   * groups are due at once, those at the end of the line have not had any of it. A lane is held for an attempt only, and for
   * the claim before the first one: so few are claimed and not yet out.
   * @source Alertmanager notify RetryStage
   */
  async #attempts(
    integration: Integration,
    flush: GroupFlush,
    message: Message,
  ): Promise<{ readonly outcome: SendOutcome; readonly templateErrors: readonly string[] }> {
    const { clock, random, log, stats, maySend, claim } = this.#options
    const lanes = this.#lanesOf(integration)
    const limit = new AbortController()
    const stop = (): void => limit.abort(flush.signal.reason)
    flush.signal.addEventListener('abort', stop, { once: true })
    let notification: Notification | undefined
    let timer: Timer | undefined
    let isClaimed = false
    const attempt = async (): Promise<SendOutcome> => {
      if (limit.signal.aborted || flush.signal.aborted) return tooLate()
      if (!maySend()) return SENT_BY_ANOTHER
      if (!isClaimed) {
        const { groupKey, nowMs } = flush
        const { key: name, before } = message
        if (!(await claim({ groupKey, integration: name, nowMs, before }))) return SENT_BY_ANOTHER
        isClaimed = true
        stats.started(integration.kind)
      }
      timer ??= clock.after(flush.timeoutMs, () => {
        limit.abort(new Error('the next notification of the group is due'))
      })
      // Made only now, so that those who wait hold nothing but their alerts.
      notification ??= this.notification(
        { ...flush, signal: limit.signal },
        message.reason,
        message.kept,
        message.id,
      )
      return this.#attempt(integration, notification)
    }
    const ended = (outcome: SendOutcome) => ({
      outcome,
      templateErrors: notification?.templateErrors ?? [],
    })
    try {
      for (let i = 0; ; i++) {
        const outcome = await lanes.run(attempt)
        if (outcome.ok || !outcome.isRetryable || limit.signal.aborted) return ended(outcome)
        if (i === 0)
          log.warn('notification failed, trying again', {
            receiver: message.key,
            err: outcome.error,
            fix: outcome.fix,
          })
        const step = Math.min(RETRY_MS_MAX, FIRST_RETRY_MS * 1.5 ** i)
        try {
          await clock.sleep(step * (0.5 + random.next()), limit.signal)
        } catch (error) {
          if (!limit.signal.aborted) throw error
          return ended(outcome)
        }
      }
    } finally {
      timer?.cancel()
      flush.signal.removeEventListener('abort', stop)
    }
  }

  async #attempt(integration: Integration, notification: Notification): Promise<SendOutcome> {
    const { clock, stats } = this.#options
    const startMs = clock.monotonicMs()
    const outcome = await integration.send(notification)
    stats.attempted(integration.kind, clock.monotonicMs() - startMs, outcome.ok)
    return outcome
  }

  #note(flush: GroupFlush, integration: Integration, outcome: SendOutcome, told: Told): void {
    const { history, log } = this.#options
    const { receiver } = flush.route.settings
    const common = {
      labels: flush.groupLabels,
      receiver,
      integration: integration.name,
      groupKey: flush.groupKey,
      firing: told.firing,
      resolved: told.resolved,
      reason: told.reason,
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
    for (const error of told.templateErrors)
      log.warn('a template failed, the alerts were listed plainly', { receiver, err: error })
  }
}

interface News {
  /** Receiver and integration: `team/email[0]`. */
  readonly key: string
  readonly before: NotificationEntry | undefined
  readonly firing: readonly string[]
  readonly resolved: readonly string[]
  /** Undefined when there is nothing new. */
  readonly reason: NotifyReason | 'silence ended' | undefined
}

/** What a message is made from, besides its group. */
interface Message {
  /** `team/email[0]`. */
  readonly key: string
  /** What was said before. */
  readonly before: NotificationEntry | undefined
  readonly reason: string
  readonly kept: Readonly<Record<string, string>>
  readonly id: string
}

/** What history says of a message. */
interface Told {
  readonly reason: string
  readonly firing: number
  readonly resolved: number
  readonly templateErrors: readonly string[]
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

/** Of a cluster: it leads now, or may just have sent it. */
const SENT_BY_ANOTHER: SendOutcome = {
  ok: false,
  isRetryable: false,
  reason: 'other',
  error: 'another member of the cluster sends now',
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
