// WeChat for enterprises and the robots of DingTalk, Feishu and WeCom groups.
import { isMobile } from '@pharos/config'
import { hmacSha256 } from '../digest.ts'
import { jsonBody, type GoJson } from '../go-json.ts'
import { truncatedBytes } from '../notification.ts'
import { taggedValue } from './escape.ts'
import {
  type Answer,
  failed,
  JSON_TYPE,
  jsonObject,
  outcomeOf,
  type Send,
  textField,
} from './sender.ts'
import type { SendOutcome } from '../integration.ts'

const TOKEN_LASTS_MS = 2 * 3_600_000

/** @source Alertmanager 0.34 notify/wechat */
export const sendWechat: Send<'wechat'> = async (fields, notification, sender) => {
  const { signal } = notification
  let token = sender.memory.get('token')
  if (token === undefined || sender.clock.now() - token.atMs > TOKEN_LASTS_MS) {
    const secret = await sender.secret(fields.api_secret, fields.api_secret_file)
    const query = new URLSearchParams([
      ['corpid', notification.exact(fields.corp_id)],
      ['corpsecret', notification.exact(secret)],
    ])
    const url = `${fields.api_url}gettoken?${query.toString()}`
    const answer = await sender.request({ method: 'GET', url, signal })
    if (answer.status !== 200) return { ...outcomeOf(answer), ...RETRY }
    const text = textField(jsonObject(answer.text) ?? {}, 'access_token')
    if (text === '')
      return failed(
        'authError',
        `invalid APISecret for CorpID: ${fields.corp_id}`,
        false,
        'check api_secret and corp_id',
      )
    token = { text, atMs: sender.clock.now() }
    sender.memory.set('token', token)
  }
  const content = { content: notification.text(fields.message) }
  const isMarkdown = fields.message_type === 'markdown'
  const answer = await sender.request({
    url: `${fields.api_url}message/send?${new URLSearchParams([['access_token', token.text]]).toString()}`,
    body: jsonBody({
      text: isMarkdown ? { content: '' } : content,
      touser: notification.exact(fields.to_user) || undefined,
      toparty: notification.exact(fields.to_party) || undefined,
      totag: notification.exact(fields.to_tag) || undefined,
      agentid: notification.exact(fields.agent_id) || undefined,
      safe: '0',
      msgtype: fields.message_type,
      markdown: isMarkdown ? content : { content: '' },
    }),
    contentType: JSON_TYPE,
    signal,
  })
  if (answer.status !== 200) return { ...outcomeOf(answer), ...RETRY }
  const told = jsonObject(answer.text)
  if (told === undefined) return failed('other', 'the answer is no JSON', true)
  const code = textField(told, 'errcode')
  if (code === '0' || code === '') return { ok: true }
  // The token ended early: the next attempt asks for another.
  if (code === '42001') sender.memory.delete('token')
  return failed('clientError', textField(told, 'errmsg'), code === '42001')
}

const RETRY = { isRetryable: true }

/** Robots answer 200 whatever happens; the code in the body says it. */
function robotOutcome(
  answer: Answer,
  codeName: string,
  messageName: string,
  limitCodes: readonly string[],
): SendOutcome {
  const outcome = outcomeOf(answer, [429])
  if (!outcome.ok) return outcome
  const told = jsonObject(answer.text)
  if (told === undefined) return failed('other', `the answer is no JSON: ${answer.text}`, true)
  const code = textField(told, codeName)
  if (code === '0' || code === '') return outcome
  const isLimit = limitCodes.includes(code)
  const error = `the robot refused: ${code} ${textField(told, messageName)}`
  const fix = isLimit
    ? 'the robot takes about 20 messages a minute: group more alerts'
    : 'check the secret, the key words and the addresses that the robot was set up with'
  return failed(isLimit ? 'rateLimited' : 'clientError', error, isLimit, fix)
}

/** Words and behind them who is called, who is there also when the words have to be cut. */
function withMentions(words: string, mentions: readonly string[], bytesMax: number): string {
  const tail = mentions.map((one) => `\n${one}`).join('')
  return truncatedBytes(words, bytesMax - Buffer.byteLength(tail)) + tail
}

/** A message of DingTalk and Feishu may have 20,000 bytes with all that is around it. */
const ROBOT_BYTES_MAX = 18_000

