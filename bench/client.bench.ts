import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Registry } from '@pharos/client'
import * as facade from '@pharos/client/prom-client'
import * as promClient from 'prom-client'
import { hasPeers, peer } from '../tests/peers/peers.ts'
import { type Bench, median, type Size } from './measure.ts'

const METHODS = ['GET', 'POST', 'PUT', 'DELETE']
const CODES = ['200', '201', '404', '500', '503']
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const LABELS = ['method', 'code'] as const

/** What is compared: for each question one loop of `count` calls by each library. */
interface Contest {
  readonly what: string
  readonly loops: Readonly<Record<string, (count: number) => void>>
}

export const bench: Bench = {
  question:
    'What do a counted and an observed event cost, how much memory do 100 k series take, and how long does a page stop the service, beside prom-client and the OpenTelemetry SDK?',
  async run(size: Size) {
    const isSmoke = size === 'smoke'
    const otel = await meter()
    const lines = contests(otel).map((one) => told(one, isSmoke ? 2000 : 400_000, isSmoke ? 1 : 7))
    for (const series of isSmoke ? [200] : [1000, 10_000, 100_000]) {
      lines.push(...(await pages(series, isSmoke ? 1 : 7)))
    }
    lines.push(...memory(isSmoke ? 500 : 100_000, otel))
    return lines
  },
}

/** What of OpenTelemetry's SDK is measured. */
interface Meter {
  createCounter(name: string): { add(value: number, attributes?: object): void }
  createHistogram(
    name: string,
    options: object,
  ): { record(value: number, attributes?: object): void }
}

/** A meter of OpenTelemetry's SDK with a reader that keeps sums, where `npm run peers` has installed it. */
async function meter(): Promise<Meter | undefined> {
  if (!hasPeers) return undefined
  const sdk = await peer<{
    MeterProvider: new (options: object) => { getMeter(name: string): Meter }
    MetricReader: new () => object
    AggregationTemporality: { readonly CUMULATIVE: number }
  }>('@opentelemetry/sdk-metrics')
  class Reader extends sdk.MetricReader {
    selectAggregationTemporality(): number {
      return sdk.AggregationTemporality.CUMULATIVE
    }
    async onForceFlush(): Promise<void> {}
    async onShutdown(): Promise<void> {}
  }
  return new sdk.MeterProvider({ readers: [new Reader()] }).getMeter('bench')
}

