// The keys of each kind of receiver, named as in the file. Templates are texts; they are carried out when a
// notification is sent.
import type { HttpFields, TlsFields } from '../http-client.ts'

/** What YAML may hold where anything goes: payloads, details, fields of issues. */
export type LooseValue =
  | null
  | boolean
  | number
  | string
  | readonly LooseValue[]
  | { readonly [key: string]: LooseValue }

export type TextPairs = readonly (readonly [string, string])[]

export interface CommonFields {
  send_resolved: boolean
}

export interface HttpReceiverFields extends CommonFields {
  http_config: HttpFields | undefined
}

export interface EmailFields extends CommonFields {
  to: string
  from: string
  hello: string
  smarthost: string
  auth_username: string
  auth_password: string
  auth_password_file: string
  auth_secret: string
  auth_secret_file: string
  auth_identity: string
  headers: TextPairs
  html: string
  text: string
  require_tls: boolean | undefined
  tls_config: TlsFields | undefined
  force_implicit_tls: boolean | undefined
  threading: { enabled: boolean; thread_by_date: string }
}

export interface WebhookFields extends HttpReceiverFields {
  url: string
  url_file: string
  max_alerts: number
  timeout: number
  payload: LooseValue | undefined
}

export interface SlackConfirmation {
  text: string
  title: string
  ok_text: string
  dismiss_text: string
}

export interface SlackActionFields {
  type: string
  text: string
  url: string
  style: string
  name: string
  value: string
  confirm: SlackConfirmation | undefined
}

export interface TitledField {
  title: string
  value: string
  short: boolean | undefined
}

export interface SlackFields extends HttpReceiverFields {
  api_url: string
  api_url_file: string
  app_token: string
  app_token_file: string
  app_url: string
  channel: string
  username: string
  color: string
  title: string
  title_link: string
  pretext: string
  text: string
  message_text: string
  fields: readonly TitledField[]
  short_fields: boolean
  footer: string
  fallback: string
  callback_id: string
  icon_emoji: string
  icon_url: string
  image_url: string
  thumb_url: string
  link_names: boolean
  mrkdwn_in: readonly string[]
  actions: readonly SlackActionFields[]
  update_message: boolean
  timeout: number
}

export interface TelegramFields extends HttpReceiverFields {
  api_url: string
  bot_token: string
  bot_token_file: string
  chat_id: number
  chat_id_file: string
  message_thread_id: number
  message: string
  disable_notifications: boolean
  parse_mode: string
}

export interface DiscordFields extends HttpReceiverFields {
  webhook_url: string
  webhook_url_file: string
  content: string
  title: string
  message: string
  username: string
  avatar_url: string
}

export interface TeamsFields extends HttpReceiverFields {
  webhook_url: string
  webhook_url_file: string
  title: string
  summary: string
  text: string
}

export interface TeamsV2Fields extends HttpReceiverFields {
  webhook_url: string
  webhook_url_file: string
  title: string
  text: string
}

export interface PagerdutyFields extends HttpReceiverFields {
  service_key: string
  service_key_file: string
  routing_key: string
  routing_key_file: string
  url: string
  client: string
  client_url: string
  description: string
  details: readonly (readonly [string, LooseValue])[]
  images: readonly { src: string; alt: string; href: string }[]
  links: readonly { href: string; text: string }[]
  source: string
  severity: string
  class: string
  component: string
  group: string
  timeout: number
}

export interface WechatFields extends HttpReceiverFields {
  api_secret: string
  api_secret_file: string
  corp_id: string
  message: string
  api_url: string
  to_user: string
  to_party: string
  to_tag: string
  agent_id: string
  message_type: string
}

/** Ours: the robots of DingTalk, Feishu (Lark) and WeCom groups. */
export interface RobotFields extends HttpReceiverFields {
  webhook_url: string
  webhook_url_file: string
  /** Signs every message; not for WeCom. */
  secret: string
  secret_file: string
  title: string
  message: string
  message_type: string
  /** Ids of members; mobiles for DingTalk and WeCom. */
  mention: readonly string[]
  mention_all: boolean
}

/** Ours: a ping for as long as alerts of its route fire, and a word when they do not any more. */
export interface HeartbeatFields extends HttpReceiverFields {
  url: string
  url_file: string
  /** Asked for when no alert came for `timeout`. */
  failure_url: string
  timeout: number
}

