// The templates that every configuration starts with. Their names are the reference's, and so is what they write,
// to the character: filters of mailboxes and bots depend on it. What only we have (robots) has our own wording.

/** The two lists of a message: what fires, what is resolved. */
function bothLists(list: string, heading = '', isTight = false): string {
  const [after, before] = isTight ? [' -}}', '{{- end }}'] : [' }}', '{{ end }}']
  return ['Firing', 'Resolved']
    .map((state) =>
      [
        `{{ if gt (len .Alerts.${state}) 0${after}`,
        `${heading}Alerts ${state}:`,
        `{{ template "${list}" .Alerts.${state} }}`,
        before,
      ].join('\n'),
    )
    .join('\n')
}

function define(name: string, body: string): string {
  return `{{ define "${name}" }}${body}{{ end }}`
}

const SUBJECT = '{{ template "__subject" . }}'
const LINK = '{{ template "__alertmanagerURL" . }}'
const SENDER = '{{ template "__alertmanager" . }}'
const ANNOTATIONS = '{{ .CommonAnnotations.SortedPairs.Values | join " " }}'
const COLOR = '{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}'

const ALERT_TEXT = [
  '{{ range . }}Labels:',
  '{{ range .Labels.SortedPairs }} - {{ .Name }} = {{ .Value }}',
  '{{ end }}Annotations:',
  '{{ range .Annotations.SortedPairs }} - {{ .Name }} = {{ .Value }}',
  '{{ end }}Source: {{ .GeneratorURL }}',
  '{{ end }}',
].join('\n')

const ALERT_MARKDOWN = [
  '{{ range . }}',
  'Labels:',
  '{{ range .Labels.SortedPairs }}  - {{ .Name }} = {{ .Value }}',
  '{{ end }}',
  'Annotations:',
  '{{ range .Annotations.SortedPairs }}  - {{ .Name }} = {{ .Value }}',
  '{{ end }}',
  'Source: {{ .GeneratorURL }}',
  '{{ end }}',
  '',
].join('\n')

const SUBJECT_TEXT = [
  '[{{ .Status | toUpper }}{{ if eq .Status "firing" }}:{{ .Alerts.Firing | len }}{{ end }}] ',
  '{{ .GroupLabels.SortedPairs.Values | join " " }} ',
  '{{ if gt (len .CommonLabels) (len .GroupLabels) }}',
  '({{ with .CommonLabels.Remove .GroupLabels.Names }}{{ .Values | join " " }}{{ end }})',
  '{{ end }}',
].join('')

/** The highest severity among some alerts, in Jira's words. */
function jiraPriority(state: string): string {
  return [
    `{{- range .Alerts.${state} -}}{{- $severity := index .Labels "severity" -}}`,
    '{{- if eq $severity "critical" -}}{{- $priority = "High" -}}',
    '{{- else if and (eq $severity "warning") (ne $priority "High") -}}{{- $priority = "Medium" -}}',
    '{{- else if and (eq $severity "info") (eq $priority "") -}}{{- $priority = "Low" -}}',
    '{{- end -}}{{- end -}}',
  ].join('')
}

const TEXT_LISTS = bothLists('__text_alert_list')
const TIGHT_LISTS = bothLists('__text_alert_list', '', true)
const MARKDOWN_LISTS = bothLists('__text_alert_list_markdown', '# ')

/** Robots: a line for each label would fill a telephone's screen, so a summary comes first and labels follow it. */
const ROBOT_ALERTS = [
  '{{ range .Alerts }}',
  '{{ if eq .Status "firing" }}🔴{{ else }}🟢{{ end }} **{{ .Labels.alertname }}**',
  '{{ with .Annotations.summary }}{{ . }}',
  '{{ end }}{{ with .Annotations.description }}{{ . }}',
  '{{ end }}{{ range .Labels.SortedPairs }}{{ if ne .Name "alertname" }}> {{ .Name }}: {{ .Value }}',
  '{{ end }}{{ end }}{{ with .Annotations.runbook_url }}[runbook]({{ . }})',
  '{{ end }}{{ with .GeneratorURL }}[source]({{ . }})',
  '{{ end }}{{ end }}',
].join('\n')

