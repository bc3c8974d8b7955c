import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { silentLogger, UserError } from '@pharos/base'
import { createRealClock, createRealNet } from '@pharos/base/node'
import { SimClock } from '@pharos/base/sim'
import { expect, test } from 'vitest'
import { createHttpClient } from './create-http-client.ts'
import type { HttpServer, HttpServerOptions } from './http-server.ts'
import { createHttpServer } from './http-server.ts'
import { parseListenAddress } from './listen-address.ts'
import { corsPattern, refusal } from './request-guard.ts'
import { acceptsGzip } from './response-packing.ts'

function serverWith(options: Partial<HttpServerOptions> = {}): HttpServer {
  const server = createHttpServer({
    log: silentLogger,
    clock: new SimClock(),
    address: '127.0.0.1:0',
    ...options,
  })
  server.app.get('/big', (_request, reply) => reply.type('text/plain').send('x'.repeat(5_000)))
  server.app.get('/small', (_request, reply) => reply.type('text/plain').send('x'))
  server.app.get('/stream', (_request, reply) =>
    reply.type('application/json').send(Readable.from(['[1,', '2]'])),
  )
  server.app.get('/page', (_request, reply) => reply.type('text/html').send('<p>'))
  server.app.get('/item/:name', (_request, reply) => reply.send('ok'))
  server.app.post('/form', (request, reply) => {
    reply.send(
      request.body instanceof URLSearchParams ? request.body.getAll('a') : String(request.body),
    )
  })
  server.app.get('/user-error', () => {
    throw new UserError('test/bad', 'that is wrong')
  })
  server.app.get('/bug', () => {
    throw new Error('secret path /etc/x')
  })
  return server
}

const HOST = { host: '127.0.0.1:9090' }

test('an unknown path is 404 and a known one with another method 405, in the reference’s words', async () => {
  const { app } = serverWith()
  const check = async (
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    status: number,
    body: string,
  ): Promise<void> => {
    const response = await app.inject({ method, url, headers: HOST })
    expect([response.statusCode, response.body], `${method} ${url}`).toEqual([status, body])
  }
  await check('GET', '/nothing', 404, '404 page not found\n')
  await check('POST', '/big', 405, 'Method Not Allowed\n')
  await check('DELETE', '/item/x', 405, 'Method Not Allowed\n')
  await check('GET', '/user-error', 400, 'that is wrong\n')
  await check('GET', '/bug', 500, 'internal server error\n')
  expect((await app.inject({ method: 'HEAD', url: '/big', headers: HOST })).body).toBe('')
})

test('answers are packed when they are worth it and the client can unpack', async () => {
  const { app } = serverWith()
  const get = async (
    url: string,
    encoding?: string,
  ): Promise<{ coding: unknown; vary: unknown; raw: Buffer }> => {
    const headers = encoding === undefined ? HOST : { ...HOST, 'accept-encoding': encoding }
    const response = await app.inject({ method: 'GET', url, headers })
    return {
      coding: response.headers['content-encoding'],
      vary: response.headers['vary'],
      raw: response.rawPayload,
    }
  }
  const big = await get('/big', 'gzip')
  expect(big.coding).toBe('gzip')
  expect(big.vary).toBe('Accept-Encoding')
  expect(gunzipSync(big.raw).length).toBe(5_000)
  expect((await get('/big')).coding).toBeUndefined()
  expect((await get('/small', 'gzip')).coding).toBeUndefined()
  const stream = await get('/stream', 'deflate, gzip;q=0.5')
  expect(gunzipSync(stream.raw).toString()).toBe('[1,2]')
  const check = (header: string | undefined, accepts: boolean): void =>
    expect(acceptsGzip(header), header).toBe(accepts)
  check('gzip', true)
  check('GZIP;q=1.0', true)
  check('gzip;q=0', false)
  check('gzip;q=0.000', false)
  check('identity', false)
  check('*', true)
  check('*;q=0', false)
  check('', false)
  check(undefined, false)
})

