import { type Clock, UserError } from '@pharos/base'
import { SimClock } from '@pharos/base/sim'
import { Labels, STALE } from '@pharos/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEngine, type Engine } from './engine.ts'
import type { EngineOptions } from './engine-options.ts'
import type { Queryable } from './queryable.ts'
import { MemoryStore } from './testing/memory-store.ts'

const OPTIONS: EngineOptions = {
  lookbackMs: 300_000,
  timeoutMs: 120_000,
  maxSamples: 50_000_000,
  defaultSubqueryStepMs: 60_000,
  features: new Set(['promql-experimental-functions']),
}

function engineOver(
  store: Queryable,
  options: Partial<EngineOptions> = {},
  clock: Clock = new SimClock(),
): Engine {
  return createEngine(store, { ...OPTIONS, ...options, clock })
}

/** `value(i)` at i · 10 s for each of the label sets. */
function storeWith(
  series: Readonly<Record<string, (i: number) => number>>,
  count = 60,
): MemoryStore {
  const store = new MemoryStore()
  for (const [name, value] of Object.entries(series)) {
    const [metric, job] = name.split('/') as [string, string]
    const labels = Labels.from({ __name__: metric, job })
    for (let i = 0; i < count; i++) store.append(labels, i * 10_000, value(i))
  }
  return store
}

test('an instant query gives one sample a series, without the name where the meaning changed', async () => {
  const store = storeWith({ 'up_total/a': (i) => i, 'up_total/b': (i) => 2 * i })
  const { result } = await engineOver(store).instant('rate(up_total[1m]) * 60', 590_000)
  expect(result.type).toBe('vector')
  if (result.type !== 'vector') return
  expect(result.series.map((s) => [s.labels.toObject(), s.value])).toEqual([
    [{ job: 'a' }, 6],
    [{ job: 'b' }, 12],
  ])
})

test('a range query may not give a range vector or a string', async () => {
  const engine = engineOver(new MemoryStore())
  for (const [query, type] of [
    ['up[5m]', 'range vector'],
    ['"x"', 'string'],
  ]) {
    await expect(engine.range(query!, 0, 1000, 1000)).rejects.toThrow(
      `invalid expression type "${type}" for range query, must be Scalar or instant Vector`,
    )
  }
})

test('steps without end are refused before anything is allocated for them', async () => {
  const engine = engineOver(storeWith({ 'x/a': () => 1 }))
  const text = 'query processing would load too many samples into memory in query execution'
  await expect(engine.instant('max_over_time(x[10y:1ms])', 0)).rejects.toThrow(text)
  await expect(engine.range('x', 0, 1e13, 1)).rejects.toThrow(text)
  await expect(engine.range('x', 0, 1000, 0)).rejects.toThrow('step widths are not accepted')
})

test('a range that ends before it starts has no series', async () => {
  const { result } = await engineOver(storeWith({ 'x/a': () => 1 })).range('x + 1', 1000, 0, 1000)
  expect(result).toEqual({ type: 'matrix', series: [] })
})

test('a caller who has gone stops the query', async () => {
  const aborted = AbortSignal.abort()
  const query = engineOver(storeWith({ 'x/a': () => 1 })).instant('x', 0, { signal: aborted })
  await expect(query).rejects.toThrow('query was canceled in expression evaluation')
})

test('a store that does not answer is given up on when the time is over', async () => {
  const clock = new SimClock()
  const silent: Queryable = {
    querier: () => ({
      select: () => new Promise(() => undefined),
      labelNames: () => new Promise(() => undefined),
      labelValues: () => new Promise(() => undefined),
      close: () => undefined,
    }),
  }
  const query = engineOver(silent, { timeoutMs: 1000 }, clock).instant('x', 0)
  const outcome = expect(query).rejects.toThrow('query timed out in expression evaluation')
  await clock.advance(1001)
  await outcome
})

test('more samples than allowed are refused with the words clients know', async () => {
  const engine = engineOver(storeWith({ 'x/a': () => 1, 'x/b': () => 2 }), { maxSamples: 1 })
  await expect(engine.instant('x', 0)).rejects.toThrow(
    'query processing would load too many samples into memory in query execution',
  )
})

test('a stale marker ends a series at once, and a gap within the lookback does not', async () => {
  const store = storeWith({ 'x/a': (i) => (i === 30 ? STALE : i), 'x/b': (i) => i }, 31)
  const { result } = await engineOver(store).range('x', 290_000, 310_000, 10_000)
  expect(result.type).toBe('matrix')
  if (result.type !== 'matrix') return
  const points = result.series.map((s) => [s.labels.get('job'), [...s.values]])
  expect(points).toEqual([
    ['a', [29]],
    ['b', [29, 30, 30]],
  ])
})

test('names such as __proto__ and constructor are labels like any other', async () => {
  const store = new MemoryStore()
  store.append(Labels.from({ __name__: 'x', constructor: 'c', toString: 't' }), 0, 1)
  const { result } = await engineOver(store).instant('sum by (constructor, toString) (x)', 0)
  if (result.type !== 'vector') throw new Error(result.type)
  expect(result.series[0]?.labels.get('constructor')).toBe('c')
  expect(result.series[0]?.labels.get('toString')).toBe('t')
})

