import { Registry } from '@pharos/client'
import { SignJWT } from 'jose'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { email, object, string } from 'zod'
import { GinMetrics } from '../presets/gin-metrics.ts'
import {
  createRestServer,
  mobile,
  RestError,
  type RestServer,
  type RestServerOptions,
} from './index.ts'

const KEY = 'a key that this test brings, of more than 32 bytes'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function started(
  options: RestServerOptions = {},
  routes: (server: RestServer) => void = () => {},
): Promise<{ server: RestServer; url: string }> {
  const server = createRestServer({ port: 0, host: '127.0.0.1', mode: 'test', ...options })
  routes(server)
  const url = await server.start()
  closing.push(() => server.stop(100))
  return { server, url }
}

async function json(url: string, init?: RequestInit): Promise<[number, unknown]> {
  const answer = await fetch(url, init)
  return [answer.status, await answer.json()]
}

const posted = (body: unknown, more: Readonly<Record<string, string>> = {}): RequestInit => ({
  method: 'POST',
  body: typeof body === 'string' ? body : JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...more },
})

test('routes: parameters, fixed parts first, HEAD, wrong methods, unknown and broken paths', async () => {
  const { url } = await started({ language: 'en' }, (server) => {
    server.get('/users/:id', ({ params, query }) => ({ id: params['id'], page: query.get('page') }))
    server.get('/users/me', () => ({ id: 'myself' }))
    server.delete('/users/:id', () => undefined)
  })
  expect(await json(`${url}/users/a%20b?page=2`)).toEqual([200, { id: 'a b', page: '2' }])
  expect(await json(`${url}/users/me`)).toEqual([200, { id: 'myself' }])
  expect((await fetch(`${url}/users/1`, { method: 'DELETE' })).status).toBe(204)
  const head = await fetch(`${url}/users/1`, { method: 'HEAD' })
  expect([head.status, await head.text()]).toEqual([200, ''])
  const put = await fetch(`${url}/users/1`, { method: 'PUT' })
  expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, DELETE'])
  for (const path of ['/users', '/users/', '/users/1/2', '/users/%zz', '/__proto__', '//users/1'])
    expect(await json(url + path), path).toEqual([
      404,
      { code: 404, message: 'there is no such path' },
    ])
})

test('a crash is answered and counted, and tells clients nothing except in mode debug', async () => {
  const crashes: string[] = []
  const routes = (server: RestServer): void => {
    server.get('/crash', () => {
      throw new Error('planted')
    })
    server.get('/missing', async () => {
      throw new RestError(404, 'no such order')
    })
  }
  const onCrash = (route: string): void => void crashes.push(route)
  for (const [mode, message] of [
    ['release', 'internal error'],
    ['debug', 'planted'],
  ] as const) {
    const { server, url } = await started({ mode, language: 'en', onCrash }, routes)
    expect(await json(`${url}/crash`)).toEqual([500, { code: 500, message }])
    expect(await json(`${url}/missing`)).toEqual([404, { code: 404, message: 'no such order' }])
    expect(server.crashes).toBe(1)
  }
  expect(crashes).toEqual(['GET /crash', 'GET /crash'])
  expect(() => createRestServer({ mode: 'prod' as 'debug' })).toThrow(
    'mode: wants one of debug, release, test, has "prod"',
  )
})

test('healthz: on, off, and what a function says', async () => {
  let isWell = true
  const own = await started({ healthz: async () => isWell })
  expect(await json(`${own.url}/healthz`)).toEqual([200, { status: 'ok' }])
  isWell = false
  expect(await json(`${own.url}/healthz`)).toEqual([503, { status: 'unavailable' }])
  const off = await started({ healthz: false })
  expect((await fetch(`${off.url}/healthz`)).status).toBe(404)
})