test('form bodies become parameters, other bodies bytes, and too large ones 413', async () => {
  const { app } = serverWith({ bodyLimitBytes: 100 })
  const post = async (contentType: string, payload: string): Promise<[number, string]> => {
    const response = await app.inject({
      method: 'POST',
      url: '/form',
      headers: { ...HOST, 'content-type': contentType },
      payload,
    })
    return [response.statusCode, response.body]
  }
  expect(await post('application/x-www-form-urlencoded', 'a=1&a=2&__proto__=3')).toEqual([
    200,
    '["1","2"]',
  ])
  expect(await post('application/x-protobuf', 'bytes')).toEqual([200, 'bytes'])
  expect(await post('text/x', 'x'.repeat(101))).toEqual([413, 'http: request body too large\n'])
})

test('security headers are on every answer', async () => {
  const { app } = serverWith({ contentSecurityPolicy: "default-src 'self'" })
  for (const url of ['/small', '/nothing', '/bug', '/page']) {
    const { headers } = await app.inject({ method: 'GET', url, headers: HOST })
    expect(headers['x-content-type-options'], url).toBe('nosniff')
    expect(headers['referrer-policy'], url).toBe('no-referrer')
    expect(headers['x-frame-options'], url).toBe('DENY')
    expect(headers['content-security-policy'], url).toBe(
      url === '/page' ? "default-src 'self'" : undefined,
    )
  }
})

test('on the loopback only our own names are answered', async () => {
  const status = async (host: string, options: Partial<HttpServerOptions> = {}): Promise<number> =>
    (await serverWith(options).app.inject({ method: 'GET', url: '/small', headers: { host } }))
      .statusCode
  for (const host of [
    'localhost',
    'localhost:9090',
    'LOCALHOST',
    '127.0.0.1:9090',
    '[::1]:9090',
    'localhost.',
  ]) {
    expect(await status(host), host).toBe(200)
  }
  for (const host of [
    'evil.example',
    'evil.example:9090',
    'localhost.evil.example',
    '127.0.0.1.evil',
    'a@localhost',
  ]) {
    expect(await status(host), host).toBe(403)
  }
  expect(await status('box.lan:9090', { ownHostNames: ['Box.lan'] })).toBe(200)
  expect(await status('evil.example', { allowedHosts: 'any' })).toBe(200)
  expect(await status('evil.example', { address: ':9090' })).toBe(200)
  expect(await status('evil.example', { address: ':9090', allowedHosts: ['good.example'] })).toBe(
    403,
  )
})

test('a page of another origin cannot post; programs and our own pages can', () => {
  const host = 'box:9090'
  const check = (
    request: { origin?: string; secFetchSite?: string; method?: string },
    passes: boolean,
  ): void => {
    const why = refusal(
      { method: 'POST', host, origin: undefined, secFetchSite: undefined, ...request },
      { allowedHosts: undefined, corsOrigin: corsPattern('https://good\\.example') },
    )
    expect(why === undefined, JSON.stringify(request)).toBe(passes)
  }
  check({}, true)
  check({ secFetchSite: 'same-origin', origin: 'http://box:9090' }, true)
  check({ secFetchSite: 'none' }, true)
  check({ origin: 'http://box:9090' }, true)
  check({ origin: 'https://BOX:9090' }, true)
  check({ origin: 'https://good.example', secFetchSite: 'cross-site' }, true)
  check({ secFetchSite: 'cross-site' }, false)
  check({ secFetchSite: 'same-site', origin: 'http://box:3000' }, false)
  check({ origin: 'http://evil' }, false)
  check({ origin: 'http://box:9090.evil' }, false)
  check({ origin: 'null' }, false)
  check({ origin: 'http://evil', method: 'DELETE' }, false)
  check({ origin: 'http://evil', method: 'GET' }, true)
})

test('the origin pattern must match as a whole', () => {
  const allows = corsPattern('https?://(a|b)\\.example')
  const check = (origin: string, expected: boolean): void =>
    expect(allows(origin), origin).toBe(expected)
  check('https://a.example', true)
  check('http://b.example', true)
  check('https://a.example.evil', false)
  check('https://evil/?https://a.example', false)
  check('https://a.example\nx', false)
  check('null', false)
  expect(corsPattern('a|.*evil')('xa')).toBe(false)
  expect(corsPattern('.*')('null')).toBe(false)
})