export interface OpsgenieFields extends HttpReceiverFields {
  api_key: string
  api_key_file: string
  api_url: string
  message: string
  description: string
  source: string
  details: TextPairs
  entity: string
  responders: readonly { id: string; name: string; username: string; type: string }[]
  actions: string
  tags: string
  note: string
  priority: string
  update_alerts: boolean
}

export interface VictoropsFields extends HttpReceiverFields {
  api_key: string
  api_key_file: string
  api_url: string
  routing_key: string
  message_type: string
  state_message: string
  entity_display_name: string
  monitoring_tool: string
  custom_fields: TextPairs
}

export interface PushoverFields extends HttpReceiverFields {
  user_key: string
  user_key_file: string
  token: string
  token_file: string
  title: string
  message: string
  url: string
  url_title: string
  device: string
  sound: string
  priority: string
  retry: number
  expire: number
  ttl: number
  html: boolean
  monospace: boolean
}

export interface SnsFields extends HttpReceiverFields {
  api_url: string
  sigv4: {
    region: string
    access_key: string
    secret_key: string
    profile: string
    role_arn: string
    external_id: string
    use_fips_sts_endpoint: boolean
  }
  topic_arn: string
  phone_number: string
  target_arn: string
  subject: string
  message: string
  attributes: TextPairs
  use_aws_http_client: boolean
}

export interface WebexFields extends HttpReceiverFields {
  api_url: string
  message: string
  room_id: string
}

export interface RocketchatAction {
  type: string
  text: string
  url: string
  image_url: string
  is_webview: boolean
  webview_height_ratio: string
  msg: string
  msg_in_chat_window: boolean
  msg_processing_type: string
}

export interface RocketchatFields extends HttpReceiverFields {
  api_url: string
  token_id: string
  token_id_file: string
  token: string
  token_file: string
  channel: string
  color: string
  title: string
  title_link: string
  text: string
  fields: readonly TitledField[]
  short_fields: boolean
  emoji: string
  icon_url: string
  image_url: string
  thumb_url: string
  link_names: boolean
  actions: readonly RocketchatAction[]
}

export interface JiraTemplate {
  template: string
  enable_update: boolean
}

export interface JiraFields extends HttpReceiverFields {
  api_url: string
  api_type: string
  project: string
  summary: JiraTemplate
  description: JiraTemplate
  labels: readonly string[]
  priority: string
  issue_type: string
  reopen_transition: string
  resolve_transition: string
  wont_fix_resolution: string
  reopen_duration: number
  fields: readonly (readonly [string, LooseValue])[]
}

export interface MattermostAttachment {
  fallback: string
  color: string
  pretext: string
  text: string
  author_name: string
  author_link: string
  author_icon: string
  title: string
  title_link: string
  fields: readonly TitledField[]
  thumb_url: string
  footer: string
  footer_icon: string
  image_url: string
}

export interface MattermostFields extends HttpReceiverFields, MattermostAttachment {
  webhook_url: string
  webhook_url_file: string
  channel: string
  username: string
  icon_url: string
  icon_emoji: string
  attachments: readonly MattermostAttachment[]
  type: string
  props: { card: string } | undefined
  priority:
    | { priority: string; requested_ack: boolean; persistent_notifications: boolean }
    | undefined
}

export interface IncidentioFields extends HttpReceiverFields {
  url: string
  url_file: string
  alert_source_token: string
  alert_source_token_file: string
  max_alerts: number
  timeout: number
}

export interface ReceiverFieldsByKind {
  webhook: WebhookFields
  email: EmailFields
  pagerduty: PagerdutyFields
  opsgenie: OpsgenieFields
  wechat: WechatFields
  slack: SlackFields
  victorops: VictoropsFields
  pushover: PushoverFields
  sns: SnsFields
  telegram: TelegramFields
  discord: DiscordFields
  webex: WebexFields
  msteams: TeamsFields
  msteamsv2: TeamsV2Fields
  jira: JiraFields
  rocketchat: RocketchatFields
  mattermost: MattermostFields
  incidentio: IncidentioFields
  dingtalk: RobotFields
  feishu: RobotFields
  wecom: RobotFields
  heartbeat: HeartbeatFields
}

export type ReceiverKind = keyof ReceiverFieldsByKind
