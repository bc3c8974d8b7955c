import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Counter } from './counter.ts'
import { textOf } from './family-text.ts'
import { PageWriter } from './page-writer.ts'
import { OPENMETRICS, TEXT } from './format.ts'
import { Gauge } from './gauge.ts'
import { Histogram } from './histogram.ts'
import { Registry } from './registry.ts'
import { snapshotOf } from './snapshot.ts'

const linesOf = (metric: Counter<'x'> | Gauge<'x'>): string[] =>
  textOf(metric, TEXT).split('\n').slice(2, -1)

test('what is too much is counted in one series, and the registry says how much that was', async () => {
  const registry = new Registry()
  const counter = registry.counter({ name: 'a', help: '', labelNames: ['x'], maxSeries: 2 })
  for (let x = 0; x < 10; x++) counter.inc({ x })
  expect(linesOf(counter)).toEqual(['a{x="0"} 1', 'a{x="1"} 1', 'a{x="other"} 8'])
  expect(await registry.metrics()).toContain('pharos_client_series_dropped_total{metric="a"} 8\n')
  counter.remove({ x: 0 })
  counter.inc({ x: 7 })
  expect(counter.value({ x: 7 })).toBe(1)
})

test('what is too much can be dropped; kept series still count', () => {
  const counter = new Counter({
    name: 'a',
    help: '',
    labelNames: ['x'],
    maxSeries: 1,
    onOverflow: 'drop',
  })
  const kept = counter.labels({ x: 'kept' })
  const dropped = counter.labels({ x: 'dropped' })
  for (let i = 0; i < 3; i++) {
    kept.inc()
    dropped.inc()
    counter.inc({ x: i })
  }
  expect(linesOf(counter)).toEqual(['a{x="kept"} 3'])
  counter.remove({ x: 'kept' })
  dropped.inc(5)
  expect(linesOf(counter)).toEqual(['a{x="dropped"} 5'])
})

test('a new series can take the place of one that is not used', () => {
  const counter = new Counter({
    name: 'a',
    help: '',
    labelNames: ['x'],
    maxSeries: 3,
    onOverflow: 'evict',
  })
  const busy = counter.labels({ x: 'busy' })
  for (let x = 0; x < 1000; x++) {
    busy.inc()
    counter.inc({ x })
  }
  expect(linesOf(counter).length).toBe(3)
  expect(counter.value({ x: 'busy' })).toBe(1000)
  expect(counter.dropped).toBe(998)
})

test('a series that is not observed for its time to live goes at the next page', () => {
  let nowMs = 0
  const gauge = new Gauge({
    name: 'g',
    help: '',
    labelNames: ['x'],
    ttlSeconds: 10,
    now: () => nowMs,
  })
  const kept = gauge.labels({ x: 'kept' })
  gauge.set({ x: 'old' }, 1)
  kept.set(2)
  textOf(gauge, TEXT)
  for (nowMs = 5000; nowMs <= 30_000; nowMs += 5000) {
    kept.set(nowMs)
    expect(linesOf(gauge).length, `at ${nowMs}`).toBe(nowMs < 10_000 ? 2 : 1)
  }
  nowMs = 60_000
  expect(linesOf(gauge)).toEqual([])
  kept.set(1)
  expect(linesOf(gauge)).toEqual(['g{x="kept"} 1'])
})

test('a series that goes takes its native buckets and exemplars with it', () => {
  const histogram = new Histogram({
    name: 'h',
    help: '',
    labelNames: ['x'],
    buckets: [1],
    nativeHistogramBucketFactor: 2,
    maxSeries: 1,
    onOverflow: 'evict',
  })
  histogram.labels({ x: 'a' }).observe(3, { trace_id: '1' })
  histogram.observe({ x: 'b' }, 5)
  expect(textOf(histogram, OPENMETRICS)).not.toContain('trace_id')
  expect(snapshotOf(histogram).series).toMatchObject([
    { labels: [['x', 'b']], histogram: { count: 1, native: { positiveDeltas: [1] } } },
  ])
})

test('series are sorted in steps as in one go, also when some go meanwhile', () => {
  const gauge = new Gauge({ name: 'g', help: '', labelNames: ['x'] })
  for (let i = 0; i < 5000; i++) gauge.set({ x: (i * 7919) % 10_007 }, i)
  const out = new PageWriter()
  const writing = gauge.write(out, TEXT)[Symbol.iterator]()
  writing.next()
  for (let i = 0; i < 100; i++) gauge.remove({ x: (i * 7919) % 10_007 })
  while (writing.next().done !== true);
  const names = new TextDecoder()
    .decode(out.take())
    .split('\n')
    .slice(2, -1)
    .map((line) => /"(.*)"/.exec(line)![1]!)
  expect(names.length).toBe(4900)
  const whole = linesOf(gauge).map((line) => /"(.*)"/.exec(line)![1]!)
  expect(whole).toEqual([...whole].sort())
  expect([...names].sort()).toEqual(whole)
})

test('a table under any mix of uses holds what a map holds', () => {
  const step = fc.tuple(
    fc.constantFrom('inc', 'remove', 'reset'),
    fc.constantFrom('a', 'b', '', 'c\0d'),
  )
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const counter = new Counter({ name: 'a', help: '', labelNames: ['x', 'y'] })
      const wanted = new Map<string, number>()
      for (const [what, x] of steps) {
        if (what === 'inc') {
          counter.inc({ x, y: 1 })
          wanted.set(x, (wanted.get(x) ?? 0) + 1)
        } else if (what === 'remove') {
          expect(counter.remove({ x, y: 1 })).toBe(wanted.delete(x))
        } else if (x === '') {
          counter.reset()
          wanted.clear()
        }
      }
      for (const [x, count] of wanted) expect(counter.value({ x, y: 1 })).toBe(count)
      expect(snapshotOf(counter).series.length).toBe(wanted.size)
    }),
  )
})
