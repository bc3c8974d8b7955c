// Receivers that write into a chat: Slack, Telegram, Discord, Teams, WeChat, robots of groups and their like.
import {
  always,
  duration,
  filePath,
  flag,
  integer,
  oneOf,
  openFlag,
  secret,
  text,
} from '../codec.ts'
import { list, pointer, section } from '../section.ts'
import type { Section } from '../section.ts'
import {
  atMostOne,
  httpCommon,
  oneIsNeeded,
  secretUrl,
  standard,
  titledFields,
  webUrl,
} from './receiver-codecs.ts'
import type {
  DiscordFields,
  MattermostAttachment,
  MattermostFields,
  RobotFields,
  RocketchatAction,
  RocketchatFields,
  SlackActionFields,
  SlackConfirmation,
  SlackFields,
  TeamsFields,
  TeamsV2Fields,
  TelegramFields,
  WebexFields,
  WechatFields,
} from './receiver-fields.ts'

const UPDATABLE = 'https://slack.com/api/chat.postMessage'

const slackAction = section<SlackActionFields>(
  {
    type: text(),
    text: text(),
    url: text(),
    style: text(),
    name: text(),
    value: text(),
    confirm: pointer(
      section<SlackConfirmation>(
        { text: text(), title: text(), ok_text: text(), dismiss_text: text() },
        {
          check(value, refuse) {
            if (value.text === '') refuse('missing text in Slack confirmation configuration')
          },
        },
      ),
    ),
  },
  {
    check(value, refuse) {
      if (value.type === '') refuse('missing type in Slack action configuration')
      if (value.text === '') refuse('missing text in Slack action configuration')
      if (value.url === '' && value.name === '')
        refuse('missing name or url in Slack action configuration')
    },
    // A link cannot be a message button too.
    normalise: (value) =>
      value.url === '' ? value : { ...value, name: '', value: '', confirm: undefined },
  },
)

export const slackSection: Section<SlackFields> = section<SlackFields>(
  {
    ...httpCommon(false),
    api_url: secretUrl(),
    api_url_file: filePath(),
    app_token: secret(),
    app_token_file: filePath(),
    app_url: webUrl(),
    channel: text(),
    username: standard('slack.default.username'),
    color: standard('slack.default.color'),
    title: standard('slack.default.title'),
    title_link: standard('slack.default.titlelink'),
    pretext: standard('slack.default.pretext'),
    text: standard('slack.default.text'),
    message_text: text(),
    fields: titledFields('Slack'),
    short_fields: always(flag()),
    footer: standard('slack.default.footer'),
    fallback: standard('slack.default.fallback'),
    callback_id: standard('slack.default.callbackid'),
    icon_emoji: standard('slack.default.iconemoji'),
    icon_url: standard('slack.default.iconurl'),
    image_url: text(),
    thumb_url: text(),
    link_names: always(flag()),
    mrkdwn_in: list(text()),
    actions: list(slackAction),
    update_message: always(flag()),
    timeout: duration(),
  },
  {
    check(value, refuse) {
      atMostOne(value, refuse, ['api_url', 'api_url_file'])
      atMostOne(value, refuse, ['app_token', 'app_token_file'])
      if ((value.api_url || value.api_url_file) && (value.app_token || value.app_token_file))
        refuse('at most one of api_url/api_url_file & app_token/app_token_file must be configured')
      const hasToken = Boolean(value.app_token) || Boolean(value.app_token_file)
      if (value.update_message && !hasToken && ![undefined, UPDATABLE].includes(value.api_url))
        refuse(
          `update_message can only be used with bot tokens. api_url must be set to ${UPDATABLE}`,
        )
    },
  },
)

