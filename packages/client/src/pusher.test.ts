import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { Pushgateway, Registry as FacadeRegistry } from './prom-client/index.ts'
import { PROTOBUF } from './format.ts'
import { decodeFamilies } from './proto-decode.fixture.ts'
import { groupUrl, Pusher, type PusherOptions } from './pusher.ts'
import { Registry } from './registry.ts'

test('groups are addressed as the Pushgateway documents it', () => {
  for (const [base, job, grouping, wanted] of [
    ['http://h:9091', 'a', {}, 'http://h:9091/metrics/job/a'],
    ['h:9091/metrics/', 'a b', { x: 'ü' }, 'http://h:9091/metrics/job/a%20b/x/%C3%BC'],
    ['https://h/sub/metrics', 'a', { x: '' }, 'https://h/sub/metrics/job/a/x@base64/='],
    [
      'http://h',
      'd/e',
      { path: '/var/tmp' },
      'http://h/metrics/job@base64/ZC9l/path@base64/L3Zhci90bXA',
    ],
  ] as const) {
    expect(groupUrl(base, job, grouping)).toBe(wanted)
  }
  expect(() => groupUrl('http://h', '', {})).toThrow('job')
  expect(() => groupUrl('http://h', 'a', { 'b-c': 'x' })).toThrow('"b-c" has an invalid name')
  expect(() => groupUrl('http://h', 'a', { job: 'b' })).toThrow('invalid name')
})

interface Received {
  readonly line: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** A gateway that answers with `status` and remembers what it was sent. */
async function withGateway(
  status: number,
  use: (url: string, received: Received[]) => Promise<void>,
): Promise<void> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const line = `${request.method} ${request.url}`
      received.push({ line, headers: request.headers, body: Buffer.concat(chunks) })
      if (status === 0) return // Never answers.
      response.writeHead(status).end('the reason')
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, received)
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

function pusher(url: string, options: Partial<PusherOptions> = {}): Pusher {
  const registry = new Registry()
  registry.counter({ name: 'done_total', help: 'h' }).inc(3)
  return new Pusher({ url, job: 'batch', registry, ...options })
}

test('push replaces, add merges, delete takes away', async () => {
  await withGateway(200, async (url, received) => {
    const one = pusher(`${url}/metrics`, {
      grouping: { instance: 'a' },
      basicAuth: { username: 'u', password: 'p' },
      headers: { 'x-scope': 'me' },
    })
    await one.push()
    await one.add()
    await one.delete()
    const path = '/metrics/job/batch/instance/a'
    expect(received.map(({ line }) => line)).toEqual([
      `PUT ${path}`,
      `POST ${path}`,
      `DELETE ${path}`,
    ])
    const [put, , gone] = received
    expect(put!.body.toString()).toContain('done_total 3\n')
    expect(put!.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
    expect(put!.headers.authorization).toBe('Basic dTpw')
    expect(put!.headers['x-scope']).toBe('me')
    expect(gone!.body.length).toBe(0)
  })
})

test('bodies can be protobuf and compressed', async () => {
  await withGateway(202, async (url, received) => {
    await pusher(url, { format: PROTOBUF, gzip: true }).push()
    expect(received[0]!.headers['content-encoding']).toBe('gzip')
    expect(decodeFamilies(gunzipSync(received[0]!.body))[0]).toMatchObject({
      name: 'done_total',
      series: [{ value: 3 }],
    })
  })
})

test('every failure surfaces: refused, unreachable, late, failing callbacks, labels of the group', async () => {
  await withGateway(400, async (url) => {
    await expect(pusher(url).push()).rejects.toThrow(
      `unexpected status code 400 while pushing to ${url}/metrics/job/batch: the reason`,
    )
    await expect(pusher(url).delete()).rejects.toThrow('400')
    const { promise, resolve } = Promise.withResolvers<unknown>()
    const loop = pusher(url).start(1, resolve)
    expect(String(await promise)).toContain('unexpected status code 400')
    loop.stop()
  })
  await withGateway(0, async (url) => {
    await expect(pusher(url, { timeoutMs: 20 }).push()).rejects.toThrow('timeout')
  })
  await expect(pusher('http://127.0.0.1:1').push()).rejects.toThrow(/^cannot push to .*: .+/)
  const failing = new Registry()
  failing.gauge({ name: 'a', help: '', collect: () => Promise.reject(new Error('away')) })
  await expect(pusher('http://h', { registry: failing }).push()).rejects.toThrow('away')
  const clashing = new Registry()
  clashing.gauge({ name: 'a', help: '', labelNames: ['job'] }).set({ job: 'x' }, 1)
  await expect(pusher('http://h', { registry: clashing }).push()).rejects.toThrow(
    'pushed metric a already contains the label job',
  )
})

test("prom-client's Pushgateway sends the same requests", async () => {
  const registry = new FacadeRegistry()
  await withGateway(200, async (url, received) => {
    const gateway = new Pushgateway(`${url}/metrics`, { timeout: 1000 }, registry)
    await gateway.pushAdd({ jobName: 'a b', groupings: { key: 'v/w' } })
    await gateway.push({ jobName: 'x' })
    const { body } = await gateway.delete({ jobName: 'x' })
    expect(body).toBe('the reason')
    expect(received.map(({ line }) => line)).toEqual([
      'POST /metrics/job/a%20b/key/v%2Fw',
      'PUT /metrics/job/x',
      'DELETE /metrics/job/x',
    ])
  })
  await withGateway(500, async (url) => {
    await expect(new Pushgateway(url, {}, registry).push({ jobName: 'x' })).rejects.toThrow(
      'push failed with status 500, the reason',
    )
  })
})
