// Alerts and their groups, as the reference's API has them.
import { messageOf, UserError } from '@pharos/base'
import { type AlertMatcher, type Labels, isValidLabelName, matchesAlert } from '@pharos/model'
import type { FastifyInstance } from 'fastify'
import { compareAlerts, fingerprintOf, isResolvedAt, type StoredAlert } from '../alert.ts'
import type { AlertManager } from '../alert-manager.ts'
import { ALERT_CHARACTERS_MAX, ALERTS_PER_POST_MAX } from '../limits.ts'
import {
  AlertApiError,
  bad,
  bodyOf,
  type Fields,
  fieldsOf,
  labelsOf,
  matchersOf,
  type Query,
  queryOf,
  receiverFilter,
  sendJson,
  switchOf,
  textOf,
  timeOf,
  timeText,
} from './answers.ts'

interface AlertJson {
  readonly status: {
    readonly state: 'active' | 'suppressed'
    readonly inhibitedBy: readonly string[]
    readonly mutedBy: readonly string[]
    readonly silencedBy: readonly string[]
  }
}

function alertJson(
  manager: AlertManager,
  alert: StoredAlert,
  receivers: readonly string[],
  mutedBy: readonly string[],
): AlertJson & Readonly<Record<string, unknown>> {
  const silencedBy = manager.silences.mutedBy(alert.labels)
  const inhibitedBy = manager.inhibitedBy(alert.labels)
  const isQuiet = silencedBy.length + inhibitedBy.length + mutedBy.length > 0
  const { acknowledgement, comments } = manager.remarks.of(alert.fingerprint)
  return {
    annotations: alert.annotations.toObject(),
    endsAt: timeText(alert.endsAtMs),
    fingerprint: alert.fingerprint,
    receivers: receivers.map((name) => ({ name })),
    startsAt: timeText(alert.startsAtMs),
    status: { inhibitedBy, mutedBy, silencedBy, state: isQuiet ? 'suppressed' : 'active' },
    updatedAt: timeText(alert.updatedAtMs),
    ...(alert.generatorUrl === '' ? {} : { generatorURL: alert.generatorUrl }),
    labels: alert.labels.toObject(),
    ...(acknowledgement === undefined
      ? {}
      : {
          acknowledgement: {
            by: acknowledgement.by,
            at: timeText(acknowledgement.atMs),
            comment: acknowledgement.comment,
            mode: acknowledgement.mode,
          },
        }),
    ...(comments.length === 0
      ? {}
      : {
          comments: comments.map(({ by, atMs, text }) => ({ by, at: timeText(atMs), text })),
        }),
  }
}

/** What the parameters of a request let through. */
class AlertFilter {
  readonly #manager: AlertManager
  readonly #matchers: readonly AlertMatcher[]
  readonly #shows: Readonly<Record<'active' | 'silenced' | 'inhibited', boolean>>

