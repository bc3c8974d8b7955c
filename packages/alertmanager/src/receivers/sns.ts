// Amazon SNS: its query API, signed with Signature Version 4.
import type { ReceiverFieldsByKind } from '@pharos/config'
import { awsSignature } from '@pharos/http'
import { type Notification, truncatedBytes } from '../notification.ts'
import { failed, outcomeOf, type Send, type Sender } from './sender.ts'

type SnsFields = Readonly<ReceiverFieldsByKind['sns']>

const MESSAGE_BYTES_MAX = 256 * 1024
const SMS_BYTES_MAX = 1600

function publishForm(fields: SnsFields, notification: Notification): URLSearchParams {
  const form = new URLSearchParams([
    ['Action', 'Publish'],
    ['Version', '2010-03-31'],
  ])
  const attributes = fields.attributes.map(
    ([name, value]) => [notification.exact(name), notification.exact(value)] as [string, string],
  )
  if (fields.topic_arn !== '') {
    const arn = notification.exact(fields.topic_arn)
    form.set('TopicArn', arn)
    if (arn.endsWith('.fifo')) {
      form.set('MessageDeduplicationId', notification.keyHash)
      form.set('MessageGroupId', notification.keyHash)
    }
  }
  if (fields.phone_number !== '') form.set('PhoneNumber', notification.exact(fields.phone_number))
  if (fields.target_arn !== '') form.set('TargetArn', notification.exact(fields.target_arn))
  const message = notification.text(fields.message)
  const most = fields.phone_number === '' ? MESSAGE_BYTES_MAX : SMS_BYTES_MAX
  form.set('Message', truncatedBytes(message, most))
  if (Buffer.byteLength(message) > most) attributes.push(['truncated', 'true'])
  if (fields.subject !== '') form.set('Subject', notification.text(fields.subject))
  attributes.forEach(([name, value], i) => {
    const at = `MessageAttributes.entry.${i + 1}`
    form.set(`${at}.Name`, name)
    form.set(`${at}.Value.DataType`, 'String')
    form.set(`${at}.Value.StringValue`, value)
  })
  return form
}

function endpointOf(fields: SnsFields, notification: Notification): string {
  const own = notification.exact(fields.api_url)
  return own === '' ? `https://sns.${fields.sigv4.region}.amazonaws.com/` : own
}

/** @source Alertmanager 0.34 notify/sns; SNS Publish */
export const sendSns: Send<'sns'> = async (fields, notification, sender: Sender) => {
  const {
    region,
    access_key: accessKey,
    secret_key: secretKey,
    role_arn: role,
    profile,
  } = fields.sigv4
  if (region === '')
    return failed('clientError', 'region not configured in sns.sigv4.region', false)
  if (accessKey === '' || role !== '' || profile !== '')
    return failed(
      'clientError',
      'sns: only sigv4.access_key and sigv4.secret_key are known here',
      false,
      'roles and profiles are not read; give an access key',
    )
  const url = new URL(endpointOf(fields, notification))
  const body = new TextEncoder().encode(publishForm(fields, notification).toString())
  const { headers, credentials } = awsSignature(
    { method: 'POST', url, body },
    { accessKey, secretKey, sessionToken: '' },
    region,
    'sns',
    sender.clock.now(),
  )
  const answer = await sender.request({
    url: url.href,
    body,
    contentType: 'application/x-www-form-urlencoded; charset=utf-8',
    headers,
    credentials,
    signal: notification.signal,
  })
  return outcomeOf(answer)
}
