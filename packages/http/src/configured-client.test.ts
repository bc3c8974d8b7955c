// The whole matrix of http_config against real servers on the loopback, and what has to be seen on the wire.

import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { gzipSync, deflateRawSync, deflateSync, zstdCompressSync } from 'node:zlib'
import { PLAIN_HTTP_CLIENT } from '@pharos/base'
import type { HttpClientSettings, Net, ProxySettings, TlsSettings } from '@pharos/base'
import { createRealNet } from '@pharos/base/node'
import { SimClock, SimDisk } from '@pharos/base/sim'
import { afterEach, expect, test } from 'vitest'
import { createHttpClient } from './create-http-client.ts'
import type { HttpClient } from './http-client.ts'
import { createAuthority } from './testing/certificates.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

interface Seen {
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

interface Listening {
  readonly port: number
  readonly seen: Seen[]
  readonly server: Server
}

const authority = createAuthority()
const serverCertificate = authority.issue({ name: 'server', hosts: ['localhost', '127.0.0.1'] })

async function started(server: Server, answer: RequestListener): Promise<Listening> {
  const seen: Seen[] = []
  server.on('request', (request: IncomingMessage, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = Buffer.concat(parts).toString()
      seen.push({ url: request.url ?? '', headers: request.headers, body })
      answer(request, response)
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return { port: (server.address() as AddressInfo).port, seen, server }
}

const ok: RequestListener = (_request, response) => void response.end('fine')
const plain = (answer: RequestListener = ok): Promise<Listening> => started(createServer(), answer)
const secure = (
  options: Record<string, unknown> = {},
  answer: RequestListener = ok,
): Promise<Listening> => started(createTlsServer({ ...serverCertificate, ...options }), answer)

interface Made {
  readonly client: HttpClient
  readonly clock: SimClock
  readonly disk: SimDisk
  readonly write: (path: string, text: string) => Promise<void>
}

function made(changed: Partial<HttpClientSettings>, net: Net = createRealNet()): Made {
  const clock = new SimClock()
  const disk = new SimDisk()
  const settings = { ...PLAIN_HTTP_CLIENT, ...changed }
  const client = createHttpClient({ net, clock }, { settings, disk })
  closing.push(() => client.close())
  const write = (path: string, text: string): Promise<void> =>
    disk.writeFileAtomic(path, new TextEncoder().encode(text))
  return { client, clock, disk, write }
}

const tls = (changed: Partial<TlsSettings>): Partial<HttpClientSettings> => ({
  tls: { ...PLAIN_HTTP_CLIENT.tls, ...changed },
})
const proxied = (changed: Partial<ProxySettings>): Partial<HttpClientSettings> => ({
  proxy: { ...PLAIN_HTTP_CLIENT.proxy, ...changed },
})

async function words(asked: Promise<unknown>): Promise<string> {
  return await asked.then(
    () => 'no error',
    (error: Error) => error.message,
  )
}

const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`

test('basic_auth is sent from texts and from files, and a name in the URL goes before it', async () => {
  const { port, seen } = await plain()
  const url = `http://127.0.0.1:${port}/`
  const basicAuth = { username: 'me', usernameFile: '', password: 'secret', passwordFile: '' }
  await made({ basicAuth }).client.request({ url })
  await made({ basicAuth }).client.request({ url: `http://u:p@127.0.0.1:${port}/` })
  const filed = made({
    basicAuth: { username: '', usernameFile: '/u', password: '', passwordFile: '/p' },
  })
  await filed.write('/u', 'file-user\n')
  await filed.write('/p', 'file-password\n')
  await filed.client.request({ url })
  expect(seen.map((one) => one.headers.authorization)).toEqual([
    basic('me:secret'),
    basic('u:p'),
    basic('file-user:file-password'),
  ])
})

test('a credential in a file is read again when it is older than a second, and a missing file fails the request', async () => {
  const { port, seen } = await plain()
  const url = `http://127.0.0.1:${port}/`
  const { client, clock, disk, write } = made({
    authorization: { type: 'Token', credentials: '', credentialsFile: '/token' },
  })
  await write('/token', 'one')
  await client.request({ url })
  await write('/token', 'two')
  await client.request({ url })
  await clock.advance(1_000)
  await client.request({ url })
  await disk.remove('/token')
  await clock.advance(1_000)
  expect(await words(client.request({ url }))).toContain(
    `Get "${url}": unable to read file /token: `,
  )
  expect(seen.map((one) => one.headers.authorization)).toEqual([
    'Token one',
    'Token one',
    'Token two',
  ])
})

test('http_headers carry values, and the text of files', async () => {
  const { port, seen } = await plain()
  const { client, write } = made({
    headers: [
      { name: 'X-One', values: ['a', 'b'], files: [] },
      { name: 'X-Two', values: [], files: ['/two'] },
    ],
  })
  await write('/two', 'from file\n')
  await client.request({ url: `http://127.0.0.1:${port}/`, headers: [['Accept', 'x/y']] })
  expect(seen[0]!.headers).toMatchObject({ 'x-one': 'a, b', 'x-two': 'from file', accept: 'x/y' })
})

test('neither credentials nor configured headers follow a redirect to another host', async () => {
  const stranger = await plain()
  const home = await plain((request, response) => {
    const location =
      request.url === '/away' ? `http://127.0.0.1:${stranger.port}/` : `/${request.url}home`
    if (request.url === '/last') response.end('fine')
    else response.writeHead(302, { Location: request.url === '/near' ? '/last' : location }).end()
  })
  const { client } = made({
    authorization: { type: 'Bearer', credentials: 'CANARY', credentialsFile: '' },
    headers: [{ name: 'X-Key', values: ['CANARY'], files: [] }],
  })
  await client.request({ url: `http://127.0.0.1:${home.port}/near` })
  await client.request({ url: `http://127.0.0.1:${home.port}/away` })
  expect(
    home.seen.map((one) => [one.url, one.headers.authorization, one.headers['x-key']]),
  ).toEqual([
    ['/near', 'Bearer CANARY', 'CANARY'],
    ['/last', 'Bearer CANARY', 'CANARY'],
    ['/away', 'Bearer CANARY', 'CANARY'],
  ])
  expect(stranger.seen).toHaveLength(1)
  expect(JSON.stringify(stranger.seen)).not.toContain('CANARY')
})

test('follow_redirects: false answers with the redirect, and a loop ends after ten', async () => {
  const { port, seen } = await plain((_request, response) => {
    response.writeHead(302, { Location: '/again' }).end()
  })
  const url = `http://127.0.0.1:${port}/`
  expect((await made({ followRedirects: false }).client.request({ url })).status).toBe(302)
  expect(await words(made({}).client.request({ url }))).toBe(
    'Get "/again": stopped after 10 redirects',
  )
  expect(seen).toHaveLength(12)
})

const packings: readonly (readonly [string, (plain: Buffer) => Buffer])[] = [
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['zstd', zstdCompressSync],
]

test.each(packings)(
  'a body in %s is unpacked, and one that unpacks beyond the limit is refused',
  async (coding, pack) => {
    const { port } = await plain((request, response) => {
      const text = request.url === '/bomb' ? Buffer.alloc(5_000_000) : Buffer.from('known words')
      const packed = pack(text)
      const cut = request.url === '/cut' ? packed.subarray(0, 6) : packed
      response.writeHead(200, { 'Content-Encoding': coding }).end(cut)
    })
    const { client } = made({})
    const at = (path: string) =>
      client.request({ url: `http://127.0.0.1:${port}${path}`, maxBodyBytes: 1_000_000 })
    expect(Buffer.from((await at('/')).body).toString()).toBe('known words')
    expect(await words(at('/bomb'))).toBe('body size limit exceeded')
    expect(await words(at('/cut'))).toMatch(/unexpected EOF|corrupt input/)
  },
)

test('the CA, the server name and the check of the certificate decide whether a server is trusted', async () => {
  const { port } = await secure()
  const url = `https://127.0.0.1:${port}/`
  const { cert: ca } = authority
  const asked = (changed: Partial<TlsSettings>): Promise<string> =>
    words(made(tls(changed)).client.request({ url }))
  expect(await asked({ ca })).toBe('no error')
  expect(await asked({})).toContain('certificate signed by unknown authority')
  expect(await asked({ insecureSkipVerify: true })).toBe('no error')
  expect(await asked({ ca, serverName: 'localhost' })).toBe('no error')
  expect(await asked({ ca, serverName: 'example.org' })).toContain('failed to verify certificate')
  expect(await asked({ ca: 'no pem' })).toContain('unable to use specified CA cert')
})

test('a certificate that has expired is refused', async () => {
  const old = authority.issue({ name: 'old', hosts: ['127.0.0.1'], fromDays: -9, untilDays: -1 })
  const { port } = await secure({ ...old })
  const url = `https://127.0.0.1:${port}/`
  expect(await words(made(tls({ ca: authority.cert })).client.request({ url }))).toContain(
    'certificate has expired or is not yet valid',
  )
})

test('versions that do not meet end the handshake', async () => {
  const { port } = await secure({ maxVersion: 'TLSv1.2' })
  const url = `https://127.0.0.1:${port}/`
  const { cert: ca } = authority
  expect(await words(made(tls({ ca, maxVersion: 'TLS12' })).client.request({ url }))).toBe(
    'no error',
  )
  expect(await words(made(tls({ ca, minVersion: 'TLS13' })).client.request({ url }))).toContain(
    'tls: ',
  )
})

test('a client certificate from files is shown, and a rotated one is taken up', async () => {
  const names: string[] = []
  const { port } = await secure({ requestCert: true, ca: authority.cert }, (request, response) => {
    const socket = request.socket as import('node:tls').TLSSocket
    names.push(String(socket.getPeerCertificate().subject.CN))
    response.end()
  })
  const url = `https://127.0.0.1:${port}/`
  const { client, clock, write } = made(tls({ caFile: '/ca', certFile: '/cert', keyFile: '/key' }))
  const install = async (name: string): Promise<void> => {
    const { cert, key } = authority.issue({ name })
    await write('/ca', authority.cert)
    await write('/cert', cert)
    await write('/key', key)
  }
  await install('first')
  await client.request({ url })
  await client.request({ url })
  await install('second')
  await clock.advance(1_000)
  await client.request({ url })
  expect(names).toEqual(['first', 'first', 'second'])
})

/** Answers absolute URLs itself and opens tunnels, as proxies do. */
async function proxy(refuses = false): Promise<Listening & { readonly connects: Seen[] }> {
  const connects: Seen[] = []
  const listening = await plain((_request, response) => void response.end('by proxy'))
  listening.server.on('connect', (request: IncomingMessage, socket) => {
    connects.push({ url: request.url ?? '', headers: request.headers, body: '' })
    socket.on('error', () => {})
    if (refuses) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
      return
    }
    const [host = '', port = ''] = (request.url ?? '').split(':')
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    onward.on('error', () => socket.destroy())
  })
  return { ...listening, connects }
}

