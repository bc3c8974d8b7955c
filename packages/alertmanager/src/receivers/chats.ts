// Telegram, Discord, Teams, Webex, Rocket.Chat, Mattermost.
import type { ReceiverFieldsByKind } from '@pharos/config'
import { type GoJson, jsonBody } from '../go-json.ts'
import { type Notification, truncatedBytes, truncatedText } from '../notification.ts'
import { chatValue, taggedValue, telegramValue } from './escape.ts'
import {
  type Answer,
  failed,
  JSON_TYPE,
  jsonObject,
  orOmit,
  outcomeOf,
  type Send,
  textField,
} from './sender.ts'

const TELEGRAM_MAX = 4096

/** @source Alertmanager 0.34 notify/telegram; Bot API sendMessage */
export const sendTelegram: Send<'telegram'> = async (fields, plain, sender) => {
  const escape = telegramValue(fields.parse_mode)
  const notification = escape === undefined ? plain : plain.escapedBy(escape)
  const isHtml = fields.parse_mode === 'HTML'
  let text = isHtml ? notification.html(fields.message) : notification.text(fields.message)
  if (isHtml && Array.from(text).length > TELEGRAM_MAX)
    // Cut HTML is no HTML.
    text =
      'Alertmanager notification could not be sent: message length exceeds Telegram limits.\n\t\t\tPlease check the template used for producing the message content.'
  else text = truncatedText(text, TELEGRAM_MAX)
  const token = await sender.secret(fields.bot_token, fields.bot_token_file)
  const chat = await sender.secret(String(fields.chat_id), fields.chat_id_file)
  const answer = await sender.request({
    url: `${fields.api_url.replace(/\/$/, '')}/bot${token}/sendMessage`,
    body: jsonBody(
      new Map<string, GoJson>([
        ['chat_id', chat],
        ['text', text],
        ['disable_web_page_preview', 'true'],
        ...(fields.disable_notifications ? [['disable_notification', 'true'] as const] : []),
        ...(fields.message_thread_id === 0
          ? []
          : [['message_thread_id', String(fields.message_thread_id)] as const]),
        ...(fields.parse_mode === '' ? [] : [['parse_mode', fields.parse_mode] as const]),
      ]),
    ),
    contentType: JSON_TYPE,
    signal: notification.signal,
  })
  const outcome = outcomeOf(answer, [429])
  if (outcome.ok) return outcome
  const why = textField(jsonObject(answer.text) ?? {}, 'description')
  return { ...outcome, error: why === '' ? outcome.error : `telegram: ${why} (${answer.status})` }
}

const DISCORD_COLORS = { firing: 0x992d22, resolved: 0x2ecc71 }

/** @source Alertmanager 0.34 notify/discord */
export const sendDiscord: Send<'discord'> = async (fields, plain, sender) => {
  const notification = plain.escapedBy(chatValue)
  const answer = await sender.request({
    url: await sender.secret(fields.webhook_url, fields.webhook_url_file),
    body: jsonBody({
      content: truncatedText(notification.text(fields.content), 2000),
      embeds: [
        {
          title: truncatedText(notification.text(fields.title), 256),
          description: truncatedText(notification.text(fields.message), 4096),
          color: DISCORD_COLORS[notification.data.status],
        },
      ],
      username: orOmit(fields.username),
      avatar_url: orOmit(fields.avatar_url),
    }),
    contentType: JSON_TYPE,
    signal: notification.signal,
  })
  return outcomeOf(answer)
}

/** @source Alertmanager 0.34 notify/msteams */
export const sendTeams: Send<'msteams'> = async (fields, plain, sender) => {
  const notification = plain.escapedBy(taggedValue)
  const answer = await sender.request({
    url: await sender.secret(fields.webhook_url, fields.webhook_url_file),
    body: jsonBody({
      '@context': 'http://schema.org/extensions',
      type: 'MessageCard',
      title: notification.text(fields.title),
      summary: notification.text(fields.summary),
      text: notification.text(fields.text),
      themeColor: notification.isFiring ? '8C1A1A' : '2DC72D',
    }),
    contentType: JSON_TYPE,
    signal: notification.signal,
  })
  return outcomeOf(answer)
}

/** @source Alertmanager 0.34 notify/msteamsv2; adaptive cards 1.2 */
export const sendTeamsV2: Send<'msteamsv2'> = async (fields, plain, sender) => {
  const notification = plain.escapedBy(taggedValue)
  const title = {
    type: 'TextBlock',
    text: notification.text(fields.title),
    weight: 'Bolder',
    size: 'Medium',
    wrap: true,
    style: 'heading',
    color: notification.isFiring ? 'Attention' : 'Good',
  }
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.2',
    body: [title, { type: 'TextBlock', text: notification.text(fields.text), wrap: true }],
    msteams: { width: 'full' },
  }
  const answer = await sender.request({
    url: await sender.secret(fields.webhook_url, fields.webhook_url_file),
    body: jsonBody({
      type: 'message',
      attachments: [
        { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content },
      ],
    }),
    contentType: JSON_TYPE,
    signal: notification.signal,
  })
  return outcomeOf(answer)
}

/** @source Alertmanager 0.34 notify/webex */
export const sendWebex: Send<'webex'> = async (fields, plain, sender) => {
  const notification = plain.escapedBy(taggedValue)
  const answer = await sender.request({
    url: fields.api_url,
    body: jsonBody({
      markdown: truncatedBytes(notification.text(fields.message), 7439),
      roomId: orOmit(notification.exact(fields.room_id)),
    }),
    contentType: JSON_TYPE,
    signal: notification.signal,
  })
  return outcomeOf(answer)
}

