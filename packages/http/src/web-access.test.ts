// Listeners with TLS and users, asked by our own client over real sockets.

import { hashSync } from 'bcryptjs'
import { PLAIN_HTTP_CLIENT, silentLogger } from '@pharos/base'
import type { TlsSettings } from '@pharos/base'
import { createRealNet } from '@pharos/base/node'
import { SimClock, SimDisk } from '@pharos/base/sim'
import { afterEach, expect, test } from 'vitest'
import { createHttpClient } from './create-http-client.ts'
import type { HttpRequest } from './http-client.ts'
import { createHttpServer } from './http-server.ts'
import type { HttpServer } from './http-server.ts'
import { LoginCheck } from './login-check.ts'
import { FOR_ADMINS, FOR_VIEWERS } from './role.ts'
import { createAuthority } from './testing/certificates.ts'
import type { Certificate } from './testing/certificates.ts'
import type { ServerTls, WebAccess } from './web-access.ts'

const authority = createAuthority()
const localhost = { name: 'server', hosts: ['localhost', '127.0.0.1'] }
const USERS = new Map([['ann', hashSync('secret', 4)]])

const OPEN: WebAccess = {
  tls: undefined,
  headers: [],
  users: new Map(),
  roles: new Map(),
  rateLimit: { burst: 0, intervalMs: 0 },
  unauthenticatedPaths: [],
}

function serverTls(changed: Partial<ServerTls> = {}): ServerTls {
  return {
    ...authority.issue(localhost),
    clientCa: '',
    clientAuth: 'NoClientCert',
    clientAllowedSans: [],
    cipherSuites: [],
    curves: [],
    minVersion: 'TLS12',
    maxVersion: 'TLS13',
    ...changed,
  }
}

const servers: HttpServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.app.server.closeAllConnections()
    await server.close()
  }
})

interface Door {
  readonly server: HttpServer
  readonly clock: SimClock
  /** What is in force from now on. */
  access: WebAccess
}

async function door(
  first: WebAccess,
  addRoutes: (app: HttpServer['app']) => void = () => {},
): Promise<Door> {
  const clock = new SimClock()
  const source = { current: async () => opened.access }
  const access = { first, source }
  const server = createHttpServer({ log: silentLogger, clock, address: '127.0.0.1:0', access })
  const opened: Door = { server, clock, access: first }
  server.app.get('/*', async () => 'hello')
  addRoutes(server.app)
  await server.listen()
  servers.push(server)
  return opened
}

const settings = { ...PLAIN_HTTP_CLIENT, tls: { ...PLAIN_HTTP_CLIENT.tls, ca: authority.cert } }

