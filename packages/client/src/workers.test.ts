import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aggregated } from './aggregate.ts'
import { Histogram } from './histogram.ts'
import { Registry } from './registry.ts'
import { snapshotOf } from './snapshot.ts'
import { type AnyWorker, WorkerAggregator } from './workers.ts'

const FIXTURE = new URL('./workers.fixture.ts', import.meta.url)

/** Tells a worker to count and waits until it did. */
async function count(worker: Worker, times: number): Promise<void> {
  const counted = new Promise<void>((resolve) => {
    worker.on('message', (message: unknown) => {
      if (message === 'counted') resolve()
    })
  })
  worker.postMessage({ count: times })
  await counted
}

const lineOf = (pageText: string, start: string): string | undefined =>
  pageText.split('\n').find((line) => line.startsWith(start))

test('four threads count 100,000 each: the page has exactly the sum, also after one was killed', async () => {
  const registry = new Registry()
  registry.counter({ name: 'done_total', help: 'h', labelNames: ['kind'] }).inc({ kind: 'x' }, 5)
  const aggregator = new WorkerAggregator({ registry })
  const workers = [1, 2, 3, 4].map(() => new Worker(FIXTURE))
  for (const worker of workers) aggregator.attach(worker)
  await Promise.all(workers.map((worker) => count(worker, 100_000)))
  const whole = await aggregator.metrics()
  expect(lineOf(whole, 'done_total')).toBe('done_total{kind="x"} 400005')
  expect(lineOf(whole, 'busy')).toBe('busy 100000')
  expect(lineOf(whole, 'seconds_bucket')).toBe('seconds_bucket{le="1"} 4')
  expect(whole).not.toContain('quantile')
  await workers[0]!.terminate()
  const rest = await aggregator.metrics()
  expect(lineOf(rest, 'done_total')).toBe('done_total{kind="x"} 400005')
  expect(lineOf(rest, 'size_count')).toBe('size_count 4')
  await Promise.all(workers.map((worker) => worker.terminate()))
  expect(await aggregator.metrics()).not.toContain('busy')
})

test('a worker that does not answer counts with its last report', async () => {
  const listeners: ((message: unknown) => void)[] = []
  const silent = {
    on: (event: string, listener: (message: unknown) => void) =>
      void (event === 'message' && listeners.push(listener)),
    postMessage: () => undefined,
  }
  const aggregator = new WorkerAggregator({ timeoutMs: 1 })
  aggregator.attach(silent as AnyWorker)
  const family = {
    name: 'a',
    help: '',
    type: 'gauge',
    series: [{ labels: [], value: { number: '-Infinity' } }],
  }
  for (const message of [null, 'x', { type: 'other' }]) listeners[0]!(message)
  listeners[0]!({ type: 'pharos:metrics:report', body: JSON.stringify([family]) })
  expect(await aggregator.metrics()).toContain('a -Inf\n')
})

test('histograms of several processes are the histogram of all observations', () => {
  const values = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { maxLength: 40 })
  const make = (all: readonly number[], factor: number, zero: number): Histogram => {
    const histogram = new Histogram({
      name: 'h',
      help: '',
      buckets: [0, 10],
      nativeHistogramBucketFactor: factor,
      nativeHistogramZeroThreshold: zero,
      now: () => 1000,
    })
    for (const value of all) histogram.observe(value)
    return histogram
  }
  fc.assert(
    fc.property(values, values, fc.constantFrom(1.1, 2, 4), (a, b, factor) => {
      const both = aggregated([
        [snapshotOf(make(a, factor, 1))],
        [snapshotOf(make(b, 1.1, 2 ** -4))],
      ])
      const whole = snapshotOf(make([...a, ...b], factor, 1))
      const [left, right] = [both[0]!.series[0]!.histogram!, whole.series[0]!.histogram!]
      expect({ ...left, sum: 0 }).toEqual({ ...right, sum: 0 })
      expect(left.sum).toBeCloseTo(right.sum)
    }),
  )
})

test('histograms with different buckets are not put together', () => {
  const make = (bound: number) =>
    snapshotOf(new Histogram({ name: 'h', help: '', buckets: [bound] }))
  expect(() => aggregated([[make(1)], [make(2)]])).toThrow('different buckets')
})

test('workers of node:cluster are aggregated, with our own interface and with that of prom-client', async () => {
  const primary = fileURLToPath(new URL('./cluster.fixture.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [primary])
  const [facade, own, rest] = JSON.parse(stdout) as [string, string, string]
  expect(lineOf(facade, 'a_total')).toBe('a_total{x="y"} 4')
  expect(lineOf(facade, 'least')).toBe('least 1')
  expect(lineOf(own, 'b_total')).toBe('b_total 6')
  // One of them was killed; what it had counted stays.
  expect(lineOf(rest, 'b_total')).toBe('b_total 6')
})