function rocketchatAttachment(
  fields: Readonly<ReceiverFieldsByKind['rocketchat']>,
  notification: Notification,
): GoJson {
  const text = (template: string): string => notification.text(template)
  return {
    title: orOmit(truncatedText(text(fields.title), 1024)),
    title_link: orOmit(text(fields.title_link)),
    text: orOmit(text(fields.text)),
    image_url: orOmit(text(fields.image_url)),
    thumb_url: orOmit(text(fields.thumb_url)),
    color: orOmit(text(fields.color)),
    fields:
      fields.fields.length === 0
        ? undefined
        : fields.fields.map((field) => ({
            short: field.short ?? fields.short_fields,
            title: orOmit(text(field.title)),
            value: orOmit(text(field.value)),
          })),
    actions:
      fields.actions.length === 0
        ? undefined
        : fields.actions.map((action) => ({
            type: 'button',
            text: orOmit(text(action.text)),
            url: orOmit(text(action.url)),
            is_webview: false,
            msg: orOmit(text(action.msg)),
            msg_in_chat_window: false,
          })),
  }
}

/** @source Alertmanager 0.34 notify/rocketchat */
export const sendRocketchat: Send<'rocketchat'> = async (fields, plain, sender) => {
  const notification = plain.escapedBy(chatValue)
  const channel = notification.exact(fields.channel)
  const answer = await sender.request({
    url: `${fields.api_url.replace(/\/$/, '')}/api/v1/chat.postMessage`,
    body: jsonBody({
      channel: orOmit(channel),
      emoji: orOmit(notification.text(fields.emoji)),
      avatar: orOmit(notification.text(fields.icon_url)),
      attachments: [rocketchatAttachment(fields, notification)],
    }),
    contentType: JSON_TYPE,
    headers: [
      ['X-Auth-Token', await sender.secret(fields.token, fields.token_file)],
      ['X-User-Id', await sender.secret(fields.token_id, fields.token_id_file)],
    ],
    signal: notification.signal,
  })
  const at = `channel ${JSON.stringify(channel)}: `
  const outcome = outcomeOf(answer)
  if (!outcome.ok) return { ...outcome, error: at + outcome.error }
  const told = jsonObject(answer.text)
  if (told === undefined)
    return failed('other', `${at}could not read the answer ${JSON.stringify(answer.text)}`, true)
  if (told['success'] === true) return outcome
  const why = textField(told, 'error')
  return failed('clientError', `${at}error response from Rocketchat: ${why}`, false)
}

type MattermostPart = Readonly<ReceiverFieldsByKind['mattermost']['attachments'][number]>

function mattermostAttachment(part: MattermostPart, notification: Notification): GoJson {
  const text = (template: string): string | undefined => orOmit(notification.text(template))
  return {
    fallback: text(part.fallback),
    color: text(part.color),
    pretext: text(part.pretext),
    text: text(part.text),
    author_name: text(part.author_name),
    author_link: text(part.author_link),
    author_icon: text(part.author_icon),
    title: text(part.title),
    title_link: text(part.title_link),
    fields:
      part.fields.length === 0
        ? undefined
        : part.fields.map((field) => ({
            title: text(field.title),
            value: text(field.value),
            short: field.short,
          })),
    thumb_url: text(part.thumb_url),
    footer: text(part.footer),
    footer_icon: text(part.footer_icon),
    image_url: text(part.image_url),
  }
}

const MATTERMOST_PRIORITIES = ['urgent', 'important', 'standard']

function mattermostPriority(
  wanted: ReceiverFieldsByKind['mattermost']['priority'],
  notification: Notification,
): GoJson {
  if (wanted === undefined || wanted.priority === '') return undefined
  const word = notification.text(wanted.priority).toLowerCase()
  const priority = MATTERMOST_PRIORITIES.includes(word) ? word : 'standard'
  return {
    priority,
    requested_ack: (wanted.requested_ack && priority !== 'standard') || undefined,
    persistent_notifications:
      (wanted.persistent_notifications && priority === 'urgent') || undefined,
  }
}

/** @source Alertmanager 0.34 notify/mattermost */
export const sendMattermost: Send<'mattermost'> = async (fields, plain, sender) => {
  const notification = plain.escapedBy(chatValue)
  const parts = fields.attachments.length === 0 ? [fields] : fields.attachments
  const channel = notification.exact(fields.channel)
  const { props } = fields
  const answer: Answer = await sender.request({
    url: await sender.secret(fields.webhook_url, fields.webhook_url_file),
    body: jsonBody({
      text:
        fields.attachments.length === 0
          ? undefined
          : orOmit(truncatedText(notification.text(fields.text), 16_383)),
      channel: orOmit(channel),
      username: orOmit(notification.text(fields.username)),
      icon_url: orOmit(notification.text(fields.icon_url)),
      icon_emoji: orOmit(notification.text(fields.icon_emoji)),
      attachments: parts.map((part) => mattermostAttachment(part, notification)),
      type: orOmit(notification.text(fields.type)),
      props:
        props === undefined || props.card === ''
          ? undefined
          : { card: notification.text(props.card) },
      priority: mattermostPriority(fields.priority, notification),
    }),
    contentType: JSON_TYPE,
    signal: notification.signal,
  })
  const outcome = outcomeOf(answer)
  const at = `channel ${JSON.stringify(channel)}: `
  return outcome.ok ? outcome : { ...outcome, error: at + outcome.error }
}
