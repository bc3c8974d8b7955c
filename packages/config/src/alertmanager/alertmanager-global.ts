// The global section: what receivers have in common.
import { always, duration, filePath, flag, openFlag, secret, text } from '../codec.ts'
import { tlsSection } from '../http-client.ts'
import type { HttpFields, TlsFields } from '../http-client.ts'
import { pointer, section } from '../section.ts'
import type { Refuse, Section } from '../section.ts'
import { atMostOne, hostPort, httpConfig, secretUrl, webUrl } from './receiver-codecs.ts'

export interface AlertGlobalFields {
  resolve_timeout: number
  http_config: HttpFields | undefined
  jira_api_url: string
  smtp_from: string
  smtp_hello: string
  smtp_smarthost: string
  smtp_auth_username: string
  smtp_auth_password: string
  smtp_auth_password_file: string
  smtp_auth_secret: string
  smtp_auth_secret_file: string
  smtp_auth_identity: string
  smtp_require_tls: boolean
  smtp_tls_config: TlsFields | undefined
  smtp_force_implicit_tls: boolean | undefined
  /** Ours: a grafana.ini whose `[smtp]` section stands for the `smtp_*` keys that are not given. */
  smtp_config_file: string
  slack_api_url: string
  slack_api_url_file: string
  slack_app_token: string
  slack_app_token_file: string
  slack_app_url: string
  pagerduty_url: string
  opsgenie_api_url: string
  opsgenie_api_key: string
  opsgenie_api_key_file: string
  wechat_api_url: string
  wechat_api_secret: string
  wechat_api_secret_file: string
  wechat_api_corp_id: string
  victorops_api_url: string
  victorops_api_key: string
  victorops_api_key_file: string
  telegram_api_url: string
  telegram_bot_token: string
  telegram_bot_token_file: string
  webex_api_url: string
  rocketchat_api_url: string
  rocketchat_token: string
  rocketchat_token_file: string
  rocketchat_token_id: string
  rocketchat_token_id_file: string
  mattermost_webhook_url: string
  mattermost_webhook_url_file: string
}

/** Keys of which only one may be given. */
const EXCLUSIVE: readonly (readonly (keyof AlertGlobalFields)[])[] = [
  ['slack_app_token', 'slack_app_token_file'],
  ['slack_api_url', 'slack_api_url_file'],
  ['opsgenie_api_key', 'opsgenie_api_key_file'],
  ['victorops_api_key', 'victorops_api_key_file'],
  ['telegram_bot_token', 'telegram_bot_token_file'],
  ['smtp_auth_password', 'smtp_auth_password_file'],
  ['smtp_auth_secret', 'smtp_auth_secret_file'],
  ['rocketchat_token', 'rocketchat_token_file'],
  ['rocketchat_token_id', 'rocketchat_token_id_file'],
  ['wechat_api_secret', 'wechat_api_secret_file'],
  ['mattermost_webhook_url', 'mattermost_webhook_url_file'],
]

function checkGlobal(value: Partial<AlertGlobalFields>, refuse: Refuse): void {
  for (const keys of EXCLUSIVE) atMostOne(value, refuse, keys)
  const hasToken = Boolean(value.slack_app_token) || Boolean(value.slack_app_token_file)
  const hasUrl = Boolean(value.slack_api_url) || Boolean(value.slack_api_url_file)
  // The same URL in both places is how people passed tokens before there was a key for them.
  if (hasToken && hasUrl && value.slack_api_url !== value.slack_app_url)
    refuse(
      'at most one of slack_app_token/slack_app_token_file & slack_api_url/slack_api_url_file must be configured',
    )
}

export const alertGlobalSection: Section<AlertGlobalFields> = section<AlertGlobalFields>(
  {
    resolve_timeout: always(duration('5m')),
    http_config: httpConfig(),
    jira_api_url: webUrl(),
    smtp_from: text(),
    smtp_hello: text('localhost'),
    smtp_smarthost: hostPort(),
    smtp_auth_username: text(),
    smtp_auth_password: secret(),
    smtp_auth_password_file: filePath(),
    smtp_auth_secret: secret(),
    smtp_auth_secret_file: filePath(),
    smtp_auth_identity: text(),
    smtp_require_tls: always(flag(true)),
    smtp_tls_config: pointer(tlsSection),
    smtp_force_implicit_tls: openFlag(),
    smtp_config_file: filePath(),
    slack_api_url: secretUrl(),
    slack_api_url_file: filePath(),
    slack_app_token: secret(),
    slack_app_token_file: filePath(),
    slack_app_url: webUrl('https://slack.com/api/chat.postMessage'),
    pagerduty_url: webUrl('https://events.pagerduty.com/v2/enqueue'),
    opsgenie_api_url: webUrl('https://api.opsgenie.com/'),
    opsgenie_api_key: secret(),
    opsgenie_api_key_file: filePath(),
    wechat_api_url: webUrl('https://qyapi.weixin.qq.com/cgi-bin/'),
    wechat_api_secret: secret(),
    wechat_api_secret_file: filePath(),
    wechat_api_corp_id: text(),
    victorops_api_url: webUrl('https://alert.victorops.com/integrations/generic/20131114/alert/'),
    victorops_api_key: secret(),
    victorops_api_key_file: filePath(),
    telegram_api_url: webUrl('https://api.telegram.org'),
    telegram_bot_token: secret(),
    telegram_bot_token_file: filePath(),
    webex_api_url: webUrl('https://webexapis.com/v1/messages'),
    rocketchat_api_url: webUrl('https://open.rocket.chat/'),
    rocketchat_token: secret(),
    rocketchat_token_file: filePath(),
    rocketchat_token_id: secret(),
    rocketchat_token_id_file: filePath(),
    mattermost_webhook_url: secretUrl(),
    mattermost_webhook_url_file: filePath(),
  },
  { check: checkGlobal },
)
