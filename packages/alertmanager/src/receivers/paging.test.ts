// Requests to systems of incidents, whole, as the APIs' documents want them.
import { expect, test } from 'vitest'
import { alertOf, type RecordedRequest, recorded } from '../testing/recorded.ts'

// printf '{}:{alertname="DiskFull"}' | sha256sum
const KEY = '17c4e445d234645c9e547ff6d32a864af0ebdadcd1902771c24c8d366637ff41'
const TITLE = '[FIRING:1] DiskFull (db-1:9100)'
const RESOLVED = { alerts: [alertOf({}, {}, true)] }
const lines = (requests: readonly RecordedRequest[]): string[] => requests.map((one) => one.line)

test('webhook: the payload of version 4, cut at max_alerts', async () => {
  const { requests, json } = await recorded(
    `webhook_configs: [{url: 'http://receiver/{{ .GroupLabels.alertname }}?q=1', max_alerts: 1, http_config: {basic_auth: {username: u, password: p}}}]`,
    { alerts: [alertOf({}), alertOf({ instance: 'db-2:9100' }, {}, true)] },
  )
  expect(requests[0]?.line).toBe('POST receiver:80/DiskFull?q=1')
  expect(requests[0]?.headers['authorization']).toBe('Basic dTpw')
  expect(json).toEqual({
    receiver: 'team',
    status: 'firing',
    alerts: [
      {
        status: 'firing',
        labels: { alertname: 'DiskFull', instance: 'db-1:9100' },
        annotations: { summary: 'Disk is full' },
        startsAt: '2025-12-31T23:59:00Z',
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: 'http://prom/graph?g0.expr=up',
        fingerprint: alertOf({}).fingerprint,
      },
    ],
    notification_reason: 'first notification',
    groupLabels: { alertname: 'DiskFull' },
    commonLabels: { alertname: 'DiskFull', instance: 'db-1:9100' },
    commonAnnotations: { summary: 'Disk is full' },
    routeLabels: {},
    externalURL: 'http://am',
    version: '4',
    groupKey: '{}:{alertname="DiskFull"}',
    truncatedAlerts: 1,
  })
})

test('webhook: a payload of one’s own, with a URL out of a file', async () => {
  const { requests, json } = await recorded(
    `webhook_configs: [{url_file: /url, payload: {what: '{{ .GroupLabels.alertname }}', alerts: '{{ .Alerts | toJson }}', n: 3, deep: [{a: '{{ .Status }}'}]}}]`,
    { files: { '/url': 'http://receiver/secret\n' } },
  )
  expect(requests[0]?.line).toBe('POST receiver:80/secret')
  expect(json).toMatchObject({ what: 'DiskFull', n: 3, deep: [{ a: 'firing' }] })
  expect((json as { alerts: unknown[] }).alerts.length).toBe(1)
})

test('incident.io: the webhook’s payload with the source’s token', async () => {
  const { requests, json } = await recorded(
    `incidentio_configs: [{url: 'http://receiver/v2/alert_events', alert_source_token: tok}]`,
    { reply: () => ({ status: 202 }) },
  )
  expect(requests[0]?.headers['authorization']).toBe('Bearer tok')
  expect(json).toMatchObject({ version: '1', status: 'firing', truncatedAlerts: 0 })
})

test('pagerduty: an event of version 2, triggered and resolved under one key', async () => {
  const yaml = `pagerduty_configs: [{url: 'http://receiver/v2/enqueue', routing_key: RK, severity: '{{ .CommonLabels.severity }}', class: c, component: k, group: g, details: {firing: '', more: {n: '{{ len .Alerts }}'}}, images: [{src: 'http://i/a.png', alt: a}], links: [{href: 'http://wiki', text: w}, {text: none}]}]`
  const { requests, json, outcome } = await recorded(yaml, {
    alerts: [alertOf({ severity: 'critical' })],
    reply: () => ({ status: 202 }),
  })
  expect(outcome).toEqual({ ok: true })
  expect(lines(requests)).toEqual(['POST receiver:80/v2/enqueue'])
  expect(json).toEqual({
    routing_key: 'RK',
    dedup_key: KEY,
    event_action: 'trigger',
    payload: {
      summary: '[FIRING:1] DiskFull (db-1:9100 critical)',
      source: 'Alertmanager',
      severity: 'critical',
      class: 'c',
      component: 'k',
      group: 'g',
      custom_details: { firing: '', more: { n: 1 }, resolved: [], num_firing: 1, num_resolved: 0 },
    },
    client: 'Alertmanager',
    client_url: 'http://am/#/alerts?receiver=team',
    images: [{ src: 'http://i/a.png', alt: 'a', href: '' }],
    links: [{ href: 'http://wiki', text: 'w' }],
  })
  const resolved = await recorded(yaml, RESOLVED)
  expect(resolved.json).toMatchObject({ event_action: 'resolve', dedup_key: KEY })
})