test('CORS answers name the origin, and nobody’s by default', async () => {
  const options = { corsOrigin: corsPattern('https://good\\.example') }
  const get = async (origin: string, given: Partial<HttpServerOptions>): Promise<unknown> =>
    (
      await serverWith(given).app.inject({
        method: 'GET',
        url: '/small',
        headers: { ...HOST, origin },
      })
    ).headers['access-control-allow-origin']
  expect(await get('https://good.example', options)).toBe('https://good.example')
  expect(await get('https://evil.example', options)).toBeUndefined()
  expect(await get('https://good.example', {})).toBeUndefined()
  const preflight = await serverWith(options).app.inject({
    method: 'OPTIONS',
    url: '/form',
    headers: { ...HOST, origin: 'https://good.example' },
  })
  expect(preflight.statusCode).toBe(204)
  expect(preflight.headers['access-control-allow-methods']).toBe('GET, POST, OPTIONS')
})

test('listen addresses are read as the flag takes them', () => {
  expect(parseListenAddress(':9090')).toEqual({ kind: 'tcp', host: '', port: 9090 })
  expect(parseListenAddress('[::1]:80')).toEqual({ kind: 'tcp', host: '::1', port: 80 })
  expect(parseListenAddress('0.0.0.0:9090')).toEqual({ kind: 'tcp', host: '0.0.0.0', port: 9090 })
  expect(parseListenAddress('unix:/run/p.sock')).toEqual({ kind: 'unix', path: '/run/p.sock' })
  for (const bad of ['9090', 'a:b', ':99999', 'a:1:2', 'unix:', '']) {
    expect(() => parseListenAddress(bad), bad).toThrow(UserError)
  }
})

test('a port in use is one clear line; closing lets a running request finish', async () => {
  const clock = createRealClock()
  const server = createHttpServer({ log: silentLogger, clock, address: '127.0.0.1:0' })
  const running = Promise.withResolvers<void>()
  const finish = Promise.withResolvers<void>()
  server.app.get('/slow', async () => {
    running.resolve()
    await finish.promise
    return 'done'
  })
  await server.listen()
  expect(server.boundAddress).toBe(`127.0.0.1:${server.port}`)
  const second = createHttpServer({ log: silentLogger, clock, address: server.boundAddress })
  await expect(second.listen()).rejects.toThrow(
    `listen tcp ${server.boundAddress}: bind: address already in use; stop the program that has it or choose another address`,
  )
  const client = createHttpClient({ net: createRealNet(), clock })
  const slow = client.request({ url: `http://${server.boundAddress}/slow` })
  await running.promise
  const closing = server.close()
  finish.resolve()
  expect(Buffer.from((await slow).body).toString()).toBe('done')
  await closing
  await expect(client.request({ url: `http://${server.boundAddress}/slow` })).rejects.toThrow(
    `dial tcp ${server.boundAddress}: connect: connection refused`,
  )
  client.close()
})

test('closing cuts requests that do not finish in time', async () => {
  const clock = createRealClock()
  const server = createHttpServer({ log: silentLogger, clock, address: '127.0.0.1:0', drainMs: 20 })
  const running = Promise.withResolvers<void>()
  server.app.get('/never', (_request, reply) => {
    running.resolve()
    reply.hijack()
  })
  await server.listen()
  const client = createHttpClient({ net: createRealNet(), clock })
  const never = client
    .request({ url: `http://${server.boundAddress}/never` })
    .catch((error: Error) => error.message)
  await running.promise
  await server.close()
  expect(await never).toContain('/never"')
  client.close()
})

