// PagerDuty, Opsgenie, VictorOps, Pushover and the heartbeat.
import { parseLooseYaml, type ReceiverFieldsByKind } from '@pharos/config'
import { type GoJson, jsonBody } from '../go-json.ts'
import type { SendOutcome } from '../integration.ts'
import { type Notification, truncatedText } from '../notification.ts'
import {
  type Answer,
  failed,
  JSON_TYPE,
  jsonObject,
  orOmit,
  outcomeOf,
  type Send,
  type Sender,
  textField,
} from './sender.ts'

type PagerdutyFields = Readonly<ReceiverFieldsByKind['pagerduty']>

const PAGERDUTY_V1_URL = 'https://events.pagerduty.com/generic/2010-04-15/create_event.json'
const PAGERDUTY_BYTES_MAX = 512_000

function pagerdutyDetails(answer: Answer): string {
  if (answer.status !== 400) return ''
  const told = jsonObject(answer.text) ?? {}
  const errors = Array.isArray(told['errors']) ? told['errors'].join(',') : ''
  return `${textField(told, 'message')}: ${errors}`
}

function pagerdutyV1(
  fields: PagerdutyFields,
  notification: Notification,
  key: string,
  details: GoJson,
): GoJson {
  const { isFiring } = notification
  return {
    service_key: key,
    incident_key: notification.keyHash,
    event_type: isFiring ? 'trigger' : 'resolve',
    description: truncatedText(notification.text(fields.description), 1024),
    event_action: '',
    payload: null,
    client: isFiring ? orOmit(notification.text(fields.client)) : undefined,
    client_url: isFiring ? orOmit(notification.text(fields.client_url)) : undefined,
    details,
  }
}

function pagerdutyV2(
  fields: PagerdutyFields,
  notification: Notification,
  key: string,
  details: GoJson,
): GoJson {
  const text = (template: string): string => notification.text(template)
  const images = fields.images
    .map(({ src, alt, href }) => ({ src: text(src), alt: text(alt), href: text(href) }))
    .filter(({ src }) => src !== '')
  const links = fields.links
    .map(({ href, text: shown }) => ({ href: text(href), text: text(shown) }))
    .filter(({ href }) => href !== '')
  return {
    routing_key: key,
    dedup_key: notification.keyHash,
    event_action: notification.isFiring ? 'trigger' : 'resolve',
    payload: {
      summary: truncatedText(text(fields.description), 1024),
      source: text(fields.source),
      severity: text(fields.severity === '' ? 'error' : fields.severity),
      class: orOmit(text(fields.class)),
      component: orOmit(text(fields.component)),
      group: orOmit(text(fields.group)),
      custom_details: details,
    },
    client: orOmit(text(fields.client)),
    client_url: orOmit(text(fields.client_url)),
    images: images.length === 0 ? undefined : images,
    links: links.length === 0 ? undefined : links,
  }
}

/** @source Alertmanager 0.34 notify/pagerduty; Events API v2 */
export const sendPagerduty: Send<'pagerduty'> = async (fields, notification, sender) => {
  const isV1 = fields.service_key !== '' || fields.service_key_file !== ''
  const raw = isV1
    ? await sender.secret(fields.service_key, fields.service_key_file)
    : await sender.secret(fields.routing_key, fields.routing_key_file)
  const key = notification.exact(raw)
  if (key === '')
    return failed('clientError', `${isV1 ? 'service' : 'routing'} key cannot be empty`, false)
  const details: GoJson = new Map(
    fields.details.map(([name, value]) => [name, notification.structure(value, parseLooseYaml)]),
  )
  const message = isV1 ? pagerdutyV1 : pagerdutyV2
  let body = jsonBody(message(fields, notification, key, details))
  if (body.length > PAGERDUTY_BYTES_MAX)
    body = jsonBody(
      message(fields, notification, key, {
        error:
          'Custom details have been removed because the original event exceeds the maximum size of 512KB',
      }),
    )
  const answer = await sender.request({
    url: isV1 ? PAGERDUTY_V1_URL : fields.url,
    body,
    contentType: JSON_TYPE,
    timeoutMs: fields.timeout,
    signal: notification.signal,
  })
  return outcomeOf(answer, [isV1 ? 403 : 429], pagerdutyDetails(answer))
}

type OpsgenieFields = Readonly<ReceiverFieldsByKind['opsgenie']>

function splitList(text: string): readonly string[] | undefined {
  const parts = text
    .trim()
    .split(',')
    .filter((part) => part !== '')
  return parts.length === 0 ? undefined : parts
}

function opsgenieResponders(fields: OpsgenieFields, notification: Notification): GoJson {
  const all = fields.responders.flatMap((one): GoJson[] => {
    const [id, name, username, type] = [one.id, one.name, one.username, one.type].map((template) =>
      notification.text(template),
    ) as [string, string, string, string]
    if (id + name + username + type === '') return []
    if (type === 'teams')
      return (splitList(name) ?? []).map((team) => ({ name: team, type: 'team' }))
    return [{ id: orOmit(id), name: orOmit(name), username: orOmit(username), type }]
  })
  return all.length === 0 ? undefined : all
}

interface OpsgenieRequest {
  readonly method: string
  readonly path: string
  readonly body: GoJson
}