test('pagerduty: an event of version 1, and one that is too large without its details', async () => {
  const old = await recorded(`pagerduty_configs: [{service_key: SK}]`, {
    hosts: ['events.pagerduty.com:443'],
  })
  expect(lines(old.requests)).toEqual([
    'POST events.pagerduty.com:443/generic/2010-04-15/create_event.json',
  ])
  expect(old.json).toMatchObject({
    service_key: 'SK',
    incident_key: KEY,
    event_type: 'trigger',
    description: TITLE,
  })
  const large = await recorded(
    `pagerduty_configs: [{url: 'http://receiver/', routing_key: RK, details: {x: '{{ .CommonAnnotations.big }}'}}]`,
    { alerts: [alertOf({}, { big: 'x'.repeat(600_000) })] },
  )
  expect(large.json).toMatchObject({
    payload: {
      custom_details: { error: expect.stringContaining('maximum size of 512KB') as string },
    },
  })
  const refused = await recorded(
    `pagerduty_configs: [{url: 'http://receiver/', routing_key: RK}]`,
    {
      reply: () => ({
        status: 400,
        body: '{"status":"invalid event","message":"Event object is invalid","errors":["Length of routing_key is wrong"]}',
      }),
    },
  )
  expect(refused.outcome).toMatchObject({
    isRetryable: false,
    error: 'unexpected status code 400: Event object is invalid: Length of routing_key is wrong',
  })
})

test('opsgenie: an alert is created, changed on demand and closed under one alias', async () => {
  const yaml = `opsgenie_configs: [{api_url: 'http://receiver', api_key: K, update_alerts: true, priority: P1, tags: 'a,b', note: n, entity: e, actions: 'x', details: {d: '{{ .Status }}'}, responders: [{name: 'one,two', type: teams}, {username: u, type: user}]}]`
  const { requests } = await recorded(yaml, { reply: () => ({ status: 202 }) })
  expect(lines(requests)).toEqual([
    'POST receiver:80/v2/alerts',
    `PUT receiver:80/v2/alerts/${KEY}/message?identifierType=alias`,
    `PUT receiver:80/v2/alerts/${KEY}/description?identifierType=alias`,
  ])
  expect(requests[0]?.headers['authorization']).toBe('GenieKey K')
  expect(JSON.parse(requests[0]!.text)).toMatchObject({
    alias: KEY,
    message: TITLE,
    details: { alertname: 'DiskFull', instance: 'db-1:9100', d: 'firing' },
    source: 'http://am/#/alerts?receiver=team',
    responders: [
      { name: 'one', type: 'team' },
      { name: 'two', type: 'team' },
      { username: 'u', type: 'user' },
    ],
    tags: ['a', 'b'],
    note: 'n',
    priority: 'P1',
    entity: 'e',
    actions: ['x'],
  })
  expect(JSON.parse(requests[1]!.text)).toEqual({ message: TITLE })
  const resolved = await recorded(yaml, RESOLVED)
  expect(lines(resolved.requests)).toEqual([
    `POST receiver:80/v2/alerts/${KEY}/close?identifierType=alias`,
  ])
})

test('victorops: the key and the routing key in the URL', async () => {
  const yaml = `victorops_configs: [{api_url: 'http://receiver/alert/', api_key: K, routing_key: 'team-{{ .GroupLabels.alertname }}', message_type: WARNING, state_message: s, custom_fields: {where: '{{ .CommonLabels.instance }}'}}]`
  const { requests, json } = await recorded(yaml)
  expect(lines(requests)).toEqual(['POST receiver:80/alert/K/team-DiskFull'])
  expect(json).toEqual({
    message_type: 'WARNING',
    entity_id: KEY,
    entity_display_name: TITLE,
    state_message: 's',
    monitoring_tool: 'Alertmanager',
    where: 'db-1:9100',
  })
  expect((await recorded(yaml, RESOLVED)).json).toMatchObject({ message_type: 'RECOVERY' })
})

test('pushover: parameters of a form, sorted', async () => {
  const { requests } = await recorded(
    `pushover_configs: [{user_key: U, token: T, title: t, message: '{{ .Status }} <b>', html: true, url: 'http://x', url_title: u, device: d, sound: s, priority: '2', retry: 90s, expire: 2h, ttl: 1h}]`,
    { hosts: ['api.pushover.net:443'] },
  )
  expect(lines(requests)).toEqual([
    'POST api.pushover.net:443/1/messages.json?device=d&expire=7200&html=1&message=firing+%3Cb%3E&priority=2&retry=90&sound=s&title=t&token=T&ttl=3600&url=http%3A%2F%2Fx&url_title=u&user=U',
  ])
})

