import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import { mkdtempSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outboundMistake, PLAIN_HTTP_CLIENT } from '@pharos/base'
import type { Connection, ConnectOptions, Net, OutboundRules } from '@pharos/base'
import { createRealNet } from '@pharos/base/node'
import { SimClock, SimDisk } from '@pharos/base/sim'
import { afterEach, expect, test } from 'vitest'
import { createHttpClient } from './create-http-client.ts'
import { OutboundNet } from './outbound-policy.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function listening(answer: RequestListener, at?: string): Promise<Server> {
  const server = createServer(answer)
  await new Promise<void>((resolve) =>
    at === undefined
      ? void server.listen(0, '127.0.0.1', resolve)
      : void server.listen(at, resolve),
  )
  closing.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return server
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port

/** Looks `name` up as the addresses that the test says, and connects to none. */
class NamesOnly implements Net {
  readonly reached: string[] = []
  readonly #names: Readonly<Record<string, readonly string[]>>

  constructor(names: Readonly<Record<string, readonly string[]>> = {}) {
    this.#names = names
  }

  async connect({ host, isAllowed }: ConnectOptions): Promise<Connection> {
    const address = (this.#names[host] ?? [host]).find((one) => isAllowed!(one))
    if (address === undefined) throw new Error('denied')
    this.reached.push(address)
    return { listen() {}, write() {}, destroy() {} }
  }
}

async function reaches(
  rules: Partial<OutboundRules>,
  host: string,
  names: Readonly<Record<string, readonly string[]>> = {},
): Promise<string> {
  const names_ = new NamesOnly(names)
  const net = new OutboundNet(names_)
  net.use({ deny: [], allow: [], ...rules })
  await net.connect({ host, port: 80 }).catch(() => {})
  return names_.reached[0] ?? 'denied'
}

test('addresses, networks, names and words are denied, whatever form they have', async () => {
  const denied = async (deny: readonly string[], ...hosts: readonly string[]): Promise<void> => {
    for (const host of hosts) expect(await reaches({ deny }, host), host).toBe('denied')
  }
  const open = async (deny: readonly string[], ...hosts: readonly string[]): Promise<void> => {
    for (const host of hosts) expect(await reaches({ deny }, host), host).toBe(host)
  }
  await denied(['loopback'], '127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '0.0.0.0', '::')
  await denied(['loopback'], 'localhost', 'LOCALHOST', 'localhost.', 'a.localhost')
  await denied(['link-local'], '169.254.169.254', '64:ff9b::169.254.169.254', 'fe80::1%eth0')
  await denied(['private'], '10.1.2.3', '172.31.0.1', '192.168.1.1', 'fd00::1', '100.64.0.1')
  await denied(['metadata'], '169.254.169.254', 'fd00:ec2::254', 'metadata.google.internal')
  await denied(['203.0.113.0/24', '2001:db8::/32'], '203.0.113.7', '2001:db8::7')
  await denied(['*.internal', 'vault'], 'a.b.internal', 'VAULT', 'vault.')
  await open(['loopback', 'link-local', 'private'], '203.0.113.7', '172.32.0.1', 'example.org')
  await open(['*.internal', 'vault'], 'internal', 'vault2', 'internal.example.org')
  await open([], '169.254.169.254')
})

test('what counts is the address that a name leads to, and only allowed ones are tried', async () => {
  const names = { evil: ['169.254.169.254'], both: ['10.0.0.1', '203.0.113.7'] }
  const deny = ['link-local', 'private']
  expect(await reaches({ deny }, 'evil', names)).toBe('denied')
  expect(await reaches({ deny }, 'both', names)).toBe('203.0.113.7')
  expect(await reaches({ deny, allow: ['10.0.0.1'] }, 'both', names)).toBe('10.0.0.1')
  expect(await reaches({ deny, allow: ['both'] }, 'both', names)).toBe('10.0.0.1')
  expect(await reaches({ deny, allow: ['10.0.0.0/8'] }, '10.9.9.9', names)).toBe('10.9.9.9')
})

test('a proxy hides nothing that is named', async () => {
  const net = new OutboundNet(new NamesOnly())
  net.use({ deny: ['metadata'], allow: [] })
  const host = '169.254.169.254'
  const tunnel = { host: 'proxy', port: 1, request: new Uint8Array() }
  await expect(net.connect({ host, port: 443, tunnel })).rejects.toMatchObject({
    code: 'net/denied',
  })
  const proxy = { host: 'proxy', port: 1 }
  await expect(net.connect({ ...proxy, behind: host })).rejects.toMatchObject({
    code: 'net/denied',
  })
  const behindProxy = createHttpClient(
    { net, clock: new SimClock() },
    {
      settings: {
        ...PLAIN_HTTP_CLIENT,
        proxy: { ...PLAIN_HTTP_CLIENT.proxy, url: 'http://proxy:3128' },
      },
      disk: new SimDisk(),
    },
  )
  await expect(behindProxy.request({ url: `http://${host}/latest` })).rejects.toMatchObject({
    code: 'net/denied',
  })
})

test('a redirect cannot lead to what is denied, and a real name is looked up before it is judged', async () => {
  const inner = await listening((_request, response) => void response.end('secret'))
  const outer = await listening((request, response) => {
    response.writeHead(302, { Location: `http://localhost:${portOf(inner)}${request.url}` }).end()
  })
  const net = new OutboundNet(createRealNet())
  const client = createHttpClient({ net, clock: new SimClock() })
  closing.push(() => client.close())
  const ask = async (): Promise<string> => {
    try {
      const { body } = await client.request({ url: `http://127.0.0.1:${portOf(outer)}/x` })
      return new TextDecoder().decode(body)
    } catch (error) {
      return (error as Error).message
    }
  }
  expect(await ask()).toBe('secret')
  // The kept-alive connection does not outlive the rule, and the outer server is an exception of its own.
  net.use({ deny: ['::1', '127.0.0.0/8'], allow: [] })
  expect(await ask()).toBe(
    `Get "http://127.0.0.1:${portOf(outer)}/x": dial tcp 127.0.0.1: denied by the outbound rules`,
  )
  net.use({ deny: ['localhost'], allow: ['127.0.0.1'] })
  expect(await ask()).toContain('dial tcp localhost: denied by the outbound rules')
  net.use({ deny: ['loopback'], allow: ['192.0.2.1'] })
  await expect(
    createRealNet().connect({ host: 'localhost', port: portOf(inner), isAllowed: () => false }),
  ).rejects.toMatchObject({
    code: 'net/denied',
    message: `dial tcp localhost:${portOf(inner)}: denied by the outbound rules`,
  })
  net.use({ deny: [], allow: [] })
  expect(await ask()).toBe('secret')
})

test('unix sockets are denied by their word alone', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'outbound-')), 'socket')
  await listening((_request, response) => void response.end('docker'), path)
  const net = new OutboundNet(createRealNet())
  const client = createHttpClient({ net, clock: new SimClock() })
  closing.push(() => client.close())
  const ask = (): Promise<unknown> => client.request({ url: 'http://localhost/', socketPath: path })
  net.use({ deny: ['loopback'], allow: [] })
  await ask()
  net.use({ deny: ['unix'], allow: [] })
  await expect(ask()).rejects.toThrow(`dial unix ${path}: denied by the outbound rules`)
})

test('an entry that is none says what it wants', () => {
  const good = ['10.0.0.0/8', '::1', 'fe80::/10', 'host', '*.a.b', 'unix', 'metadata', 'a_b.c']
  for (const entry of good) expect(outboundMistake(entry), entry).toBeUndefined()
  const bad = [
    '',
    '10.0.0.0/33',
    '10.0.0',
    '1.2.3.4.5',
    'a b',
    'http://x',
    '::1/129',
    '*',
    'a/b',
    '300.1.1.1',
    '__proto__/8',
    '1/2/3',
  ]
  for (const entry of bad) expect(outboundMistake(entry), entry).toContain('wants an address')
})
