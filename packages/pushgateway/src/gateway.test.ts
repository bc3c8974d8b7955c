import { type LogFields, type Logger, messageOf, snappyEncode } from '@pharos/base'
import { SimClock, SimDisk } from '@pharos/base/sim'
import { delimited, label } from '@pharos/exposition/testing'
import { createHttpServer } from '@pharos/http'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { Gateway, type GatewaySettings } from './gateway.ts'
import { registerGateway } from './gateway-routes.ts'
import type { PushGroup } from './push-group.ts'

const START_MS = 1_700_000_000_000

class Scene {
  readonly clock = new SimClock(START_MS)
  readonly lines: string[] = []
  readonly changes: string[] = []
  disk: SimDisk = new SimDisk()
  gateway!: Gateway
  #app!: ReturnType<typeof createHttpServer>['app']

  static async start(settings: Partial<GatewaySettings> = {}): Promise<Scene> {
    const scene = new Scene()
    await scene.open(settings)
    return scene
  }

  async open(settings: Partial<GatewaySettings> = {}): Promise<void> {
    const note = (message: string, fields: LogFields = {}): void => {
      this.lines.push(`${message} ${JSON.stringify(fields)}`)
    }
    const log: Logger = { debug() {}, info: note, warn: note, error: note, component: () => log }
    this.gateway = await Gateway.open({
      clock: this.clock,
      disk: this.disk,
      log,
      version: '1',
      flags: {},
      persistenceFile: '/data/push.journal',
      isChecked: true,
      allowsUtf8: false,
      isLenient: false,
      ttlMs: 0,
      aggregates: false,
      gaugeMode: 'last',
      hasLifecycle: false,
      hasAdminApi: true,
      showsProcess: false,
      onChange: (group: PushGroup, _atMs: number, isGone: boolean) => {
        this.changes.push(
          `${group.labels.join('=')} ${isGone ? 'gone' : [...group.families.keys()].join()}`,
        )
      },
      ...settings,
    })
    const server = createHttpServer({ log, clock: this.clock, address: '127.0.0.1:0' })
    await registerGateway(server.app, this.gateway, {
      prefix: '',
      telemetryPath: '/metrics',
      apiPath: '/api/v1',
    })
    this.#app = server.app
    onTestFinished(() => server.close())
  }

  async ask(
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    url: string,
    payload: string | Buffer = '',
    headers = {},
  ): Promise<string> {
    const answer = await this.#app.inject({ method, url, payload, headers })
    return `${answer.statusCode} ${answer.body}`.trim()
  }

  put(url: string, payload: string | Buffer, headers = {}): Promise<string> {
    return this.ask('PUT', `/metrics/job/${url}`, payload, headers)
  }

  /** The pushed series, without what the gateway says of itself. */
  async page(): Promise<string[]> {
    const text = await this.ask('GET', '/metrics')
    return text.split('\n').filter((line) => /^[a-z]/.test(line) && !line.startsWith('push'))
  }
}

test('what was answered is there after the power was cut, and nothing else is', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          job: fc.constantFrom('a', 'b', 'c/x/1'),
          method: fc.constantFrom('PUT' as const, 'POST' as const, 'DELETE' as const),
          name: fc.constantFrom('m', 'n', 'constructor'),
          value: fc.constantFrom('1', 'NaN', '-Inf', '-0', '2.5e-9'),
        }),
        { minLength: 1, maxLength: 25 },
      ),
      async (steps) => {
        const scene = await Scene.start()
        for (const { job, method, name, value } of steps)
          await scene.ask(
            method,
            `/metrics/job/${job}`,
            method === 'DELETE' ? '' : `${name} ${value}\n`,
          )
        const before = await scene.ask('GET', '/api/v1/metrics')
        scene.disk = scene.disk.crash({ seed: steps.length })
        await scene.open()
        expect(await scene.ask('GET', '/api/v1/metrics')).toBe(before)
      },
    ),
    { numRuns: 25 },
  )
})

test('a damaged end of the journal costs what stood there, and is kept aside', async () => {
  const scene = await Scene.start()
  await scene.put('a', 'm 1\n')
  const { bytes } = (await scene.disk.stat('/data/push.journal'))!
  await scene.put('b', 'm 2\n')
  await scene.gateway.close()
  scene.disk.corrupt('/data/push.journal', bytes + 12, 0)
  await scene.open()
  expect(await scene.page()).toEqual(['m{instance="",job="a"} 1'])
  expect(scene.lines.join('\n')).toContain('a checksum is wrong')
})