const DEFINITIONS: readonly (readonly [string, string])[] = [
  ['__alertmanager', 'Alertmanager'],
  ['__alertmanagerURL', '{{ .ExternalURL }}/#/alerts?receiver={{ .Receiver | urlquery }}'],
  ['__subject', SUBJECT_TEXT],
  ['__description', ''],
  ['__text_alert_list', ALERT_TEXT],
  ['__text_alert_list_markdown', ALERT_MARKDOWN],
  ['slack.default.title', SUBJECT],
  ['slack.default.username', SENDER],
  [
    'slack.default.fallback',
    '{{ template "slack.default.title" . }} | {{ template "slack.default.titlelink" . }}',
  ],
  ['slack.default.callbackid', ''],
  ['slack.default.pretext', ''],
  ['slack.default.titlelink', LINK],
  ['slack.default.iconemoji', ''],
  ['slack.default.iconurl', ''],
  ['slack.default.text', ''],
  ['slack.default.footer', ''],
  ['slack.default.color', COLOR],
  ['pagerduty.default.description', SUBJECT],
  ['pagerduty.default.client', SENDER],
  ['pagerduty.default.clientURL', LINK],
  ['pagerduty.default.instances', '{{ template "__text_alert_list" . }}'],
  ['opsgenie.default.message', SUBJECT],
  ['opsgenie.default.description', `${ANNOTATIONS}\n${TIGHT_LISTS}`],
  ['opsgenie.default.source', LINK],
  [
    'wechat.default.message',
    `${SUBJECT}\n${ANNOTATIONS}\n${TIGHT_LISTS}\nAlertmanagerUrl:\n${LINK}`,
  ],
  ['wechat.default.to_user', ''],
  ['wechat.default.to_party', ''],
  ['wechat.default.to_tag', ''],
  ['wechat.default.agent_id', ''],
  ['victorops.default.state_message', `${ANNOTATIONS}\n${TIGHT_LISTS}`],
  ['victorops.default.entity_display_name', SUBJECT],
  ['victorops.default.monitoring_tool', SENDER],
  ['pushover.default.title', SUBJECT],
  ['pushover.default.message', `${ANNOTATIONS}\n${TEXT_LISTS}\n`],
  ['pushover.default.url', LINK],
  ['sns.default.subject', SUBJECT],
  ['sns.default.message', `${ANNOTATIONS}\n${TEXT_LISTS}\n`],
  ['telegram.default.message', `\n${TEXT_LISTS}\n`],
  ['discord.default.content', ''],
  ['discord.default.title', SUBJECT],
  ['discord.default.message', `\n${TEXT_LISTS}\n`],
  ['webex.default.message', `${ANNOTATIONS}\n${TEXT_LISTS}\n`],
  ['msteams.default.summary', SUBJECT],
  ['msteams.default.title', SUBJECT],
  ['msteams.default.text', `\n${MARKDOWN_LISTS}\n`],
  ['msteamsv2.default.title', SUBJECT],
  ['msteamsv2.default.text', `\n${MARKDOWN_LISTS}\n`],
  ['jira.default.summary', SUBJECT],
  ['jira.default.description', `\n${MARKDOWN_LISTS}\n`],
  [
    'jira.default.priority',
    `{{- $priority := "" -}}${jiraPriority('Firing')}{{- if eq $priority "" -}}${jiraPriority('Resolved')}{{- end -}}{{- $priority -}}`,
  ],
  ['rocketchat.default.title', SUBJECT],
  ['rocketchat.default.alias', SENDER],
  ['rocketchat.default.titlelink', LINK],
  ['rocketchat.default.emoji', ''],
  ['rocketchat.default.iconurl', ''],
  ['rocketchat.default.text', ''],
  ['mattermost.default.color', COLOR],
  ['mattermost.default.username', SENDER],
  ['mattermost.default.title', SUBJECT],
  ['mattermost.default.titlelink', LINK],
  [
    'mattermost.default.fallback',
    '{{ template "mattermost.default.title" . }} | {{ template "mattermost.default.titlelink" . }}',
  ],
  ['mattermost.default.text', `\n${MARKDOWN_LISTS}\n`],
  ...['dingtalk', 'feishu', 'wecom'].flatMap((robot): [string, string][] => [
    [`${robot}.default.title`, SUBJECT],
    [`${robot}.default.message`, ROBOT_ALERTS],
  ]),
]

export const DEFAULT_TEMPLATES: string = DEFINITIONS.map(([name, body]) => define(name, body)).join(
  '\n',
)

const CELL = 'padding:6px 12px;vertical-align:top;border-bottom:1px solid #eee'

function mailRow(name: string, value: string): string {
  return `<tr><td style="${CELL};color:#555;width:110px">${name}</td><td style="${CELL}">${value}</td></tr>`
}

