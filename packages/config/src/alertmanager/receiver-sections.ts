// Every kind of receiver with its section, and those that are no chat: mail, webhook, paging and tickets.
import { z } from 'zod'
import { always, count, duration, filePath, flag, oneOf, openFlag, secret, text } from '../codec.ts'
import type { Codec } from '../codec.ts'
import { tlsSection } from '../http-client.ts'
import { list, mapOf, pointer, section } from '../section.ts'
import type { Section } from '../section.ts'
import { YamlScalar } from '../yaml-tree.ts'
import {
  discordSection,
  mattermostSection,
  robotSection,
  rocketchatSection,
  slackSection,
  teamsSection,
  teamsV2Section,
  telegramSection,
  webexSection,
  wechatSection,
} from './chat-sections.ts'
import { anything } from './loose-yaml.ts'
import {
  atMostOne,
  common,
  hostPort,
  httpCommon,
  oneIsNeeded,
  secretUrl,
  standard,
  textPairs,
  webUrl,
} from './receiver-codecs.ts'
import type {
  EmailFields,
  HeartbeatFields,
  IncidentioFields,
  JiraFields,
  JiraTemplate,
  LooseValue,
  OpsgenieFields,
  PagerdutyFields,
  PushoverFields,
  ReceiverFieldsByKind,
  ReceiverKind,
  SnsFields,
  VictoropsFields,
  WebhookFields,
} from './receiver-fields.ts'

/** `x-team` to `X-Team`, as header names compare. */
function canonicalHeader(name: string): string {
  return name.toLowerCase().replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase())
}

const emailSection: Section<EmailFields> = section<EmailFields>(
  {
    ...common(false),
    to: text(),
    from: text(),
    hello: text(),
    smarthost: hostPort(),
    auth_username: text(),
    auth_password: secret(),
    auth_password_file: filePath(),
    auth_secret: secret(),
    auth_secret_file: filePath(),
    auth_identity: text(),
    headers: textPairs(),
    html: text('{{ template "email.default.html" . }}'),
    text: text(),
    require_tls: openFlag(),
    tls_config: pointer(tlsSection),
    force_implicit_tls: openFlag(),
    threading: section<EmailFields['threading']>({
      enabled: flag(),
      thread_by_date: text(),
    }),
  },
  {
    check(value, refuse) {
      if (value.to === '') refuse('missing to address in email config')
      const names = new Set<string>()
      for (const [name] of value.headers ?? []) {
        const canonical = canonicalHeader(name)
        if (names.has(canonical))
          refuse(`duplicate header ${JSON.stringify(canonical)} in email config`, 'headers', name)
        names.add(canonical)
      }
      if (value.threading?.enabled !== true) return
      for (const name of ['References', 'In-Reply-To']) {
        if (names.has(name))
          refuse(
            `conflicting configuration: threading.enabled conflicts with custom ${name} header`,
            'headers',
          )
      }
      if (!['none', 'daily'].includes(value.threading.thread_by_date))
        refuse("threading.thread_by_date must be either 'none' or 'daily'", 'threading')
    },
    normalise: (value) => ({
      ...value,
      headers: value.headers.map(([name, one]) => [canonicalHeader(name), one] as const),
    }),
  },
)

const webhookSection: Section<WebhookFields> = section<WebhookFields>(
  {
    ...httpCommon(true),
    url: secretUrl(true),
    url_file: filePath(),
    max_alerts: always(count()),
    timeout: duration(),
    payload: anything(),
  },
  {
    check(value, refuse) {
      oneIsNeeded(value, refuse, ['url', 'url_file'])
      atMostOne(value, refuse, ['url', 'url_file'])
    },
  },
)

const DETAILS: readonly (readonly [string, LooseValue])[] = [
  ['firing', '{{ .Alerts.Firing | toJson }}'],
  ['resolved', '{{ .Alerts.Resolved | toJson }}'],
  ['num_firing', '{{ .Alerts.Firing | len }}'],
  ['num_resolved', '{{ .Alerts.Resolved | len }}'],
]

/** A mapping to values of any kind. */
function looseMap(): Codec<readonly (readonly [string, LooseValue])[]> {
  const codec = mapOf(anything())
  return codec as Codec<readonly (readonly [string, LooseValue])[]>
}

