// The facade beside prom-client itself: the same script gives the same pages and the same JSON.
import * as original from 'prom-client'
import { expect, test } from 'vitest'
import * as facade from './index.ts'

type Client = typeof facade

const clients: readonly Client[] = [original as unknown as Client, facade]

/** Runs a script on both and expects equal results. */
async function same(script: (client: Client) => unknown): Promise<void> {
  const results: unknown[] = []
  for (const client of clients) {
    client.register.clear()
    client.register.setContentType(client.prometheusContentType)
    try {
      results.push(await script(client))
    } catch (error) {
      results.push(`${(error as Error).name}: ${(error as Error).message}`)
    }
  }
  expect(results[1]).toEqual(results[0])
}

const labelNames = ['method', 'code'] as const

test('counters', async () => {
  await same(async (client) => {
    const counter = new client.Counter({ name: 'a_total', help: 'h\n"x"', labelNames })
    counter.inc({ method: 'GET', code: '200' })
    counter.inc({ method: 'GET', code: '200' }, 2.5)
    counter.inc({ method: 'q"\\\n' })
    counter.labels('POST', '201').inc(7)
    counter.labels({ method: 'PUT', code: '1' }).inc(0)
    counter.inc({ method: 'x', code: '500' }, 1e21)
    counter.remove('GET', '200')
    const bare = new client.Counter({ name: 'b', help: 'x' })
    bare.inc()
    bare.inc(null)
    bare.inc(5)
    return [await client.register.metrics(), await client.register.getMetricsAsJSON()]
  })
})

test('gauges', async () => {
  await same(async (client) => {
    const gauge = new client.Gauge({ name: 'g', help: 'h', labelNames })
    gauge.set({ method: 'GET' }, 3)
    gauge.inc({ method: 'GET' })
    gauge.dec({ method: 'GET' }, 10)
    gauge.labels('a', 'b').set(Infinity)
    gauge.labels('a', 'c').set(NaN)
    gauge.labels('a', 'd').dec()
    const bare = new client.Gauge({ name: 'bare', help: 'h' })
    bare.set(2)
    bare.inc(3)
    bare.dec()
    return [await client.register.metrics(), await client.register.getMetricsAsJSON()]
  })
})

test('histograms and summaries', async () => {
  await same(async (client) => {
    const histogram = new client.Histogram({ name: 'h', help: 'h', labelNames, buckets: [0.1, 5] })
    histogram.observe({ method: 'GET', code: '200' }, 0.1)
    histogram.observe({ method: 'GET', code: '200' }, 7)
    histogram.labels('POST', '1').observe(3)
    histogram.zero({ method: 'zero', code: '0' })
    new client.Histogram({ name: 'bare', help: 'h' }).observe(0.3)
    const summary = new client.Summary({
      name: 's',
      help: 'h',
      labelNames: ['x'],
      percentiles: [0.5],
    })
    for (const value of [1, 2, 3]) summary.observe({ x: 'y' }, value)
    summary.labels('z').observe(4)
    summary.reset()
    new client.Summary({ name: 'empty', help: 'h' })
    return [await client.register.metrics(), await client.register.getMetricsAsJSON()]
  })
})

test('percentiles are within the error of their ranks', async () => {
  for (const client of clients) {
    client.register.clear()
    const summary = new client.Summary({ name: 's', help: 'h', percentiles: [0.5, 0.99] })
    for (let i = 0; i < 10_000; i++) summary.observe((i * 7919) % 10_000)
    const { values } = await summary.get()
    expect(Math.abs(values[0]!.value - 5000)).toBeLessThan(200)
    expect(Math.abs(values[1]!.value - 9900)).toBeLessThan(60)
  }
})

test('registries: default labels, merging, removing, resetting, one metric', async () => {
  await same(async (client) => {
    const other = new client.Registry()
    const counter = new client.Counter({ name: 'a', help: 'h', labelNames, registers: [other] })
    counter.inc({ method: 'GET' }, 3)
    new client.Gauge({ name: 'g', help: 'h' }).set(4)
    other.setDefaultLabels({ method: 'default', app: 'x' })
    const merged = client.Registry.merge([other, client.register])
    const pages = [await other.metrics(), await merged.metrics(), await merged.getMetricsAsJSON()]
    merged.removeSingleMetric('g')
    pages.push(await merged.metrics(), await other.getSingleMetricAsString('a'))
    client.register.resetMetrics()
    pages.push(await client.register.metrics(), client.register.contentType)
    return [...pages, other.getSingleMetric('none'), other.getMetricsAsArray().length]
  })
})

test('OpenMetrics with exemplars', async () => {
  await same(async (client) => {
    client.register.setContentType(client.openMetricsContentType)
    const counter = new client.Counter({
      name: 'a_total',
      help: 'h',
      labelNames,
      enableExemplars: true,
    })
    counter.inc({
      labels: { method: 'GET', code: '1' },
      value: 2,
      exemplarLabels: { trace_id: 'x' },
    })
    const histogram = new client.Histogram({
      name: 'h',
      help: 'h',
      buckets: [1, 2],
      enableExemplars: true,
    })
    histogram.observe({ value: 1.5, exemplarLabels: { trace_id: 'y' } })
    histogram.observe({ value: 9, exemplarLabels: { trace_id: 'z' } })
    const page = await client.register.metrics()
    return page.replace(/ [\d.]+$/gm, (end) => (end.length > 10 ? ' TIME' : end))
  })
})

