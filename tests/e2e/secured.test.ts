// Our pages behind TLS and a password, scraped by Debian's Prometheus and by ourselves; and a native histogram in protobuf,
// read by both.
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { get } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Histogram, metricsHandler, Registry } from '@pharos/client'
import { createAuthority } from '@pharos/http/testing'
import { hashSync } from 'bcryptjs'
import { expect, onTestFinished, test } from 'vitest'
import { freePort, pharos, ready, start, temporaryDirectory, until } from './process.ts'
import { instant } from './query.ts'

const hasReference = existsSync('/usr/bin/prometheus')

async function valueOf(base: string, query: string): Promise<string | undefined> {
  const { data } = await instant(base, query, Date.now() / 1_000)
  return data?.result[0]?.value?.[1]
}

/** Over TLS, which `fetch` cannot be given an authority for. */
function asked(
  url: string,
  ca: string,
  authorization: string,
): Promise<{ status: number; value: unknown }> {
  return new Promise((resolve, reject) => {
    const headers = authorization === '' ? {} : { authorization }
    get(url, { ca, headers }, (response) => {
      let text = ''
      response.on('data', (part: Buffer) => (text += part.toString()))
      response.on('end', () => {
        const answer = /"value":\[[^,]*,"([^"]*)"/.exec(text)
        resolve({ status: response.statusCode ?? 0, value: answer?.[1] })
      })
    }).on('error', reject)
  })
}

test.skipIf(!hasReference)(
  'a server behind TLS and a password is scraped with both, and a native histogram is the same to both',
  async () => {
    const registry = new Registry()
    const seconds = new Histogram({
      name: 'request_seconds',
      help: 'Time of requests.',
      nativeHistogramBucketFactor: 1.1,
      registers: [registry],
    })
    for (let i = 0; i < 1_000; i++) seconds.observe(((i * 37) % 1_000) / 100)
    const app = createServer(metricsHandler(registry))
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void app.close())
    const appPort = (app.address() as AddressInfo).port

    const directory = temporaryDirectory()
    const write = (name: string, text: string): string => {
      writeFileSync(join(directory, name), text)
      return join(directory, name)
    }
    const authority = createAuthority()
    const { cert, key } = authority.issue({ name: 'pharos', hosts: ['127.0.0.1'] })
    write('ca.pem', authority.cert)
    write('cert.pem', cert)
    write('key.pem', key)
    const web = write(
      'web.yml',
      `tls_server_config: {cert_file: cert.pem, key_file: key.pem}
basic_auth_users: {ann: '${hashSync('secret', 4)}'}
`,
    )
    const [ownPort, referencePort] = [await freePort(), await freePort()]
    const configuration = (
      more: string,
    ): string => `global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - job_name: pharos
    scheme: https
    basic_auth: {username: ann, password: secret}
    tls_config: {ca_file: ca.pem}
    static_configs: [{targets: ['127.0.0.1:${ownPort}']}]
  - job_name: app
${more}    static_configs: [{targets: ['127.0.0.1:${appPort}']}]
`
    const own = write('own.yml', configuration('    scrape_native_histograms: true\n'))
    pharos([
      'server',
      `--config.file=${own}`,
      `--web.config.file=${web}`,
      `--storage.tsdb.path=${join(directory, 'own')}`,
      `--web.listen-address=127.0.0.1:${ownPort}`,
    ])
    start('prometheus', [
      `--config.file=${write('reference.yml', configuration(''))}`,
      '--enable-feature=native-histograms',
      `--storage.tsdb.path=${join(directory, 'reference')}`,
      `--web.listen-address=127.0.0.1:${referencePort}`,
    ])
    const reference = `http://127.0.0.1:${referencePort}`
    const isUp = async (): Promise<true | undefined> =>
      (await valueOf(reference, 'up{job="pharos"}')) === '1' &&
      (await valueOf(reference, 'histogram_count(request_seconds)')) === '1000'
        ? true
        : undefined
    await until('Prometheus scraping both', isUp, 40_000)

    const login = `Basic ${Buffer.from('ann:secret').toString('base64')}`
    const ask = (
      query: string,
      authorization = login,
    ): Promise<{ status: number; value: unknown }> =>
      asked(
        `https://127.0.0.1:${ownPort}/api/v1/query?query=${query}`,
        authority.cert,
        authorization,
      )
    expect((await ask('up', '')).status).toBe(401)
    await until(
      'our own scrapes',
      async () => ((await ask('min(up)')).value === '1' ? true : undefined),
      20_000,
    )
    for (const query of ['histogram_count(request_seconds)', 'histogram_sum(request_seconds)'])
      expect((await ask(query)).value, query).toBe(await valueOf(reference, query))
    await expect(fetch(`http://127.0.0.1:${ownPort}/-/healthy`)).rejects.toThrow()
  },
  90_000,
)

test('a viewer asks and changes nothing, an editor changes and administers nothing', async () => {
  const directory = temporaryDirectory()
  const hash = hashSync('secret', 4)
  const web = join(directory, 'web.yml')
  writeFileSync(
    web,
    `basic_auth_users: {vic: '${hash}', eve: '${hash}', ann: '${hash}'}
user_roles: {vic: viewer, eve: editor}
unauthenticated_paths: [/-/ready]
`,
  )
  const config = join(directory, 'pharos.yml')
  writeFileSync(config, 'scrape_configs: []\n')
  const base = `http://127.0.0.1:${await freePort()}`
  const server = pharos(
    [
      'server',
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=${new URL(base).host}`,
      `--web.config.file=${web}`,
      '--web.enable-admin-api',
      '--web.enable-lifecycle',
    ],
    { cwd: directory },
  )
  await ready(base, server)
  const dashboard = JSON.stringify({
    dashboard: { title: 'D', uid: 'd', panels: [] },
    overwrite: true,
  })
  const form = new URLSearchParams({ query: '1' })
  const asks: readonly (readonly [string, string, RequestInit])[] = [
    ['query', '/api/v1/query', { method: 'POST', body: form }],
    ['data source', '/api/datasources/proxy/1/api/v1/query', { method: 'POST', body: form }],
    ['pages', '/targets', {}],
    [
      'dashboard',
      '/api/dashboards/db',
      { method: 'POST', body: dashboard, headers: { 'content-type': 'application/json' } },
    ],
    ['delete', '/api/v1/admin/tsdb/delete_series?match[]=up', { method: 'POST' }],
    [
      'delete through the data source',
      '/api/datasources/proxy/1/api/v1/admin/tsdb/delete_series?match[]=up',
      { method: 'POST', body: form },
    ],
    ['reload', '/-/reload', { method: 'POST' }],
  ]
  const may = async (user: string): Promise<string[]> => {
    const allowed: string[] = []
    const authorization = `Basic ${Buffer.from(`${user}:secret`).toString('base64')}`
    for (const [name, path, init] of asks) {
      const headers = new Headers(init.headers)
      headers.set('authorization', authorization)
      const { status, ok } = await fetch(base + path, { ...init, headers })
      expect([200, 204, 403], `${user} ${name}`).toContain(status)
      if (ok) allowed.push(name)
    }
    return allowed
  }
  const looking = ['query', 'data source', 'pages']
  expect(await may('vic')).toEqual(looking)
  expect(await may('eve')).toEqual([...looking, 'dashboard'])
  expect(await may('ann')).toEqual(asks.map(([name]) => name))
  expect((await fetch(`${base}/api/v1/query?query=1`)).status).toBe(401)
})