/** One alert of a mail as rows of a table: what it is about first, then its other annotations, its labels, its time. */
const MAIL_ALERT = [
  '<table style="width:100%;border-collapse:collapse;margin:0 0 8px;font-size:13px">',
  '<tr><td colspan="2" style="padding:8px 12px;color:#fff;font-weight:600;background:{{ if eq .Status "firing" }}#b3261e{{ else }}#1b7f3b{{ end }}">{{ .Labels.alertname }}</td></tr>',
  ...['summary', 'description'].map(
    (name) => `{{ with .Annotations.${name} }}${mailRow(name, '{{ . }}')}{{ end }}`,
  ),
  `{{ range (.Annotations.Remove (stringSlice "summary" "description" "runbook_url" "dashboard_url")).SortedPairs }}${mailRow('{{ .Name }}', '{{ .Value }}')}{{ end }}`,
  `{{ range .Labels.SortedPairs }}${mailRow('{{ .Name }}', '<code style="word-break:break-word">{{ .Value }}</code>')}{{ end }}`,
  mailRow(
    'since',
    '{{ .StartsAt.Format "2006-01-02 15:04:05 UTC" }}{{ if eq .Status "resolved" }}, until {{ .EndsAt.Format "2006-01-02 15:04:05 UTC" }}{{ end }}',
  ),
  '</table>',
].join('\n')

/** Matchers of one alert, to be found again by. */
const ONE_ALERT =
  '{{ "{" }}{{ range $i, $pair := .Labels.SortedPairs }}{{ if $i }},{{ end }}{{ $pair.Name }}={{ printf "%q" $pair.Value }}{{ end }}{{ "}" }}'

const MAIL_LINK = (url: string, text: string): string =>
  `<a href="${url}" style="margin-right:16px;white-space:nowrap">${text}</a> `

/** Where an alert comes from, and what can be done about it: the pages ask who it is, a link alone does nothing. */
const MAIL_LINKS = [
  '<p style="margin:0 0 24px 12px;font-size:13px;line-height:1.8">',
  '{{ if eq .Status "firing" }}',
  MAIL_LINK(`{{ $.ExternalURL }}/#/alerts?filter=${ONE_ALERT}`, 'Acknowledge or comment'),
  MAIL_LINK(`{{ $.ExternalURL }}/#/silences/new?filter=${ONE_ALERT}`, 'Silence'),
  '{{ end }}',
  `{{ with .GeneratorURL }}${MAIL_LINK('{{ . }}', 'Source')}{{ end }}`,
  `{{ with .Annotations.runbook_url }}${MAIL_LINK('{{ . }}', 'Runbook')}{{ end }}`,
  `{{ with .Annotations.dashboard_url }}${MAIL_LINK('{{ . }}', 'Dashboard')}{{ end }}`,
  '</p>',
].join('')

const MAIL_PAGE = [
  '<!doctype html>',
  '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{ template "__subject" . }}</title></head>',
  "<body style=\"margin:0;background:#f4f5f7;color:#1c1c1c;font-family:system-ui,-apple-system,'Segoe UI',Roboto,'PingFang SC','Microsoft YaHei',sans-serif\">",
  '<div style="max-width:640px;margin:0 auto;padding:16px">',
  '<div style="background:#fff;border-radius:6px;padding:16px;border-top:4px solid {{ if eq .Status "firing" }}#b3261e{{ else }}#1b7f3b{{ end }}">',
  '<h1 style="font-size:18px;margin:0 0 4px">{{ .Alerts | len }} alert{{ if gt (len .Alerts) 1 }}s{{ end }}{{ with .GroupLabels.SortedPairs }} for {{ range . }}{{ .Name }}={{ .Value }} {{ end }}{{ end }}</h1>',
  '<p style="margin:0 0 16px"><a href="{{ template "__alertmanagerURL" . }}">View in {{ template "__alertmanager" . }}</a></p>',
  '{{ if gt (len .Alerts.Firing) 0 }}<h2 style="font-size:15px;margin:0 0 8px">[{{ .Alerts.Firing | len }}] Firing</h2>',
  `{{ range .Alerts.Firing }}{{ template "email.default.alert" . }}${MAIL_LINKS}{{ end }}{{ end }}`,
  '{{ if gt (len .Alerts.Resolved) 0 }}<h2 style="font-size:15px;margin:0 0 8px">[{{ .Alerts.Resolved | len }}] Resolved</h2>',
  `{{ range .Alerts.Resolved }}{{ template "email.default.alert" . }}${MAIL_LINKS}{{ end }}{{ end }}`,
  '<p style="color:#777;font-size:12px;margin:16px 0 0"><a href="{{ .ExternalURL }}">Sent by {{ template "__alertmanager" . }}</a></p>',
  '</div></div></body></html>',
  '',
].join('\n')

export const EMAIL_TEMPLATES: string = [
  define('email.default.subject', SUBJECT),
  define('email.default.alert', MAIL_ALERT),
  define('email.default.html', MAIL_PAGE),
].join('\n')
