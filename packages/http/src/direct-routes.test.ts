import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { silentLogger } from '@pharos/base'
import { SimClock } from '@pharos/base/sim'
import { expect, test } from 'vitest'
import type { DirectRequest } from './direct-routes.ts'
import { createHttpServer, type HttpServer, type HttpServerOptions } from './http-server.ts'

const LONG = 'ä'.repeat(9_000)

interface Seen {
  readonly server: HttpServer
  readonly direct: DirectRequest[]
}

/** The same path both ways; the answer says which way it was. */
async function started(options: Partial<HttpServerOptions> = {}): Promise<Seen> {
  const server = createHttpServer({
    log: silentLogger,
    clock: new SimClock(),
    address: '127.0.0.1:0',
    ...options,
  })
  server.app.route({ method: ['GET', 'POST'], url: '/q', handler: async () => '"long way"' })
  const direct: DirectRequest[] = []
  server.direct.router = (path) => {
    if (path !== '/q') return undefined
    return async (request) => {
      direct.push(request)
      const what = new URLSearchParams(request.url.split('?')[1]).get('give')
      if (what === 'bug') throw new Error('secret path /etc/x')
      if (what === 'stream')
        return { status: 200, payload: Readable.from([Buffer.from('[1,'), '2]']), headers: [] }
      if (what === 'bytes') return { status: 200, payload: Buffer.from(LONG), headers: [] }
      return { status: 422, payload: `"${what ?? 'ä'}"`, headers: ['Retry-After', '5'] }
    }
  }
  await server.listen()
  return { server, direct }
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: Buffer
}

function ask(
  server: HttpServer,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  form?: string,
  method = form === undefined ? 'GET' : 'POST',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port: server.port, path, headers, method }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts),
        }),
      )
    })
    request.on('error', reject)
    request.end(form)
  })
}

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }

test('a plain request is answered directly, with the headers that all answers have', async () => {
  const { server, direct } = await started()
  const answer = await ask(server, '/q?x=1')
  expect(answer.status).toBe(422)
  expect(answer.body.toString()).toBe('"ä"')
  expect(answer.headers).toMatchObject({
    'content-type': 'application/json',
    'content-length': '4',
    'retry-after': '5',
    vary: 'Accept-Encoding',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
  })
  expect(direct).toEqual([{ method: 'GET', url: '/q?x=1', body: undefined, ip: '127.0.0.1' }])
  expect(server.stats.requests).toBe(1)
  await server.close()
})

test('a form arrives whole', async () => {
  const { server, direct } = await started()
  await ask(server, '/q', FORM, 'query=%C3%A4+b&x=1')
  expect(direct[0]!.method).toBe('POST')
  expect([...(direct[0]!.body ?? [])]).toEqual([
    ['query', 'ä b'],
    ['x', '1'],
  ])
  await server.close()
})

test('bytes and streams go out whole, packed for those who can unpack', async () => {
  const { server } = await started()
  expect((await ask(server, '/q?give=bytes')).body.toString()).toBe(LONG)
  expect((await ask(server, '/q?give=stream')).body.toString()).toBe('[1,2]')
  for (const give of ['bytes', 'stream']) {
    const answer = await ask(server, `/q?give=${give}`, { 'Accept-Encoding': 'gzip' })
    expect(answer.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(answer.body).toString()).toBe(give === 'bytes' ? LONG : '[1,2]')
  }
  const small = await ask(server, '/q', { 'Accept-Encoding': 'gzip' })
  expect(small.headers['content-encoding']).toBeUndefined()
  await server.close()
})

test('what went wrong inside stays inside', async () => {
  const { server } = await started()
  const answer = await ask(server, '/q?give=bug')
  expect([answer.status, answer.body.toString()]).toEqual([500, 'internal server error\n'])
  await server.close()
})

test('what is not plain takes the long way, and is refused there where it is refused', async () => {
  const { server, direct } = await started({ corsOrigin: (origin) => origin === 'https://good' })
  const cases: readonly (readonly [string, Record<string, string>, string | undefined, number])[] =
    [
      ['another body', { 'Content-Type': 'text/plain' }, 'query=1', 200],
      ['a long form', FORM, `query=${'1'.repeat(70_000)}`, 200],
      ['an origin', { Origin: 'https://good' }, undefined, 200],
      ['a form of another site', { ...FORM, 'Sec-Fetch-Site': 'cross-site' }, 'query=1', 403],
      ['another host', { Host: 'evil.example' }, undefined, 403],
    ]
  for (const [what, headers, form, status] of cases) {
    const { status: got, body } = await ask(server, '/q', headers, form)
    expect(got, what).toBe(status)
    if (status === 200) expect(body.toString(), what).toBe('"long way"')
  }
  const withBody = await ask(server, '/q', { 'Content-Length': '1' }, 'x', 'GET')
  expect(withBody.body.toString()).toBe('"long way"')
  expect(direct).toEqual([])
  expect((await ask(server, '/q')).headers['vary']).toBe('Origin, Accept-Encoding')
  await server.close()
})

test('a listener with users asks everybody for a password', async () => {
  const access = {
    tls: undefined,
    headers: [],
    users: new Map([['u', '$2b$04$'.padEnd(60, 'x')]]),
    rateLimit: { burst: 0, intervalMs: 0 },
    roles: new Map(),
    unauthenticatedPaths: [],
  }
  const source = { current: () => Promise.resolve(access) }
  const { server, direct } = await started({ access: { first: access, source } })
  expect((await ask(server, '/q')).status).toBe(401)
  expect(direct).toEqual([])
  await server.close()
})

test('requests that come in one piece are answered in their order', async () => {
  const { server } = await started()
  const one = (give: string): string => `GET /q?give=${give} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`
  const text = await new Promise<string>((resolve) => {
    let got = ''
    const socket = connect(server.port, '127.0.0.1', () =>
      socket.write(one('a') + one('b') + one('c')),
    )
    socket.on('data', (part) => {
      got += part.toString()
      if (got.includes('"c"')) socket.destroy()
    })
    socket.on('close', () => resolve(got))
  })
  expect(text.match(/"[abc]"/g)).toEqual(['"a"', '"b"', '"c"'])
  await server.close()
})

test('a client that hangs up in the middle of a form or a stream leaves nothing behind', async () => {
  const { server, direct } = await started()
  const closed = await new Promise<boolean>((resolve) => {
    const socket = connect(server.port, '127.0.0.1', () => {
      socket.write(
        'POST /q HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\nabc',
        () => socket.destroy(),
      )
    })
    server.app.server.once('connection', (there) => there.on('close', () => resolve(true)))
  })
  expect([closed, direct.length]).toEqual([true, 0])
  expect((await ask(server, '/q')).status).toBe(422)
  await server.close()
})
