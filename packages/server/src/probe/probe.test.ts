import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createRealDisk, createRealRandom, realClock } from '@pharos/base/node'
import { silentLogger } from '@pharos/base'
import { parseFamilies } from '@pharos/exposition'
import { probeAnswers } from './probe-answers.ts'

const PEMS = new URL('../../../base/src/node/testdata/', import.meta.url)
const pem = (name: string): string => readFileSync(new URL(`${name}.pem`, PEMS), 'utf8')

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** The answer to `/probe?…` with a module file. */
async function ask(
  yaml: string,
  query: Readonly<Record<string, string>>,
  { deny = [], headers = {} }: { deny?: string[]; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: string }> {
  const disk = {
    ...createRealDisk(),
    readFile: (path: string, most?: number) =>
      path === 'probes.yml'
        ? Promise.resolve(new TextEncoder().encode(yaml))
        : createRealDisk().readFile(path, most),
  }
  const world = { disk, clock: realClock, log: silentLogger }
  const answer = await probeAnswers(world, { file: 'probes.yml', deny, random: createRealRandom() })
  return answer({ url: `/probe?${new URLSearchParams(query).toString()}`, headers })
}

async function values(...args: Parameters<typeof ask>): Promise<Record<string, number>> {
  const { status, body } = await ask(...args)
  expect(status, body).toBe(200)
  return Object.fromEntries(
    parseFamilies(body).flatMap(({ name, metrics }) =>
      metrics.map(({ labels, value }) => [[name, ...labels.slice(1)].join(' '), value ?? NaN]),
    ),
  )
}

async function serving(listener: RequestListener, isTls = false): Promise<number> {
  const server = isTls
    ? createTlsServer({ cert: pem('server'), key: pem('server-key') }, listener)
    : createServer(listener)
  closing.push(() => server.close())
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function talking(talk: (socket: Socket) => void): Promise<number> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {})
    talk(socket)
  })
  closing.push(() => server.close())
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const HTTP = 'modules: {http_2xx: {prober: http, timeout: 5s}}'

test('a page over HTTP: the names of the reference, in order', async () => {
  const port = await serving((_, response) => {
    response.setHeader('Last-Modified', 'Wed, 21 Oct 2015 07:28:00 GMT')
    response.end('hello')
  })
  const { body } = await ask(HTTP, { target: `127.0.0.1:${port}` })
  expect(body.match(/^# TYPE \S+/gm)?.map((line) => line.slice(7))).toEqual([
    'probe_dns_lookup_time_seconds',
    'probe_duration_seconds',
    'probe_failed_due_to_regex',
    'probe_http_content_length',
    'probe_http_duration_seconds',
    'probe_http_last_modified_timestamp_seconds',
    'probe_http_redirects',
    'probe_http_ssl',
    'probe_http_status_code',
    'probe_http_uncompressed_body_length',
    'probe_http_version',
    'probe_ip_addr_hash',
    'probe_ip_protocol',
    'probe_success',
  ])
  const shown = await values(HTTP, { target: `127.0.0.1:${port}` })
  expect(shown).toMatchObject({
    probe_success: 1,
    probe_http_status_code: 200,
    probe_http_content_length: 5,
    probe_http_uncompressed_body_length: 5,
    probe_http_version: 1.1,
    probe_ip_protocol: 4,
    // FNV-1a of 127.0.0.1.
    probe_ip_addr_hash: 3_668_918_509,
    probe_http_last_modified_timestamp_seconds: 1_445_412_480,
    'probe_http_duration_seconds tls': 0,
  })
  const phases = ['resolve', 'connect', 'processing', 'transfer'].map(
    (phase) => shown[`probe_http_duration_seconds ${phase}`]!,
  )
  expect(phases.every((seconds) => seconds >= 0)).toBe(true)
  expect(phases.reduce((a, b) => a + b)).toBeLessThanOrEqual(shown['probe_duration_seconds']!)
})

test('a certificate: when it ends, the version of TLS; one that is not trusted fails the probe', async () => {
  const port = await serving((_, response) => response.end(), true)
  const module = (more: string): string =>
    `modules: {http_2xx: {prober: http, timeout: 5s, http: {tls_config: {${more}}}}}`
  const good = await values(module(`ca_file: ${new URL('authority.pem', PEMS).pathname}`), {
    target: `https://127.0.0.1:${port}`,
  })
  expect(good).toMatchObject({
    probe_success: 1,
    probe_http_ssl: 1,
    'probe_tls_version_info TLS 1.3': 1,
  })
  expect(good['probe_ssl_earliest_cert_expiry']).toBeGreaterThan(1e9)
  expect(good['probe_ssl_last_chain_expiry_timestamp_seconds']).toBe(
    good['probe_ssl_earliest_cert_expiry'],
  )
  const bad = await values(module('server_name: other.test'), {
    target: `https://127.0.0.1:${port}`,
  })
  expect(bad['probe_success']).toBe(0)
  const careless = await values(module('insecure_skip_verify: true'), {
    target: `https://127.0.0.1:${port}`,
  })
  expect(careless['probe_success']).toBe(1)
  expect(careless).not.toHaveProperty('probe_ssl_last_chain_expiry_timestamp_seconds')
})