test('a push that cannot be written is answered 503, and taken again once it can', async () => {
  const scene = await Scene.start()
  scene.disk.failAt(1, 'enospc')
  expect(await scene.put('a', 'm 1\n')).toMatch(/^503 /)
  expect(await scene.put('a', 'm 2\n')).toBe(
    '503 the journal cannot be written; nothing is taken until it can',
  )
  expect(await scene.ask('GET', '/-/healthy')).toBe('500 the journal cannot be written')
  await scene.clock.advance(1_000)
  expect(await scene.put('a', 'm 3\n')).toBe('200')
  expect(await scene.ask('GET', '/-/healthy')).toBe('200 OK')
  scene.disk = scene.disk.crash()
  await scene.open()
  expect(await scene.page()).toEqual(['m{instance="",job="a"} 3'])
})

test('a group lives as long as its header, its path or the flag says, counted from its last push', async () => {
  const scene = await Scene.start({ ttlMs: 60_000 })
  await scene.put('header', 'm 1\n', { 'x-pharos-ttl': '10s' })
  await scene.put('path/push_ttl_seconds/20', 'm 1\n')
  await scene.put('flag', 'm 1\n')
  await scene.put('ever', 'm 1\n', { 'x-pharos-ttl': '0' })
  const jobs = async (): Promise<string> =>
    (await scene.page()).map((line) => /job="(\w+)"/.exec(line)![1]!).join(' ')
  await scene.clock.advance(9_000)
  await scene.put('header', 'm 2\n', { 'x-pharos-ttl': '10s' })
  await scene.clock.advance(9_500)
  expect(await jobs()).toBe('ever flag header path')
  await scene.clock.advance(2_000)
  expect(await jobs()).toBe('ever flag')
  await scene.clock.advance(60_000)
  expect(await jobs()).toBe('ever')
  expect(scene.changes).toContain('job=path gone')
})

test('time that passed while the gateway was down counts', async () => {
  const scene = await Scene.start()
  await scene.put('a', 'm 1\n', { 'x-pharos-ttl': '10' })
  await scene.gateway.close()
  await scene.clock.advance(60_000)
  await scene.open()
  expect(await scene.page()).toEqual([])
})

test('gauges add up as they are told to, quantiles are left out, buckets that are not common too', async () => {
  const scene = await Scene.start()
  const add = (body: string, gauge = ''): Promise<string> =>
    scene.ask('POST', `/metrics/aggregate/job/a${gauge}`, body)
  for (const value of [3, 7, 5]) {
    await add(`# TYPE last gauge\nlast ${value}\n`)
    await add(`# TYPE most gauge\nmost ${value}\n`, '?gauge=max')
    await add(`# TYPE least gauge\nleast ${value}\n`, '?gauge=min')
    await add(`# TYPE all gauge\nall ${value}\n`, '?gauge=sum')
    await add(`# TYPE s summary\ns{quantile="0.5"} 1\ns_sum ${value}\ns_count 1\n`)
  }
  await add(
    '# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="2"} 2\nh_bucket{le="+Inf"} 3\nh_sum 4\nh_count 3\n',
  )
  await add('# TYPE h histogram\nh_bucket{le="2"} 5\nh_bucket{le="+Inf"} 5\nh_sum 1\nh_count 5\n')
  expect((await scene.page()).map((line) => line.replace('instance="",job="a"', ''))).toEqual([
    'all{} 15',
    'h_bucket{,le="2"} 7',
    'h_bucket{,le="+Inf"} 8',
    'h_sum{} 5',
    'h_count{} 8',
    'last{} 5',
    'least{} 3',
    'most{} 7',
    's_sum{} 15',
    's_count{} 3',
  ])
  expect(await add('# TYPE all counter\nall 1\n')).toContain(
    '400 all is a counter and cannot be added to the gauge',
  )
  expect(await add('x 1\n', '?gauge=mean')).toBe('400 gauge: wants one of last, sum, max, min')
})

test('two groups of which one has an empty instance are one', async () => {
  const scene = await Scene.start()
  await scene.put('a', 'm 1\n')
  await scene.put('a/instance@base64/=', 'm 2\n')
  expect(await scene.page()).toEqual(['m{instance="",job="a"} 2'])
})

test('a series that another group could hold too is refused, and only the pusher learns of it', async () => {
  const scene = await Scene.start()
  await scene.put('a/zone/z', 'm 1\n')
  const answer = await scene.put('a', 'm{zone="z"} 2\nother 1\n')
  expect(answer).toContain('400 pushed metrics are invalid or inconsistent with existing metrics:')
  expect(answer).toContain('was collected before with the same name and label values')
  expect(await scene.page()).toEqual(['m{instance="",job="a",zone="z"} 1'])
  const text = await scene.ask('GET', '/metrics')
  expect(text).toContain('push_failure_time_seconds{instance="",job="a"} 1.7e+09')
  expect(await scene.ask('GET', '/api/v1/metrics')).toContain('"last_push_successful":false')
})

