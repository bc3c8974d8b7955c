// Requests to chats, whole, as the APIs' documents want them.
import { expect, test } from 'vitest'
import { alertOf, recorded } from '../testing/recorded.ts'

const TITLE = '[FIRING:1] DiskFull (db-1:9100)'
const LINK = 'http://am/#/alerts?receiver=team'
const LIST =
  '\n\nAlerts Firing:\nLabels:\n - alertname = DiskFull\n - instance = db-1:9100\nAnnotations:\n - summary = Disk is full\nSource: http://prom/graph?g0.expr=up\n\n\n\n'

test('slack: an attachment with fields and buttons', async () => {
  const { outcome, requests, json } = await recorded(
    `slack_configs:
  - api_url: http://receiver/services/T/B/x
    channel: '#ops-{{ .GroupLabels.alertname }}'
    icon_emoji: ':bell:'
    link_names: true
    message_text: '{{ len .Alerts }} on fire'
    text: '{{ range .Alerts }}{{ .Annotations.summary }}{{ end }}'
    short_fields: true
    fields: [{title: Where, value: '{{ .CommonLabels.instance }}'}, {title: t, value: v, short: false}]
    actions:
    - {type: button, text: Runbook, url: 'http://wiki/{{ .CommonLabels.alertname }}', style: primary}
    - {type: button, text: Ack, name: ack, value: yes, confirm: {text: Sure?, ok_text: Y}}`,
    { reply: () => ({ type: 'text/plain', body: 'ok' }) },
  )
  expect(outcome).toEqual({ ok: true })
  expect(requests[0]?.line).toBe('POST receiver:80/services/T/B/x')
  expect(requests[0]?.headers).toMatchObject({
    'content-type': 'application/json',
    'user-agent': 'Pharos/test',
  })
  expect(json).toEqual({
    channel: '#ops-DiskFull',
    username: 'Alertmanager',
    icon_emoji: ':bell:',
    link_names: true,
    text: '1 on fire',
    attachments: [
      {
        title: TITLE,
        title_link: LINK,
        text: 'Disk is full',
        fallback: `${TITLE} | ${LINK}`,
        callback_id: '',
        footer: '',
        color: 'danger',
        fields: [
          { title: 'Where', value: 'db-1:9100', short: true },
          { title: 't', value: 'v', short: false },
        ],
        actions: [
          { type: 'button', text: 'Runbook', url: 'http://wiki/DiskFull', style: 'primary' },
          {
            type: 'button',
            text: 'Ack',
            name: 'ack',
            value: 'yes',
            confirm: { text: 'Sure?', ok_text: 'Y' },
          },
        ],
        mrkdwn_in: ['fallback', 'pretext', 'text'],
      },
    ],
  })
})

test('slack: a message of an app is updated where it stands, and an error in a 200 is an error', async () => {
  const yaml = `slack_configs: [{app_token: xoxb-1, channel: C1, update_message: true}]`
  const hosts = ['slack.com:443']
  const body = JSON.stringify({ ok: true, channel: 'C1', ts: '17.5' })
  const first = await recorded(yaml, { hosts, reply: () => ({ body }) })
  expect(first.outcome).toEqual({ ok: true, keep: { channelId: 'C1', threadTs: '17.5' } })
  expect(first.requests[0]?.line).toBe('POST slack.com:443/api/chat.postMessage')
  expect(first.requests[0]?.headers['authorization']).toBe('Bearer xoxb-1')
  const second = await recorded(yaml, {
    hosts,
    kept: { channelId: 'C1', threadTs: '17.5' },
    reply: () => ({ body }),
  })
  expect(second.requests[0]?.line).toBe('POST slack.com:443/api/chat.update')
  expect(second.json).toMatchObject({ channel: 'C1', ts: '17.5' })
  const refused = await recorded(yaml, {
    hosts,
    reply: () => ({ body: '{"ok":false,"error":"channel_not_found"}' }),
  })
  expect(refused.outcome).toMatchObject({
    isRetryable: false,
    error: 'channel "C1": error response from Slack: channel_not_found',
  })
})

test('telegram: sendMessage of a bot, and the words of its errors', async () => {
  const { requests, json } = await recorded(
    `telegram_configs: [{api_url: 'http://receiver', bot_token: '1:tok', chat_id: -100, message_thread_id: 7, disable_notifications: true}]`,
  )
  expect(requests[0]?.line).toBe('POST receiver:80/bot1:tok/sendMessage')
  expect(json).toEqual({
    chat_id: '-100',
    message_thread_id: '7',
    disable_notification: 'true',
    disable_web_page_preview: 'true',
    parse_mode: 'HTML',
    text: LIST,
  })
  const refused = await recorded(
    `telegram_configs: [{api_url: 'http://receiver', bot_token_file: /t, chat_id: 5, parse_mode: ''}]`,
    {
      files: { '/t': 'tok\n' },
      reply: () => ({
        status: 400,
        body: '{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}',
      }),
    },
  )
  expect(refused.requests[0]?.line).toBe('POST receiver:80/bottok/sendMessage')
  expect(refused.json).not.toHaveProperty('parse_mode')
  expect(refused.outcome).toMatchObject({
    isRetryable: false,
    error: 'telegram: Bad Request: chat not found (400)',
  })
})

