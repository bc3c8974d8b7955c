import { expect, test } from 'vitest'
import { OPENMETRICS, TEXT } from './format.ts'
import type { Collector } from './metric.ts'
import { Registry } from './registry.ts'
import { textOf } from './family-text.ts'

test('a callback that hangs is not waited for, not started twice, and its family is left out', async () => {
  const registry = new Registry()
  const { promise, resolve } = Promise.withResolvers<void>()
  let starts = 0
  registry.gauge({
    name: 'hanging',
    help: '',
    collect: () => {
      starts++
      return promise
    },
  })
  registry.gauge({ name: 'well', help: '' }).set(1)
  const options = { collectTimeoutMs: 1 }
  for (let i = 1; i <= 2; i++) {
    const page = await registry.metrics(options)
    expect(page).toContain('well 1\n')
    expect(page).not.toContain('hanging ')
    expect(page).toContain(
      `pharos_client_collect_errors_total{metric="hanging",reason="timeout"} ${i}\n`,
    )
  }
  expect(starts).toBe(1)
  resolve()
  await promise
  expect(await registry.metrics(options)).toContain('hanging 0\n')
})

test('a callback that rejects or throws after a while takes only its own family away', async () => {
  const registry = new Registry()
  registry.gauge({ name: 'a', help: '', collect: () => Promise.reject(new Error('away')) })
  registry.gauge({ name: 'b', help: '' })
  expect(await registry.metrics()).toMatch(/\nb 0\n/)
  await expect(registry.metrics({ onCollectError: 'throw' })).rejects.toThrow('away')
})

test('a collector that fails while it is written ends its family, not the page', async () => {
  const registry = new Registry()
  const broken: Collector = {
    name: 'broken',
    help: '',
    type: 'gauge',
    sampleNames: [],
    collect: () => undefined,
    *write(out) {
      out.text('# TYPE broken gauge\n')
      yield
      throw new Error('garbage')
    },
    *series() {
      yield { labels: [], value: 1 }
      throw new Error('garbage')
    },
    reset: () => undefined,
  }
  registry.register(broken)
  registry.gauge({ name: 'well', help: '' }).set(1)
  expect(await registry.metrics({ format: OPENMETRICS })).toMatch(/well 1\.0\n# EOF\n$/)
  expect(await registry.metrics()).toContain('metric="broken",reason="threw"} 1\n')
})

test('a large page is written in slices: others run meanwhile, and the text is whole', async () => {
  const registry = new Registry()
  const gauge = registry.gauge({ name: 'g', help: '', labelNames: ['i'] })
  for (let i = 0; i < 30_000; i++) gauge.set({ i }, i)
  let turns = 0
  let isDone = false
  const count = (): void => {
    turns++
    if (!isDone) setImmediate(count)
  }
  setImmediate(count)
  const page = await registry.metrics()
  isDone = true
  expect(turns).toBeGreaterThan(3)
  expect(page).toBe(textOf(gauge, TEXT))
})

test('scrapes at the same time each get a whole page', async () => {
  const registry = new Registry()
  const gauge = registry.gauge({ name: 'g', help: '', labelNames: ['i'] })
  for (let i = 0; i < 3000; i++) gauge.set({ i }, i)
  const histogram = registry.histogram({ name: 'h', help: '', labelNames: ['i'] })
  for (let i = 0; i < 300; i++) histogram.observe({ i }, 1)
  const pages = await Promise.all([1, 2, 3].map(() => registry.metrics()))
  expect(new Set(pages).size).toBe(1)
})

test('a wrapped registry shows its metrics in the outer one, renamed and with more labels', async () => {
  const outer = new Registry()
  const inner = outer.wrap({ prefix: 'db_', labels: { shard: '1' } })
  const counter = inner.counter({ name: 'reads_total', help: 'h', labelNames: ['z', 'a'] })
  counter.inc({ z: 'x', a: 'y' })
  inner.histogram({ name: 'h', help: '', buckets: [1] }).observe(0.5)
  expect(await outer.metrics({ names: ['db_reads_total'] })).toBe(
    '# HELP db_reads_total h\n# TYPE db_reads_total counter\ndb_reads_total{a="y",shard="1",z="x"} 1\n',
  )
  expect(await outer.metrics()).toContain('db_h_bucket{shard="1",le="1"} 1\n')
  expect(await inner.metrics()).toContain('reads_total{a="y",z="x"} 1\n')
  expect(() => outer.gauge({ name: 'db_h_sum', help: '' })).toThrow('collides')
  inner.gauge({ name: 'clash', help: '', labelNames: ['shard'] }).set({ shard: '2' }, 1)
  await outer.metrics()
  // What fails while a page is written is counted on the next one.
  expect(await outer.metrics()).toContain('metric="db_clash",reason="threw"')
  inner.clear()
  expect(outer.all()).toEqual([])
})

test('registries are merged, unless a name is in both', () => {
  const a = new Registry()
  const b = new Registry()
  a.gauge({ name: 'a', help: '' })
  b.gauge({ name: 'b', help: '' })
  expect(
    Registry.merge([a, b])
      .all()
      .map((one) => one.name),
  ).toEqual(['a', 'b'])
  b.gauge({ name: 'a', help: '' })
  expect(() => Registry.merge([a, b])).toThrow('already registered')
})

test('created lines and units are shown in OpenMetrics to those who want them', async () => {
  const registry = new Registry()
  const now = (): number => 1_500
  registry.counter({ name: 'a_seconds_total', help: '', unit: 'seconds', now }).inc()
  const b = registry.histogram({
    namespace: 'x',
    subsystem: 'y',
    name: 'b',
    help: '',
    buckets: [],
    now,
  })
  registry.gauge({ name: 'c', help: '', now })
  const page = await registry.metrics({ format: { ...OPENMETRICS, hasCreated: true } })
  expect(page.split('\n').filter((line) => !line.startsWith('# HELP'))).toEqual([
    '# TYPE a_seconds counter',
    '# UNIT a_seconds seconds',
    'a_seconds_total 1.0',
    'a_seconds_created 1.5',
    '# TYPE c gauge',
    'c 0.0',
    '# TYPE x_y_b histogram',
    ...textOf(b, OPENMETRICS).split('\n').slice(2, -1),
    'x_y_b_created 1.5',
    '# EOF',
    '',
  ])
  expect(await registry.metrics({ format: OPENMETRICS })).not.toContain('_created')
  expect(() => registry.gauge({ name: 'd_bytes', help: '', unit: 'seconds' })).toThrow('_seconds')
})
