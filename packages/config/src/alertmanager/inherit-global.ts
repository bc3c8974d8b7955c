// What a receiver takes from the global section when it does not say it itself, and what must then be there.
import type { Refuse } from '../section.ts'
import type { AlertGlobalFields } from './alertmanager-global.ts'
import type {
  EmailFields,
  JiraFields,
  MattermostFields,
  OpsgenieFields,
  PagerdutyFields,
  ReceiverFieldsByKind,
  ReceiverKind,
  RocketchatFields,
  SlackFields,
  TelegramFields,
  VictoropsFields,
  WebexFields,
  WechatFields,
} from './receiver-fields.ts'

type Inherit<F> = (fields: F, global: AlertGlobalFields, refuse: Refuse) => F

/** Both of a pair of keys (`x`, `x_file`) from the global section, when neither is given. */
function pair<F, K extends keyof F, L extends keyof F>(
  fields: F,
  key: K,
  fileKey: L,
  value: F[K],
  file: F[L],
): F {
  return fields[key] || fields[fileKey] ? fields : { ...fields, [key]: value, [fileKey]: file }
}

function withSlash(url: string): string {
  return url === '' || url.endsWith('/') ? url : `${url}/`
}

const email: Inherit<EmailFields> = (fields, global, refuse) => {
  let whole = pair(
    fields,
    'auth_password',
    'auth_password_file',
    global.smtp_auth_password,
    global.smtp_auth_password_file,
  )
  whole = pair(
    whole,
    'auth_secret',
    'auth_secret_file',
    global.smtp_auth_secret,
    global.smtp_auth_secret_file,
  )
  whole = {
    ...whole,
    tls_config: whole.tls_config ?? global.smtp_tls_config,
    smarthost: whole.smarthost || global.smtp_smarthost,
    from: whole.from || global.smtp_from,
    hello: whole.hello || global.smtp_hello,
    auth_username: whole.auth_username || global.smtp_auth_username,
    auth_identity: whole.auth_identity || global.smtp_auth_identity,
    require_tls: whole.require_tls ?? global.smtp_require_tls,
    force_implicit_tls: whole.force_implicit_tls ?? global.smtp_force_implicit_tls,
  }
  if (whole.smarthost === '') refuse('no global SMTP smarthost set')
  if (whole.from === '') refuse('no global SMTP from set')
  return whole
}

const slack: Inherit<SlackFields> = (fields, global, refuse) => {
  let whole = { ...fields, app_url: fields.app_url || global.slack_app_url }
  const isOpen = fields.http_config?.authorization === undefined && fields.api_url === ''
  if (isOpen)
    whole = pair(
      whole,
      'app_token',
      'app_token_file',
      global.slack_app_token,
      global.slack_app_token_file,
    )
  whole = pair(whole, 'api_url', 'api_url_file', global.slack_api_url, global.slack_api_url_file)
  const hasToken = whole.app_token !== '' || whole.app_token_file !== ''
  if (!hasToken && whole.api_url === '' && whole.api_url_file === '')
    refuse('no Slack API URL nor App token set either inline or in a file')
  if (!hasToken) return whole
  if (whole.http_config?.authorization !== undefined)
    refuse("http authorization can't be set when using Slack App tokens")
  return { ...whole, api_url: whole.app_url, api_url_file: '' }
}

const pagerduty: Inherit<PagerdutyFields> = (fields, global) => ({
  ...fields,
  url: fields.url || global.pagerduty_url,
})

const opsgenie: Inherit<OpsgenieFields> = (fields, global, refuse) => {
  const whole = pair(
    { ...fields, api_url: withSlash(fields.api_url || global.opsgenie_api_url) },
    'api_key',
    'api_key_file',
    global.opsgenie_api_key,
    global.opsgenie_api_key_file,
  )
  if (whole.api_key === '' && whole.api_key_file === '')
    refuse('no global OpsGenie API Key set either inline or in a file')
  return whole
}

const wechat: Inherit<WechatFields> = (fields, global, refuse) => {
  const whole = pair(
    {
      ...fields,
      api_url: withSlash(fields.api_url || global.wechat_api_url),
      corp_id: fields.corp_id || global.wechat_api_corp_id,
    },
    'api_secret',
    'api_secret_file',
    global.wechat_api_secret,
    global.wechat_api_secret_file,
  )
  if (whole.api_secret === '' && whole.api_secret_file === '')
    refuse('no global Wechat Api Secret set either inline or in a file')
  if (whole.corp_id === '') refuse('no global Wechat CorpID set')
  return whole
}

const victorops: Inherit<VictoropsFields> = (fields, global, refuse) => {
  const whole = pair(
    { ...fields, api_url: withSlash(fields.api_url || global.victorops_api_url) },
    'api_key',
    'api_key_file',
    global.victorops_api_key,
    global.victorops_api_key_file,
  )
  if (whole.api_key === '' && whole.api_key_file === '') refuse('no global VictorOps API Key set')
  return whole
}

const telegram: Inherit<TelegramFields> = (fields, global, refuse) => {
  const whole = pair(
    { ...fields, api_url: fields.api_url || global.telegram_api_url },
    'bot_token',
    'bot_token_file',
    global.telegram_bot_token,
    global.telegram_bot_token_file,
  )
  if (whole.bot_token === '' && whole.bot_token_file === '')
    refuse('missing bot_token or bot_token_file on telegram_config')
  return whole
}

const webex: Inherit<WebexFields> = (fields, global) => ({
  ...fields,
  api_url: fields.api_url || global.webex_api_url,
})

const jira: Inherit<JiraFields> = (fields, global, refuse) => {
  const api_url = fields.api_url || global.jira_api_url
  if (api_url === '') refuse('no global Jira Cloud URL set')
  return { ...fields, api_url }
}

const rocketchat: Inherit<RocketchatFields> = (fields, global, refuse) => {
  let whole = { ...fields, api_url: fields.api_url || global.rocketchat_api_url }
  whole = pair(
    whole,
    'token_id',
    'token_id_file',
    global.rocketchat_token_id,
    global.rocketchat_token_id_file,
  )
  whole = pair(whole, 'token', 'token_file', global.rocketchat_token, global.rocketchat_token_file)
  if (whole.token_id === '' && whole.token_id_file === '')
    refuse('no global Rocketchat TokenID set either inline or in a file')
  if (whole.token === '' && whole.token_file === '')
    refuse('no global Rocketchat Token set either inline or in a file')
  return whole
}

const mattermost: Inherit<MattermostFields> = (fields, global, refuse) => {
  const whole = pair(
    fields,
    'webhook_url',
    'webhook_url_file',
    global.mattermost_webhook_url,
    global.mattermost_webhook_url_file,
  )
  if (whole.webhook_url === '' && whole.webhook_url_file === '')
    refuse('missing webhook_url or webhook_url_file on mattermost_config')
  return whole
}

const INHERIT: { readonly [K in ReceiverKind]?: Inherit<ReceiverFieldsByKind[K]> } = {
  email,
  slack,
  pagerduty,
  opsgenie,
  wechat,
  victorops,
  telegram,
  webex,
  jira,
  rocketchat,
  mattermost,
}

/** The whole settings of one integration. @source Alertmanager 0.34, Config.UnmarshalYAML */
export function inheritGlobal<K extends ReceiverKind>(
  kind: K,
  fields: ReceiverFieldsByKind[K],
  global: AlertGlobalFields,
  refuse: Refuse,
): ReceiverFieldsByKind[K] {
  return INHERIT[kind]?.(fields, global, refuse) ?? fields
}