test('plain HTTP goes to the proxy as a whole URL, with the credentials of the proxy and not its CONNECT headers', async () => {
  const at = await proxy()
  const { client } = made(
    proxied({
      url: `http://user:word@127.0.0.1:${at.port}`,
      connectHeaders: [['X-Tunnel', ['only']]],
    }),
  )
  const response = await client.request({ url: 'http://target.invalid:9100/metrics?a=b' })
  expect(Buffer.from(response.body).toString()).toBe('by proxy')
  expect(at.seen[0]).toMatchObject({
    url: 'http://target.invalid:9100/metrics?a=b',
    headers: { host: 'target.invalid:9100', 'proxy-authorization': basic('user:word') },
  })
  expect(at.seen[0]!.headers).not.toHaveProperty('x-tunnel')
})

test('https goes through a tunnel that carries the CONNECT headers, and the proxy reads nothing of it', async () => {
  const target = await secure()
  const at = await proxy()
  const { client } = made({
    ...proxied({
      url: `http://user:word@127.0.0.1:${at.port}`,
      connectHeaders: [['X-Tunnel', ['one']]],
    }),
    ...tls({ ca: authority.cert }),
    authorization: { type: 'Bearer', credentials: 'CANARY', credentialsFile: '' },
  })
  const url = `https://127.0.0.1:${target.port}/deep`
  await client.request({ url })
  await client.request({ url })
  expect(target.seen.map((one) => one.headers.authorization)).toEqual([
    'Bearer CANARY',
    'Bearer CANARY',
  ])
  expect(at.connects).toHaveLength(1) // The tunnel is kept alive.
  expect(at.connects[0]).toMatchObject({
    url: `127.0.0.1:${target.port}`,
    headers: { 'x-tunnel': 'one', 'proxy-authorization': basic('user:word') },
  })
  expect(JSON.stringify(at.connects)).not.toContain('CANARY')
})

