// What every receiver over HTTP makes of a refusal, of silence, and of nobody being there.
import { expect, test } from 'vitest'
import { recorded } from '../testing/recorded.ts'

const HTTP = `http://receiver/`

/** Each kind, how it is set up, and whether it tries again after 429. */
const KINDS: readonly (readonly [string, string, boolean])[] = [
  ['webhook', `url: '${HTTP}'`, false],
  ['slack', `api_url: '${HTTP}'`, false],
  ['discord', `webhook_url: '${HTTP}'`, false],
  ['msteams', `webhook_url: '${HTTP}'`, false],
  ['msteamsv2', `webhook_url: '${HTTP}'`, false],
  [
    'webex',
    `api_url: '${HTTP}', room_id: r, http_config: {authorization: {credentials: t}}`,
    false,
  ],
  ['rocketchat', `api_url: '${HTTP}', token: t, token_id: i`, false],
  ['mattermost', `webhook_url: '${HTTP}'`, false],
  ['telegram', `api_url: '${HTTP}', bot_token: t, chat_id: 1`, true],
  ['pagerduty', `url: '${HTTP}', routing_key: k`, true],
  ['opsgenie', `api_url: '${HTTP}', api_key: k`, true],
  ['victorops', `api_url: '${HTTP}', api_key: k, routing_key: r`, false],
  [
    'sns',
    `api_url: '${HTTP}', topic_arn: t, sigv4: {region: r, access_key: a, secret_key: s}`,
    false,
  ],
  ['jira', `api_url: '${HTTP}', project: P, issue_type: B`, true],
  ['incidentio', `url: '${HTTP}', alert_source_token: t`, true],
  ['dingtalk', `webhook_url: '${HTTP}'`, true],
  ['feishu', `webhook_url: '${HTTP}'`, true],
  ['wecom', `webhook_url: '${HTTP}'`, true],
  ['heartbeat', `url: '${HTTP}'`, false],
]

test.each(KINDS)('%s: 5xx is tried again, 4xx is not', async (kind, fields, retries429) => {
  const yaml = `${kind}_configs: [{${fields}}]`
  const after = async (status: number) =>
    (await recorded(yaml, { reply: () => ({ status, body: 'because', type: 'text/plain' }) }))
      .outcome
  expect(await after(500)).toMatchObject({ ok: false, isRetryable: true, reason: 'serverError' })
  expect(await after(503)).toMatchObject({ ok: false, isRetryable: true, reason: 'serverError' })
  expect(await after(400)).toMatchObject({ ok: false, isRetryable: false, reason: 'clientError' })
  expect(await after(403)).toMatchObject({ ok: false, isRetryable: false, reason: 'authError' })
  const limited = await after(429)
  expect(limited).toMatchObject({ ok: false, isRetryable: retries429, reason: 'rateLimited' })
  expect(limited).toHaveProperty('fix')
})

test.each(KINDS)(
  '%s: silence and absence are tried again, and told without the URL',
  async (kind, fields) => {
    const yaml = `${kind}_configs: [{${fields}}]`
    const silent = await recorded(yaml, { reply: () => ({ isSilent: true }) })
    expect(silent.outcome).toMatchObject({
      ok: false,
      isRetryable: true,
      reason: 'contextDeadlineExceeded',
    })
    const absent = await recorded(yaml, { hosts: [] })
    expect(absent.outcome).toMatchObject({ ok: false, isRetryable: true, reason: 'other' })
    const error = absent.outcome.ok ? '' : absent.outcome.error
    expect(error).toContain('connection refused')
    expect(error).not.toContain(HTTP)
  },
)

test('a file of a secret that is not there is told, and not tried for ever', async () => {
  const { outcome, requests } = await recorded(`slack_configs: [{api_url_file: /none}]`)
  expect(outcome).toMatchObject({ ok: false, isRetryable: false })
  expect(requests).toEqual([])
})