const pagerdutySection: Section<PagerdutyFields> = section<PagerdutyFields>(
  {
    ...httpCommon(true),
    service_key: secret(),
    service_key_file: filePath(),
    routing_key: secret(),
    routing_key_file: filePath(),
    url: webUrl(),
    client: standard('pagerduty.default.client'),
    client_url: standard('pagerduty.default.clientURL'),
    description: text('{{ template "pagerduty.default.description" .}}'),
    details: looseMap(),
    images: list(
      section<PagerdutyFields['images'][number]>({ src: text(), alt: text(), href: text() }),
    ),
    links: list(section<PagerdutyFields['links'][number]>({ href: text(), text: text() })),
    source: text(),
    severity: text(),
    class: text(),
    component: text(),
    group: text(),
    timeout: duration(),
  },
  {
    check(value, refuse) {
      const keys = ['service_key', 'service_key_file', 'routing_key', 'routing_key_file'] as const
      oneIsNeeded(value, refuse, keys, 'missing service or routing key in PagerDuty config')
      atMostOne(value, refuse, ['routing_key', 'routing_key_file'])
      atMostOne(value, refuse, ['service_key', 'service_key_file'])
    },
    normalise: (value) => {
      const given = new Set(value.details.map(([name]) => name))
      const missing = DETAILS.filter(([name]) => !given.has(name))
      return {
        ...value,
        source: value.source === '' ? value.client : value.source,
        details: [...value.details, ...missing],
      }
    },
  },
)

const RESPONDERS = /^(?:team|teams|user|escalation|schedule)$/

const opsgenieSection: Section<OpsgenieFields> = section<OpsgenieFields>(
  {
    ...httpCommon(true),
    api_key: secret(),
    api_key_file: filePath(),
    api_url: webUrl(),
    message: standard('opsgenie.default.message'),
    description: standard('opsgenie.default.description'),
    source: standard('opsgenie.default.source'),
    details: textPairs(),
    entity: text(),
    responders: list(
      section<OpsgenieFields['responders'][number]>(
        { id: text(), name: text(), username: text(), type: text() },
        {
          check(value, refuse) {
            if (value.id === '' && value.name === '' && value.username === '')
              refuse(
                'opsGenieConfig responder has to have at least one of id, username or name specified',
              )
            const type = value.type ?? ''
            if (!type.includes('{{') && !RESPONDERS.test(type.toLowerCase()))
              refuse(
                'opsGenieConfig responder type does not match valid options team, teams, user, escalation, schedule',
                'type',
              )
          },
        },
      ),
    ),
    actions: text(),
    tags: text(),
    note: text(),
    priority: text(),
    update_alerts: flag(),
  },
  { check: (value, refuse) => atMostOne(value, refuse, ['api_key', 'api_key_file']) },
)

const RESERVED_FIELDS =
  'routing_key message_type state_message entity_display_name monitoring_tool entity_id entity_state'.split(
    ' ',
  )

const victoropsSection: Section<VictoropsFields> = section<VictoropsFields>(
  {
    ...httpCommon(true),
    api_key: secret(),
    api_key_file: filePath(),
    api_url: webUrl(),
    routing_key: text(),
    message_type: text('CRITICAL'),
    state_message: standard('victorops.default.state_message'),
    entity_display_name: standard('victorops.default.entity_display_name'),
    monitoring_tool: standard('victorops.default.monitoring_tool'),
    custom_fields: textPairs(),
  },
  {
    check(value, refuse) {
      if (value.routing_key === '') refuse('missing Routing key in VictorOps config')
      atMostOne(value, refuse, ['api_key', 'api_key_file'])
      for (const [name] of value.custom_fields ?? []) {
        if (RESERVED_FIELDS.includes(name))
          refuse(
            `victorOps config contains custom field ${name} which cannot be used as it conflicts with the fixed/static fields`,
            'custom_fields',
            name,
          )
      }
    },
  },
)

const pushoverSection: Section<PushoverFields> = section<PushoverFields>(
  {
    ...httpCommon(true),
    user_key: secret(),
    user_key_file: filePath(),
    token: secret(),
    token_file: filePath(),
    title: standard('pushover.default.title'),
    message: standard('pushover.default.message'),
    url: standard('pushover.default.url'),
    url_title: text(),
    device: text(),
    sound: text(),
    priority: text('{{ if eq .Status "firing" }}2{{ else }}0{{ end }}'),
    retry: duration('1m'),
    expire: duration('1h'),
    ttl: duration(),
    html: flag(),
    monospace: flag(),
  },
  {
    check(value, refuse) {
      oneIsNeeded(value, refuse, ['user_key', 'user_key_file'])
      atMostOne(value, refuse, ['user_key', 'user_key_file'])
      oneIsNeeded(value, refuse, ['token', 'token_file'])
      atMostOne(value, refuse, ['token', 'token_file'])
      if (value.html && value.monospace)
        refuse('at most one of monospace & html must be configured')
    },
  },
)

