// What is published: staged, packed, installed into empty projects by the system's npm, and used there under the
// system's Node, which is older than ours.
import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort, ROOT, start, temporaryDirectory, until } from './process.ts'
import { instant } from './query.ts'

const execute = promisify(execFile)

/** PATH without what npm puts in front of it: the system's Node and npm. */
const SYSTEM = {
  ...process.env,
  NODE_OPTIONS: '',
  PATH: (process.env['PATH'] ?? '')
    .split(':')
    .filter((path) => !path.includes('node_modules'))
    .join(':'),
}

const packed = mkdtempSync(join(tmpdir(), 'pharos-packs-'))
afterAll(() => rmSync(packed, { recursive: true }))

let packs: Readonly<Record<string, string>> = {}

beforeAll(async () => {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'pipe' })
  const staged = readdirSync(join(ROOT, 'dist'))
  const stages = staged.map((name) => join(ROOT, 'dist', name))
  execFileSync('npm', ['pack', '--silent', ...stages], { cwd: packed })
  packs = Object.fromEntries(
    readdirSync(packed).map((file) => [file.replace(/-\d.*$/, ''), join(packed, file)]),
  )
}, 600_000)

/** An empty project with these packages. */
async function project(...wanted: readonly string[]): Promise<string> {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'package.json'), '{"type": "module", "private": true}')
  await execute(
    'npm',
    ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', ...wanted],
    { cwd: directory, env: SYSTEM },
  )
  return directory
}

async function ran(directory: string, script: string): Promise<string> {
  writeFileSync(join(directory, 'use.mjs'), script)
  const { stdout } = await execute('node', ['use.mjs'], { cwd: directory, env: SYSTEM })
  return stdout
}

function installed(directory: string): string[] {
  return readdirSync(join(directory, 'node_modules')).filter((name) => !name.startsWith('.'))
}

const USE_CLIENT = `
import { createServer } from 'node:http'
import {
  collectDefaultMetrics, exponentialBuckets, metricsHandler, Pusher, Registry,
} from '@pharos/client'
import * as client from '@pharos/client/prom-client'
import { Registry as InBrowser } from '@pharos/client/browser'
import { toFloat64 } from '@pharos/client/testutil'

const registry = new Registry()
collectDefaultMetrics(registry)
const requests = registry.counter({ name: 'http_requests_total', help: 'Requests.', labelNames: ['code'] })
requests.inc({ code: 200 }, 3)
const seconds = registry.histogram({
  name: 'http_seconds', help: 'Seconds.', buckets: exponentialBuckets(0.1, 2, 3), nativeHistogramBucketFactor: 1.1,
})
seconds.observe(0.15)
const pushed = []
const server = createServer((request, response) => {
  if (request.method !== 'GET') {
    pushed.push(request.method + ' ' + request.url)
    return void response.writeHead(202).end()
  }
  metricsHandler(registry)(request, response)
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = 'http://127.0.0.1:' + server.address().port
const ask = async (accept) => {
  const answer = await fetch(url + '/metrics', { headers: { accept } })
  return [answer.headers.get('content-type'), new Uint8Array(await answer.arrayBuffer())]
}
const [, text] = await ask('text/plain')
const [open] = await ask('application/openmetrics-text;version=1.0.0')
const [protobuf, bytes] = await ask('application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited')
await new Pusher({ url, job: 'batch', registry }).push()
server.close()
server.closeAllConnections()
const drop = new client.Counter({ name: 'drop_total', help: 'h', registers: [new client.Registry()] })
drop.inc(2)
console.log(JSON.stringify({
  node: process.versions.node.split('.')[0],
  page: Buffer.from(text).toString(),
  open, protobuf, bytes: bytes.length, pushed,
  drop: (await drop.get()).values[0].value,
  browser: typeof InBrowser,
  float: await toFloat64(registry.counter({ name: 'one_total', help: 'h' })),
}))
`

