import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { silentLogger } from '@pharos/base'
import { createRealNet } from '@pharos/base/node'
import { SimClock, SimRandom } from '@pharos/base/sim'
import { RpcServer } from '@pharos/kits-grpc'
import { afterEach, expect, test } from 'vitest'
import { readHealthCheck } from './health-check.ts'
import { HealthMonitor } from './health-monitor.ts'

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  closing.push(() => void server.close())
  return (server.address() as AddressInfo).port
}

/** Real sockets, time of the test's own. */
class Scene {
  readonly clock = new SimClock()
  readonly monitor: HealthMonitor

  constructor() {
    this.monitor = new HealthMonitor({
      net: createRealNet(),
      clock: this.clock,
      random: new SimRandom(1),
      log: silentLogger,
    })
    closing.push(() => this.monitor.close())
  }

  follow(...checks: readonly (readonly [port: number, text: string])[]): void {
    this.monitor.follow(
      checks.map(([port, text]) => {
        const check = readHealthCheck(text)
        if (typeof check === 'string') throw new Error(check)
        return { key: text, host: '127.0.0.1', port, check }
      }),
    )
  }

  /** Lets the check that is due be done, and counts it. */
  async checked(key: string): Promise<string> {
    const before = this.monitor.status(key)?.lastCheckMs
    await this.clock.advance(1_000)
    while (this.monitor.status(key)?.lastCheckMs === before)
      await new Promise((resolve) => setImmediate(resolve))
    const { state, lastError } = this.monitor.status(key)!
    return lastError === '' ? state : `${state}: ${lastError}`
  }
}

test('HTTP: critical with the second failure, passing with the first success', async () => {
  let status = 200
  const port = await listening(
    createHttpServer((_request, response) => void response.writeHead(status).end()),
  )
  const key = 'http:/healthz interval=1s'
  const scene = new Scene()
  scene.follow([port, key])
  expect(scene.monitor.status(key)).toMatchObject({ state: 'unknown', lastCheckMs: undefined })
  expect(await scene.checked(key)).toBe('passing')
  status = 503
  const words = 'server returned HTTP status 503 Service Unavailable'
  expect(await scene.checked(key)).toBe(`passing: ${words}`)
  expect(await scene.checked(key)).toBe(`critical: ${words}`)
  expect(scene.monitor.status(key)!.failures).toBe(2)
  status = 302
  expect(await scene.checked(key)).toContain('critical: server returned HTTP status 302')
  status = 204
  expect(await scene.checked(key)).toBe('passing')
  // Asked for again with other words it begins anew; nobody asks whom nobody follows.
  scene.follow([port, key])
  expect(scene.monitor.status(key)!.state).toBe('passing')
  scene.follow()
  expect(scene.monitor.status(key)).toBeUndefined()
})

test('TCP: a port that listens is well, one that does not is not', async () => {
  const port = await listening(createServer((socket) => socket.on('error', () => {})))
  const closed = createServer()
  const gone = await listening(closed)
  await new Promise((resolve) => closed.close(resolve))
  const scene = new Scene()
  scene.follow([port, 'tcp interval=1s'])
  expect(await scene.checked('tcp interval=1s')).toBe('passing')
  scene.follow([port, `tcp interval=1s port=${gone}`])
  await scene.checked(`tcp interval=1s port=${gone}`)
  expect(await scene.checked(`tcp interval=1s port=${gone}`)).toBe(
    `critical: dial tcp 127.0.0.1:${gone}: connect: connection refused`,
  )
})

test('gRPC: what the health service says, and what is no gRPC at all', async () => {
  const server = new RpcServer({ address: '127.0.0.1:0' })
  await server.start()
  closing.push(() => server.stop(100))
  const port = Number(server.endpoint!.split(':').pop())
  const plain = await listening(createHttpServer((_request, response) => void response.end()))
  const scene = new Scene()
  scene.follow([port, 'grpc interval=1s'], [port, 'grpc:shop.Nobody interval=1s'])
  expect(await scene.checked('grpc interval=1s')).toBe('passing')
  await scene.checked('grpc:shop.Nobody interval=1s')
  expect(scene.monitor.status('grpc:shop.Nobody interval=1s')!.lastError).toMatch(
    /gRPC status 5|SERVICE_UNKNOWN/,
  )
  scene.follow([plain, 'grpc interval=1s'])
  expect(await scene.checked('grpc interval=1s')).toMatch(/^unknown: (no HTTP\/2|.*EOF)/)
})

test('one that never answers is critical after two time limits', async () => {
  const port = await listening(createServer((socket) => socket.on('error', () => {})))
  for (const key of ['http:/ interval=1s timeout=500ms', 'grpc interval=1s timeout=500ms']) {
    const scene = new Scene()
    scene.follow([port, key])
    await scene.checked(key)
    expect(await scene.checked(key)).toContain('critical: ')
    expect(scene.monitor.status(key)!.lastError).toContain('context deadline exceeded')
  }
})

test('a check is one line of text, and wrong ones say what they want', () => {
  expect(readHealthCheck('http:/healthz?deep=1 interval=5s timeout=250ms port=81')).toEqual({
    kind: 'http',
    what: '/healthz?deep=1',
    intervalMs: 5_000,
    timeoutMs: 250,
    port: 81,
  })
  expect(readHealthCheck('grpc:shop.Orders')).toMatchObject({ what: 'shop.Orders', port: 0 })
  for (const text of [
    '',
    'icmp',
    'http',
    'http:healthz',
    'http:/a\u0000',
    'tcp:80',
    'tcp every=5s',
  ])
    expect(readHealthCheck(text), text).toContain('health wants')
  for (const text of ['tcp interval=10ms', 'tcp port=70000', 'tcp port=5s', 'tcp interval=5'])
    expect(readHealthCheck(text), text).toContain('health wants')
})