  constructor(manager: AlertManager, query: Query) {
    this.#manager = manager
    this.#matchers = matchersOf(query, 'filter')
    this.#shows = {
      active: switchOf(query, 'active'),
      silenced: switchOf(query, 'silenced'),
      inhibited: switchOf(query, 'inhibited'),
    }
  }

  lets(alert: StoredAlert, nowMs: number): boolean {
    if (isResolvedAt(alert, nowMs) || !matchesAlert(this.#matchers, alert.labels)) return false
    const { active, silenced, inhibited } = this.#shows
    if (active && silenced && inhibited) return true
    const isSilenced = this.#manager.silences.mutedBy(alert.labels).length > 0
    const isInhibited = this.#manager.inhibitedBy(alert.labels).length > 0
    return (
      (active || isSilenced || isInhibited) &&
      (silenced || !isSilenced) &&
      (inhibited || !isInhibited)
    )
  }
}

function receiverLabels(
  manager: AlertManager,
): (matchers: readonly AlertMatcher[]) => (name: string) => boolean {
  const labels = new Map(manager.config.receivers.map((one) => [one.name, one.labels]))
  return (matchers) => (name) => {
    const own = labels.get(name)
    return matchers.length === 0 || (own !== undefined && matchesAlert(matchers, own))
  }
}

/** A posted alert as it is kept. @throws UserError with what is wrong with it */
function posted(fields: Fields, nowMs: number, resolveTimeoutMs: number): StoredAlert {
  const labels = labelsOf(fields, 'labels')
  const annotations = labelsOf(fields, 'annotations')
  checkLabels(labels, annotations)
  const startsAtMs = timeOf(fields, 'startsAt')
  const endsAtMs = timeOf(fields, 'endsAt')
  if (startsAtMs !== undefined && endsAtMs !== undefined && endsAtMs < startsAtMs)
    throw bad('start time must be before end time')
  return {
    labels,
    annotations,
    startsAtMs: startsAtMs ?? endsAtMs ?? nowMs,
    endsAtMs: endsAtMs ?? nowMs + resolveTimeoutMs,
    isTimeout: endsAtMs === undefined,
    updatedAtMs: nowMs,
    generatorUrl: textOf(fields, 'generatorURL'),
    fingerprint: fingerprintOf(labels),
  }
}

function checkLabels(labels: Labels, annotations: Labels): void {
  if (labels.size === 0) throw bad('at least one label pair required')
  let characters = 0
  for (const [name, value] of [...labels, ...annotations]) {
    if (!isValidLabelName(name))
      throw bad(`invalid label set: invalid name ${JSON.stringify(name)}`)
    characters += name.length + value.length
  }
  if (characters > ALERT_CHARACTERS_MAX)
    throw bad(`an alert has at most ${ALERT_CHARACTERS_MAX} characters`)
}

async function post(manager: AlertManager, body: unknown): Promise<void> {
  if (!Array.isArray(body)) throw bad('wants a list of alerts')
  if (body.length > ALERTS_PER_POST_MAX)
    throw bad(`at most ${ALERTS_PER_POST_MAX} alerts in one request`)
  const nowMs = manager.options.clock.now()
  const mistakes: string[] = []
  const alerts: StoredAlert[] = []
  for (const one of body as readonly unknown[]) {
    try {
      alerts.push(posted(fieldsOf(one, 'alert'), nowMs, manager.config.resolveTimeoutMs))
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      mistakes.push(messageOf(error))
    }
  }
  const refused = await manager.alerts.put(alerts)
  if (refused > 0)
    throw new AlertApiError('alertmanager/full', `no room for ${refused} more alerts`, 500)
  // The sound ones were taken; the sender still hears of the others.
  if (mistakes.length > 0) throw bad(mistakes.slice(0, 10).join('; '))
}

export function registerAlertRoutes(scope: FastifyInstance, manager: AlertManager): void {
  scope.get('/alerts', async (request, reply) => {
    const query = queryOf(request)
    const filter = new AlertFilter(manager, query)
    const isWanted = receiverFilter(query)
    const hasLabels = receiverLabels(manager)(matchersOf(query, 'receiver_matchers'))
    const nowMs = manager.options.clock.now()
    const found: (readonly [StoredAlert, readonly string[]])[] = []
    for (const alert of manager.alerts.all()) {
      if (!filter.lets(alert, nowMs)) continue
      const receivers = manager.route.match(alert.labels).map((one) => one.settings.receiver)
      if (receivers.some((name) => isWanted(name) && hasLabels(name)))
        found.push([alert, receivers])
    }
    found.sort(([a], [b]) => (a.fingerprint < b.fingerprint ? -1 : 1))
    return sendJson(
      reply,
      found.map(([alert, receivers]) => alertJson(manager, alert, receivers, [])),
    )
  })
  scope.post('/alerts', async (request, reply) => {
    await post(manager, bodyOf(request))
    return reply.code(200).send()
  })
  scope.get('/alerts/groups', async (request, reply) => {
    const query = queryOf(request)
    const filter = new AlertFilter(manager, query)
    const isWanted = receiverFilter(query)
    const hasLabels = receiverLabels(manager)(matchersOf(query, 'receiver_matchers'))
    const showsMuted = switchOf(query, 'muted')
    const nowMs = manager.options.clock.now()
    const groups: unknown[] = []
    for (const group of manager.dispatcher.groups()) {
      const { receiver, labels: routeLabels } = group.route.settings
      if (!isWanted(receiver) || !hasLabels(receiver)) continue
      const mutedBy = manager.pipeline.mutedBy(group.route, nowMs)
      const alerts = [...group.alerts()]
        .filter((alert) => filter.lets(alert, nowMs))
        .sort(compareAlerts)
        .map((alert) => {
          const receivers = manager.route.match(alert.labels).map((one) => one.settings.receiver)
          return alertJson(manager, alert, receivers, mutedBy)
        })
      const isAllQuiet = alerts.every((alert) => alert.status.state === 'suppressed')
      if (alerts.length === 0 || (!showsMuted && isAllQuiet)) continue
      groups.push({
        alerts,
        labels: group.labels.toObject(),
        receiver: { name: receiver },
        routeLabels: routeLabels.toObject(),
      })
    }
    return sendJson(reply, groups)
  })
}