test('unchecked pushes may contradict each other, and the page stays readable', async () => {
  const scene = await Scene.start({ isChecked: false })
  expect(await scene.put('a', '# TYPE m counter\nm 1\n')).toBe('202')
  expect(await scene.put('b', '# TYPE m gauge\nm 1\n')).toBe('202')
  expect(await scene.page()).toEqual(['m{instance="",job="a"} 1'])
})

test('names beyond the classic alphabet are taken when they are allowed', async () => {
  const strict = await Scene.start()
  expect(await strict.put('a', '{"my.metric"} 1\n')).toMatch(/^400 /)
  const scene = await Scene.start({ allowsUtf8: true })
  expect(await scene.put('a/U__my_2e_label/x', '{"my.metric"} 1\n')).toBe('200')
  const page = await scene.ask('GET', '/metrics', '', {
    accept: 'text/plain;version=1.0.0;escaping=allow-utf-8',
  })
  expect(page).toContain('{"my.metric",instance="",job="a","my.label"="x"} 1')
})

test('wiping takes all groups, and only when it is allowed', async () => {
  const scene = await Scene.start()
  await scene.put('a', 'm 1\n')
  expect(await scene.ask('PUT', '/api/v1/admin/wipe')).toBe('202')
  expect(await scene.ask('GET', '/api/v1/metrics')).toBe('200 {"status":"success","data":[]}')
  const closed = await Scene.start({ hasAdminApi: false })
  expect(await closed.ask('PUT', '/api/v1/admin/wipe')).toMatch(/^404 /)
})

test('what is bad is refused: paths, packings, times to live', async () => {
  const scene = await Scene.start()
  const refused: [string, string, Record<string, string>, string][] = [
    ['a/b', 'm 1\n', {}, '400 odd number of components in label string "/b"'],
    [
      'a/l@base64/!',
      'm 1\n',
      {},
      '400 invalid base64 encoding for label l="!": illegal base64 data at input byte 0',
    ],
    ['%ff', 'm 1\n', {}, '400'],
    ['a', 'm 1\n', { 'content-encoding': 'gzip' }, '400 unexpected EOF'],
    ['a', 'm 1\n', { 'x-pharos-ttl': '-5' }, '400 time to live "-5"'],
    ['a', 'm 1\n', { 'x-pharos-ttl': '9999y' }, '400 time to live "9999y"'],
    [
      `a${'/l/v'.repeat(1)}`,
      'm 1 5\n',
      {},
      '400 pushed metrics are invalid or inconsistent with existing metrics: pushed metrics must not have timestamps',
    ],
  ]
  for (const [path, body, headers, answer] of refused)
    expect(
      (await scene.put(path, body, headers)).startsWith(answer),
      `${path} ${messageOf(answer)}`,
    ).toBe(true)
  const long = Array.from({ length: 70 }, (_, i) => `/l${i}/v`).join('')
  expect(await scene.put(`a${long}`, 'm 1\n')).toBe('400 more than 64 labels in the path')
})

test('protobuf and Snappy are taken, alone and together', async () => {
  const scene = await Scene.start()
  const body = Buffer.from(
    delimited((family) => {
      family.text(1, 'm')
      family.message(4, () => {
        label(family, 'a', 'b')
        family.message(3, () => family.double(1, 3))
      })
    }),
  )
  const type =
    'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited'
  expect(await scene.put('a', body, { 'content-type': type })).toBe('200')
  const packed = { 'content-type': type, 'content-encoding': 'snappy' }
  expect(await scene.put('b', Buffer.from(snappyEncode(body)), packed)).toBe('200')
  expect(await scene.put('c', 'm 1\n', packed)).toMatch(/^400 snappy: corrupt input/)
  expect(await scene.put('c', body.subarray(1), { 'content-type': type })).toMatch(/^400 /)
  // A block that claims to be of 48 MiB, and is long enough for that to be possible.
  const large = Buffer.concat([Buffer.of(0x80, 0x80, 0x80, 0x18), Buffer.alloc(2 << 20)])
  expect(await scene.put('c', large, packed)).toBe('413 body is over 33554432 bytes unpacked')
  expect(await scene.page()).toEqual([
    'm{a="b",instance="",job="a"} 3',
    'm{a="b",instance="",job="b"} 3',
  ])
})