test('metrics: on by themselves, with a preset, and off', async () => {
  const usual = await started({}, (server) => server.get('/a/:b', () => ({})))
  await fetch(`${usual.url}/a/1`)
  await fetch(`${usual.url}/a/2`)
  const page = await (await fetch(`${usual.url}/metrics`)).text()
  expect(page).toContain(
    'http_request_duration_seconds_count{method="GET",route="/a/:b",status_code="200"} 2',
  )
  expect(page).toContain('nodejs_version_info')
  expect(page).toContain('promhttp_metric_handler_requests_in_flight 1')

  const registry = new Registry()
  const preset = new GinMetrics(registry)
  const gin = await started({ metrics: { registry, preset } }, (server) =>
    server.get('/a/:b', () => ({})),
  )
  await fetch(`${gin.url}/a/1`)
  expect(await (await fetch(`${gin.url}/metrics`)).text()).toContain(
    'gin_uri_request_total{code="200",method="GET",uri="/a/:b"} 1',
  )

  const off = await started({ metrics: false })
  expect((await fetch(`${off.url}/metrics`)).status).toBe(404)
  expect(off.server.registry).toBeUndefined()
})

test('middlewares run by name and in order; an unknown name is refused', async () => {
  const seen: string[] = []
  const noting = (name: string) => async (_context: unknown, next: () => Promise<unknown>) => {
    seen.push(name)
    return next()
  }
  const { url } = await started(
    {
      middlewares: ['first', 'cors', 'nocache', 'requestid', 'secure', 'last'],
      customMiddlewares: { last: noting('last'), first: noting('first') },
      corsOrigins: ['https://shop.example'],
    },
    (server) => server.get('/', () => ({})),
  )
  const answer = await fetch(url, {
    headers: { origin: 'https://shop.example', 'x-request-id': 'abc-1' },
  })
  expect(seen).toEqual(['first', 'last'])
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'access-control-allow-origin': 'https://shop.example',
    vary: 'Origin',
    'cache-control': 'no-store',
    'x-request-id': 'abc-1',
    'x-content-type-options': 'nosniff',
  })
  const foreign = await fetch(url, {
    headers: { origin: 'https://evil.example', 'x-request-id': 'a b\tc' },
  })
  expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
  expect(foreign.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/)
  const asked = await fetch(url, {
    method: 'OPTIONS',
    headers: { origin: 'https://shop.example', 'access-control-request-method': 'PUT' },
  })
  expect(asked.status).toBe(204)
  expect(asked.headers.get('access-control-allow-methods')).toContain('PUT')
  expect(() => createRestServer({ middlewares: ['corz'] })).toThrow(
    'middlewares: there is no "corz"; there are cors, nocache, requestid, secure',
  )
  expect(() => createRestServer({ middlewares: ['constructor'] })).toThrow('there is no')
})

test('tokens: no default key, no short one, and not the one of the seed', async () => {
  for (const key of ['', 'secret', undefined as unknown as string])
    expect(() => createRestServer({ jwt: { key } })).toThrow('jwt.key: wants 32 bytes or more')
  expect(() => createRestServer({ jwt: { key: 'Gd%YCfP1agNHo5x6xm2Qs33Bf!B#Gi!o' } })).toThrow(
    'jwt.key: this key stands in a public text',
  )
  expect(() => createRestServer().get('/x', () => ({}), { auth: true })).toThrow(
    'GET /x: auth wants the option jwt with a key',
  )
})

test('tokens are wanted where a route says so, and only good ones are taken', async () => {
  const { server, url } = await started({ jwt: { key: KEY, realm: 'shop' } }, (made) =>
    made.get('/me', ({ claims }) => ({ sub: claims?.sub, role: claims?.['role'] }), { auth: true }),
  )
  const tokens = server.tokens!
  const ask = (token: string): Promise<[number, unknown]> =>
    json(`${url}/me`, { headers: { authorization: `Bearer ${token}` } })
  expect(await ask(await tokens.issue('ada', { role: 'admin' }))).toEqual([
    200,
    { sub: 'ada', role: 'admin' },
  ])
  const without = await fetch(`${url}/me`)
  expect([without.status, without.headers.get('www-authenticate')]).toEqual([
    401,
    'Bearer realm="shop"',
  ])
  const day = 86_400_000
  const old = await tokens.issue('ada', {}, Date.now() - 2 * day)
  const foreign = await new SignJWT({ sub: 'ada', orig_iat: 1 })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode('another key, which is as long as ours is'))
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const unsigned = `${part({ alg: 'none' })}.${part({ sub: 'ada', exp: 4e9, orig_iat: 1 })}.`
  for (const token of [old, foreign, unsigned, 'x', 'a.b.c'])
    expect((await ask(token))[0], token).toBe(401)
  // An expired token can be exchanged for a week after its login, and never longer, however often.
  const fresh = await tokens.refresh(old)
  expect((await ask(fresh!))[0]).toBe(200)
  const now = Date.now()
  const twice = await tokens.refresh(fresh!, now + 4 * day)
  expect(await tokens.refresh(twice!, now + 6 * day)).toBeUndefined()
  expect(await tokens.refresh(foreign)).toBeUndefined()
})

