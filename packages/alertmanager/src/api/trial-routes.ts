// Trying things before they matter: a receiver, a template, a route.
import { messageOf } from '@pharos/base'
import type { ReceiverSettings } from '@pharos/config'
import { formatDuration, Labels } from '@pharos/model'
import { TemplateError } from '@pharos/template'
import { FOR_VIEWERS } from '@pharos/http'
import type { FastifyInstance } from 'fastify'
import { fingerprintOf, type StoredAlert } from '../alert.ts'
import type { AlertManager } from '../alert-manager.ts'
import { ClientPool } from '../create-integration.ts'
import type { DialogueLine, Integration } from '../integration.ts'
import { DIALOGUE_LINES_MAX } from '../limits.ts'
import { NotificationTemplates } from '../notification-template.ts'
import { Route } from '../route.ts'
import { notificationData, templateDot } from '../template-data.ts'
import type { ConfigEditor } from './config-editor.ts'
import {
  AlertApiError,
  bad,
  bodyOf,
  type Fields,
  fieldsOf,
  flagOf,
  labelsOf,
  listOf,
  requiredText,
  sendJson,
  textOf,
  timeOf,
  valueOf,
} from './answers.ts'

const TRIAL_TIMEOUT_MS = 30_000

function trialAlert(fields: Fields | undefined, nowMs: number): StoredAlert {
  const labels =
    fields === undefined
      ? Labels.from({ alertname: 'TestAlert', instance: 'pharos' })
      : labelsOf(fields, 'labels')
  const annotations =
    fields === undefined
      ? Labels.from({
          summary: 'Notification test',
          description: 'Sent by "Send test"; nothing is wrong.',
        })
      : labelsOf(fields, 'annotations')
  const endsAtMs = fields === undefined ? undefined : timeOf(fields, 'endsAt')
  return {
    labels,
    annotations,
    startsAtMs: (fields === undefined ? undefined : timeOf(fields, 'startsAt')) ?? nowMs,
    endsAtMs: endsAtMs ?? nowMs + 3_600_000,
    generatorUrl: fields === undefined ? '' : textOf(fields, 'generatorURL'),
    updatedAtMs: nowMs,
    isTimeout: false,
    fingerprint: fingerprintOf(labels),
  }
}

async function tried(
  manager: AlertManager,
  integration: Integration,
  receiver: string,
  alert: StoredAlert,
): Promise<Readonly<Record<string, unknown>>> {
  const { clock, random } = manager.options
  const dialogue: DialogueLine[] = []
  const limit = new AbortController()
  const timer = clock.after(TRIAL_TIMEOUT_MS, () =>
    limit.abort(new Error('the test took too long')),
  )
  const startMs = clock.monotonicMs()
  const root = manager.route.settings
  const flush = {
    groupKey: `{}:${alert.labels.toString()}`,
    groupLabels: alert.labels.only(['alertname']),
    route: new Route({ ...root, receiver, routes: [] }),
    alerts: [alert],
    nowMs: clock.now(),
    signal: limit.signal,
    timeoutMs: TRIAL_TIMEOUT_MS,
  }
  const id = `test-${Buffer.from(random.bytes(8)).toString('hex')}`
  const notification = manager.pipeline.notification(flush, 'test', {}, id)
  const outcome = await integration.send(notification, (line) => {
    if (dialogue.length < DIALOGUE_LINES_MAX) dialogue.push(line)
  })
  timer.cancel()
  const [templateError] = notification.templateErrors
  return {
    integration: integration.name,
    ok: outcome.ok && templateError === undefined,
    durationMs: Math.round(clock.monotonicMs() - startMs),
    ...(templateError === undefined ? {} : { error: templateError, stage: 'template' }),
    ...(outcome.ok
      ? {}
      : { error: outcome.error, stage: outcome.stage ?? 'request', fix: outcome.fix }),
    dialogue,
  }
}