test('discord: an embed, red or green', async () => {
  const yaml = `discord_configs: [{webhook_url: 'http://receiver/api/webhooks/1/t', content: '<@&42>', username: bot, avatar_url: 'http://i/a.png'}]`
  const { json } = await recorded(yaml)
  expect(json).toEqual({
    content: '<@&42>',
    username: 'bot',
    avatar_url: 'http://i/a.png',
    embeds: [{ title: TITLE, description: LIST, color: 0x992d22 }],
  })
  const resolved = await recorded(yaml, { alerts: [alertOf({}, {}, true)] })
  expect(resolved.json).toMatchObject({ embeds: [{ color: 0x2ecc71 }] })
})

test('teams: a message card, and an adaptive card for workflows', async () => {
  const card = await recorded(`msteams_configs: [{webhook_url: 'http://receiver/w'}]`)
  expect(card.json).toMatchObject({
    '@context': 'http://schema.org/extensions',
    type: 'MessageCard',
    title: TITLE,
    themeColor: '8C1A1A',
  })
  const adaptive = await recorded(
    `msteamsv2_configs: [{webhook_url: 'http://receiver/w', text: '{{ .CommonAnnotations.summary }}'}]`,
    { reply: () => ({ status: 202 }) },
  )
  expect(adaptive.outcome).toEqual({ ok: true })
  expect(adaptive.json).toEqual({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.2',
          body: [
            {
              type: 'TextBlock',
              text: TITLE,
              weight: 'Bolder',
              size: 'Medium',
              wrap: true,
              style: 'heading',
              color: 'Attention',
            },
            { type: 'TextBlock', text: 'Disk is full', wrap: true },
          ],
          msteams: { width: 'full' },
        },
      },
    ],
  })
})

test('webex: Markdown into a room, with the bot’s token', async () => {
  const { requests, json } = await recorded(
    `webex_configs: [{api_url: 'http://receiver/v1/messages', room_id: R1, message: '**{{ .Status }}**', http_config: {authorization: {credentials: tok}}}]`,
  )
  expect(requests[0]?.line).toBe('POST receiver:80/v1/messages')
  expect(requests[0]?.headers['authorization']).toBe('Bearer tok')
  expect(json).toEqual({ markdown: '**firing**', roomId: 'R1' })
})

test('rocketchat: chat.postMessage with the ids of a token, and an error in a 200 is an error', async () => {
  const yaml = `rocketchat_configs: [{api_url: 'http://receiver/', token: tok, token_id: id, channel: '#ops', text: '{{ .Status }}', fields: [{title: a, value: b}], actions: [{type: button, text: Go, url: 'http://x'}]}]`
  const { requests, json, outcome } = await recorded(yaml, {
    reply: () => ({ body: '{"success":true}' }),
  })
  expect(outcome).toEqual({ ok: true })
  expect(requests[0]?.line).toBe('POST receiver:80/api/v1/chat.postMessage')
  expect(requests[0]?.headers).toMatchObject({ 'x-auth-token': 'tok', 'x-user-id': 'id' })
  expect(json).toEqual({
    channel: '#ops',
    attachments: [
      {
        title: TITLE,
        title_link: LINK,
        text: 'firing',
        color: 'red',
        fields: [{ short: false, title: 'a', value: 'b' }],
        actions: [
          {
            type: 'button',
            text: 'Go',
            url: 'http://x',
            is_webview: false,
            msg_in_chat_window: false,
          },
        ],
      },
    ],
  })
  const refused = await recorded(yaml, {
    reply: () => ({ body: '{"success":false,"error":"unauthorized"}' }),
  })
  expect(refused.outcome).toMatchObject({
    isRetryable: false,
    error: 'channel "#ops": error response from Rocketchat: unauthorized',
  })
})

test('mattermost: attachments, a card and a priority', async () => {
  const { json } = await recorded(
    `mattermost_configs: [{webhook_url: 'http://receiver/hooks/x', channel: ops, icon_emoji: bell, text: '', props: {card: 'about {{ .CommonLabels.alertname }}'}, priority: {priority: urgent, requested_ack: true, persistent_notifications: true}, attachments: [{title: T, text: '{{ .Status }}', fields: [{title: a, value: b, short: true}]}]}]`,
  )
  expect(json).toEqual({
    channel: 'ops',
    username: 'Alertmanager',
    icon_emoji: 'bell',
    attachments: [
      { title: 'T', text: 'firing', fields: [{ title: 'a', value: 'b', short: true }] },
    ],
    props: { card: 'about DiskFull' },
    priority: { priority: 'urgent', requested_ack: true, persistent_notifications: true },
  })
})