function contests(otel: Meter | undefined): Contest[] {
  const named = { name: 'a', help: 'h' }
  const registry = new Registry()
  const own = {
    bare: registry.counter({ ...named, name: 'bare' }),
    counter: registry.counter({ ...named, name: 'c', labelNames: LABELS }),
    histogram: registry.histogram({ ...named, name: 'h', labelNames: LABELS, buckets: BUCKETS }),
    native: registry.histogram({
      ...named,
      name: 'n',
      labelNames: LABELS,
      nativeHistogramBucketFactor: 1.1,
    }),
  }
  const boundCounter = own.counter.labels({ method: 'GET', code: '200' })
  const boundHistogram = own.histogram.labels({ method: 'GET', code: '200' })
  const classic = (client: typeof facade) => ({
    bare: new client.Counter({ ...named, registers: [] }),
    counter: new client.Counter({ ...named, labelNames: LABELS, registers: [] }),
    histogram: new client.Histogram({
      ...named,
      labelNames: LABELS,
      buckets: BUCKETS,
      registers: [],
    }),
  })
  const prom = classic(promClient as unknown as typeof facade)
  const drop = classic(facade)
  const promBound = prom.counter.labels('GET', '200')
  const promBoundHistogram = prom.histogram.labels('GET', '200')
  const otelCounter = otel?.createCounter('c')
  const otelHistogram = otel?.createHistogram('h', {
    advice: { explicitBucketBoundaries: BUCKETS },
  })
  const method = (i: number): string => METHODS[i & 3]!
  const code = (i: number): string => CODES[i % 5]!
  const value = (i: number): number => (i % 1000) / 100
  return [
    {
      what: 'inc()',
      loops: {
        pharos: (n) => {
          for (let i = 0; i < n; i++) own.bare.inc()
        },
        facade: (n) => {
          for (let i = 0; i < n; i++) drop.bare.inc()
        },
        'prom-client': (n) => {
          for (let i = 0; i < n; i++) prom.bare.inc()
        },
        ...(otelCounter && {
          otel: (n) => {
            for (let i = 0; i < n; i++) otelCounter.add(1)
          },
        }),
      },
    },
    {
      what: 'inc({method, code})',
      loops: {
        pharos: (n) => {
          for (let i = 0; i < n; i++) own.counter.inc({ method: method(i), code: code(i) })
        },
        facade: (n) => {
          for (let i = 0; i < n; i++) drop.counter.inc({ method: method(i), code: code(i) })
        },
        'prom-client': (n) => {
          for (let i = 0; i < n; i++) prom.counter.inc({ method: method(i), code: code(i) })
        },
        ...(otelCounter && {
          otel: (n) => {
            for (let i = 0; i < n; i++) otelCounter.add(1, { method: method(i), code: code(i) })
          },
        }),
      },
    },
    {
      what: 'kept series inc()',
      loops: {
        pharos: (n) => {
          for (let i = 0; i < n; i++) boundCounter.inc()
        },
        'prom-client': (n) => {
          for (let i = 0; i < n; i++) promBound.inc()
        },
      },
    },
    {
      what: 'observe({method, code}, v)',
      loops: {
        pharos: (n) => {
          for (let i = 0; i < n; i++)
            own.histogram.observe({ method: method(i), code: code(i) }, value(i))
        },
        'pharos native': (n) => {
          for (let i = 0; i < n; i++)
            own.native.observe({ method: method(i), code: code(i) }, value(i))
        },
        facade: (n) => {
          for (let i = 0; i < n; i++)
            drop.histogram.observe({ method: method(i), code: code(i) }, value(i))
        },
        'prom-client': (n) => {
          for (let i = 0; i < n; i++)
            prom.histogram.observe({ method: method(i), code: code(i) }, value(i))
        },
        ...(otelHistogram && {
          otel: (n) => {
            for (let i = 0; i < n; i++)
              otelHistogram.record(value(i), { method: method(i), code: code(i) })
          },
        }),
      },
    },
    {
      what: 'kept series observe(v)',
      loops: {
        pharos: (n) => {
          for (let i = 0; i < n; i++) boundHistogram.observe(value(i))
        },
        'prom-client': (n) => {
          for (let i = 0; i < n; i++) promBoundHistogram.observe(value(i))
        },
      },
    },
  ]
}

/** Interleaved rounds; ns of CPU for each call, and how many times quicker than prom-client. */
function told({ what, loops }: Contest, count: number, rounds: number): string {
  const times = new Map<string, number[]>()
  for (let round = 0; round <= rounds; round++) {
    for (const [name, loop] of Object.entries(loops)) {
      const before = process.cpuUsage()
      loop(count)
      const { user, system } = process.cpuUsage(before)
      // The first round warms up.
      if (round > 0) times.set(name, [...(times.get(name) ?? []), ((user + system) * 1000) / count])
    }
  }
  const reference = median(times.get('prom-client')!)
  const parts = [...times].map(([name, all]) => {
    const ns = median(all)
    const ratio = name === 'prom-client' ? '' : ` (${(reference / ns).toFixed(1)}x)`
    return `${name} ${ns.toFixed(0)} ns${ratio}`
  })
  return `${what}: ${parts.join(', ')}`
}

interface Page {
  readonly make: () => Promise<number>
  readonly cpuMs: number[]
  readonly stallMs: number[]
}

/** CPU of a page in bytes, and the longest time that nothing else could run meanwhile. */
async function pages(series: number, rounds: number): Promise<string[]> {
  const registry = new Registry()
  const original = new promClient.Registry()
  fill(registry.counter({ name: 'c_total', help: 'h', labelNames: ['path', 'code'] }), series)
  fill(
    new promClient.Counter({
      name: 'c_total',
      help: 'h',
      labelNames: ['path', 'code'],
      registers: [original],
    }),
    series,
  )
  const encoder = new TextEncoder()
  const all: Record<'pharos' | 'prom-client', Page> = {
    pharos: {
      async make() {
        let bytes = 0
        for await (const portion of registry.portions()) bytes += portion.length
        return bytes
      },
      cpuMs: [],
      stallMs: [],
    },
    'prom-client': {
      make: async () => encoder.encode(await original.metrics()).length,
      cpuMs: [],
      stallMs: [],
    },
  }
  let bytes = 0
  for (let round = 0; round <= rounds; round++) {
    for (const page of Object.values(all)) {
      const before = process.cpuUsage()
      bytes = await page.make()
      const { user, system } = process.cpuUsage(before)
      if (round > 0) page.cpuMs.push((user + system) / 1000)
    }
  }
  // One after the other: the pauses in which one's garbage is collected are not the other's.
  const collect = garbageCollector()
  for (const page of Object.values(all)) {
    collect()
    for (let round = 0; round < 2 * rounds; round++) {
      const stall = watchStall()
      await page.make()
      page.stallMs.push(await stall())
    }
  }
  if (bytes < series * 20) throw new Error(`a page of ${bytes} bytes for ${series} series`)
  const own = all.pharos
  const other = all['prom-client']
  const cpu = (page: Page): string => `${median(page.cpuMs).toFixed(1)} ms CPU`
  const stalls = ({ stallMs }: Page): string =>
    `${median(stallMs).toFixed(1)} ms, at worst ${Math.max(...stallMs).toFixed(1)}`
  const ratio = (median(other.cpuMs) / median(own.cpuMs)).toFixed(1)
  return [
    `page of ${series} series, ${(bytes / 1024).toFixed(0)} KiB: pharos ${cpu(own)}, prom-client ${cpu(other)} (${ratio}x)`,
    `  longest stall of each of ${2 * rounds} pages, median: pharos ${stalls(own)}; prom-client ${stalls(other)}`,
  ]
}

