// Rules written, tried and taken away over HTTP, on a real server; shipped rules under Debian's promtool.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  freePort,
  pharos,
  ready,
  ROOT,
  run,
  type Running,
  temporaryDirectory,
  until,
} from './process.ts'

let base = ''
let directory = ''
let server: Running

beforeAll(async () => {
  directory = temporaryDirectory(true)
  const port = await freePort()
  base = `http://127.0.0.1:${port}`
  server = pharos(
    [
      'up',
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--node.web.listen-address=127.0.0.1:0',
      '--pushgateway.web.listen-address=127.0.0.1:0',
    ],
    { lasting: true },
  )
  await ready(base, server)
  await until('a first scrape of itself', async () => {
    const answer = await ask('GET', '/api/v1/query?query=up{job="pharos"}==1')
    return answer.text.includes('"value"') ? true : undefined
  })
}, 60_000)

afterAll(() => server.stop())

async function ask(
  method: string,
  path: string,
  body?: string,
  headers: Record<string, string> = { 'Content-Type': 'application/yaml' },
): Promise<{ status: number; text: string }> {
  const init = body === undefined ? { method } : { method, body, headers }
  const answer = await fetch(`${base}${path}`, init)
  return { status: answer.status, text: await answer.text() }
}

const GROUP = `name: shop
rules:
  - alert: Seen # by the test
    expr: up{job="pharos"} == 1
    labels: {severity: warning}
    annotations: {summary: '{{ $labels.job }} is {{ $value }}'}
`

test('a group that is posted is in force, stands in a plain file, and goes again', async () => {
  expect((await ask('POST', '/api/v1/rules/ours', GROUP)).status).toBe(202)
  expect(readFileSync(join(directory, 'data/rules/ours.yml'), 'utf8')).toContain('# by the test')
  const rules = (await ask('GET', '/api/v1/rules')).text
  expect(rules).toContain('"name":"Seen"')
  expect(rules).toContain('NodeFilesystemAlmostFull')
  expect((await ask('GET', '/api/v1/rules/ours')).text).toBe(
    `"ours":\n    - ${GROUP.trimEnd().replaceAll('\n', '\n      ').replace('{severity: warning}', '{ severity: warning }').replace("{summary: '{{ $labels.job }} is {{ $value }}'}", "{ summary: '{{ $labels.job }} is {{ $value }}' }")}\n`,
  )
  const mistake = await ask('POST', '/api/v1/rules/ours', GROUP.replace('== 1', '== '))
  expect([mistake.status, mistake.text.includes('could not parse expression')]).toEqual([400, true])
  expect((await ask('DELETE', '/api/v1/rules/ours/shop')).status).toBe(202)
  expect((await ask('GET', '/api/v1/rules')).text).not.toContain('"name":"Seen"')
  expect((await ask('DELETE', '/api/v1/rules/ours/shop')).status).toBe(404)
  expect((await ask('POST', '/api/v1/rules/..%2f..%2fetc', GROUP)).status).toBe(400)
  expect(readdirSync(join(directory, 'data/rules/.history/ours')).length).toBe(1)
})

test('a page of a stranger changes no rule', async () => {
  const headers = { 'Content-Type': 'text/plain', Origin: 'http://evil.example' }
  expect((await ask('POST', '/api/v1/rules/ours', GROUP, headers)).status).toBe(403)
})

const JSON_TYPE = { 'Content-Type': 'application/json' }

test('a rule is tried now and over past days', async () => {
  const rule = {
    alert: 'Seen',
    expr: 'up == 1',
    annotations: { summary: '{{ $labels.job }}' },
  }
  const now = await ask('POST', '/api/v1/rules/test', JSON.stringify({ rule }), JSON_TYPE)
  const { data } = JSON.parse(now.text) as {
    data: { alerts: { labels: Record<string, string>; state: string; annotations: unknown }[] }
  }
  const own = data.alerts.find((one) => one.labels['job'] === 'pharos')
  expect(own).toMatchObject({ state: 'firing', annotations: { summary: 'pharos' } })
  const request = JSON.stringify({ rule, days: 0.01, interval: '1s' })
  const past = await until('an episode', async () => {
    const answer = await ask('POST', '/api/v1/rules/backtest', request, JSON_TYPE)
    return answer.text.includes('"firedAt":"') ? answer : undefined
  })
  expect(past.text).toContain('"step":1,')
  const wrong = await ask(
    'POST',
    '/api/v1/rules/test',
    JSON.stringify({ rule: { alert: 'A', expr: 'up =', bad: 1 } }),
    JSON_TYPE,
  )
  expect(wrong.status).toBe(400)
  expect(wrong.text).toContain('expr: could not parse expression')
})

test.skipIf(!existsSync('/usr/bin/promtool'))(
  'the shipped rules pass their tests under Debian’s promtool',
  async () => {
    const shipped = join(ROOT, 'packages/rules/shipped')
    const files = readdirSync(join(shipped, 'tests')).map((name) => join(shipped, 'tests', name))
    const tests = await run('promtool', ['test', 'rules', ...files])
    expect(tests.output.match(/SUCCESS/g)?.length, tests.output).toBe(files.length)
    expect(tests.code).toBe(0)
  },
)
