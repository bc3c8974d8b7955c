// Questions that were made to hurt: each ends in an answer or an error, soon, and never takes the process with it.

import { type Clock, UserError } from '@pharos/base'
import { createRealClock } from '@pharos/base/node'
import { createKernel } from '@pharos/kernel'
import { Labels } from '@pharos/model'
import { expect, test } from 'vitest'
import { createEngine, type Engine } from './engine.ts'
import { MemoryStore } from './testing/memory-store.ts'

const MIB = 2 ** 20

function engineOver(store: MemoryStore, clock: Clock, maxMemoryBytes = 64 * MIB): Engine {
  return createEngine(store, {
    lookbackMs: 300_000,
    timeoutMs: 2_000,
    maxSamples: 5_000_000,
    maxMemoryBytes,
    defaultSubqueryStepMs: 60_000,
    features: new Set(['promql-experimental-functions']),
    clock,
    kernel: createKernel(),
  })
}

function store(seriesCount: number, sampleCount: number): MemoryStore {
  const made = new MemoryStore()
  for (let n = 0; n < seriesCount; n++) {
    const labels = Labels.from({ __name__: 'x_total', n: String(n), text: 'a'.repeat(40) })
    for (let i = 0; i < sampleCount; i++) made.append(labels, i * 10_000, n + i)
  }
  return made
}

/** The error's code, or 'answered'. */
async function outcome(engine: Engine, query: string, steps = 1): Promise<string> {
  try {
    if (steps === 1) await engine.instant(query, 590_000)
    else await engine.range(query, 0, (steps - 1) * 1000, 1000)
    return 'answered'
  } catch (error) {
    if (error instanceof UserError) return error.code
    throw error
  }
}

const clock = createRealClock()

test('text without end, deep nesting and long chains are answered or refused, never a full stack', async () => {
  const engine = engineOver(store(2, 60), clock)
  const nested = (depth: number, open: string, close: string): string =>
    open.repeat(depth) + 'x_total' + close.repeat(depth)
  for (const depth of [10, 499, 5_000, 200_000]) {
    const expected = depth < 500 ? 'answered' : 'promql/parse'
    expect(await outcome(engine, nested(depth, '(', ')')), `${depth} parentheses`).toBe(expected)
    expect(await outcome(engine, nested(depth, 'abs(', ')')), `${depth} calls`).toBe(expected)
    expect(await outcome(engine, nested(depth, '-', '')), `${depth} signs`).toBe(expected)
    expect(await outcome(engine, nested(depth, 'sum(', ')')), `${depth} sums`).toBe(expected)
  }
  const chain = (count: number, op: string): string => Array(count).fill('x_total').join(` ${op} `)
  expect(await outcome(engine, chain(1_000, 'or'))).toBe('answered')
  for (const op of ['or', '+ on (n)', 'unless', '^'])
    expect(await outcome(engine, chain(100_000, op)), op).toBe('promql/parse')
  expect(await outcome(engine, `x_total{${'a="b",'.repeat(100_000)}}`)).toBe('answered')
  expect(await outcome(engine, '"'.padEnd(5_000_000, 'x'))).toBe('promql/parse')
})

test('regexes that make backtracking engines hang are linear here', async () => {
  const engine = engineOver(store(50, 2), clock)
  for (const regex of [
    '(a+)+b',
    '(a|a)*b',
    '(.*)*b',
    '(a?){40}a{40}b',
    '((a*)*)*b',
    '^(([a-z])+.)+[A-Z]$',
  ]) {
    expect(await outcome(engine, `x_total{text=~"${regex}"}`), regex).toBe('answered')
    expect(
      await outcome(engine, `label_replace(x_total, "y", "$1", "text", "${regex}")`),
      regex,
    ).toBe('answered')
  }
  expect(await outcome(engine, 'x_total{text=~"(((a{1000}){1000}){1000})"}')).toBe('promql/parse')
  expect(await outcome(engine, 'x_total{text=~"("}')).toBe('promql/parse')
})

test('more memory, samples or steps than a query may have is an error that names its limit', async () => {
  const many = store(2_000, 30)
  const small = engineOver(many, clock, MIB)
  for (const query of [
    'x_total',
    'rate(x_total[1m])',
    'sum by (n) (x_total)',
    'topk(5, x_total)',
    'x_total + on (n) x_total',
    'max_over_time(x_total[5m:1s])',
    'sort(x_total) or x_total',
  ])
    expect(await outcome(small, query, 300), query).toBe('promql/too-much-memory')
  // What is folded row by row fits where the vector itself does not.
  expect(await outcome(small, 'sum(rate(x_total[1m]))', 300)).toBe('answered')
  const engine = engineOver(many, clock)
  expect(await outcome(engine, 'x_total', 5_000)).toBe('promql/too-much-memory')
  expect(await outcome(engine, 'x_total[1y:1ms]')).toBe('promql/too-many-samples')
  expect(await outcome(engine, 'vector(1)', 20_000_000)).toBe('promql/too-many-samples')
})

test('work without end stops at the time-out, and whatever it took of the kernel is given back', async () => {
  const kernel = createKernel()
  const engine = createEngine(store(20, 60), {
    lookbackMs: 300_000,
    timeoutMs: 200,
    maxSamples: 1e12,
    defaultSubqueryStepMs: 60_000,
    features: new Set(),
    clock,
    kernel,
  })
  const before = kernel.memory.allocate(16)
  kernel.memory.free(before)
  for (const query of [
    'max_over_time(quantile_over_time(0.5, sum_over_time(x_total[5m])[5m:1ms])[1h:100ms])',
    'sum(max_over_time(rate(x_total[5m])[10h:10ms]))',
  ])
    expect(await outcome(engine, query), query).toBe('promql/timeout')
  const after = kernel.memory.allocate(16)
  expect(after, 'the first free place is where it was').toBe(before)
})