/**
 * Watches how long the event loop is away, in CPU time of this thread: wall time on a shared machine tells of the
 * others. The function that is returned ends it and tells the longest time, ms.
 */
function watchStall(): () => Promise<number> {
  let last = threadCpuMs()
  let longest = 0
  let isOver = false
  const { promise, resolve } = Promise.withResolvers<number>()
  const turn = (): void => {
    const now = threadCpuMs()
    longest = Math.max(longest, now - last)
    last = now
    if (isOver) resolve(longest)
    else setImmediate(turn)
  }
  setImmediate(turn)
  return () => {
    isOver = true
    return promise
  }
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose_gc')
  return runInNewContext('gc') as () => void
}

function memory(series: number, otel: Meter | undefined): string[] {
  const collect = garbageCollector()
  // What is measured must not be collected before it is.
  const held: unknown[] = []
  const used = (make: () => unknown): number => {
    collect()
    collect()
    const before = process.memoryUsage()
    held.push(make())
    // Once more, because the first one only marks buffers that are free.
    collect()
    collect()
    const after = process.memoryUsage()
    return (after.heapUsed + after.external - before.heapUsed - before.external) / series
  }
  const labelNames = ['path', 'code'] as const
  const options = { name: 'm', help: 'h', labelNames, buckets: BUCKETS }
  const ownCounter = used(() => fill(new Registry().counter(options), series))
  const counter = used(() => fill(new promClient.Counter({ ...options, registers: [] }), series))
  const ofOtel = otel === undefined ? undefined : used(() => fillOtel(otel, series))
  const ownHistogram = used(() => fillObserver(new Registry().histogram(options), series))
  const histogram = used(() =>
    fillObserver(
      new promClient.Histogram({
        ...options,
        labelNames: [...labelNames],
        buckets: [...BUCKETS],
        registers: [],
      }),
      series,
    ),
  )
  if (held.length < 4) throw new Error('nothing was held')
  const share = (own: number, other: number): string => `${((100 * own) / other).toFixed(0)} %`
  return [
    `memory of ${series} counters: pharos ${ownCounter.toFixed(0)} bytes a series, prom-client ${counter.toFixed(0)} (${share(ownCounter, counter)}), otel ${ofOtel?.toFixed(0) ?? 'not installed'} (it keeps no more than 2000 series)`,
    `memory of ${series} histograms: pharos ${ownHistogram.toFixed(0)} bytes a series, prom-client ${histogram.toFixed(0)} (${share(ownHistogram, histogram)})`,
  ]
}

interface Incremented {
  inc(labels: { path: string; code: string }): void
}

function fill<C extends Incremented>(counter: C, series: number): C {
  for (let i = 0; i < series; i++) counter.inc({ path: `/items/${i}`, code: CODES[i % 5]! })
  return counter
}

function fillObserver<
  H extends { observe(labels: { path: string; code: string }, value: number): void },
>(histogram: H, series: number): H {
  for (let i = 0; i < series; i++) {
    histogram.observe({ path: `/items/${i}`, code: CODES[i % 5]! }, (i % 1000) / 100)
  }
  return histogram
}

function fillOtel(otel: Meter, series: number): unknown {
  const counter = otel.createCounter('m')
  for (let i = 0; i < series; i++) counter.add(1, { path: `/items/${i}`, code: CODES[i % 5]! })
  return counter
}