// What an attacker can write into a label or an annotation.
const HOSTILE = '<!channel> @everyone <@U1> [x](http://evil) <script>alert(1)</script> *b* & `c`'

test('text of labels is no mention, no link and no tag in any chat', async () => {
  const alerts = [alertOf({ instance: HOSTILE }, { summary: HOSTILE })]
  // As the receiver reads it, without the escapes of JSON.
  const text = async (yaml: string): Promise<string> =>
    JSON.stringify((await recorded(yaml, { alerts })).json)
  const template = `'{{ .CommonAnnotations.summary }} {{ .CommonLabels.instance }}'`
  const slack = await text(`slack_configs: [{api_url: 'http://receiver/', text: ${template}}]`)
  expect(slack).toContain('&lt;!channel&gt;')
  expect(slack).not.toMatch(/<[!@s]/)
  const html = await text(
    `telegram_configs: [{api_url: 'http://receiver', bot_token: t, chat_id: 1, message: ${template}}]`,
  )
  expect(html).toContain('&lt;script&gt;')
  const markdown = await text(
    `telegram_configs: [{api_url: 'http://receiver', bot_token: t, chat_id: 1, parse_mode: MarkdownV2, message: ${template}}]`,
  )
  expect((JSON.parse(markdown) as { text: string }).text).toContain('\\*b\\* & \\`c\\`')
  for (const yaml of [
    `discord_configs: [{webhook_url: 'http://receiver/', message: ${template}}]`,
    `mattermost_configs: [{webhook_url: 'http://receiver/', text: ${template}}]`,
    `rocketchat_configs: [{api_url: 'http://receiver/', token: t, token_id: i, text: ${template}}]`,
    `msteams_configs: [{webhook_url: 'http://receiver/', text: ${template}}]`,
    `msteamsv2_configs: [{webhook_url: 'http://receiver/', text: ${template}}]`,
    `webex_configs: [{api_url: 'http://receiver/', room_id: r, message: ${template}, http_config: {authorization: {credentials: t}}}]`,
    `dingtalk_configs: [{webhook_url: 'http://receiver/', message: ${template}}]`,
    `feishu_configs: [{webhook_url: 'http://receiver/', message: ${template}}]`,
    `wecom_configs: [{webhook_url: 'http://receiver/', message: ${template}}]`,
  ]) {
    const sent = await text(yaml)
    expect(sent, yaml).toContain('everyone')
    expect(sent, yaml).not.toMatch(/@everyone|<@U1>|\]\(http/)
    if (/msteams|webex|dingtalk|feishu|wecom/.test(yaml))
      expect(sent, yaml).not.toMatch(/<script|<!channel/)
  }
})

test('a text that is too long is cut where the API would refuse it', async () => {
  const alerts = [alertOf({ instance: 'x'.repeat(20_000) }, { summary: 'ü'.repeat(20_000) })]
  const sent = async (yaml: string): Promise<Record<string, unknown>> =>
    (await recorded(yaml, { alerts })).json as Record<string, unknown>
  const slack = await sent(`slack_configs: [{api_url: 'http://receiver/'}]`)
  expect((slack['attachments'] as { title: string }[])[0]?.title.length).toBe(1024)
  const telegram = await sent(
    `telegram_configs: [{api_url: 'http://receiver', bot_token: t, chat_id: 1, parse_mode: ''}]`,
  )
  expect((telegram['text'] as string).length).toBe(4096)
  const page = await sent(
    `telegram_configs: [{api_url: 'http://receiver', bot_token: t, chat_id: 1}]`,
  )
  expect(page['text']).toContain('message length exceeds Telegram limits')
  const discord = await sent(`discord_configs: [{webhook_url: 'http://receiver/'}]`)
  const [embed] = discord['embeds'] as { title: string; description: string }[]
  expect([embed?.title.length, embed?.description.length]).toEqual([256, 4096])
  const webex = await sent(
    `webex_configs: [{api_url: 'http://receiver/', room_id: r, http_config: {authorization: {credentials: t}}}]`,
  )
  expect(Buffer.byteLength(webex['markdown'] as string)).toBeLessThanOrEqual(7439)
  const wecom = await sent(
    `wecom_configs: [{webhook_url: 'http://receiver/', mention: [zhang], message: '{{ .CommonAnnotations.summary }}'}]`,
  )
  const { content } = wecom['markdown'] as { content: string }
  expect(Buffer.byteLength(content)).toBeLessThanOrEqual(4096)
  expect(content).toMatch(/<@zhang>$/)
})