export const telegramSection: Section<TelegramFields> = section<TelegramFields>(
  {
    ...httpCommon(true),
    api_url: webUrl(),
    bot_token: secret(),
    bot_token_file: filePath(),
    chat_id: integer(),
    chat_id_file: filePath(),
    message_thread_id: integer(),
    message: standard('telegram.default.message'),
    disable_notifications: flag(),
    parse_mode: text('HTML'),
  },
  {
    check(value, refuse) {
      atMostOne(value, refuse, ['bot_token', 'bot_token_file'])
      atMostOne(value, refuse, ['chat_id', 'chat_id_file'])
      if (value.chat_id === 0 && value.chat_id_file === '')
        refuse('missing chat_id or chat_id_file on telegram_config')
      if (!['', 'Markdown', 'MarkdownV2', 'HTML'].includes(value.parse_mode ?? ''))
        refuse(
          'unknown parse_mode on telegram_config, must be Markdown, MarkdownV2, HTML or empty string',
          'parse_mode',
        )
    },
  },
)

type WithWebhook = { webhook_url: string; webhook_url_file: string }

function checkWebhookUrl(
  value: Partial<WithWebhook>,
  refuse: Parameters<typeof atMostOne>[1],
): void {
  oneIsNeeded(value, refuse, ['webhook_url', 'webhook_url_file'])
  atMostOne(value, refuse, ['webhook_url', 'webhook_url_file'])
}

export const discordSection: Section<DiscordFields> = section<DiscordFields>(
  {
    ...httpCommon(true),
    webhook_url: secretUrl(),
    webhook_url_file: filePath(),
    content: text(),
    title: standard('discord.default.title'),
    message: standard('discord.default.message'),
    username: text(),
    avatar_url: text(),
  },
  { check: checkWebhookUrl },
)

export const teamsSection: Section<TeamsFields> = section<TeamsFields>(
  {
    ...httpCommon(true),
    webhook_url: secretUrl(),
    webhook_url_file: filePath(),
    title: standard('msteams.default.title'),
    summary: standard('msteams.default.summary'),
    text: standard('msteams.default.text'),
  },
  { check: checkWebhookUrl },
)

export const teamsV2Section: Section<TeamsV2Fields> = section<TeamsV2Fields>(
  {
    ...httpCommon(true),
    webhook_url: secretUrl(),
    webhook_url_file: filePath(),
    title: standard('msteamsv2.default.title'),
    text: standard('msteamsv2.default.text'),
  },
  { check: checkWebhookUrl },
)

export const wechatSection: Section<WechatFields> = section<WechatFields>(
  {
    ...httpCommon(false),
    api_secret: secret(),
    api_secret_file: filePath(),
    corp_id: text(),
    message: standard('wechat.default.message'),
    api_url: webUrl(),
    to_user: standard('wechat.default.to_user'),
    to_party: standard('wechat.default.to_party'),
    to_tag: standard('wechat.default.to_tag'),
    agent_id: standard('wechat.default.agent_id'),
    message_type: oneOf(
      ['text', 'markdown'],
      'text',
      (word) => `weChat message type ${JSON.stringify(word)} does not match valid options`,
    ),
  },
  { check: (value, refuse) => atMostOne(value, refuse, ['api_secret', 'api_secret_file']) },
)

/** A mobile of the mainland, or one with its country in front; any other mention is the id of a member. */
export function isMobile(mention: string): boolean {
  return /^(?:1\d{10}|\+\d[\d-]{6,})$/.test(mention)
}

type RobotKind = 'dingtalk' | 'feishu' | 'wecom'

/** The kinds of message that a robot may send, the first one unless told otherwise. */
const ROBOT_TYPES: Readonly<Record<RobotKind, readonly [string, ...string[]]>> = {
  dingtalk: ['markdown', 'text'],
  feishu: ['interactive', 'text'],
  wecom: ['markdown', 'text'],
}