test('@pharos/client installs alone and works on the oldest Node that it is for', async () => {
  const directory = await project(packs['pharos-client']!)
  expect(installed(directory)).toEqual(['@pharos'])
  expect(existsSync(join(directory, 'node_modules/@pharos/client/node_modules'))).toBe(false)
  const told = JSON.parse(await ran(directory, USE_CLIENT)) as Record<string, unknown>
  const system = execFileSync('node', ['--version'], { env: SYSTEM, encoding: 'utf8' })
  expect(`v${String(told['node'])}`).toBe(system.split('.')[0])
  expect(told['page']).toContain('http_requests_total{code="200"} 3\n')
  expect(told['page']).toContain('http_seconds_bucket{le="0.2"} 1\n')
  expect(told['page']).toMatch(/^nodejs_version_info\{.*version="v/m)
  expect(told['page']).toContain('process_cpu_seconds_total ')
  expect(told['open']).toContain('application/openmetrics-text')
  expect(told['protobuf']).toContain('application/vnd.google.protobuf')
  expect(told['bytes']).toBeGreaterThan(1000)
  expect(told).toMatchObject({ pushed: ['PUT /metrics/job/batch'], drop: 2, browser: 'function' })
  expect(told['float']).toBe(0)

  // And its types are those that a strict project sees.
  writeFileSync(
    join(directory, 'use.ts'),
    `import { Counter, Registry } from '@pharos/client'
     const counter: Counter<'code'> = new Registry().counter({ name: 'a_total', help: 'h', labelNames: ['code'] })
     counter.inc({ code: 200 })
     // @ts-expect-error: not a label of it
     counter.inc({ cod: 200 })`,
  )
  const types = join(ROOT, 'node_modules/@types')
  const options = [
    '--typeRoots',
    types,
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--types',
    'node',
  ]
  await execute(join(ROOT, 'node_modules/.bin/tsc'), [...options, 'use.ts'], {
    cwd: directory,
  })
})

const USE_KITS = `
import { Registry } from '@pharos/client'
import { RpcServer, GrpcServerMetrics } from '@pharos/kits-grpc'
import { createRestServer } from '@pharos/kits-http/rest'
import { localMachine } from '@pharos/host'

const rest = createRestServer({ port: 0, host: '127.0.0.1', mode: 'test', profiling: { authorize: () => true } })
rest.get('/users/:id', ({ params }) => ({ id: params.id }))
const url = await rest.start()
const user = await (await fetch(url + '/users/7')).json()
const page = await (await fetch(url + '/metrics')).text()
const profile = await (await fetch(url + '/debug/pprof/wall?seconds=0.05')).arrayBuffer()
await rest.stop()
const registry = new Registry()
const rpc = new RpcServer({ address: '127.0.0.1:0', metrics: new GrpcServerMetrics(registry) })
const endpoint = await rpc.start()
await rpc.stop()
console.log(JSON.stringify({
  user, endpoint, page, profile: profile.byteLength, families: (await registry.metrics()).length,
  total: localMachine().virtualMemory().totalBytes, cpus: localMachine().cpuTimes(true).length,
}))
`

test('the kits and the host library work from their packs', async () => {
  const directory = await project(
    packs['pharos-client']!,
    packs['pharos-kits-http']!,
    packs['pharos-kits-grpc']!,
    packs['pharos-host']!,
    'jose@6.2.18',
    'pprof-format@2.3.2',
    'zod@4.6.7',
  )
  const told = JSON.parse(await ran(directory, USE_KITS)) as Record<string, unknown>
  expect(told['user']).toEqual({ id: '7' })
  expect(told['endpoint']).toMatch(/^grpc:\/\/127\.0\.0\.1:\d+$/)
  expect(told['page']).toContain('route="/users/:id"')
  expect(told['profile']).toBeGreaterThan(100)
  expect(told['total']).toBeGreaterThan(1e8)
  expect(told['cpus']).toBeGreaterThan(0)
})

test('pharos installs nothing but Node, starts from its pack, and shows this machine', async () => {
  const directory = await project(packs['pharos']!)
  expect(installed(directory).filter((name) => !name.startsWith('node-linux-'))).toEqual(['pharos'])
  const bin = join(directory, 'node_modules/.bin/pharos')
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    version: string
  }
  const said = await execute(bin, ['--version'], { cwd: directory, env: SYSTEM })
  expect(said.stdout).toContain(version)
  const [port, node, course] = [await freePort(), await freePort(), await freePort()]
  const running = start(
    bin,
    [
      'demo',
      `--web.listen-address=127.0.0.1:${port}`,
      `--node.web.listen-address=127.0.0.1:${node}`,
      `--demo.listen-address=127.0.0.1:${course}`,
      '--pushgateway.web.listen-address=127.0.0.1:0',
      '--demo.workers=1',
    ],
    { cwd: directory, env: SYSTEM },
  )
  const base = `http://127.0.0.1:${port}`
  const seen = async (query: string): Promise<true | undefined> => {
    if (running.child.exitCode !== null) throw new Error(running.output())
    const answer = await instant(base, query, Date.now() / 1000)
    return answer.data?.result[0] === undefined ? undefined : true
  }
  await until('the host', () => seen('node_memory_MemAvailable_bytes'), 120_000)
  await until(
    "the demo's services",
    () => seen('count(up{job="dynamic_services"} == 1) >= 3'),
    120_000,
  )
  expect(await (await fetch(`${base}/`)).text()).toContain('<div id="root"')
})
