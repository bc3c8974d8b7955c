import type { ReceiverFieldsByKind } from '@pharos/config'
import { type GoJson, jsonBody } from '../go-json.ts'
import { type Notification, truncatedText } from '../notification.ts'
import { slackValue } from './escape.ts'
import { failed, JSON_TYPE, jsonObject, orOmit, outcomeOf, type Send, textField } from './sender.ts'

type SlackFields = Readonly<ReceiverFieldsByKind['slack']>

const TITLE_MAX = 1024
const UPDATE_URL = 'https://slack.com/api/chat.update'

function attachment(fields: SlackFields, notification: Notification): GoJson {
  const text = (template: string): string => notification.text(template)
  return {
    title: orOmit(truncatedText(text(fields.title), TITLE_MAX)),
    title_link: orOmit(text(fields.title_link)),
    pretext: orOmit(text(fields.pretext)),
    text: text(fields.text),
    fallback: text(fields.fallback),
    callback_id: text(fields.callback_id),
    fields:
      fields.fields.length === 0
        ? undefined
        : fields.fields.map((field) => ({
            title: orOmit(text(field.title)),
            value: orOmit(text(field.value)),
            short: field.short ?? fields.short_fields,
          })),
    actions:
      fields.actions.length === 0
        ? undefined
        : fields.actions.map((action) => ({
            type: orOmit(text(action.type)),
            text: orOmit(text(action.text)),
            url: orOmit(text(action.url)),
            style: orOmit(text(action.style)),
            name: orOmit(text(action.name)),
            value: orOmit(text(action.value)),
            confirm: action.confirm && {
              text: orOmit(text(action.confirm.text)),
              title: orOmit(text(action.confirm.title)),
              ok_text: orOmit(text(action.confirm.ok_text)),
              dismiss_text: orOmit(text(action.confirm.dismiss_text)),
            },
          })),
    image_url: orOmit(text(fields.image_url)),
    thumb_url: orOmit(text(fields.thumb_url)),
    footer: text(fields.footer),
    color: orOmit(text(fields.color)),
    mrkdwn_in: fields.mrkdwn_in.length === 0 ? ['fallback', 'pretext', 'text'] : fields.mrkdwn_in,
  }
}

/** @source Alertmanager 0.34 notify/slack */
export const sendSlack: Send<'slack'> = async (fields, plain, sender) => {
  const notification = plain.escapedBy(slackValue)
  const { threadTs = '', channelId = '' } = notification.kept
  const isUpdate = fields.update_message && threadTs !== '' && channelId !== ''
  const token = await sender.secret(fields.app_token, fields.app_token_file)
  const channel = isUpdate ? channelId : notification.exact(fields.channel)
  const answer = await sender.request({
    url: isUpdate ? UPDATE_URL : await sender.secret(fields.api_url, fields.api_url_file),
    body: jsonBody({
      channel: orOmit(channel),
      ts: isUpdate ? threadTs : undefined,
      username: orOmit(notification.text(fields.username)),
      icon_emoji: orOmit(notification.text(fields.icon_emoji)),
      icon_url: orOmit(notification.text(fields.icon_url)),
      link_names: fields.link_names ? true : undefined,
      text: orOmit(notification.text(fields.message_text)),
      attachments: [attachment(fields, notification)],
    }),
    contentType: JSON_TYPE,
    timeoutMs: fields.timeout,
    signal: notification.signal,
    ...(token === ''
      ? {}
      : { credentials: { kind: 'scheme' as const, scheme: 'Bearer', credentials: token } }),
  })
  const outcome = outcomeOf(answer)
  const at = `channel ${JSON.stringify(channel)}: `
  if (!outcome.ok) return { ...outcome, error: at + outcome.error }
  if (!answer.contentType.startsWith('application/json'))
    return answer.text === 'ok'
      ? outcome
      : failed('clientError', `${at}received an error response from Slack: ${answer.text}`, false)
  const told = jsonObject(answer.text)
  if (told === undefined)
    return failed('other', `${at}could not read the answer ${JSON.stringify(answer.text)}`, true)
  if (told['ok'] !== true)
    return failed(
      'clientError',
      `${at}error response from Slack: ${textField(told, 'error')}`,
      false,
    )
  const keep = { threadTs: textField(told, 'ts'), channelId: textField(told, 'channel') }
  return keep.threadTs === '' || keep.channelId === '' ? outcome : { ok: true, keep }
}
