import { gzipSync } from 'node:zlib'
import { compileRelabelRule } from '@pharos/config'
import type { ScrapeSettings } from '@pharos/config'
import { silentLogger } from '@pharos/base'
import { SimClock, SimDisk, SimNet, SimRandom } from '@pharos/base/sim'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { alignedTime, followingTime, nextOnGrid } from './scrape-grid.ts'
import { ScrapeManager } from './scrape-manager.ts'
import type { ScrapeManagerOptions } from './scrape-manager.ts'
import { acceptHeader } from './scrape-request.ts'
import type { TargetStatus } from './scrape-status.ts'
import { FakeAppender } from './testing/fake-appender.ts'
import type { FakeGroup } from './testing/fake-appender.ts'
import { FakeDiscoverer, jobSettings, serveMetrics } from './testing/scrape-fixture.ts'

interface Site {
  readonly clock: SimClock
  readonly net: SimNet
  readonly disk: SimDisk
  readonly appender: FakeAppender
  readonly manager: ScrapeManager
  /** The group of the target at an address. */
  readonly groupOf: (address: string) => FakeGroup
  readonly target: () => TargetStatus
}

const running: ScrapeManager[] = []
afterEach(async () => {
  for (const manager of running.splice(0)) await manager.stop()
})

function site(options: Partial<ScrapeManagerOptions> = {}): Site {
  const clock = new SimClock()
  const net = new SimNet(clock)
  const disk = new SimDisk({ clock })
  const appender = new FakeAppender()
  const manager = new ScrapeManager({ appender, net, clock, disk, log: silentLogger, ...options })
  running.push(manager)
  return {
    clock,
    net,
    disk,
    appender,
    manager,
    groupOf: (address) =>
      [...appender.groups.values()].find((group) => group.key.get('instance') === address)!,
    target: () => manager.pools()[0]!.active[0]!,
  }
}

/** One job with targets that are found at once. */
function started(
  settings: Partial<ScrapeSettings>,
  addresses: readonly string[],
  options?: Partial<ScrapeManagerOptions>,
): Site {
  const made = site(options)
  made.manager.apply([
    { settings: jobSettings(settings), discoverers: [new FakeDiscoverer(addresses)] },
  ])
  return made
}

test('a target is scraped within a second of its discovery and then on its grid', async () => {
  const { clock, net, appender, target } = started({}, ['h:80'])
  serveMetrics(net, 'h:80', () => 'a 1\n')
  expect(appender.groups.size).toBe(0)
  const startMs = clock.now()
  await clock.advance(1_000)
  expect(appender.rows.length).toBe(1)
  expect(appender.rows[0]!.values).toMatchObject({ a: 1, up: 1, scrape_samples_scraped: 1 })
  await clock.advance(60_000)
  const times = appender.rows.map((row) => row.tMs)
  expect(times[0]! - startMs).toBeLessThanOrEqual(1_000)
  expect(times[1]! - times[0]!).toBeLessThanOrEqual(11_000)
  for (let i = 2; i < times.length; i++) expect(times[i]! - times[i - 1]!).toBe(10_000)
  expect(target()).toMatchObject({
    health: 'up',
    lastError: '',
    scrapeUrl: 'http://h:80/metrics',
    samplesScraped: 1,
  })
})

test('the grid of a target is the same after a restart', async () => {
  const phaseOf = async (startMs: number): Promise<number> => {
    const clock = new SimClock(startMs)
    const net = new SimNet(clock)
    serveMetrics(net, 'h:80', () => 'a 1\n')
    const { appender } = started({}, ['h:80'], { clock, net })
    await clock.advance(40_000)
    return appender.rows.at(-1)!.tMs % 10_000
  }
  expect(await phaseOf(1_767_225_600_000)).toBe(await phaseOf(1_767_225_643_217))
})

test('targets found together are spread over the first second and over the interval', async () => {
  const addresses = Array.from({ length: 50 }, (_, i) => `host${i}:9100`)
  const { clock, net, appender } = started({}, addresses)
  for (const address of addresses) serveMetrics(net, address, () => 'a 1\n')
  const startMs = clock.now()
  await clock.advance(30_000)
  const groups = [...appender.groups.values()]
  const first = groups.map((group) => group.rows[0]!.tMs - startMs)
  expect(Math.max(...first)).toBeLessThanOrEqual(1_000)
  expect(new Set(first.map((ms) => Math.floor(ms / 250))).size).toBe(4)
  expect(
    new Set(groups.map((group) => Math.floor((group.rows.at(-1)!.tMs % 10_000) / 2_500))).size,
  ).toBe(4)
})

