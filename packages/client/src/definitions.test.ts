// Info, state sets, untyped metrics, lint, the server and the helpers for tests.
import { request } from 'node:http'
import { expect, test } from 'vitest'
import { OPENMETRICS, PROTOBUF } from './format.ts'
import { metricsServer } from './metrics-server.ts'
import { decodeFamilies } from './proto-decode.fixture.ts'
import { Registry } from './registry.ts'
import { collectAndCompare, countSeries, gatherAndCompare, toFloat64 } from './testutil.ts'

function everyKind(): Registry {
  const registry = new Registry()
  const info = registry.info({ name: 'build', help: 'Build.', labelNames: ['version'] })
  info.set({ version: '1' })
  info.set({ version: '2' })
  const state = registry.stateSet({
    name: 'phase',
    help: 'Phase.',
    states: ['starting', 'ready'],
    labelNames: ['pool'],
  })
  state.set('ready', { pool: 'a' })
  state.toggle('starting', true, { pool: 'b' })
  registry.untyped({ name: 'thing', help: 'Thing.' }).set(3)
  return registry
}

test('info, state sets and untyped metrics are gauges and untyped in the classic format', async () => {
  await gatherAndCompare(
    everyKind(),
    `# HELP build_info Build.
     # TYPE build_info gauge
     build_info{version="2"} 1
     # HELP phase Phase.
     # TYPE phase gauge
     phase{pool="a",phase="starting"} 0
     phase{pool="a",phase="ready"} 1
     phase{pool="b",phase="starting"} 1
     phase{pool="b",phase="ready"} 0
     # HELP thing Thing.
     # TYPE thing untyped
     thing 3`,
  )
})

test('OpenMetrics has types of its own for them, protobuf has not', async () => {
  const registry = everyKind()
  const text = await registry.metrics({ format: OPENMETRICS })
  expect(text.match(/^# TYPE .*/gm)).toEqual([
    '# TYPE build info',
    '# TYPE phase stateset',
    '# TYPE thing unknown',
  ])
  expect(text).toContain('build_info{version="2"} 1.0\n')
  const parts: number[] = []
  for await (const part of registry.portions({ format: PROTOBUF }))
    parts.push(...(part as Uint8Array))
  const families = decodeFamilies(Uint8Array.from(parts))
  expect(families.map(({ type }) => type)).toEqual(['gauge', 'gauge', 'unknown'])
  expect(families[1]!.series[1]).toMatchObject({
    labels: [
      ['phase', 'ready'],
      ['pool', 'a'],
    ],
    value: 1,
  })
})

test('states are those that were declared', () => {
  const registry = new Registry()
  const state = registry.stateSet({ name: 's', help: '', states: ['a', 'b'] })
  expect(() => state.set('c' as 'a')).toThrow('"c" is none of its states')
  expect(() => registry.stateSet({ name: 't', help: '', states: [] })).toThrow('each once')
  expect(() => registry.stateSet({ name: 't', help: '', states: ['a', 'a'] })).toThrow('each once')
  expect(() =>
    registry.stateSet({ name: 't', help: '', states: ['a'], labelNames: ['t'] }),
  ).toThrow("label t is the metric's own")
})

test('names of labels and states are checked by the compiler', () => {
  const registry = new Registry()
  const counter = registry.counter({ name: 'a_total', help: '', labelNames: ['method'] })
  // @ts-expect-error an unknown label
  expect(() => counter.inc({ methods: 'GET' })).toThrow('unknown label')
  const state = registry.stateSet({ name: 's', help: '', states: ['on', 'off'] })
  // @ts-expect-error an unknown state
  expect(() => state.set('broken')).toThrow('none of its states')
})

test('a registry that lints says what is against the conventions, once, at registration', () => {
  const messages: string[] = []
  const registry = new Registry({ lint: 'warn', warn: (message) => messages.push(message) })
  registry.counter({ name: 'http_requests', help: 'h', labelNames: ['statusCode'] })
  registry.gauge({ name: 'latency_milliseconds', help: '' })
  registry.histogram({ name: 'latency_seconds', help: 'h' })
  expect(messages).toEqual([
    'http_requests: counter metrics should have "_total" suffix',
    "http_requests: label names should be written in 'snake_case' not 'camelCase'",
    'latency_milliseconds: no help text',
    'latency_milliseconds: use base unit "seconds" instead of "milliseconds"',
  ])
})

test('helpers for tests give one value, count series and say what differs', async () => {
  const registry = new Registry()
  const gauge = registry.gauge({ name: 'g', help: 'h', collect: (one) => one.set(4) })
  expect(await toFloat64(gauge)).toBe(4)
  const counter = registry.counter({ name: 'c_total', help: 'h', labelNames: ['x'] })
  await expect(toFloat64(counter)).rejects.toThrow('collected 0 metrics of c_total')
  counter.inc({ x: 1 })
  counter.inc({ x: 2 })
  await expect(toFloat64(counter)).rejects.toThrow('collected 2')
  await expect(toFloat64(registry.histogram({ name: 'h', help: '' }))).rejects.toThrow('no single')
  expect(await countSeries(registry, 'c_total', 'g')).toBe(3)
  expect(await countSeries(registry)).toBe(4)
  await collectAndCompare(gauge, '# HELP g h\n# TYPE g gauge\n\n  g 4\n')
  await expect(collectAndCompare(gauge, '# HELP g h\n# TYPE g gauge\ng 5')).rejects.toThrow(
    'metrics differ:\n- g 5\n+ g 4',
  )
})

test('metrics can have a port of their own', async () => {
  const registry = new Registry()
  registry.gauge({ name: 'g', help: 'h' }).set(1)
  const server = await metricsServer(registry, { port: 0, host: '127.0.0.1' })
  const ask = (path: string, method = 'GET'): Promise<[status: number, body: string]> =>
    new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port: server.port, path, method, agent: false }, (response) => {
        let body = ''
        response.on('data', (chunk: Buffer) => (body += chunk.toString()))
        response.on('end', () => resolve([response.statusCode ?? 0, body]))
      })
        .on('error', reject)
        .end()
    })
  expect(await ask('/metrics?name[]=g')).toEqual([200, '# HELP g h\n# TYPE g gauge\ng 1\n'])
  expect((await ask('/'))[0]).toBe(404)
  expect((await ask('/metrics', 'POST'))[0]).toBe(405)
  await expect(metricsServer(registry, { port: server.port, host: '127.0.0.1' })).rejects.toThrow(
    'EADDRINUSE',
  )
  await server.close()
})