/** The signature goes into the URL: HMAC-SHA256 of time and secret, keyed with the secret. @source DingTalk, custom robots */
export const sendDingtalk: Send<'dingtalk'> = async (fields, plain, sender) => {
  const notification = plain.escapedBy(taggedValue)
  const url = new URL(await sender.secret(fields.webhook_url, fields.webhook_url_file))
  const secret = await sender.secret(fields.secret, fields.secret_file)
  if (secret !== '') {
    const timestamp = String(sender.clock.now())
    const sign = hmacSha256(secret, `${timestamp}\n${secret}`).toString('base64')
    url.searchParams.set('timestamp', timestamp)
    url.searchParams.set('sign', sign)
  }
  const title = notification.text(fields.title)
  const message = notification.text(fields.message).trim()
  const called = fields.mention.map((one) => `@${one}`)
  const body: GoJson =
    fields.message_type === 'text'
      ? {
          msgtype: 'text',
          text: { content: withMentions(`${title}\n${message}`, called, ROBOT_BYTES_MAX) },
        }
      : {
          msgtype: 'markdown',
          markdown: {
            title,
            // Markdown of DingTalk runs lines together that have no empty one between them.
            text: withMentions(
              `### ${title}\n\n${message.replaceAll('\n', '\n\n')}\n`,
              called,
              ROBOT_BYTES_MAX,
            ),
          },
        }
  const answer = await sender.request({
    url: url.href,
    body: jsonBody({
      ...body,
      at: {
        atMobiles: fields.mention.filter(isMobile),
        atUserIds: fields.mention.filter((one) => !isMobile(one)),
        isAtAll: fields.mention_all,
      },
    }),
    contentType: JSON_TYPE,
    signal: notification.signal,
  })
  return robotOutcome(answer, 'errcode', 'errmsg', ['130101', '410100'])
}

/** The signature stands in the body: HMAC-SHA256 of nothing, keyed with time and secret. @source Feishu, custom bots */
export const sendFeishu: Send<'feishu'> = async (fields, plain, sender) => {
  const notification = plain.escapedBy(taggedValue)
  const secret = await sender.secret(fields.secret, fields.secret_file)
  const timestamp = String(Math.floor(sender.clock.now() / 1000))
  const signed: GoJson =
    secret === ''
      ? {}
      : { timestamp, sign: hmacSha256(`${timestamp}\n${secret}`, '').toString('base64') }
  const title = notification.text(fields.title)
  const called = fields.mention_all ? ['all', ...fields.mention] : fields.mention
  // Cards and plain messages spell a mention in two ways.
  const tags = called.map((id) =>
    fields.message_type === 'text' ? `<at user_id="${id}"></at>` : `<at id=${id}></at>`,
  )
  const text = withMentions(notification.text(fields.message).trim(), tags, ROBOT_BYTES_MAX)
  const message: GoJson =
    fields.message_type === 'text'
      ? { msg_type: 'text', content: { text: `${title}\n${text}` } }
      : {
          msg_type: 'interactive',
          card: {
            header: {
              title: { tag: 'plain_text', content: title },
              template: notification.isFiring ? 'red' : 'green',
            },
            elements: [{ tag: 'markdown', content: text }],
          },
        }
  const answer = await sender.request({
    url: await sender.secret(fields.webhook_url, fields.webhook_url_file),
    body: jsonBody({ ...signed, ...message }),
    contentType: JSON_TYPE,
    signal: notification.signal,
  })
  return robotOutcome(answer, 'code', 'msg', ['11232', '11233'])
}

/** @source WeCom, group robots */
export const sendWecom: Send<'wecom'> = async (fields, plain, sender) => {
  const notification = plain.escapedBy(taggedValue)
  const title = notification.text(fields.title)
  const text = notification.text(fields.message).trim()
  const ids = fields.mention.filter((one) => !isMobile(one))
  const message: GoJson =
    fields.message_type === 'text'
      ? {
          msgtype: 'text',
          text: {
            content: truncatedBytes(`${title}\n${text}`, 2048),
            mentioned_list: fields.mention_all ? ['@all', ...ids] : ids,
            mentioned_mobile_list: fields.mention.filter(isMobile),
          },
        }
      : {
          msgtype: 'markdown',
          markdown: {
            content: withMentions(
              `### ${title}\n${text}`,
              ids.map((one) => `<@${one}>`),
              4096,
            ),
          },
        }
  const answer = await sender.request({
    url: await sender.secret(fields.webhook_url, fields.webhook_url_file),
    body: jsonBody(message),
    contentType: JSON_TYPE,
    signal: notification.signal,
  })
  return robotOutcome(answer, 'errcode', 'errmsg', ['45009'])
}