test('collect callbacks are called with the metric as this', async () => {
  await same(async (client) => {
    new client.Gauge({
      name: 'g',
      help: 'h',
      async collect() {
        await Promise.resolve()
        this.set(42)
      },
    })
    return client.register.metrics()
  })
})

test('misuse is refused in the same words', async () => {
  const scripts: ((client: Client) => unknown)[] = [
    (client) => new client.Counter({ name: 'a', help: '' }),
    (client) => new client.Counter({ name: '', help: 'h' }),
    (client) => new client.Counter({ name: 'a b', help: 'h' }),
    (client) => new client.Counter({ name: 'a', help: 'h', labelNames: ['a-b'] }),
    (client) => new client.Counter(undefined as never),
    (client) => new client.Gauge({ name: 'a', help: 'h', collect: 'no' as never }),
    (client) => new client.Histogram({ name: 'a', help: 'h', labelNames: ['le'] }),
    (client) => new client.Summary({ name: 'a', help: 'h', labelNames: ['quantile'] }),
    (client) => new client.Counter({ name: 'a', help: 'h' }).inc(-1),
    (client) => new client.Counter({ name: 'a', help: 'h' }).inc('x' as never),
    (client) => new client.Counter({ name: 'a', help: 'h', labelNames }).inc({ other: 1 } as never),
    (client) => new client.Counter({ name: 'a', help: 'h', labelNames }).labels('x'),
    (client) => new client.Gauge({ name: 'a', help: 'h' }).set('5' as never),
    (client) => new client.Gauge({ name: 'a', help: 'h' }).inc('5' as never),
    (client) => new client.Histogram({ name: 'a', help: 'h' }).observe(NaN),
    (client) => new client.Summary({ name: 'a', help: 'h' }).observe({}, 'x' as never),
    (client) => client.register.setContentType('text/html' as never),
    (client) => new client.Registry('text/html' as never),
    (client) => [
      new client.Gauge({ name: 'a', help: 'h' }),
      new client.Gauge({ name: 'a', help: 'h' }),
    ],
    (client) => new client.Counter({ name: 'a', help: 'h', enableExemplars: true }),
    (client) => client.collectDefaultMetrics('x' as never),
    (client) => client.AggregatorRegistry.setRegistries({} as never),
    (client) =>
      client.AggregatorRegistry.aggregate([
        [{ name: 'a', help: '', type: 'gauge', values: [], aggregator: 'none' as never }],
      ]),
    (client) => new client.Pushgateway('http://127.0.0.1:1').push({}),
  ]
  for (const script of scripts) await same(async (client) => void (await script(client)))
})

test('workers are aggregated as their metrics ask', async () => {
  await same(async (client) => {
    const worker = async (value: number): Promise<facade.MetricObject[]> => {
      const registry = new client.Registry()
      const registers = [registry]
      for (const aggregator of ['sum', 'first', 'min', 'max', 'average', 'omit'] as const) {
        const name = `g_${aggregator}`
        const gauge = new client.Gauge({ name, help: 'h', labelNames, aggregator, registers })
        gauge.set({ method: 'GET', code: '1' }, value)
      }
      const histogram = new client.Histogram({ name: 'h', help: 'h', buckets: [5], registers })
      histogram.observe(value)
      return registry.getMetricsAsJSON()
    }
    const registry = client.AggregatorRegistry.aggregate([await worker(3), await worker(8)])
    return registry.metrics()
  })
})

test('default metrics have the names, types and labels that prom-client gives them', async () => {
  const pages = await Promise.all(
    clients.map(async (client) => {
      const registry = new client.Registry()
      client.collectDefaultMetrics({ register: registry, prefix: 'x_', labels: { app: 'a' } })
      return (await registry.metrics()).match(/^# TYPE .*/gm)!.sort()
    }),
  )
  const missing = pages[0]!.filter((one) => !pages[1]!.includes(one))
  expect(missing).toEqual([])
  expect([...facade.collectDefaultMetrics.metricsList]).toEqual(
    original.collectDefaultMetrics.metricsList,
  )
})

test('timers observe and return seconds', async () => {
  const gauge = new facade.Gauge({ name: 'g', help: 'h', labelNames, registers: [] })
  const end = gauge.startTimer({ method: 'GET' })
  expect(end({ code: 200 })).toBeGreaterThanOrEqual(0)
  expect((await gauge.get()).values[0]!.labels).toEqual({ method: 'GET', code: '200' })
  const summary = new facade.Summary({ name: 's', help: 'h', labelNames, registers: [] })
  summary.labels('GET', '200').startTimer()()
  expect((await summary.get()).values.at(-1)!.value).toBe(1)
})

test('a summary whose window is empty is left out when that is wanted', async () => {
  const summary = new facade.Summary({
    name: 's',
    help: 'h',
    labelNames: ['x'],
    registers: [],
    pruneAgedBuckets: true,
  })
  summary.observe({ x: 'a' }, 1)
  summary.reset()
  expect((await summary.get()).values).toEqual([])
})