function opsgenieRequests(fields: OpsgenieFields, notification: Notification): OpsgenieRequest[] {
  const text = (template: string): string => notification.text(template)
  const alias = notification.keyHash
  const at = (what: string): string => `v2/alerts/${alias}/${what}?identifierType=alias`
  if (!notification.isFiring)
    return [{ method: 'POST', path: at('close'), body: { source: text(fields.source) } }]
  const message = truncatedText(text(fields.message), 130)
  const description = text(fields.description)
  const details = new Map<string, GoJson>(notification.data.commonLabels)
  for (const [name, value] of fields.details) details.set(name, text(value))
  const create: OpsgenieRequest = {
    method: 'POST',
    path: 'v2/alerts',
    body: {
      alias,
      message,
      description: orOmit(description),
      details,
      source: text(fields.source),
      responders: opsgenieResponders(fields, notification),
      tags: splitList(text(fields.tags)),
      note: orOmit(text(fields.note)),
      priority: orOmit(text(fields.priority)),
      entity: orOmit(text(fields.entity)),
      actions: splitList(text(fields.actions)),
    },
  }
  if (!fields.update_alerts) return [create]
  return [
    create,
    { method: 'PUT', path: at('message'), body: { message: orOmit(message) } },
    { method: 'PUT', path: at('description'), body: { description: orOmit(description) } },
  ]
}

/** @source Alertmanager 0.34 notify/opsgenie; Alert API v2 */
export const sendOpsgenie: Send<'opsgenie'> = async (fields, notification, sender) => {
  const key = notification.exact(await sender.secret(fields.api_key, fields.api_key_file)).trim()
  for (const { method, path, body } of opsgenieRequests(fields, notification)) {
    const answer = await sender.request({
      method,
      url: fields.api_url + path,
      body: jsonBody(body),
      contentType: JSON_TYPE,
      credentials: { kind: 'scheme', scheme: 'GenieKey', credentials: key },
      signal: notification.signal,
    })
    const outcome = outcomeOf(answer, [429])
    if (!outcome.ok) return outcome
  }
  return { ok: true }
}

/** @source Alertmanager 0.34 notify/victorops; REST endpoint */
export const sendVictorops: Send<'victorops'> = async (fields, notification, sender) => {
  const text = (template: string): string => notification.text(template)
  const key = await sender.secret(fields.api_key, fields.api_key_file)
  const wanted = text(fields.message_type)
  const allowed = ['INFO', 'WARNING', 'CRITICAL'].includes(wanted) ? wanted : 'CRITICAL'
  const message = new Map<string, GoJson>([
    ['message_type', notification.isFiring ? allowed : 'RECOVERY'],
    ['entity_id', notification.keyHash],
    ['entity_display_name', text(fields.entity_display_name)],
    ['state_message', truncatedText(text(fields.state_message), 20_480)],
    ['monitoring_tool', text(fields.monitoring_tool)],
  ])
  for (const [name, value] of fields.custom_fields) message.set(name, text(value))
  const answer = await sender.request({
    url: `${fields.api_url}${key}/${notification.exact(fields.routing_key)}`,
    body: jsonBody(message),
    contentType: JSON_TYPE,
    signal: notification.signal,
  })
  return outcomeOf(answer)
}

const PUSHOVER_URL = 'https://api.pushover.net/1/messages.json'

/** @source Alertmanager 0.34 notify/pushover; Pushover message API */
export const sendPushover: Send<'pushover'> = async (fields, notification, sender) => {
  const text = (template: string): string => notification.text(template)
  const token = notification.exact(await sender.secret(fields.token, fields.token_file))
  const user = notification.exact(await sender.secret(fields.user_key, fields.user_key_file))
  const written = fields.html ? notification.html(fields.message) : text(fields.message)
  const message = truncatedText(written, 1024).trim()
  const seconds = (ms: number): string => String(Math.floor(ms / 1000))
  const pairs: (readonly [string, string])[] = [
    ['token', token],
    ['user', user],
    ['title', truncatedText(text(fields.title), 250)],
    ...(fields.html ? [['html', '1'] as const] : []),
    ...(fields.monospace ? [['monospace', '1'] as const] : []),
    ['message', message === '' ? '(no details)' : message],
    ['url', truncatedText(text(fields.url), 512)],
    ['url_title', text(fields.url_title)],
    ['priority', text(fields.priority)],
    ['retry', seconds(fields.retry)],
    ['expire', seconds(fields.expire)],
    ['device', text(fields.device)],
    ['sound', text(fields.sound)],
    ...(fields.ttl > 0 ? [['ttl', seconds(fields.ttl)] as const] : []),
  ]
  const sorted = [...pairs].sort(([a], [b]) => (a < b ? -1 : 1))
  const answer = await sender.request({
    url: `${PUSHOVER_URL}?${new URLSearchParams(sorted.map(([a, b]) => [a, b])).toString()}`,
    contentType: 'text/plain',
    signal: notification.signal,
  })
  return outcomeOf(answer)
}

/** Ours: says "still here" to a watcher of watchers. */
export const sendHeartbeat: Send<'heartbeat'> = async (fields, notification, sender) => {
  const url = await sender.secret(fields.url, fields.url_file)
  if (url === '' || !notification.isFiring) return { ok: true }
  return pinged(url, notification.signal, sender)
}

export async function pinged(
  url: string,
  signal: AbortSignal,
  sender: Sender,
): Promise<SendOutcome> {
  return outcomeOf(await sender.request({ method: 'GET', url, signal }))
}