/** The status of an answer, or the error. Each asks over a connection of its own. */
async function asked(
  { server }: Door,
  request: Partial<HttpRequest> & { path?: string } = {},
  tls: Partial<TlsSettings> = {},
): Promise<string> {
  const scheme = server.isSecure ? 'https' : 'http'
  const client = createHttpClient(
    { net: createRealNet(), clock: new SimClock() },
    { settings: { ...settings, tls: { ...settings.tls, ...tls } }, disk: new SimDisk() },
  )
  try {
    const url = `${scheme}://127.0.0.1:${server.port}${request.path ?? '/'}`
    const response = await client.request({ ...request, url })
    return String(response.status)
  } catch (error) {
    return (error as Error).message.replace(/^.*?": /, '')
  } finally {
    client.close()
  }
}

const login = (username: string, password: string): Partial<HttpRequest> => ({
  credentials: { kind: 'basic', username, password },
})

test('users have to know their password, and strangers read why not', async () => {
  const at = await door({ ...OPEN, users: USERS })
  expect(await asked(at)).toBe('401')
  expect(await asked(at, login('ann', 'secret'))).toBe('200')
  expect(await asked(at, login('ann', 'secret'))).toBe('200')
  expect(await asked(at, login('ann', 'Secret'))).toBe('401')
  expect(await asked(at, login('ann', 'secret\0tail'))).toBe('401')
  expect(await asked(at, login('bob', 'secret'))).toBe('401')
  expect(await asked(at, login('__proto__', ''))).toBe('401')
  for (const authorization of ['Bearer x', 'Basic', 'Basic !!!', `Basic ${'A'.repeat(9_000)}`])
    expect(await asked(at, { privateHeaders: [['Authorization', authorization]] })).toBe('401')
})

test('paths that are named answer without a password, and no other path does', async () => {
  const paths = ['/-/healthy', '/public/*']
  const at = await door({ ...OPEN, users: USERS, unauthenticatedPaths: paths })
  expect(await asked(at, { path: '/-/healthy?x=1' })).toBe('200')
  expect(await asked(at, { path: '/public/x' })).toBe('200')
  expect(await asked(at, { path: '/-/healthy/x' })).toBe('401')
  expect(await asked(at, { path: '/%2d/healthy' })).toBe('401')
})

test('viewers look, editors change, admins do the rest, and a user without a role is one', async () => {
  const users = new Map(['vic', 'eve', 'ann'].map((name) => [name, hashSync('secret', 4)]))
  const roles = new Map([
    ['vic', 'viewer'],
    ['eve', 'editor'],
  ] as const)
  const at = await door({ ...OPEN, users, roles }, (app) => {
    app.post('/change', async () => 'changed')
    app.post('/question', { config: FOR_VIEWERS }, async () => 'answer')
    app.delete('/all', { config: FOR_ADMINS }, async () => 'gone')
  })
  const may = async (name: string): Promise<string[]> => {
    const asks = ['GET /', 'HEAD /', 'POST /question', 'POST /change', 'PUT /none', 'DELETE /all']
    const answers: string[] = []
    for (const ask of asks) {
      const [method, path] = ask.split(' ') as ['GET', string]
      answers.push(await asked(at, { ...login(name, 'secret'), method, path }))
    }
    return answers
  }
  expect(await may('vic')).toEqual(['200', '200', '200', '403', '403', '403'])
  expect(await may('eve')).toEqual(['200', '200', '200', '200', '405', '403'])
  expect(await may('ann')).toEqual(['200', '200', '200', '200', '405', '200'])
})

test('a password that is taken away stops working at once, remembered or not', async () => {
  const at = await door({ ...OPEN, users: USERS })
  expect(await asked(at, login('ann', 'secret'))).toBe('200')
  at.access = { ...OPEN, users: new Map([['ann', hashSync('other', 4)]]) }
  expect(await asked(at, login('ann', 'secret'))).toBe('401')
  expect(await asked(at, login('ann', 'other'))).toBe('200')
})

test('10,000 wrong logins compute a handful of hashes, and their sender is told to wait', async () => {
  const clock = new SimClock()
  const logins = new LoginCheck(clock)
  const header = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`
  const verdicts = new Map<unknown, number>()
  for (let i = 0; i < 10_000; i++) {
    const verdict = await logins.check(header(`ann:wrong${i}`), USERS, '10.0.0.1')
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1)
  }
  expect(Object.fromEntries(verdicts)).toEqual({ wrong: 10, busy: 9_990 })
  // Another address is not punished for it, and the sender may try again after a while.
  expect(await logins.check(header('ann:secret'), USERS, '10.0.0.2')).toEqual({ user: 'ann' })
  await clock.advance(1_000)
  expect(await logins.check(header('ann:wrong'), USERS, '10.0.0.1')).toBe('wrong')
  expect(await logins.check(header('ann:secret'), USERS, '10.0.0.1')).toEqual({ user: 'ann' })
})

test('two logins whose parts run together are two logins', async () => {
  const users = new Map([
    ['a', hashSync('b:c', 4)],
    ['a:b', hashSync('c', 4)],
  ])
  const logins = new LoginCheck(new SimClock())
  const header = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`
  expect(await logins.check(header('a:b:c'), users, '')).toEqual({ user: 'a' })
  expect(await logins.check(header('a:b'), users, '')).toBe('wrong')
})

test('the rate limit lets a burst through and then one request an interval', async () => {
  const at = await door({ ...OPEN, rateLimit: { burst: 2, intervalMs: 1_000 } })
  expect([await asked(at), await asked(at), await asked(at)]).toEqual(['200', '200', '429'])
  await at.clock.advance(1_000)
  expect([await asked(at), await asked(at)]).toEqual(['200', '429'])
})

test('configured headers stand on every answer', async () => {
  const at = await door({ ...OPEN, headers: [['X-Frame-Options', 'sameorigin']] })
  const client = createHttpClient({ net: createRealNet(), clock: new SimClock() })
  const response = await client.request({ url: `http://127.0.0.1:${at.server.port}/` })
  expect(response.headers.get('x-frame-options')).toBe('sameorigin')
  client.close()
})

test('a certificate that is rotated is shown to the next connection, and a broken one changes nothing', async () => {
  const at = await door({ ...OPEN, tls: serverTls() })
  expect(await asked(at)).toBe('200')
  const other = createAuthority('Other')
  at.access = { ...OPEN, tls: serverTls(other.issue(localhost)) }
  expect(await asked(at)).toContain('unknown authority')
  expect(await asked(at, {}, { ca: other.cert })).toBe('200')
  at.access = { ...OPEN, tls: serverTls({ cert: 'broken' }) }
  expect(await asked(at, {}, { ca: other.cert })).toBe('200')
})

test('weak versions and plain HTTP are not spoken', async () => {
  const at = await door({ ...OPEN, tls: serverTls({ minVersion: 'TLS13' }) })
  expect(await asked(at, {}, { maxVersion: 'TLS12' })).toContain('tls: ')
  const client = createHttpClient({ net: createRealNet(), clock: new SimClock() })
  const plain = client.request({ url: `http://127.0.0.1:${at.server.port}/` })
  await expect(plain).rejects.toThrow(/EOF|reset|malformed|broken/)
  client.close()
})

test('suites and curves of the configuration decide what is agreed on', async () => {
  const suite = 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'
  const tls = serverTls({ cipherSuites: [suite], curves: ['CurveP256'], maxVersion: 'TLS12' })
  const at = await door({ ...OPEN, tls })
  let agreed = ''
  at.server.app.server.on('secureConnection', (socket: import('node:tls').TLSSocket) => {
    agreed = socket.getCipher().name
  })
  expect(await asked(at)).toBe('200')
  expect(agreed).toBe('ECDHE-ECDSA-AES256-GCM-SHA384')
})

test('clients show the certificate that the policy wants', async () => {
  const clientCa = authority.cert
  const known = authority.issue({ name: 'client', hosts: ['agent.example.org'] })
  const unknown = createAuthority('Other').issue({ name: 'client', hosts: ['agent.example.org'] })
  const none: Partial<Certificate> = {}
  const cases: readonly (readonly [Partial<ServerTls>, boolean, boolean, boolean])[] = [
    // policy, without a certificate, with a known one, with an unknown one
    [{ clientAuth: 'NoClientCert' }, true, true, true],
    [{ clientAuth: 'RequestClientCert' }, true, true, true],
    [{ clientAuth: 'RequireAnyClientCert' }, false, true, true],
    [{ clientAuth: 'VerifyClientCertIfGiven' }, true, true, false],
    [{ clientAuth: 'RequireAndVerifyClientCert' }, false, true, false],
    [
      { clientAuth: 'RequireAndVerifyClientCert', clientAllowedSans: ['agent.example.org'] },
      false,
      true,
      false,
    ],
    [
      { clientAuth: 'RequireAndVerifyClientCert', clientAllowedSans: ['example.org'] },
      false,
      false,
      false,
    ],
  ]
  for (const [policy, ...expected] of cases) {
    const at = await door({ ...OPEN, tls: serverTls({ clientCa, ...policy }) })
    const passed: boolean[] = []
    for (const certificate of [none, known, unknown])
      passed.push((await asked(at, {}, certificate)) === '200')
    expect(passed, JSON.stringify(policy)).toEqual(expected)
  }
})

test('a certificate that belongs to another key ends the start with one line', () => {
  const { cert } = authority.issue(localhost)
  const { key } = authority.issue(localhost)
  const first: WebAccess = { ...OPEN, tls: serverTls({ cert, key }) }
  const access = { first, source: { current: async () => first } }
  expect(() =>
    createHttpServer({
      log: silentLogger,
      clock: new SimClock(),
      address: '127.0.0.1:0',
      access,
    }),
  ).toThrow(/^tls_server_config: .*key values mismatch/)
})
