import {
  createServer,
  request,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { metricsHandler, type MetricsHandlerOptions } from './handler.ts'
import { Registry } from './registry.ts'

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Serves a registry on a free port for as long as `use` runs. */
async function serving(
  registry: Registry,
  options: MetricsHandlerOptions,
  use: (
    get: (path?: string, headers?: OutgoingHttpHeaders, method?: string) => Promise<Answer>,
  ) => Promise<void>,
): Promise<void> {
  const server = createServer(metricsHandler(registry, options))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  try {
    await use(
      (path = '/metrics', headers = {}, method = 'GET') =>
        new Promise((resolve, reject) => {
          request({ host: '127.0.0.1', port, path, headers, method, agent: false }, (response) => {
            const chunks: Buffer[] = []
            response.on('data', (chunk: Buffer) => chunks.push(chunk))
            response.on('end', () =>
              resolve({
                status: response.statusCode ?? 0,
                headers: response.headers,
                body: Buffer.concat(chunks),
              }),
            )
          })
            .on('error', reject)
            .end()
        }),
    )
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
}

test('the answer is in the format and the coding that were asked for', async () => {
  const registry = new Registry()
  const counter = registry.counter({ name: 'a_total', help: '', labelNames: ['x'] })
  for (let i = 0; i < 100; i++) counter.inc({ x: i })
  await serving(registry, {}, async (get) => {
    const plain = await get()
    expect(plain.status).toBe(200)
    expect(plain.headers['content-type']).toBe(
      'text/plain; version=0.0.4; charset=utf-8; escaping=underscores',
    )
    expect(plain.headers['content-encoding']).toBeUndefined()
    const open = await get('/metrics', {
      accept: 'application/openmetrics-text;version=1.0.0',
      'accept-encoding': 'br, gzip;q=0.5',
    })
    expect(open.headers['content-type']).toMatch(/^application\/openmetrics-text; version=1\.0\.0/)
    expect(open.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(open.body).toString()).toMatch(/a_total\{x="99"\} 1\.0\n# EOF\n$/)
    const refused = await get('/metrics', { 'accept-encoding': 'gzip;q=0' })
    expect(refused.headers['content-encoding']).toBeUndefined()
    const head = await get('/metrics', {}, 'HEAD')
    expect(head.body.length).toBe(0)
    expect(Number(head.headers['content-length'])).toBe(plain.body.length)
  })
})

test('name[] picks families', async () => {
  const registry = new Registry()
  for (const name of ['a', 'b', 'c']) registry.gauge({ name, help: '' })
  await serving(registry, {}, async (get) => {
    const { body } = await get('/metrics?name[]=a&name%5B%5D=c&name[]=none')
    expect(body.toString().match(/^\w+/gm)).toEqual(['a', 'c'])
  })
})

test('when that is wanted a failing callback is a 500 with its message, and the handler counts itself', async () => {
  const registry = new Registry()
  let isBroken = true
  registry.gauge({
    name: 'a',
    help: '',
    collect: () => {
      if (isBroken) throw new Error('the database is away')
    },
  })
  await serving(registry, { instrument: true, errorHandling: 'http-error' }, async (get) => {
    const broken = await get()
    expect(broken.status).toBe(500)
    expect(broken.body.toString()).toBe(
      'An error has occurred while serving metrics:\n\nthe database is away\n',
    )
    isBroken = false
    const whole = (await get()).body.toString()
    expect(whole).toContain('promhttp_metric_handler_requests_in_flight 1\n')
    expect(whole).toContain('promhttp_metric_handler_requests_total{code="200"} 0\n')
    expect(whole).toContain('promhttp_metric_handler_requests_total{code="500"} 1\n')
    expect(whole).toContain('promhttp_metric_handler_requests_total{code="503"} 0\n')
  })
})

test('requests over the limit are turned away', async () => {
  const registry = new Registry()
  const { promise, resolve } = Promise.withResolvers<void>()
  const entered = Promise.withResolvers<void>()
  registry.gauge({
    name: 'slow',
    help: '',
    collect: () => {
      entered.resolve()
      return promise
    },
  })
  await serving(registry, { maxRequestsInFlight: 1 }, async (get) => {
    const first = get()
    await entered.promise
    const second = await get()
    expect(second.status).toBe(503)
    resolve()
    expect((await first).status).toBe(200)
  })
})

test('requests for one page at the same time share one rendering', async () => {
  const registry = new Registry()
  const both = Promise.withResolvers<void>()
  let asked = 0
  let collected = 0
  registry.gauge({
    name: 'a',
    help: '',
    collect: async () => {
      collected++
      await both.promise
    },
  })
  const authorize = (): boolean => {
    if (++asked === 2) setImmediate(() => both.resolve())
    return true
  }
  await serving(registry, { authorize }, async (get) => {
    const [first, second] = await Promise.all([get(), get()])
    expect(first.body).toEqual(second.body)
    expect(collected).toBe(1)
  })
})

test('who is not authorized sees nothing', async () => {
  const registry = new Registry()
  registry.gauge({ name: 'a', help: '' })
  const authorize = async (request: { headers: IncomingHttpHeaders }): Promise<boolean> =>
    request.headers.authorization === 'Bearer secret'
  await serving(registry, { authorize }, async (get) => {
    expect((await get()).status).toBe(401)
    expect((await get('/metrics', { authorization: 'Bearer secret' })).status).toBe(200)
  })
})