test('what an answer must be: status, version, headers, body, TLS, redirects; credentials go out', async () => {
  let asked = ''
  const port = await serving((request, response) => {
    asked = `${request.method} ${request.headers.host} ${request.headers.authorization ?? ''} ${String(request.headers['x-a'])}`
    response.setHeader('X-Kind', 'a b')
    if (request.url === '/again') response.writeHead(302, { Location: '/end' })
    if (request.url === '/circle') response.writeHead(302, { Location: '/circle' })
    if (request.url === '/missing') response.statusCode = 404
    response.end('line one\nline two')
  })
  const cases: readonly (readonly [
    settings: string,
    path: string,
    success: number,
    regex?: number,
  ])[] = [
    ['{}', '/', 1],
    ['{}', '/missing', 0],
    ['{valid_status_codes: [404]}', '/missing', 1],
    ['{valid_http_versions: [HTTP/2.0]}', '/', 0],
    ['{fail_if_ssl: true}', '/', 1],
    ['{fail_if_not_ssl: true}', '/', 0],
    ["{fail_if_body_matches_regexp: ['line (two|three)']}", '/', 0, 1],
    ["{fail_if_body_matches_regexp: ['one.line']}", '/', 1, 0],
    ["{fail_if_body_not_matches_regexp: ['(?s)one.line']}", '/', 1, 0],
    ["{fail_if_body_not_matches_regexp: ['^two']}", '/', 0, 1],
    ["{fail_if_header_matches: [{header: x-kind, regexp: 'b$'}]}", '/', 0, 1],
    ['{fail_if_header_matches: [{header: X-Other, regexp: b}]}', '/', 0, 1],
    ['{fail_if_header_matches: [{header: X-Other, regexp: b, allow_missing: true}]}', '/', 1, 0],
    ["{fail_if_header_not_matches: [{header: X-Kind, regexp: '^c'}]}", '/', 0, 1],
    ['{}', '/again', 1],
    ['{no_follow_redirects: true}', '/again', 0],
    ['{follow_redirects: false, valid_status_codes: [302]}', '/again', 1],
    ['{}', '/circle', 0],
    ['{body_size_limit: 10B}', '/', 0],
  ]
  for (const [settings, path, success, regex] of cases) {
    const yaml = `modules: {m: {prober: http, timeout: 5s, http: ${settings}}}`
    const found = await values(yaml, { module: 'm', target: `http://127.0.0.1:${port}${path}` })
    expect(found['probe_success'], `${settings} ${path}`).toBe(success)
    if (regex !== undefined) expect(found['probe_failed_due_to_regex'], settings).toBe(regex)
    if (path === '/again') expect(found['probe_http_redirects']).toBe(settings === '{}' ? 1 : 0)
  }
  const yaml = `modules: {m: {prober: http, http: {method: POST, body: x, headers: {X-A: b}, basic_auth: {username: u, password: p}}}}`
  await values(yaml, { module: 'm', target: `127.0.0.1:${port}`, hostname: 'shop.test' })
  expect(asked).toBe('POST shop.test Basic dTpw b')
})

test('a conversation by lines, with what was heard in what is said', async () => {
  const heard: string[] = []
  const port = await talking((socket) => {
    socket.write('noise\r\nSSH-2.0-Open')
    setTimeout(() => socket.write('SSH_9\r\n'), 5)
    socket.on('data', (bytes) => {
      heard.push(bytes.toString())
      socket.end('bye\n')
    })
  })
  const module = (steps: string): string =>
    `modules: {m: {prober: tcp, timeout: 2s, tcp: {query_response: [${steps}]}}}`
  const query = { module: 'm', target: `127.0.0.1:${port}` }
  const good = await values(module("{expect: '^SSH-(\\d)', send: 'hi $1'}, {expect: bye}"), query)
  expect(good).toMatchObject({ probe_success: 1, probe_failed_due_to_regex: 0 })
  expect(heard).toEqual(['hi 2\n'])
  const bad = await values(module("{expect: '^SSH', send: x}, {expect: never}"), query)
  expect(bad).toMatchObject({ probe_success: 0, probe_failed_due_to_regex: 1 })
  const nobody = await values('modules: {m: {prober: tcp, timeout: 2s}}', {
    module: 'm',
    target: '127.0.0.1:1',
  })
  expect(nobody['probe_success']).toBe(0)
})