test('bodies are checked, with messages in the language of the client', async () => {
  const schema = object({ name: string().min(3), mail: email(), mobile: mobile() })
  const { url } = await started({}, (server) =>
    server.post('/users', async (context) => context.body(schema)),
  )
  const good = { name: 'Ada', mail: 'ada@example.org', mobile: '13912345678' }
  expect(await json(`${url}/users`, posted(good))).toEqual([200, good])
  const bad = { name: 'A', mail: 'x', mobile: '12' }
  const zh = {
    code: 400,
    message: '请求参数有误',
    errors: {
      name: '数值过小：期望 string >=3 字符',
      mail: '无效电子邮件',
      mobile: '手机号码格式不正确',
    },
  }
  expect(await json(`${url}/users`, posted(bad))).toEqual([400, zh])
  const german = posted(bad, { 'accept-language': 'de-DE, zh-CN;q=0.5, en;q=0.2' })
  expect(await json(`${url}/users`, german)).toEqual([400, zh])
  const english = posted(bad, { 'accept-language': 'zh;q=0.1, en-GB' })
  expect(await json(`${url}/users`, english)).toEqual([
    400,
    {
      code: 400,
      message: 'the request is not valid',
      errors: {
        name: 'Too small: expected string to have >=3 characters',
        mail: 'Invalid email address',
        mobile: 'not a mobile number',
      },
    },
  ])
})

test('bodies that are no JSON, too large or an attack are refused', async () => {
  const { server, url } = await started({ language: 'en' }, (made) =>
    made.post('/', async (context) => context.body(object({ a: string().optional() }))),
  )
  const status = async (init: RequestInit): Promise<number> => (await json(url, init))[0]
  expect(await status(posted('{'))).toBe(400)
  expect(await status(posted(''))).toBe(400)
  expect(await status(posted('{"__proto__": {"polluted": 1}}'))).toBe(400)
  expect(await status(posted('{"a": "b"}', { 'content-type': 'text/plain' }))).toBe(415)
  expect(await status(posted(`{"a": "${'x'.repeat(1 << 20)}"}`))).toBe(413)
  expect(({} as { polluted?: number }).polluted).toBeUndefined()
  // A client that goes away in the middle of its body is no crash.
  await new Promise<void>((resolve) => {
    const socket = connect(server.port, '127.0.0.1', () => {
      socket.write(
        'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
        () => socket.destroy(),
      )
    })
    socket.on('close', () => resolve())
  })
  await fetch(`${url}/healthz`)
  expect(server.crashes).toBe(0)
})

test('X-Forwarded-For is believed from trusted proxies only, from the right', async () => {
  const routes = (server: RestServer): void =>
    server.get('/', ({ clientAddress }) => ({ clientAddress }))
  const ask = (url: string, said: string): Promise<[number, unknown]> =>
    json(url, { headers: { 'x-forwarded-for': said } })
  const nobody = await started({}, routes)
  expect(await ask(nobody.url, '1.2.3.4')).toEqual([200, { clientAddress: '127.0.0.1' }])
  const some = await started({ trustedProxies: ['127.0.0.0/8', '10.0.0.1', 'fd00::/8'] }, routes)
  const address = async (said: string): Promise<unknown> =>
    ((await ask(some.url, said))[1] as { clientAddress: unknown }).clientAddress
  expect(await address('6.6.6.6, 1.2.3.4, 10.0.0.1')).toBe('1.2.3.4')
  expect(await address('6.6.6.6, ::1, fd00::2')).toBe('::1')
  expect(await address('rubbish')).toBe('127.0.0.1')
  for (const wrong of ['10.0.0.0/33', 'proxy.example', '10.0.0.0/', '::/129'])
    expect(() => createRestServer({ trustedProxies: [wrong] })).toThrow('trustedProxies: wants')
})