async function testReceiver(
  manager: AlertManager,
  editor: ConfigEditor,
  fields: Fields,
): Promise<unknown> {
  const nowMs = manager.options.clock.now()
  const given = valueOf(fields, 'alert')
  const alert = trialAlert(given === undefined ? undefined : fieldsOf(given, 'alert'), nowMs)
  const point = valueOf(fields, 'contactPoint')
  const clients = new ClientPool(manager.integrationWorld)
  try {
    const receiver =
      point === undefined
        ? knownReceiver(manager, requiredText(fields, 'receiver'))
        : await editor.draftReceiver(fieldsOf(point, 'contactPoint'))
    const integrations = manager.integrationsFor(receiver, clients)
    if (integrations.length === 0) throw bad(`receiver ${receiver.name} has no integrations`)
    const results: Readonly<Record<string, unknown>>[] = []
    for (const integration of integrations)
      results.push(await tried(manager, integration, receiver.name, alert))
    return { ok: results.every((one) => one['ok'] === true), results }
  } finally {
    clients.close()
  }
}

function knownReceiver(manager: AlertManager, name: string): ReceiverSettings {
  const receiver = manager.config.receivers.find((one) => one.name === name)
  if (receiver === undefined)
    throw new AlertApiError('alertmanager/receiver', `no receiver ${JSON.stringify(name)}`, 404)
  return receiver
}

function preview(manager: AlertManager, fields: Fields): unknown {
  const { clock, externalUrl } = manager.options
  const nowMs = clock.now()
  const definitions = textOf(fields, 'definitions')
  const list = listOf(fields, 'alerts')
  const alerts =
    list.length === 0
      ? [trialAlert(undefined, nowMs)]
      : list.map((one) => trialAlert(fieldsOf(one, 'alert'), nowMs))
  const data = notificationData(alerts, {
    receiver: textOf(fields, 'receiver'),
    reason: 'test',
    groupLabels: alerts[0]!.labels.only(['alertname']),
    routeLabels: Labels.EMPTY,
    externalUrl,
    nowMs,
  })
  try {
    const templates =
      definitions === ''
        ? manager.templates
        : new NotificationTemplates(clock, [{ name: 'definitions', text: definitions }])
    const format = flagOf(fields, 'html', false) ? 'html' : 'text'
    return { text: templates.expand(textOf(fields, 'template'), templateDot(data), format) }
  } catch (error) {
    if (error instanceof TemplateError) throw bad(messageOf(error))
    throw error
  }
}

function routesOf(manager: AlertManager, labels: Labels): unknown {
  const routes = manager.route.match(labels)
  return {
    receivers: routes.map((route) => route.settings.receiver),
    routes: routes.map(({ id, key, settings }) => ({
      id,
      key,
      receiver: settings.receiver,
      matchers: settings.matchers.map(String),
      groupBy: settings.groupBy,
      groupByAll: settings.groupByAll,
      continue: settings.continue,
      groupWait: formatDuration(settings.groupWaitMs),
      groupInterval: formatDuration(settings.groupIntervalMs),
      repeatInterval: formatDuration(settings.repeatIntervalMs),
      muteTimeIntervals: settings.muteTimeIntervals,
      activeTimeIntervals: settings.activeTimeIntervals,
      labels: settings.labels.toObject(),
    })),
  }
}

export function registerTrialRoutes(
  scope: FastifyInstance,
  manager: AlertManager,
  editor: ConfigEditor,
): void {
  scope.post('/receivers/test', async (request, reply) =>
    sendJson(reply, await testReceiver(manager, editor, fieldsOf(bodyOf(request), 'body'))),
  )
  scope.post('/templates/preview', { config: FOR_VIEWERS }, async (request, reply) =>
    sendJson(reply, preview(manager, fieldsOf(bodyOf(request), 'body'))),
  )
  scope.post('/routes/test', { config: FOR_VIEWERS }, async (request, reply) =>
    sendJson(reply, routesOf(manager, labelsOf(fieldsOf(bodyOf(request), 'body'), 'labels'))),
  )
}