test('a proxy that refuses, and one that is not there, fail with the words of the reference', async () => {
  const at = await proxy(true)
  const through = (port: number, url: string): Promise<string> =>
    words(made(proxied({ url: `http://127.0.0.1:${port}` })).client.request({ url }))
  expect(await through(at.port, 'https://target.invalid/')).toBe(
    'Get "https://target.invalid/": Forbidden',
  )
  const gone = await plain()
  gone.server.close()
  gone.server.closeAllConnections()
  await new Promise((resolve) => setImmediate(resolve))
  for (const url of ['http://target.invalid/', 'https://target.invalid/']) {
    expect(await through(gone.port, url)).toBe(
      `Get "${url}": proxyconnect tcp: dial tcp 127.0.0.1:${gone.port}: connect: connection refused`,
    )
  }
  expect(
    await words(made(proxied({ url: 'socks5://x:1' })).client.request({ url: 'http://y/' })),
  ).toContain('socks5 is no http or https proxy')
})

test('no_proxy names hosts, domains, addresses, networks and ports that are reached directly', async () => {
  const direct = await plain()
  const at = await proxy()
  const port = direct.port
  const goesDirect = async (noProxy: string, host: string): Promise<boolean> => {
    const before = at.seen.length
    const { client } = made(proxied({ url: `http://127.0.0.1:${at.port}`, noProxy }), {
      // The names of this test lead to the loopback.
      connect: (options) => createRealNet().connect({ ...options, host: '127.0.0.1' }),
    })
    await client.request({ url: `http://${host}:${port}/` })
    return at.seen.length === before
  }
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['', '127.0.0.1', false], // Without a list even the loopback takes the proxy, as in the reference.
    ['other', '127.0.0.1', true],
    ['other', 'localhost', true],
    ['*', 'a.example.org', true],
    ['example.org', 'a.example.org', true],
    ['example.org', 'example.org', true],
    ['example.org', 'badexample.org', false],
    ['.example.org', 'example.org', false],
    ['.example.org', 'a.example.org', true],
    ['*.example.org', 'a.example.org', true],
    ['10.0.0.0/8', '10.1.2.3', true],
    ['10.0.0.0/8', '11.1.2.3', false],
    ['fd00::/8', '[fd00::1]', true],
    ['10.1.2.3', '10.1.2.3', true],
    [`a.example.org:${port}`, 'a.example.org', true],
    ['a.example.org:1', 'a.example.org', false],
    ['b.example.org, A.Example.org', 'a.example.org', true],
  ]
  for (const [noProxy, host, expected] of cases)
    expect(await goesDirect(noProxy, host), `no_proxy "${noProxy}" for ${host}`).toBe(expected)
})