test('the hook for tracing sees the beginning and the outcome of every request', async () => {
  const outcomes: unknown[] = []
  const ended = Promise.withResolvers<void>()
  const { url } = await started(
    {
      trace: (request) => {
        const parent = request.headers['traceparent']
        return ({ route, statusCode, error }) => {
          outcomes.push([parent, route, statusCode, error instanceof Error ? error.message : error])
          if (outcomes.length === 3) ended.resolve()
        }
      },
    },
    (server) => {
      server.get('/a/:b', () => ({}))
      server.get('/crash', () => {
        throw new Error('planted')
      })
    },
  )
  const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }
  for (const path of ['/a/1', '/crash', '/nowhere'])
    await (await fetch(url + path, { headers })).text()
  await ended.promise
  const [parent] = Object.values(headers)
  expect(outcomes).toEqual([
    [parent, '/a/:b', 200, undefined],
    [parent, '/crash', 500, 'planted'],
    [parent, undefined, 404, '没有这个路径'],
  ])
})

test('stop: nobody is let in, what is under way is answered, what never ends is cut off', async () => {
  const entered = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  const { server, url } = await started({}, (made) => {
    made.get('/slow', async () => {
      entered.resolve()
      await goOn.promise
      return { done: true }
    })
  })
  const slow = json(`${url}/slow`)
  await entered.promise
  const stopped = server.stop(60_000)
  await expect(fetch(`${url}/healthz`)).rejects.toThrow()
  goOn.resolve()
  expect(await slow).toEqual([200, { done: true }])
  await stopped

  const asked = Promise.withResolvers<void>()
  const endless = await started({}, (made) => {
    made.get('/never', () => {
      asked.resolve()
      return new Promise<never>(() => {})
    })
  })
  const call = httpRequest(`${endless.url}/never`).end()
  const cut = new Promise((resolve) => call.once('error', resolve))
  await asked.promise
  await endless.server.stop(0)
  expect(String(await cut)).toContain('socket hang up')
})

/** The fields of a protobuf message: numbers, and the bytes of everything that has a length. */
function fields(bytes: Uint8Array): Map<number, (number | Uint8Array)[]> {
  const found = new Map<number, (number | Uint8Array)[]>()
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]!
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const key = varint()
    const field = Math.floor(key / 8)
    if (![0, 2].includes(key % 8)) throw new Error(`wire type ${key % 8}`)
    let value: number | Uint8Array = varint()
    if (key % 8 === 2) value = bytes.subarray(at, (at += value))
    found.set(field, [...(found.get(field) ?? []), value])
  }
  return found
}

/** What pprof would show of a profile: stacks of function names, leaf first, with their values. */
function stacksOf(file: Uint8Array): { types: string[]; stacks: [string[], number[]][] } {
  const profile = fields(gunzipSync(file))
  const messages = (field: number) =>
    (profile.get(field) ?? []).map((one) => fields(one as Uint8Array))
  const strings = profile.get(6)!.map((one) => new TextDecoder().decode(one as Uint8Array))
  expect(strings[0]).toBe('')
  const number = (message: Map<number, (number | Uint8Array)[]>, field: number): number =>
    (message.get(field)?.[0] ?? 0) as number
  const packed = (message: Map<number, (number | Uint8Array)[]>, field: number): number[] =>
    (message.get(field) ?? []).flatMap((one) => {
      if (typeof one === 'number') return [one]
      // As one long field: a key before each of the numbers would make them fields again.
      const values: number[] = []
      let value = 0
      let scale = 1
      for (const byte of one) {
        value += (byte & 127) * scale
        scale *= 128
        if (byte < 128) {
          values.push(value)
          value = 0
          scale = 1
        }
      }
      return values
    })
  const functions = new Map(messages(5).map((one) => [number(one, 1), strings[number(one, 2)]!]))
  const locations = new Map(
    messages(4).map((one) => {
      const line = fields(one.get(4)![0] as Uint8Array)
      return [number(one, 1), functions.get(number(line, 1))!]
    }),
  )
  return {
    types: messages(1).map((one) => `${strings[number(one, 1)]}/${strings[number(one, 2)]}`),
    stacks: messages(2).map((one) => [
      packed(one, 1).map((id) => locations.get(id)!),
      packed(one, 2),
    ]),
  }
}