/** A reply to a question: one A record and one SOA record, whose names are pointers to the question. */
function reply(question: Buffer, rcode = 0): Buffer {
  const head = Buffer.from([question[0]!, question[1]!, 0x81, 0x80 | rcode, 0, 1, 0, 2, 0, 0, 0, 0])
  const address = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 7])
  const soa = Buffer.from([
    0xc0, 12, 0, 6, 0, 1, 0, 0, 0, 60, 0, 24, 0xc0, 12, 0xc0, 12, 0x78, 0x9a, 0, 1, 0, 0, 0, 2, 0,
    0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5,
  ])
  return Buffer.concat([head, question.subarray(12), address, soa])
}

test('a name server, by datagram and by stream', async () => {
  const socket = createSocket('udp4')
  closing.push(() => socket.close())
  socket.on('message', (question, from) => socket.send(reply(question), from.port, from.address))
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const stream = await talking((one) =>
    one.on('data', (bytes) => {
      const answer = reply(bytes.subarray(2), 3)
      one.write(Buffer.from([answer.length >> 8, answer.length & 255]))
      one.write(answer)
    }),
  )
  const module = (more: string): string =>
    `modules: {m: {prober: dns, timeout: 2s, dns: {query_name: shop.test, ${more}}}}`
  const datagram = { module: 'm', target: `127.0.0.1:${socket.address().port}` }
  const good = await values(module('query_type: SOA'), datagram)
  expect(good).toMatchObject({
    probe_success: 1,
    probe_dns_answer_rrs: 2,
    probe_dns_authority_rrs: 0,
    probe_dns_query_succeeded: 1,
    probe_dns_serial: 0x789a_0001,
  })
  expect(good).toHaveProperty('probe_dns_duration_seconds request')
  const rules: readonly (readonly [string, number])[] = [
    ["fail_if_none_matches_regexp: ['^shop.test.\\t60\\tIN\\tA\\t10.0.0.7$']", 1],
    ["fail_if_none_matches_regexp: ['10.0.0.8']", 0],
    ["fail_if_matches_regexp: ['10.0.0.7']", 0],
    ["fail_if_not_matches_regexp: ['IN.A']", 0],
    ["fail_if_all_match_regexp: ['shop.test']", 0],
  ]
  for (const [rule, success] of rules) {
    const found = await values(module(`query_type: A, validate_answer_rrs: {${rule}}`), datagram)
    expect(found['probe_success'], rule).toBe(success)
  }
  const target = { module: 'm', target: `127.0.0.1:${stream}` }
  expect(
    (await values(module('query_type: A, transport_protocol: tcp'), target))['probe_success'],
  ).toBe(0)
  const told = module('query_type: A, transport_protocol: tcp, valid_rcodes: [NXDOMAIN]')
  expect((await values(told, target))['probe_success']).toBe(1)
})

test('a target that says nothing fails when the time of the scrape is up', async () => {
  const port = await talking(() => {})
  const headers = { 'x-prometheus-scrape-timeout-seconds': '0.7' }
  const found = await values(HTTP, { target: `127.0.0.1:${port}` }, { headers })
  expect(found['probe_success']).toBe(0)
  expect(found['probe_duration_seconds']).toBeLessThan(4)
})

test('where probes may not go they do not, by name, address or redirect', async () => {
  const port = await serving((_, response) => response.end('secret'))
  const lure = await serving((_, response) => {
    response.writeHead(302, { Location: `http://127.0.0.1:${port}/` })
    response.end()
  })
  const deny = ['127.0.0.0/8', 'metadata']
  for (const target of [
    `127.0.0.1:${port}`,
    `localhost:${port}`,
    `2130706433:${port}`,
    '169.254.169.254',
    'metadata',
  ]) {
    const found = await values(HTTP, { target }, { deny })
    expect(found, target).toMatchObject({ probe_success: 0, probe_http_status_code: 0 })
  }
  const ofRedirect = await ask(
    HTTP,
    { target: `127.0.0.1:${lure}`, debug: 'true' },
    { deny: ['metadata'] },
  )
  expect(ofRedirect.body).toContain('probe_success 1')
  await expect(ask(HTTP, {}, { deny: ['not a place'] })).rejects.toThrow(
    '--probe.deny: wants an address',
  )
})

test('requests and files that are wrong say so', async () => {
  expect(await ask(HTTP, { module: 'nope', target: 'x' })).toMatchObject({
    status: 400,
    body: 'Unknown module "nope"\n',
  })
  expect(await ask(HTTP, {})).toMatchObject({ status: 400, body: 'Target parameter is missing\n' })
  const icmp = 'modules: {m: {prober: icmp, icmp: {dont_fragment: true}}}'
  expect((await ask(icmp, { module: 'm', target: 'x' })).body).toContain(
    'prober icmp is not implemented',
  )
  await expect(ask('modules: {m: {prober: htp}}', {})).rejects.toThrow(
    'unknown prober "htp"; did you mean http?',
  )
  await expect(ask('modules: {m: {prober: dns}}', {})).rejects.toThrow('query name must be set')
  await expect(
    ask('modules: {m: {prober: http, http: {fail_if_body_matches_regexp: ["("]}}}', {}),
  ).rejects.toThrow('error parsing regexp')
})