test('proxy_from_environment takes the proxy of the scheme and the exceptions of the environment', async () => {
  const at = await proxy()
  const net: Net = {
    connect: (options) => createRealNet().connect(options),
    proxyEnvironment: () => ({
      http: `127.0.0.1:${at.port}`,
      https: '',
      noProxy: 'direct.invalid',
    }),
  }
  const { client } = made(proxied({ fromEnvironment: true }), net)
  await client.request({ url: 'http://target.invalid/' })
  expect(at.seen).toHaveLength(1)
  expect(await words(client.request({ url: 'http://direct.invalid/' }))).toContain('no such host')
})

interface TokenServer extends Listening {
  answer: { status: number; body: string }
}

async function tokenServer(): Promise<TokenServer> {
  const state = { status: 200, body: '{"access_token":"T1","expires_in":60}' }
  const listening = await plain((_request, response) => {
    response.writeHead(state.status).end(state.body)
  })
  return { ...listening, answer: state }
}

function oauth2(port: number, changed: Partial<NonNullable<HttpClientSettings['oauth2']>> = {}) {
  return {
    clientId: 'me & you',
    clientSecret: 's/e',
    clientSecretFile: '',
    tokenUrl: `http://127.0.0.1:${port}/token`,
    scopes: ['a', 'b'],
    endpointParams: [['audience', 'x']] as const,
    tls: PLAIN_HTTP_CLIENT.tls,
    proxy: PLAIN_HTTP_CLIENT.proxy,
    grantType: '',
    jwt: { key: '', keyFile: '', keyId: '', algorithm: '', issuer: '', audience: '', claims: [] },
    ...changed,
  }
}