test('the request is the reference’s', async () => {
  const { clock, net } = started({ params: [['m', ['a b', 'c&d']]] }, ['h:80'])
  const requests: string[] = []
  serveMetrics(net, 'h:80', (request) => {
    requests.push(request)
    return ''
  })
  await clock.advance(1_000)
  expect(requests).toEqual([
    'GET /metrics?m=a+b&m=c%26d HTTP/1.1\r\nHost: h:80\r\nUser-Agent: Pharos/0.1.0\r\n' +
      'Accept: application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,' +
      'application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,' +
      'text/plain;version=0.0.4;q=0.3,*/*;q=0.2\r\n' +
      'Accept-Encoding: gzip\r\nX-Prometheus-Scrape-Timeout-Seconds: 5\r\n\r\n',
  ])
  expect(acceptHeader(['PrometheusProto', 'PrometheusText0.0.4'])).toBe(
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,' +
      'text/plain;version=0.0.4;q=0.5,*/*;q=0.4',
  )
})

test('a target on this machine is asked not to pack its answer, one elsewhere to pack it', async () => {
  const near = ['127.0.0.1:80', 'localhost:80']
  const far = ['h:80', '10.0.0.1:80', 'localhost.example:80', '127.0.0.1.example:80']
  const { clock, net } = started({}, [...near, ...far])
  const asked = new Map<string, string>()
  for (const address of [...near, ...far]) {
    serveMetrics(net, address, (request) => {
      asked.set(address, /Accept-Encoding: (\S+)/.exec(request)![1]!)
      return 'a 1\n'
    })
  }
  await clock.advance(2_000)
  expect(near.map((address) => asked.get(address))).toEqual(near.map(() => 'identity'))
  expect(far.map((address) => asked.get(address))).toEqual(far.map(() => 'gzip'))
})