export function robotSection(kind: RobotKind): Section<RobotFields> {
  const types = ROBOT_TYPES[kind]
  return section<RobotFields>(
    {
      ...httpCommon(true),
      webhook_url: secretUrl(),
      webhook_url_file: filePath(),
      secret: secret(),
      secret_file: filePath(),
      title: standard(`${kind}.default.title`),
      message: standard(`${kind}.default.message`),
      message_type: oneOf(types, types[0]),
      mention: list(text()),
      mention_all: flag(),
    },
    {
      check(value, refuse) {
        checkWebhookUrl(value, refuse)
        atMostOne(value, refuse, ['secret', 'secret_file'])
        if (kind === 'wecom' && (value.secret || value.secret_file))
          refuse('a WeCom robot has no secret: its key stands in the URL', 'secret')
        if (kind !== 'wecom' || value.message_type === 'text') return
        const hasMobile = value.mention?.some(isMobile) === true
        if (value.mention_all === true || hasMobile)
          refuse(
            'a WeCom robot calls everybody, or mobiles, with message_type text only',
            hasMobile ? 'mention' : 'mention_all',
          )
      },
    },
  )
}

export const webexSection: Section<WebexFields> = section<WebexFields>(
  {
    ...httpCommon(true),
    api_url: webUrl(),
    message: standard('webex.default.message'),
    room_id: text(),
  },
  {
    check(value, refuse) {
      if (value.room_id === '') refuse('missing room_id on webex_config')
      if (value.http_config?.authorization === undefined)
        refuse('missing webex_configs.http_config.authorization')
    },
  },
)

export const rocketchatSection: Section<RocketchatFields> = section<RocketchatFields>(
  {
    ...httpCommon(false),
    api_url: webUrl(),
    token_id: secret(),
    token_id_file: filePath(),
    token: secret(),
    token_file: filePath(),
    channel: text(),
    color: text('{{ if eq .Status "firing" }}red{{ else }}green{{ end }}'),
    title: standard('rocketchat.default.title'),
    title_link: standard('rocketchat.default.titlelink'),
    text: standard('rocketchat.default.text'),
    fields: list(
      section<RocketchatFields['fields'][number]>({
        title: text(),
        value: text(),
        short: openFlag(),
      }),
    ),
    short_fields: always(flag()),
    emoji: standard('rocketchat.default.emoji'),
    icon_url: standard('rocketchat.default.iconurl'),
    image_url: text(),
    thumb_url: text(),
    link_names: always(flag()),
    actions: list(
      section<RocketchatAction>({
        type: text(),
        text: text(),
        url: text(),
        image_url: text(),
        is_webview: flag(),
        webview_height_ratio: text(),
        msg: text(),
        msg_in_chat_window: flag(),
        msg_processing_type: text(),
      }),
    ),
  },
  {
    check(value, refuse) {
      atMostOne(value, refuse, ['token', 'token_file'])
      atMostOne(value, refuse, ['token_id', 'token_id_file'])
    },
  },
)

const attachment = {
  fallback: text(),
  color: text(),
  pretext: text(),
  text: text(),
  author_name: text(),
  author_link: text(),
  author_icon: text(),
  title: text(),
  title_link: text(),
  fields: titledFields('Mattermost'),
  thumb_url: text(),
  footer: text(),
  footer_icon: text(),
  image_url: text(),
}

export const mattermostSection: Section<MattermostFields> = section<MattermostFields>(
  {
    ...httpCommon(true),
    ...attachment,
    webhook_url: secretUrl(),
    webhook_url_file: filePath(),
    channel: text(),
    username: standard('mattermost.default.username'),
    color: standard('mattermost.default.color'),
    text: standard('mattermost.default.text'),
    title: standard('mattermost.default.title'),
    title_link: standard('mattermost.default.titlelink'),
    fallback: standard('mattermost.default.fallback'),
    icon_url: text(),
    icon_emoji: text(),
    attachments: list(section<MattermostAttachment>(attachment)),
    type: text(),
    props: pointer(section<{ card: string }>({ card: text() })),
    priority: pointer(
      section<NonNullable<MattermostFields['priority']>>({
        priority: text(),
        requested_ack: flag(),
        persistent_notifications: flag(),
      }),
    ),
  },
  { check: (value, refuse) => atMostOne(value, refuse, ['webhook_url', 'webhook_url_file']) },
)
