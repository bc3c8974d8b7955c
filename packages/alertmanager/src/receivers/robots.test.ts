// Requests to WeChat and to the robots of groups, signatures included.
import { expect, test } from 'vitest'
import { alertOf, recorded } from '../testing/recorded.ts'

const MESSAGE = `'{{ .CommonAnnotations.summary }}'`

test('wechat: a token is fetched once, kept, and fetched anew when the server says it has ended', async () => {
  const yaml = `wechat_configs: [{api_url: 'http://receiver/cgi-bin', corp_id: corp, api_secret: s3, agent_id: '7', to_user: a|b, to_tag: t, message: ${MESSAGE}}]`
  const reply = (request: { readonly line: string }) =>
    request.line.includes('gettoken')
      ? { body: '{"errcode":0,"access_token":"T1"}' }
      : { body: '{"errcode":0}' }
  const { requests, json } = await recorded(yaml, { times: 2, reply })
  expect(requests.map((one) => one.line)).toEqual([
    'GET receiver:80/cgi-bin/gettoken?corpid=corp&corpsecret=s3',
    'POST receiver:80/cgi-bin/message/send?access_token=T1',
    'POST receiver:80/cgi-bin/message/send?access_token=T1',
  ])
  expect(json).toEqual({
    text: { content: 'Disk is full' },
    touser: 'a|b',
    totag: 't',
    agentid: '7',
    safe: '0',
    msgtype: 'text',
    markdown: { content: '' },
  })
  const ended = await recorded(yaml, {
    times: 2,
    reply: (request) =>
      request.line.includes('gettoken')
        ? reply(request)
        : { body: '{"errcode":42001,"errmsg":"expired"}' },
  })
  expect(ended.requests.filter((one) => one.line.startsWith('GET')).length).toBe(2)
  expect(ended.outcome).toMatchObject({ isRetryable: true, error: 'expired' })
  const wrong = await recorded(yaml, { reply: () => ({ body: '{"errcode":40013}' }) })
  expect(wrong.outcome).toMatchObject({ isRetryable: false, reason: 'authError' })
  const down = await recorded(yaml, { reply: () => ({ status: 502, body: '<html>' }) })
  expect(down.outcome).toMatchObject({ isRetryable: true, reason: 'serverError' })
})

test('dingtalk: Markdown, the signature in the URL, mobiles and ids mentioned apart', async () => {
  const { requests, json } = await recorded(
    `dingtalk_configs: [{webhook_url: 'http://receiver/robot/send?access_token=A', secret: SEC1, message: ${MESSAGE}, mention: ['13800001111', zhang]}]`,
    { reply: () => ({ body: '{"errcode":0,"errmsg":"ok"}' }) },
  )
  // printf '1767225600000\nSEC1' | openssl dgst -sha256 -hmac SEC1 -binary | base64
  expect(requests[0]?.line).toBe(
    'POST receiver:80/robot/send?access_token=A&timestamp=1767225600000&sign=HPFHugH1A%2BacGr13GtVWd8qv0xuQH5%2Bzzmm7%2FcG8mLk%3D',
  )
  expect(json).toEqual({
    msgtype: 'markdown',
    markdown: {
      title: '[FIRING:1] DiskFull (db-1:9100)',
      text: '### [FIRING:1] DiskFull (db-1:9100)\n\nDisk is full\n\n@13800001111\n@zhang',
    },
    at: { atMobiles: ['13800001111'], atUserIds: ['zhang'], isAtAll: false },
  })
  const plain = await recorded(
    `dingtalk_configs: [{webhook_url: 'http://receiver/', message_type: text, title: T, message: ${MESSAGE}, mention_all: true}]`,
  )
  expect(plain.json).toEqual({
    msgtype: 'text',
    text: { content: 'T\nDisk is full' },
    at: { atMobiles: [], atUserIds: [], isAtAll: true },
  })
})

test('feishu: a card or a text, the signature in the body, mentions as tags', async () => {
  const { json } = await recorded(
    `feishu_configs: [{webhook_url: 'http://receiver/hook/x', secret: SEC1, message: ${MESSAGE}, mention: [ou_1], mention_all: true}]`,
    { reply: () => ({ body: '{"code":0,"msg":"success"}' }) },
  )
  expect(json).toEqual({
    timestamp: '1767225600',
    // printf '' | openssl dgst -sha256 -hmac $'1767225600\nSEC1' -binary | base64
    sign: 'JoTyvUui5FmpZkSZo0YG6x0t8mHb8OlP8z2cj74t6ig=',
    msg_type: 'interactive',
    card: {
      header: {
        title: { tag: 'plain_text', content: '[FIRING:1] DiskFull (db-1:9100)' },
        template: 'red',
      },
      elements: [{ tag: 'markdown', content: 'Disk is full\n<at id=all></at>\n<at id=ou_1></at>' }],
    },
  })
  const plain = await recorded(
    `feishu_configs: [{webhook_url: 'http://receiver/', message_type: text, title: T, message: ${MESSAGE}, mention: [ou_1]}]`,
    { alerts: [alertOf({}, {}, true)] },
  )
  expect(plain.json).toEqual({
    msg_type: 'text',
    content: { text: 'T\nDisk is full\n<at user_id="ou_1"></at>' },
  })
})

test('wecom: Markdown or text, members and mobiles mentioned apart', async () => {
  const markdown = await recorded(
    `wecom_configs: [{webhook_url: 'http://receiver/cgi-bin/webhook/send?key=k', title: T, message: ${MESSAGE}, mention: [zhang]}]`,
    { reply: () => ({ body: '{"errcode":0,"errmsg":"ok"}' }) },
  )
  expect(markdown.requests[0]?.line).toBe('POST receiver:80/cgi-bin/webhook/send?key=k')
  expect(markdown.json).toEqual({
    msgtype: 'markdown',
    markdown: { content: '### T\nDisk is full\n<@zhang>' },
  })
  const plain = await recorded(
    `wecom_configs: [{webhook_url: 'http://receiver/', title: T, message: ${MESSAGE}, message_type: text, mention: [zhang, '13800001111'], mention_all: true}]`,
  )
  expect(plain.json).toEqual({
    msgtype: 'text',
    text: {
      content: 'T\nDisk is full',
      mentioned_list: ['@all', 'zhang'],
      mentioned_mobile_list: ['13800001111'],
    },
  })
})

test.each([
  ['dingtalk', '{"errcode":310000,"errmsg":"sign not match"}', false, '310000 sign not match'],
  ['dingtalk', '{"errcode":410100,"errmsg":"too fast"}', true, '410100 too fast'],
  ['feishu', '{"code":19021,"msg":"sign match fail"}', false, '19021 sign match fail'],
  ['feishu', '{"code":11232,"msg":"rate limit"}', true, '11232 rate limit'],
  ['wecom', '{"errcode":93000,"errmsg":"invalid webhook url"}', false, '93000 invalid webhook url'],
  ['wecom', '{"errcode":45009,"errmsg":"freq out of limit"}', true, '45009 freq out of limit'],
  ['wecom', '<html>', true, 'the answer is no JSON'],
])('%s: what the body of a 200 says counts: %s', async (kind, body, isRetryable, words) => {
  const { outcome } = await recorded(`${kind}_configs: [{webhook_url: 'http://receiver/'}]`, {
    reply: () => ({ body }),
  })
  expect(outcome).toMatchObject({ ok: false, isRetryable })
  expect(outcome.ok ? '' : outcome.error).toContain(words)
})