test('a client that does not finish its headers is cut off', async () => {
  const clock = createRealClock()
  const server = createHttpServer({
    log: silentLogger,
    clock,
    address: '127.0.0.1:0',
    headersTimeoutMs: 20,
    requestTimeoutMs: 40,
  })
  await server.listen()
  const connection = await createRealNet().connect({ host: '127.0.0.1', port: server.port })
  const received: string[] = []
  const gone = new Promise<void>((resolve) => {
    connection.listen({
      data: (bytes) => void received.push(Buffer.from(bytes).toString()),
      end: () => {},
      closed: () => resolve(),
    })
  })
  connection.write(Buffer.from('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: '))
  await gone
  expect(received.join('')).toContain('408 Request Timeout')
  await server.close()
})

test('raw requests: what is no HTTP or can be read in two ways is refused, old clients are served', async () => {
  const clock = createRealClock()
  const server = serverWith({ clock })
  await server.listen()
  const net = createRealNet()
  const exchange = async (request: string): Promise<string> => {
    const connection = await net.connect({ host: '127.0.0.1', port: server.port })
    let received = ''
    await new Promise<void>((resolve) => {
      connection.listen({
        data: (bytes) => {
          received += Buffer.from(bytes).toString('latin1')
        },
        end: () => connection.destroy(),
        closed: () => resolve(),
      })
      connection.write(Buffer.from(request, 'latin1'))
    })
    return received
  }
  const check = async (request: string, answers: RegExp): Promise<void> =>
    expect(await exchange(request), JSON.stringify(request.slice(0, 80))).toMatch(answers)
  const head = 'Host: localhost\r\nConnection: close\r\n'
  await check(`GET /small HTTP/1.1\r\n${head}\r\n`, /^HTTP\/1\.1 200 OK[^]*x$/)
  await check('GET /small HTTP/1.0\r\n\r\n', /^HTTP\/1\.[01] 200 OK[^]*connection: close[^]*x$/i)
  await check(
    `GET /small HTTP/1.1\r\nHost: localhost\r\n\r\nGET /nothing HTTP/1.1\r\n${head}\r\n`,
    /^HTTP\/1\.1 200 OK[^]*HTTP\/1\.1 404 Not Found/,
  )
  await check('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', /^HTTP\/1\.1 400 Bad Request/)
  await check(`GET /small HTTP/1.1\r\n${head}X: ${'a'.repeat(70_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /)
  const post = `POST /form HTTP/1.1\r\n${head}Content-Type: text/x\r\n`
  await check(
    `${post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    /^HTTP\/1\.1 400 /,
  )
  await check(`${post}Content-Length: -5\r\n\r\n`, /^HTTP\/1\.1 400 /)
  await check(`${post}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`, /^HTTP\/1\.1 400 /)
  await server.close()
})

test('connections over the limit are turned away, those within it served', async () => {
  const clock = createRealClock()
  const server = serverWith({ clock, maxConnections: 2 })
  await server.listen()
  const net = createRealNet()
  const first = createHttpClient({ net, clock })
  const second = createHttpClient({ net, clock })
  const third = createHttpClient({ net, clock })
  const url = `http://${server.boundAddress}/small`
  expect((await first.request({ url })).status).toBe(200)
  expect((await second.request({ url })).status).toBe(200)
  await expect(third.request({ url })).rejects.toThrow(/EOF|reset/)
  expect((await first.request({ url })).status).toBe(200)
  expect(server.stats.connectionsDropped).toBe(1)
  for (const client of [first, second, third]) client.close()
  await server.close()
})

test('a unix socket is served, and reached through it whatever the URL says', async () => {
  const clock = createRealClock()
  const folder = mkdtempSync(join(tmpdir(), 'pharos-http-'))
  const path = join(folder, 'web.sock')
  const server = serverWith({ clock, address: `unix:${path}` })
  await server.listen()
  expect([server.boundAddress, server.port]).toEqual([path, 0])
  const client = createHttpClient({ net: createRealNet(), clock })
  const response = await client.request({ url: 'http://localhost/small', socketPath: path })
  expect(Buffer.from(response.body).toString()).toBe('x')
  client.close()
  await server.close()
  await expect(client.request({ url: 'http://localhost/small', socketPath: path })).rejects.toThrow(
    `Get "http://localhost/small": dial unix ${path}: connect: no such file or directory`,
  )
  rmSync(folder, { recursive: true })
})
