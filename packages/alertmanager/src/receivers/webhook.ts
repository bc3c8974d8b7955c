import { parseLooseYaml } from '@pharos/config'
import { timeJson } from '@pharos/template'
import { type GoJson, jsonBody } from '../go-json.ts'
import type { Notification } from '../notification.ts'
import { failed, JSON_TYPE, outcomeOf, type Send } from './sender.ts'

/**
 * The body of a webhook, version 4.
 * @param truncated  how many alerts were left out
 */
function webhookMessage(notification: Notification, truncated: number, version = '4'): GoJson {
  const { data, groupKey } = notification
  return {
    receiver: data.receiver,
    status: data.status,
    alerts: data.alerts.map((alert) => ({
      status: alert.status,
      labels: alert.labels,
      annotations: alert.annotations,
      startsAt: timeJson(alert.startsAtMs),
      endsAt: timeJson(alert.endsAtMs),
      generatorURL: alert.generatorUrl,
      fingerprint: alert.fingerprint,
    })),
    // Newer than 0.25, whose readers do not mind another field.
    notification_reason: data.reason,
    groupLabels: data.groupLabels,
    commonLabels: new Map(data.commonLabels),
    commonAnnotations: new Map(data.commonAnnotations),
    routeLabels: data.routeLabels,
    externalURL: data.externalUrl,
    version,
    groupKey,
    truncatedAlerts: truncated,
  }
}

function limited(
  notification: Notification,
  most: number,
): { readonly shown: Notification; readonly truncated: number } {
  const count = notification.alerts.length
  if (most === 0 || count <= most) return { shown: notification, truncated: 0 }
  return { shown: notification.truncated(most), truncated: count - most }
}

/** @source Alertmanager 0.34 notify/webhook */
export const sendWebhook: Send<'webhook'> = async (fields, notification, sender) => {
  const { shown, truncated } = limited(notification, fields.max_alerts)
  const message =
    fields.payload === undefined
      ? webhookMessage(shown, truncated)
      : shown.structure(fields.payload, parseLooseYaml)
  const url = shown.exact(await sender.secret(fields.url, fields.url_file))
  if (url === '')
    return failed('clientError', 'webhook URL is empty after templating', false, 'check url')
  const answer = await sender.request({
    url,
    body: jsonBody(message),
    contentType: JSON_TYPE,
    timeoutMs: fields.timeout,
    signal: notification.signal,
  })
  return outcomeOf(answer)
}

/** @source Alertmanager 0.34 notify/incidentio */
export const sendIncidentio: Send<'incidentio'> = async (fields, notification, sender) => {
  const { shown, truncated } = limited(notification, fields.max_alerts)
  let body = jsonBody(webhookMessage(shown, truncated, '1'))
  // More than half a megabyte is refused there; the first alert alone says what is the matter.
  if (body.length > 512 * 1024) body = jsonBody(webhookMessage(shown.truncated(1), truncated, '1'))
  const token = await sender.secret(fields.alert_source_token, fields.alert_source_token_file)
  const answer = await sender.request({
    url: await sender.secret(fields.url, fields.url_file),
    body,
    contentType: JSON_TYPE,
    timeoutMs: fields.timeout,
    signal: notification.signal,
    ...(token === ''
      ? {}
      : { credentials: { kind: 'scheme' as const, scheme: 'Bearer', credentials: token } }),
  })
  return outcomeOf(answer, [429])
}