test('packed bodies are unpacked; secrets come from their files at each scrape', async () => {
  const { clock, net, disk, appender } = started(
    {
      http: {
        ...jobSettings().http,
        authorization: { type: 'Bearer', credentials: '', credentialsFile: '/secret' },
        headers: [{ name: 'X-Tenant', values: ['t'], files: [] }],
      },
    },
    ['h:80'],
  )
  const requests: string[] = []
  net.register('h:80', (connection) => {
    connection.listen({
      data: (bytes) => {
        requests.push(Buffer.from(bytes).toString())
        const body = gzipSync('a 1\n')
        const head = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`
        connection.write(Buffer.concat([Buffer.from(head), body]))
      },
      end: () => {},
      closed: () => {},
    })
  })
  await disk.writeFileAtomic('/secret', Buffer.from('one\n'))
  await clock.advance(1_000)
  await expect.poll(() => appender.rows.length).toBe(1)
  await disk.writeFileAtomic('/secret', Buffer.from('two\n'))
  await clock.advance(12_000)
  await expect.poll(() => appender.rows.length).toBeGreaterThanOrEqual(2)
  expect(requests[0]).toContain('X-Tenant: t\r\nAuthorization: Bearer one\r\n')
  expect(requests[1]).toContain('Authorization: Bearer two\r\n')
  expect(appender.rows[0]!.values['a']).toBe(1)
})

test('a failed scrape is down with the reference’s words, and ends the series', async () => {
  const { clock, net, appender, target, manager } = started({ bodySizeLimitBytes: 100 }, ['h:80'])
  let answer: Parameters<typeof serveMetrics>[2] = () => 'a 1\n'
  serveMetrics(net, 'h:80', (request) => answer(request))
  await clock.advance(1_000)
  const check = async (next: typeof answer, error: string): Promise<void> => {
    answer = () => 'a 1\n'
    await clock.advance(10_000)
    answer = next
    await clock.advance(15_000)
    expect(target()).toMatchObject({ health: 'down', lastError: error })
    expect(appender.rows.some((row) => row.values['a'] === 'stale' && row.values['up'] === 0)).toBe(
      true,
    )
    appender.rows.length = 0
    answer = () => 'a 1\n'
    await clock.advance(15_000)
    expect(target().health).toBe('up')
  }
  await check(
    () => ({ status: '404 Not Found', body: '' }),
    'server returned HTTP status 404 Not Found',
  )
  await check(
    () => ({ status: '204 No Content', body: '' }),
    'server returned HTTP status 204 No Content',
  )
  await check(
    () => ({ status: '201 Created', body: 'a 1\n' }),
    'server returned HTTP status 201 Created',
  )
  await check(() => undefined, 'Get "http://h:80/metrics": context deadline exceeded')
  await check(() => 'a'.repeat(100), 'body size limit exceeded')
  await check(() => 'a 1\n{', 'expected label name, got "\\n" ("INVALID") while parsing: "{\\n"')
  expect(manager.stats).toMatchObject({
    failedStatus: expect.any(Number),
    exceededBodySize: expect.any(Number),
  })
  expect(manager.stats.failedTimeouts).toBeGreaterThan(0)
  net.unregister('h:80')
  await clock.advance(15_000)
  expect(target().lastError).toBe(
    'Get "http://h:80/metrics": dial tcp h:80: connect: connection refused',
  )
})

test('a target that takes its whole interval is still scraped once each interval', async () => {
  const { clock, net, appender } = started({ scrapeIntervalMs: 5_000, scrapeTimeoutMs: 5_000 }, [
    'h:80',
  ])
  serveMetrics(net, 'h:80', () => undefined)
  await clock.advance(60_000)
  expect(appender.rows.length).toBeGreaterThanOrEqual(10)
})

test('a vanished target ends when it would have been scraped; one that is back in time goes on', async () => {
  const { clock, net, manager, appender, groupOf } = site()
  const discoverer = new FakeDiscoverer(['h:80', 'k:80'])
  manager.apply([{ settings: jobSettings(), discoverers: [discoverer] }])
  for (const address of ['h:80', 'k:80']) serveMetrics(net, address, () => 'a 1\n')
  await clock.advance(25_000)
  discoverer.find(['k:80'])
  await clock.advance(1)
  discoverer.find(['h:80', 'k:80'])
  await clock.advance(25_000)
  expect(groupOf('h:80').rows.some((row) => row.values['a'] === 'stale')).toBe(false)
  discoverer.find(['k:80'])
  await clock.advance(11_000)
  const [before, last] = groupOf('h:80').rows.slice(-2)
  expect(last!.values).toMatchObject({ a: 'stale', up: 'stale' })
  expect(last!.tMs - before!.tMs).toBe(10_000)
  expect(groupOf('h:80').released).toBe(true)
  expect(groupOf('k:80').rows.at(-1)!.values['a']).toBe(1)
  discoverer.find(['h:80', 'k:80'])
  await clock.advance(1_001)
  expect(groupOf('h:80').rows.at(-1)!.values).toMatchObject({ a: 1, up: 1 })
  expect(appender.groups.size).toBe(2)
})

test('a reload leaves unchanged targets alone and ends those of removed jobs', async () => {
  const { clock, net, manager, groupOf } = site()
  let connections = 0
  for (const address of ['h:80', 'k:80']) serveMetrics(net, address, () => 'a{job="x"} 1\n')
  const job = (jobName: string, address: string, changed: Partial<ScrapeSettings> = {}) => ({
    settings: jobSettings({ jobName, ...changed }),
    discoverers: [new FakeDiscoverer([address])],
  })
  manager.apply([job('one', 'h:80'), job('two', 'k:80')])
  await clock.advance(25_000)
  connections = groupOf('h:80').rows.length
  manager.apply([job('one', 'h:80', { honorLabels: true })])
  await clock.advance(30_000)
  expect(manager.pools().map((pool) => pool.name)).toEqual(['one'])
  expect(groupOf('k:80').rows.at(-1)!.values['up']).toBe('stale')
  const after = groupOf('h:80').rows.slice(connections)
  expect(after.every((row) => row.values['up'] === 1)).toBe(true)
  expect(after[0]!.values).toMatchObject({ 'a{exported_job=x}': 'stale', 'a{job=x}': 1 })
})

test('a changed interval goes on with the same series without a marker', async () => {
  const { clock, net, manager, appender } = started({}, ['h:80'])
  serveMetrics(net, 'h:80', () => 'a 1\n')
  await clock.advance(25_000)
  manager.apply([
    {
      settings: jobSettings({ scrapeIntervalMs: 5_000 }),
      discoverers: [new FakeDiscoverer(['h:80'])],
    },
  ])
  await clock.advance(30_000)
  expect(appender.groups.size).toBe(1)
  expect(
    appender.rows.some((row) => row.values['up'] === 'stale' || row.values['a'] === 'stale'),
  ).toBe(false)
  expect(appender.rows.at(-1)!.tMs - appender.rows.at(-2)!.tMs).toBe(5_000)
})

test('targets stay while the discoverers of a reload are silent', async () => {
  const { clock, net, manager, appender } = started({}, ['h:80'])
  serveMetrics(net, 'h:80', () => 'a 1\n')
  await clock.advance(15_000)
  const silent = new FakeDiscoverer()
  manager.apply([{ settings: jobSettings(), discoverers: [silent] }])
  await clock.advance(50_000)
  expect(appender.rows.at(-1)!.values['a']).toBe(1)
  silent.find([])
  await clock.advance(11_000)
  expect(appender.rows.at(-1)!.values['a']).toBe('stale')
})

test('stopping ends every series at once, unless told not to', async () => {
  for (const areMarked of [true, false]) {
    const { clock, net, manager, appender } = started({}, ['h:80'])
    serveMetrics(net, 'h:80', () => 'a 1\n')
    await clock.advance(1_500)
    await manager.stop({ areMarked })
    expect(appender.rows.length).toBe(areMarked ? 2 : 1)
    expect(appender.rows.at(-1)!.values['up']).toBe(areMarked ? 'stale' : 1)
    expect(appender.only.released).toBe(true)
    await clock.advance(60_000)
    expect(appender.rows.length).toBe(areMarked ? 2 : 1)
    expect(clock.pending).toBe(0)
  }
})

test('stopping does not wait for a target that hangs', async () => {
  const { clock, net, manager, appender } = started({}, ['h:80'])
  serveMetrics(net, 'h:80', () => undefined)
  await clock.advance(1_500)
  await manager.stop()
  expect(appender.rows).toEqual([])
})

test('nor for one whose job was removed while it hangs', async () => {
  const { clock, net, manager, appender } = started({}, ['h:80'])
  let isHanging = false
  serveMetrics(net, 'h:80', () => (isHanging ? undefined : 'a 1\n'))
  await clock.advance(1_500)
  isHanging = true
  await clock.advance(10_000)
  manager.apply([])
  await manager.stop()
  expect(appender.rows.at(-1)!.values).toMatchObject({ a: 'stale', up: 'stale' })
})

test('the wall clock may jump either way', async () => {
  const { clock, net, appender } = started({}, ['h:80'])
  serveMetrics(net, 'h:80', () => 'a 1\n')
  await clock.advance(30_000)
  clock.jump(3_600_000)
  await clock.advance(30_000)
  const ahead = appender.rows.length
  expect(appender.rows.at(-1)!.tMs).toBeGreaterThan(clock.now() - 20_000)
  clock.jump(-30_000)
  await clock.advance(20_000)
  expect(appender.rows.length).toBe(ahead)
  await clock.advance(40_000)
  expect(appender.rows.length).toBeGreaterThan(ahead + 1)
})

test('relabelling makes, changes and drops targets, with reasons', async () => {
  const rules = [
    compileRelabelRule({ action: 'drop', sourceLabels: ['__address__'], regex: 'gone.*' }),
    compileRelabelRule({
      sourceLabels: ['__address__'],
      regex: 'path(.*)',
      targetLabel: '__metrics_path__',
      replacement: '/p q$1',
    }),
    compileRelabelRule({
      sourceLabels: ['__address__'],
      regex: 'param.*',
      targetLabel: '__param_x',
      replacement: 'y',
    }),
    compileRelabelRule({
      sourceLabels: ['__address__'],
      regex: 'slow.*',
      targetLabel: '__scrape_timeout__',
      replacement: '1m',
    }),
    compileRelabelRule({
      sourceLabels: ['__address__'],
      regex: 'zero.*',
      targetLabel: '__scrape_interval__',
      replacement: '0s',
    }),
    compileRelabelRule({
      sourceLabels: ['__address__'],
      regex: 'bad.*',
      targetLabel: '__scrape_interval__',
      replacement: 'x',
    }),
    compileRelabelRule({
      sourceLabels: ['__address__'],
      regex: 'none.*',
      targetLabel: '__address__',
      replacement: '',
    }),
    compileRelabelRule({
      sourceLabels: ['__address__'],
      regex: 'twin.*',
      targetLabel: '__address__',
      replacement: 'one',
    }),
    compileRelabelRule({
      sourceLabels: ['__address__'],
      regex: 'name.*',
      targetLabel: 'instance',
      replacement: 'me',
    }),
  ]
  const addresses = [
    'gone',
    'path:1',
    'param',
    'slow',
    'zero',
    'bad',
    'none',
    'twin1',
    'twin2',
    'name',
    'a/b',
  ]
  const { clock, manager } = started(
    { relabelRules: rules, params: [['x', ['1', '2']]] },
    addresses,
  )
  await clock.advance(1)
  const [pool] = manager.pools()
  expect(pool!.active.map((target) => [target.scrapeUrl, target.labels.get('instance')])).toEqual([
    ['http://name/metrics?x=1&x=2', 'me'],
    ['http://one/metrics?x=1&x=2', 'one'],
    ['http://param/metrics?x=y&x=2', 'param'],
    ['http://path:1/p%20q:1?x=1&x=2', 'path:1'],
  ])
  expect(pool!.dropped.map((target) => target.reason)).toEqual([
    'relabel_configs[0] (drop)',
    'scrape timeout cannot be greater than scrape interval ("1m" > "10s")',
    'scrape interval cannot be 0',
    'error parsing scrape interval: not a valid duration string: "x"',
    'no address',
    '"a/b" is not a valid hostname',
  ])
  expect(pool!.active[0]!.discoveredLabels.toObject()).toMatchObject({
    __address__: 'name',
    __metrics_path__: '/metrics',
    __scheme__: 'http',
    __scrape_interval__: '10s',
    __scrape_timeout__: '5s',
    __param_x: '1',
    job: 'job',
  })
})

test('keep_dropped_targets bounds the list and target_limit stops the scrapes', async () => {
  const rules = [
    compileRelabelRule({ action: 'drop', sourceLabels: ['__address__'], regex: 'd.*' }),
  ]
  const { clock, manager, target, appender } = started(
    { relabelRules: rules, keepDroppedTargets: 2, targetLimit: 1 },
    ['d1', 'd2', 'd3', 'a:80', 'b:80'],
  )
  await clock.advance(1_001)
  const [pool] = manager.pools()
  expect([pool!.dropped.length, pool!.droppedCount, pool!.active.length]).toEqual([2, 3, 2])
  expect(target().lastError).toBe('target_limit exceeded (number of targets: 2, limit: 1)')
  expect([...appender.groups.values()][0]!.rows[0]!.values['up']).toBe(0)
})

test('two targets with the same labels keep their own series apart in the store', async () => {
  const { clock, net, manager, appender } = site()
  serveMetrics(net, 'h:80', () => 'a 1\n')
  serveMetrics(net, 'k:80', () => 'b 1\n')
  const discoverer = new FakeDiscoverer()
  manager.apply([{ settings: jobSettings(), discoverers: [discoverer] }])
  discoverer.find(['h:80', 'k:80'], { instance: 'same' })
  await clock.advance(25_000)
  expect(appender.groups.size).toBe(2)
  for (const group of appender.groups.values()) {
    expect(group.rows.every((row) => row.values['up'] === 1)).toBe(true)
  }
})

test('each target says what its own metrics are', async () => {
  const { clock, net, manager } = started({}, ['h:80', 'i:80'])
  serveMetrics(net, 'h:80', () => '# HELP a of h\n# TYPE a counter\na 1\n')
  serveMetrics(net, 'i:80', () => '# TYPE a gauge\na 1\n')
  await clock.advance(3_000)
  const said = manager
    .metadata()
    .map(({ labels, families }) => [labels.get('instance'), families.get('a')])
  expect(Object.fromEntries(said)).toEqual({
    'h:80': { type: 'counter', help: 'of h', unit: '' },
    'i:80': { type: 'gauge', help: '', unit: '' },
  })
})

test('a target behind a unix socket needs no address', async () => {
  const rules = [
    compileRelabelRule({ targetLabel: '__unix_socket__', replacement: '/run/app.sock' }),
    compileRelabelRule({ targetLabel: '__address__', replacement: '' }),
  ]
  const { clock, net, target, appender } = started({ relabelRules: rules }, ['x'])
  const hosts: (string | undefined)[] = []
  serveMetrics(net, '/run/app.sock', (request) => {
    hosts.push(/^Host: (.*)\r$/m.exec(request)?.[1])
    return 'a 1\n'
  })
  await clock.advance(1_000)
  expect(target()).toMatchObject({ health: 'up', scrapeUrl: 'http://localhost/metrics' })
  expect(hosts).toEqual(['localhost'])
  expect(appender.only.key.toObject()).toEqual({ job: 'job' })
})

test('a net that cuts, silences and garbles never stops the loops, and all is well after it', async () => {
  for (const seed of [1, 2, 3, 4]) {
    const clock = new SimClock()
    const net = new SimNet(clock, seed)
    const random = new SimRandom(seed)
    const addresses = ['a:80', 'b:80', 'c:80']
    const { appender, manager } = started(
      { scrapeIntervalMs: 1_000, scrapeTimeoutMs: 1_000 },
      addresses,
      { clock, net },
    )
    for (const address of addresses) {
      serveMetrics(net, address, () =>
        Array.from({ length: 50 }, (_, i) => `m{i="${i}"} ${i}\n`).join(''),
      )
    }
    for (let step = 0; step < 60; step++) {
      const address = addresses[random.int(3)]!
      const faults = [
        () => net.cut(address),
        () => net.silence(address),
        () => net.garble(address, 0.01),
        () => net.setLatency(address, random.int(600)),
        () => net.restore(address),
      ]
      faults[random.int(faults.length)]!()
      await clock.advance(random.int(1_500))
    }
    for (const address of addresses) {
      net.restore(address)
      net.setLatency(address, 1)
    }
    await clock.advance(4_000)
    expect(
      manager.pools()[0]!.active.map((target) => target.lastError),
      `seed ${seed}`,
    ).toEqual(['', '', ''])
    expect(manager.stats.failures, `seed ${seed}`).toBeGreaterThan(0)
    for (const group of appender.groups.values()) {
      expect(group.rows.at(-1)!.values['m{i=49}'], `seed ${seed}`).toBe(49)
      const times = group.rows.map((row) => row.tMs)
      expect(times.slice(1).every((tMs, i) => tMs > times[i]!)).toBe(true)
      expect(times.length).toBeGreaterThan(20)
    }
    await manager.stop()
  }
})

test('times: near the grid is on it, and the next point is always ahead', () => {
  const check = (now: number, expected: number): void =>
    expect(alignedTime(now, 10_000, 300), `${now}`).toBe(expected)
  check(20_300, 20_300)
  check(20_302, 20_300)
  check(20_298, 20_300)
  check(20_303, 20_303)
  check(20_297, 20_297)
  expect(alignedTime(20_302, 100, 0)).toBe(20_302)
  expect(alignedTime(20_301, 100, 0)).toBe(20_300)
  expect(followingTime(20_300, 20_299, 10_000, 300)).toBe(30_300)
  expect(followingTime(20_300, 30_305, 10_000, 300)).toBe(30_305)
  expect(followingTime(29_500, 29_600, 10_000, 300)).toBe(40_300)
  expect(followingTime(90_300, 20_305, 10_000, 300)).toBe(30_300)
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e12 }),
      fc.integer({ min: 1, max: 1e6 }),
      fc.nat(1e6),
      (now, interval, hash) => {
        const next = nextOnGrid(now, interval, hash % interval)
        expect(
          next > now && next - now <= interval && (next - (hash % interval)) % interval === 0,
        ).toBe(true)
      },
    ),
  )
})
