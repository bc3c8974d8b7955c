// An agent scrapes and sends in version 2.0 to a server that is killed meanwhile; the server takes OTLP too.
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { freePort, pharos, ready, temporaryDirectory, until } from './process.ts'
import { api } from './query.ts'

async function target(): Promise<number> {
  let page = 0
  const server = createServer((_request, response) => {
    page++
    response.setHeader('content-type', 'text/plain; version=0.0.4')
    response.end(`# HELP m Help of m.\n# TYPE m counter\nm{i="1"} ${page}\nm{i="2"} ${-page}\n`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

test('an agent sends what it scrapes in version 2.0 whatever fails, and answers no queries', async () => {
  const directory = temporaryDirectory()
  const [agentPort, serverPort, page] = [await freePort(), await freePort(), await target()]
  const [agentUrl, url] = [`http://127.0.0.1:${agentPort}`, `http://127.0.0.1:${serverPort}`]
  writeFileSync(join(directory, 'server.yml'), '')
  writeFileSync(
    join(directory, 'agent.yml'),
    `global: {scrape_interval: 250ms}
scrape_configs: [{job_name: t, static_configs: [{targets: ['127.0.0.1:${page}']}]}]
remote_write:
  - url: ${url}/api/v1/write
    protobuf_message: io.prometheus.write.v2.Request
    queue_config: {min_backoff: 30ms, max_backoff: 200ms, batch_send_deadline: 200ms}
`,
  )
  const server = () =>
    pharos([
      'server',
      `--config.file=${join(directory, 'server.yml')}`,
      `--storage.tsdb.path=${join(directory, 'server')}`,
      `--web.listen-address=127.0.0.1:${serverPort}`,
      '--web.enable-remote-write-receiver',
      '--web.enable-otlp-receiver',
      '--storage.tsdb.wal-sync=always',
    ])
  const agent = () =>
    pharos([
      'agent',
      `--config.file=${join(directory, 'agent.yml')}`,
      `--storage.agent.path=${join(directory, 'agent')}`,
      `--web.listen-address=127.0.0.1:${agentPort}`,
    ])
  let [running, sending] = [server(), agent()]
  await Promise.all([ready(url, running), ready(agentUrl, sending)])
  const values = async (): Promise<readonly (readonly [number, string])[]> => {
    const { data } = await api(url, 'query', { query: 'm{i="1"}[5m]' })
    return data?.result[0]?.values ?? []
  }
  const have = (count: number) =>
    until(`${count} samples`, async () => ((await values()).length >= count ? true : undefined))
  await have(4)
  running.child.kill('SIGKILL')
  await running.exited
  await until('scrapes meanwhile', async () => {
    const text = await (await fetch(`${agentUrl}/metrics`)).text()
    const pending = /^prometheus_remote_storage_samples_pending\{.*\} (\S+)$/m.exec(text)
    return Number(pending?.[1]) > 30 ? true : undefined
  })
  sending.child.kill('SIGKILL')
  await sending.exited
  sending = agent()
  running = server()
  await Promise.all([ready(url, running), ready(agentUrl, sending)])
  await have(14)
  const seen = (await values()).map(([, value]) => Number(value))
  const gaps = seen.slice(1).filter((value, i) => value !== seen[i]! + 1)
  // The page that was asked for while the agent was killed may have been answered to nobody.
  expect(gaps.length, String(seen)).toBeLessThanOrEqual(1)

  const { error } = await api(agentUrl, 'query', { query: 'up' })
  expect(error).toBe('unavailable with Prometheus Agent')
  expect((await fetch(`${agentUrl}/api/v1/targets`)).status).toBe(200)
  writeFileSync(join(directory, 'agent.yml'), 'rule_files: [x.yml]\n')
  const refused = agent()
  expect(await refused.exited).toBe(1)
  expect(refused.output()).toContain('field rule_files is not allowed in agent mode')
}, 90_000)

test('metrics of OpenTelemetry come in as JSON, packed too, and what is wrong is said', async () => {
  const directory = temporaryDirectory()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  writeFileSync(
    join(directory, 'server.yml'),
    'otlp: {promote_resource_attributes: [host.name], translation_strategy: NoTranslation}\n',
  )
  const running = pharos([
    'server',
    `--config.file=${join(directory, 'server.yml')}`,
    `--storage.tsdb.path=${join(directory, 'server')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-otlp-receiver',
  ])
  await ready(url, running)
  const body = (temporality: number): string =>
    JSON.stringify({
      resourceMetrics: [
        {
          resource: { attributes: [{ key: 'host.name', value: { stringValue: 'h1' } }] },
          scopeMetrics: [
            {
              metrics: [
                {
                  name: 'http.requests',
                  sum: {
                    aggregationTemporality: temporality,
                    isMonotonic: true,
                    dataPoints: [{ timeUnixNano: `${Date.now()}000000`, asInt: '7' }],
                  },
                },
              ],
            },
          ],
        },
      ],
    })
  const post = async (content: string | Uint8Array<ArrayBuffer>, headers = {}): Promise<string> => {
    const answer = await fetch(`${url}/api/v1/otlp/v1/metrics`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: content,
    })
    return `${answer.status} ${(await answer.text()).trim()}`
  }
  expect(await post(gzipSync(body(2)), { 'content-encoding': 'gzip' })).toBe('200 {}')
  const { data } = await api(url, 'query', { query: '{"http.requests"}' })
  expect(data?.result.map(({ metric, value }) => [metric, value?.[1]])).toEqual([
    [{ __name__: 'http.requests', 'host.name': 'h1' }, '7'],
  ])
  expect(await post(body(1))).toContain('"rejectedDataPoints":1')
  expect(await post('{')).toBe('400 OTLP: the body is no JSON')
  expect(await post(body(2), { 'content-type': 'text/plain' })).toMatch(/^415 unsupported content/)
  const bomb = gzipSync(Buffer.alloc(40 << 20))
  expect(await post(bomb, { 'content-encoding': 'gzip' })).toMatch(/^413 /)
}, 60_000)