test('oauth2 fetches one token for many requests, keeps it until shortly before its end, and asks anew for a new secret', async () => {
  const tokens = await tokenServer()
  const target = await plain()
  const url = `http://127.0.0.1:${target.port}/`
  const { client, clock, write } = made({
    oauth2: oauth2(tokens.port, { clientSecret: '', clientSecretFile: '/secret' }),
  })
  await write('/secret', 's/e\n')
  await Promise.all([client.request({ url }), client.request({ url }), client.request({ url })])
  expect(tokens.seen).toHaveLength(1)
  expect(tokens.seen[0]).toMatchObject({
    headers: {
      authorization: basic('me+%26+you:s%2Fe'),
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials&scope=a+b&audience=x',
  })
  expect(target.seen.map((one) => one.headers.authorization)).toEqual(Array(3).fill('Bearer T1'))
  await clock.advance(49_000)
  await client.request({ url })
  expect(tokens.seen).toHaveLength(1)
  tokens.answer.body = '{"access_token":"T2","token_type":"MAC","expires_in":60}'
  await clock.advance(2_000)
  await client.request({ url })
  expect(target.seen.at(-1)!.headers.authorization).toBe('MAC T2')
  await write('/secret', 'other')
  await clock.advance(1_000)
  await client.request({ url })
  expect(tokens.seen).toHaveLength(3)
})

test('a token endpoint that wants the secret in the form gets it there, and a refusal names its reason but no secret', async () => {
  const target = await plain()
  const url = `http://127.0.0.1:${target.port}/`
  const tokens = await plain((request, response) => {
    const isForm = request.headers.authorization === undefined
    response.writeHead(isForm ? 200 : 401).end(isForm ? '{"access_token":"F"}' : '')
  })
  await made({ oauth2: oauth2(tokens.port) }).client.request({ url })
  expect(tokens.seen[1]!.body).toContain('client_id=me+%26+you&client_secret=s%2Fe')
  expect(target.seen[0]!.headers.authorization).toBe('Bearer F')
  const refusing = await tokenServer()
  refusing.answer.status = 401
  refusing.answer.body = '{"error":"invalid_client","error_description":"who are you","sent":"s/e"}'
  const refused = await words(made({ oauth2: oauth2(refusing.port) }).client.request({ url }))
  expect(refused).toBe(`Get "${url}": oauth2: "invalid_client" "who are you"`)
})

test('the JWT grant signs its claims with the key', async () => {
  const { generateKeyPairSync, createVerify } = await import('node:crypto')
  const pair = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const tokens = await tokenServer()
  const target = await plain()
  const { client } = made({
    oauth2: oauth2(tokens.port, {
      grantType: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      jwt: {
        key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        keyFile: '',
        keyId: 'k1',
        algorithm: 'RS512',
        issuer: 'issuer',
        audience: '',
        claims: [['sub', 'someone']],
      },
    }),
  })
  await client.request({ url: `http://127.0.0.1:${target.port}/` })
  const assertion = new URLSearchParams(tokens.seen[0]!.body).get('assertion') ?? ''
  const [header = '', claims = '', signature = ''] = assertion.split('.')
  expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
    alg: 'RS512',
    typ: 'JWT',
    kid: 'k1',
  })
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
    sub: 'someone',
    iss: 'issuer',
    aud: `http://127.0.0.1:${tokens.port}/token`,
  })
  expect(
    createVerify('SHA512')
      .update(`${header}.${claims}`)
      .verify(pair.publicKey, Buffer.from(signature, 'base64url')),
  ).toBe(true)
})

test('a stream carries the credentials and the TLS of the settings', async () => {
  const { port, seen } = await secure()
  const { client } = made({
    ...tls({ ca: authority.cert }),
    authorization: { type: 'Bearer', credentials: 'b', credentialsFile: '' },
  })
  let text = ''
  await client.stream({
    url: `https://127.0.0.1:${port}/watch`,
    onHead() {},
    onBody: (bytes) => (text += Buffer.from(bytes).toString()),
  })
  expect(text).toBe('fine')
  expect(seen[0]!.headers.authorization).toBe('Bearer b')
})
