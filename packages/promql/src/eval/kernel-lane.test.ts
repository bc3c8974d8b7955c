// The kernel and TypeScript give the same bits, in every shape of data and query.

import { SimClock } from '@pharos/base/sim'
import { createKernel } from '@pharos/kernel'
import { ABSENT, Labels, STALE } from '@pharos/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEngine, type Engine } from '../engine.ts'
import type { Queryable, SeriesGroup } from '../queryable.ts'

const SEED = Number(process.env['SEED'] ?? 20_261_129)

/** A store of groups whose labels are kept in parts, as tsdb has them. */
function storeOf(groups: readonly SeriesGroup[]): Queryable {
  return {
    querier: () => ({
      select: () => Promise.resolve({ groups, warnings: [] }),
      labelNames: () => Promise.resolve({ values: [], warnings: [] }),
      labelValues: () => Promise.resolve({ values: [], warnings: [] }),
      close: () => undefined,
    }),
  }
}

interface Column {
  readonly kind: 'counter' | 'gauge' | 'resets' | 'gaps' | 'odd'
  readonly seed: number
}

function valuesOf({ kind, seed }: Column, count: number): Float64Array {
  const values = new Float64Array(count)
  let state = seed
  const next = (): number => (state = (state * 48_271) % 0x7fffffff) / 0x7fffffff
  let sum = kind === 'counter' && seed % 2 === 0 ? 0 : Math.round(next() * 1e6)
  for (let i = 0; i < count; i++) {
    sum += Math.round(next() * 100) / (seed % 3 === 0 ? 1 : 7)
    if (kind === 'resets' && next() < 0.1) sum = 0
    values[i] = kind === 'gauge' ? (next() - 0.5) * 1e5 : sum
    if (kind === 'gaps' && next() < 0.3) values[i] = next() < 0.3 ? STALE : ABSENT
    if (kind === 'odd' && next() < 0.1) values[i] = [NaN, Infinity, -Infinity, -0][state % 4]!
  }
  return values
}

function groupOf(
  n: number,
  startMs: number,
  count: number,
  columns: readonly Column[],
): SeriesGroup {
  const common = Labels.from({ instance: `host-${n}`, job: `job-${n % 2}` })
  const shapes = columns.map((_, i) => ({
    own: Labels.from({ __name__: 'x_total', code: String(i % 3), le: String(i) }),
    removed: i === 4 ? ['job'] : [],
  }))
  const data = columns.map((column) => valuesOf(column, count))
  return {
    times: Float64Array.from({ length: count }, (_, i) => startMs + i * 15_000),
    seriesCount: columns.length,
    parts: { common, shapes },
    labels: (series) => {
      const { own, removed } = shapes[series]!
      return Labels.of([...[...common].filter(([name]) => !removed.includes(name)), ...own])
    },
    readValues(series, out) {
      out.set(data[series]!)
      return columns[series]!.kind === 'gaps' ? 1 : 0
    },
    readHistograms: () => undefined,
  }
}

const column = fc.record({
  kind: fc.constantFrom<Column['kind']>('counter', 'gauge', 'resets', 'gaps', 'odd'),
  seed: fc.integer({ min: 1, max: 1e6 }),
})
const group = fc.tuple(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 0, max: 60 }),
  fc.array(column, { minLength: 1, maxLength: 6 }),
)
const QUERIES = [
  'x_total',
  'rate(x_total[1m])',
  'increase(x_total[5m])',
  'delta(x_total[2m])',
  'max_over_time(x_total[2m])',
  'sum(rate(x_total[2m]))',
  'sum by (instance) (x_total)',
  'sum by (code, job) (increase(x_total[1m]))',
  'sum without (le, job) (rate(x_total[1m]))',
  'sum without (__name__) (x_total)',
  'sum by (__name__) (x_total)',
  'sum by (__name__, code) (rate(x_total[1m]))',
  'avg by (code) (x_total)',
  'count by (job) (delta(x_total[1m]))',
  'sum by (code) (sum_over_time(x_total[1m]))',
  'topk by (code) (2, rate(x_total[1m]))',
]

test(`with and without the kernel every answer is the same to the bit (seed ${SEED})`, async () => {
  const kernel = createKernel()
  await fc.assert(
    fc.asyncProperty(
      fc.array(group, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(...QUERIES),
      fc.integer({ min: 1, max: 23 }),
      fc.integer({ min: 1, max: 70 }),
      async (groups, query, steps, stepSeconds) => {
        const store = storeOf(
          groups.map(([phase, count, columns], n) =>
            groupOf(n, 600_000 + (n % 2) * phase * 1000, count, columns),
          ),
        )
        const answer = async (engine: Engine): Promise<unknown> => {
          const { result } = await engine.range(
            query,
            600_000,
            600_000 + (steps - 1) * stepSeconds * 1000,
            stepSeconds * 1000,
          )
          if (result.type !== 'matrix') throw new Error(result.type)
          return result.series.map(({ labels, times, values }) => [
            labels.toString(),
            [...times],
            // NaNs of either sign are NaN; -0 and 0 are told apart.
            [...values].map((v) => (Object.is(v, -0) ? '-0' : v)),
          ])
        }
        const settings = {
          clock: new SimClock(),
          lookbackMs: 300_000,
          timeoutMs: 100_000,
          maxSamples: 1e9,
          defaultSubqueryStepMs: 60_000,
          features: new Set<string>(),
        }
        const plain = await answer(createEngine(store, settings))
        expect(await answer(createEngine(store, { ...settings, kernel })), query).toEqual(plain)
        const whole = storeOf(
          groups.map(([phase, count, columns], n) => {
            const { parts: _, ...rest } = groupOf(
              n,
              600_000 + (n % 2) * phase * 1000,
              count,
              columns,
            )
            return rest
          }),
        )
        expect(await answer(createEngine(whole, settings)), `${query}, labels whole`).toEqual(plain)
      },
    ),
    { seed: SEED, numRuns: 400 },
  )
})