test('sns: a signed form for a topic, an order for a queue in order, a number', async () => {
  const keys = `api_url: 'http://receiver/', sigv4: {region: eu-west-1, access_key: AK, secret_key: SK}`
  const { requests } = await recorded(
    `sns_configs: [{${keys}, topic_arn: 'arn:aws:sns:eu-west-1:1:t'}]`,
  )
  // The signature was computed by hand from the description of the algorithm, in another language.
  expect(requests[0]?.headers).toMatchObject({
    'x-amz-date': '20260101T000000Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AK/20260101/eu-west-1/sns/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=f173d84e5d06dce5b29131b09b86d4fffef8631bd1639406fe531047c7ebf1ea',
  })
  const form = async (more: string, alerts = [alertOf({})]): Promise<URLSearchParams> =>
    new URLSearchParams(
      (await recorded(`sns_configs: [{${keys}, ${more}}]`, { alerts })).requests[0]?.text,
    )
  const fifo = await form(`topic_arn: 'a:t.fifo', attributes: {key: v}`)
  expect(Object.fromEntries(fifo)).toMatchObject({
    Action: 'Publish',
    Version: '2010-03-31',
    TopicArn: 'a:t.fifo',
    MessageGroupId: KEY,
    MessageDeduplicationId: KEY,
    Subject: TITLE,
    'MessageAttributes.entry.1.Name': 'key',
    'MessageAttributes.entry.1.Value.DataType': 'String',
    'MessageAttributes.entry.1.Value.StringValue': 'v',
  })
  const sms = await form(`phone_number: '+861', message: '{{ .CommonAnnotations.summary }}'`, [
    alertOf({}, { summary: 'x'.repeat(5000) }),
  ])
  expect(sms.get('PhoneNumber')).toBe('+861')
  expect(Buffer.byteLength(sms.get('Message') ?? '')).toBe(1600)
  expect(sms.get('MessageAttributes.entry.1.Name')).toBe('truncated')
})

/** A Jira that has one issue, or none. */
function jira(issue?: { readonly done: boolean }) {
  return (request: RecordedRequest) => {
    if (request.line.endsWith('/search'))
      return {
        body: JSON.stringify({
          issues:
            issue === undefined
              ? []
              : [
                  {
                    key: 'OPS-7',
                    fields: { status: { statusCategory: { key: issue.done ? 'done' : 'new' } } },
                  },
                ],
        }),
      }
    if (request.line.startsWith('GET'))
      return { body: '{"transitions":[{"id":"31","name":"Done"},{"id":"11","name":"To Do"}]}' }
    return { status: request.line.startsWith('PUT') ? 204 : 201, body: '{"key":"OPS-8"}' }
  }
}

test('jira: an issue is made, updated, closed, and opened again', async () => {
  const yaml = `jira_configs: [{api_url: 'http://receiver/rest/api/2', api_type: datacenter, project: OPS, issue_type: Bug, labels: [ops], priority: High, summary: '{{ .GroupLabels.alertname }}', description: d, resolve_transition: Done, reopen_transition: To Do, reopen_duration: 1h, wont_fix_resolution: "Won't", fields: {customfield_1: {value: '{{ .Status }}'}}}]`
  const base = 'receiver:80/rest/api/2'
  const made = await recorded(yaml, { reply: jira() })
  expect(lines(made.requests)).toEqual([`POST ${base}/search`, `POST ${base}/issue`])
  expect(JSON.parse(made.requests[0]!.text)).toEqual({
    jql: `(resolution is EMPTY or resolution != "Won't") and (resolutiondate is EMPTY OR resolutiondate >= -60m) and project="OPS" and labels="ALERT{${KEY}}" order by status ASC,resolutiondate DESC`,
    fields: ['status'],
    maxResults: 2,
  })
  expect(made.json).toEqual({
    fields: {
      project: { key: 'OPS' },
      issuetype: { name: 'Bug' },
      summary: 'DiskFull',
      description: 'd',
      labels: [`ALERT{${KEY}}`, 'ops'],
      priority: { name: 'High' },
      customfield_1: { value: 'firing' },
    },
  })
  const opened = await recorded(yaml, { reply: jira({ done: true }) })
  expect(lines(opened.requests)).toEqual([
    `POST ${base}/search`,
    `PUT ${base}/issue/OPS-7`,
    `GET ${base}/issue/OPS-7/transitions`,
    `POST ${base}/issue/OPS-7/transitions`,
  ])
  expect(opened.json).toEqual({ transition: { id: '11' } })
  const closed = await recorded(yaml, { ...RESOLVED, reply: jira({ done: false }) })
  expect(closed.json).toEqual({ transition: { id: '31' } })
  const nothing = await recorded(yaml, { ...RESOLVED, reply: jira() })
  expect(nothing.requests.length).toBe(1)
  expect(nothing.outcome).toEqual({ ok: true })
})

test('heartbeat: a ping while alerts fire, none when they are over', async () => {
  const yaml = `heartbeat_configs: [{url: 'http://receiver/ping/x'}]`
  expect(lines((await recorded(yaml)).requests)).toEqual(['GET receiver:80/ping/x'])
  expect((await recorded(yaml, RESOLVED)).requests).toEqual([])
})