test('label sets that become equal are an error unless names are dropped late', async () => {
  const store = storeWith({ 'a_total/x': (i) => i, 'b_total/x': (i) => i })
  const query = 'rate({__name__=~"._total"}[1m])'
  await expect(engineOver(store).instant(query, 590_000)).rejects.toThrow(
    'vector cannot contain metrics with the same labelset',
  )
  const late = new Set(['promql-delayed-name-removal'])
  const { result } = await engineOver(store, { features: late }).instant(`count(${query})`, 590_000)
  expect(result.type === 'vector' && result.series.map((s) => s.value)).toEqual([2])
})

test('many-to-many matching names both series', async () => {
  const store = new MemoryStore()
  for (const [name, i] of [
    ['a', '1'],
    ['b', '1'],
    ['b', '2'],
  ] as const)
    store.append(Labels.from({ __name__: name, i, job: 'x' }), 0, 1)
  await expect(engineOver(store).instant('a * on(job) b', 0)).rejects.toThrow(
    'found duplicate series for the match group {job="x"} on the right hand-side of the operation: ' +
      '[{__name__="b", i="1", job="x"}, {__name__="b", i="2", job="x"}]' +
      ';many-to-many matching not allowed: matching labels must be unique on one side',
  )
})

test('a long evaluation lets others run', async () => {
  let turns = 0
  let nowMs = 0
  const clock: Clock = {
    now: () => nowMs,
    // Every look at the clock costs a millisecond, so slices are short.
    monotonicMs: () => (nowMs += 1),
    after: () => ({ cancel: () => undefined }),
    sleep: () => {
      turns++
      return Promise.resolve()
    },
  }
  const store = new MemoryStore()
  for (let n = 0; n < 200; n++) {
    const labels = Labels.from({ __name__: 'x', n: String(n) })
    for (let i = 0; i < 60; i++) store.append(labels, i * 10_000, i)
  }
  await engineOver(store, {}, clock).range('sum(rate(x[1m]))', 0, 590_000, 1000)
  expect(turns).toBeGreaterThan(0)
})

/** Rows with gaps, markers and odd values, on one grid. */
function stores(): fc.Arbitrary<MemoryStore> {
  const value = fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: -5, max: 100 }) },
    { weight: 2, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(STALE, NaN, Infinity, -Infinity) },
  )
  return fc.array(fc.array(value, { maxLength: 20 }), { maxLength: 6 }).map((rows) => {
    const store = new MemoryStore()
    for (const [r, row] of rows.entries()) {
      const labels = Labels.from({ __name__: 'x_total', r: String(r), half: String(r % 2) })
      for (const [i, v] of row.entries()) if (v !== undefined) store.append(labels, i * 15_000, v)
    }
    return store
  })
}

const QUERIES = [
  'x_total',
  'rate(x_total[1m])',
  'sum by (half) (rate(x_total[45s]))',
  'avg without (r) (x_total)',
  'max(x_total) - min(x_total)',
  'x_total > bool 10',
  'x_total / on(r) x_total',
  'x_total and on(half) (x_total > 50)',
  'x_total unless x_total < 20',
  'x_total or sum(x_total)',
  'quantile by (half) (0.5, x_total)',
  'stddev(x_total)',
  'topk(2, x_total)',
  'max_over_time(rate(x_total[30s])[1m:15s])',
  'x_total offset 20s',
  'count_values("v", x_total)',
  'absent(x_total{r="9"})',
  'histogram_quantile(0.5, x_total)',
  '-x_total ^ 2',
  'clamp(x_total, 10, 20)',
  'scalar(sum(x_total)) + time()',
]

test('a range query equals instant queries at each of its steps', async () => {
  await fc.assert(
    fc.asyncProperty(stores(), fc.constantFrom(...QUERIES), async (store, query) => {
      const engine = engineOver(store)
      const { result } = await engine.range(query, 10_000, 250_000, 40_000)
      if (result.type !== 'matrix') throw new Error(result.type)
      for (let t = 10_000; t <= 250_000; t += 40_000) {
        const single = (await engine.instant(query, t)).result
        const wanted = new Map<string, number>()
        if (single.type === 'scalar') wanted.set('', single.value)
        else if (single.type === 'vector')
          for (const s of single.series) wanted.set(s.labels.key, s.value)
        const given = new Map<string, number>()
        for (const series of result.series) {
          const at = series.times.indexOf(t)
          if (at >= 0) given.set(series.labels.key, series.values[at]!)
        }
        expect(given, `${query} at ${t}`).toEqual(wanted)
      }
    }),
    { numRuns: 200 },
  )
})

test('what cannot be parsed is a parse error', async () => {
  await expect(engineOver(new MemoryStore()).instant('sum(', 0)).rejects.toThrow(UserError)
})

test('an answer stays as it is while others are asked, and those that take its memory over are right', async () => {
  const store = new MemoryStore()
  for (let series = 0; series < 200; series++) {
    const labels = Labels.from({ __name__: 'x_total', series: String(series) })
    for (let i = 0; i < 100; i++) store.append(labels, i * 10_000, i * (series + 1))
  }
  const queries = ['x_total', 'rate(x_total[1m])', 'x_total + x_total', 'x_total * 2 - x_total']
  const ask = (engine: Engine, query: string) => engine.range(query, 100_000, 990_000, 5000)
  const fresh: unknown[] = []
  for (const query of queries) fresh.push((await ask(engineOver(store), query)).result)
  const engine = engineOver(store)
  const held = []
  for (const query of queries) held.push(await ask(engine, query))
  expect(held.map(({ result }) => result)).toEqual(fresh)
  for (const { release } of held) release()
  for (const [i, query] of queries.entries()) {
    const { result, release } = await ask(engine, query)
    expect(result, query).toEqual(fresh[i])
    release()
  }
})