test('profiles: off by default, refused without permission', async () => {
  const off = await started()
  expect((await fetch(`${off.url}/debug/pprof/`)).status).toBe(404)
  expect((await fetch(`${off.url}/debug/pprof/heap`)).status).toBe(404)
  expect(() => createRestServer({ profiling: {} as { authorize: () => boolean } })).toThrow(
    'profiling.authorize: wants a function',
  )
  const guarded = await started({
    profiling: { authorize: ({ headers }) => headers.authorization === 'Bearer let me in' },
  })
  expect((await fetch(`${guarded.url}/debug/pprof/heap`)).status).toBe(403)
  const headers = { authorization: 'Bearer let me in' }
  const ask = (path: string): Promise<Response> =>
    fetch(`${guarded.url}/debug/pprof/${path}`, { headers })
  expect(await (await ask('')).text()).toContain('profile?seconds=30')
  expect(await (await ask('cmdline')).text()).toBe(process.argv.join('\0'))
  expect((await ask('goroutine')).status).toBe(404)
  for (const seconds of ['0', '-1', 'x', '301'])
    expect((await ask(`profile?seconds=${seconds}`)).status, seconds).toBe(400)
})

async function profileOf(answer: Response): Promise<ReturnType<typeof stacksOf>> {
  expect(answer.headers.get('content-type')).toBe('application/octet-stream')
  return stacksOf(new Uint8Array(await answer.arrayBuffer()))
}

test('a CPU profile names what was busy; there is one at a time, and a server that stops ends it', async () => {
  const asked = Promise.withResolvers<void>()
  const { server, url } = await started({
    profiling: { authorize: () => true },
    trace: () => {
      asked.resolve()
      return undefined
    },
  })
  function busyInTheTest(): void {
    const untilMs = performance.now() + 500
    while (performance.now() < untilMs) Math.sqrt(untilMs)
  }
  const taken = fetch(`${url}/debug/pprof/profile?seconds=300`)
  await asked.promise
  expect((await fetch(`${url}/debug/pprof/wall?seconds=0.01`)).status).toBe(409)
  busyInTheTest()
  const stopped = server.stop()
  const cpu = await profileOf(await taken)
  await stopped
  expect(cpu.types).toEqual(['samples/count', 'cpu/nanoseconds'])
  const ns = cpu.stacks
    .filter(([names]) => names.includes('busyInTheTest'))
    .reduce((sum, [, values]) => sum + values[1]!, 0)
  expect(ns).toBeGreaterThan(1e8)
  expect(cpu.stacks.flatMap(([names]) => names)).not.toContain('(idle)')
})

test('a wall profile has the time of waiting, a heap profile who allocated what is alive', async () => {
  const { url } = await started({ profiling: { authorize: () => true } })
  const wall = await profileOf(await fetch(`${url}/debug/pprof/wall?seconds=0.3`))
  expect(wall.types).toEqual(['samples/count', 'wall/nanoseconds'])
  expect(wall.stacks.flatMap(([names]) => names)).toContain('(idle)')

  const kept: unknown[] = []
  function allocateInTheTest(): void {
    for (let i = 0; i < 200; i++) kept.push(Array.from({ length: 20_000 }, (_, n) => n + i))
  }
  allocateInTheTest()
  const heap = await profileOf(await fetch(`${url}/debug/pprof/heap`))
  expect(heap.types).toEqual(['inuse_space/bytes'])
  const bytes = heap.stacks
    .filter(([names]) => names.includes('allocateInTheTest'))
    .reduce((sum, [, values]) => sum + values[0]!, 0)
  // 200 arrays of 20 000 numbers, of 4 or 8 bytes each, by samples.
  expect(bytes).toBeGreaterThan(8e6)
  expect(kept).toHaveLength(200)
})