const snsSection: Section<SnsFields> = section<SnsFields>(
  {
    ...httpCommon(true),
    api_url: text(),
    sigv4: section<SnsFields['sigv4']>({
      region: text(),
      access_key: text(),
      secret_key: secret(),
      profile: text(),
      role_arn: text(),
      external_id: text(),
      use_fips_sts_endpoint: flag(),
    }),
    topic_arn: text(),
    phone_number: text(),
    target_arn: text(),
    subject: standard('sns.default.subject'),
    message: standard('sns.default.message'),
    attributes: textPairs(),
    use_aws_http_client: flag(),
  },
  {
    check(value, refuse) {
      const given = [value.topic_arn, value.phone_number, value.target_arn].filter(Boolean)
      if (given.length !== 1)
        refuse('must provide either a Target ARN, Topic ARN, or Phone Number for SNS config')
    },
  },
)

/** A text, or a mapping that says whether an update writes it again. */
function jiraTemplate(name: string): Codec<JiraTemplate> {
  const whole = section<JiraTemplate>({
    template: standard(name),
    enable_update: flag(true),
  })
  return {
    ...whole,
    schema: z
      .unknown()
      .transform((raw): unknown => (raw instanceof YamlScalar ? { template: raw } : raw))
      .pipe(whole.schema),
  }
}

const jiraSection: Section<JiraFields> = section<JiraFields>(
  {
    ...httpCommon(true),
    api_url: webUrl(),
    api_type: oneOf(
      ['auto', 'cloud', 'datacenter'],
      'auto',
      () => 'unknown api_type on jira_config, must be auto, cloud or datacenter',
    ),
    project: text(),
    summary: jiraTemplate('jira.default.summary'),
    description: jiraTemplate('jira.default.description'),
    labels: list(text()),
    priority: standard('jira.default.priority'),
    issue_type: text(),
    reopen_transition: text(),
    resolve_transition: text(),
    wont_fix_resolution: text(),
    reopen_duration: duration(),
    fields: looseMap(),
  },
  {
    check(value, refuse) {
      if (value.project === '') refuse('missing project in jira_config')
      if (value.issue_type === '') refuse('missing issue_type in jira_config')
    },
  },
)

const incidentioSection: Section<IncidentioFields> = section<IncidentioFields>(
  {
    ...httpCommon(true),
    url: webUrl(),
    url_file: filePath(),
    alert_source_token: secret(),
    alert_source_token_file: filePath(),
    max_alerts: always(count()),
    timeout: duration(),
  },
  {
    check(value, refuse) {
      oneIsNeeded(value, refuse, ['url', 'url_file'])
      atMostOne(value, refuse, ['url', 'url_file'])
      atMostOne(value, refuse, ['alert_source_token', 'alert_source_token_file'])
      const hasToken = Boolean(value.alert_source_token) || Boolean(value.alert_source_token_file)
      const hasAuthorization = value.http_config?.authorization !== undefined
      if (hasAuthorization && hasToken)
        refuse(
          'cannot specify alert_source_token or alert_source_token_file when using http_config.authorization',
        )
      if (value.http_config !== undefined && !hasAuthorization && !hasToken)
        refuse(
          'at least one of alert_source_token, alert_source_token_file or http_config.authorization must be configured',
        )
    },
  },
)

const heartbeatSection: Section<HeartbeatFields> = section<HeartbeatFields>(
  {
    ...httpCommon(false),
    url: secretUrl(),
    url_file: filePath(),
    failure_url: secretUrl(),
    timeout: duration('5m'),
  },
  {
    check(value, refuse) {
      atMostOne(value, refuse, ['url', 'url_file'])
      if (value.url === '' && value.url_file === '' && value.failure_url === '')
        refuse('one of url, url_file or failure_url must be configured')
      if (value.timeout === 0) refuse('timeout cannot be zero', 'timeout')
    },
  },
)

type ReceiverSections = { readonly [K in ReceiverKind]: Section<ReceiverFieldsByKind[K]> }

/** In the order in which a receiver notifies. */
export const RECEIVER_SECTIONS: ReceiverSections = {
  webhook: webhookSection,
  email: emailSection,
  pagerduty: pagerdutySection,
  opsgenie: opsgenieSection,
  wechat: wechatSection,
  slack: slackSection,
  victorops: victoropsSection,
  pushover: pushoverSection,
  sns: snsSection,
  telegram: telegramSection,
  discord: discordSection,
  webex: webexSection,
  msteams: teamsSection,
  msteamsv2: teamsV2Section,
  jira: jiraSection,
  rocketchat: rocketchatSection,
  mattermost: mattermostSection,
  incidentio: incidentioSection,
  dingtalk: robotSection('dingtalk'),
  feishu: robotSection('feishu'),
  wecom: robotSection('wecom'),
  heartbeat: heartbeatSection,
}
