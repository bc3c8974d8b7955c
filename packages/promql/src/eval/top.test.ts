import { SimClock } from '@pharos/base/sim'
import { Labels } from '@pharos/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEngine } from '../engine.ts'
import { MemoryStore } from '../testing/memory-store.ts'

const OPTIONS = {
  lookbackMs: 300_000,
  timeoutMs: 120_000,
  maxSamples: 1_000_000,
  defaultSubqueryStepMs: 60_000,
  features: new Set<string>(),
}

function better(sign: number): (a: number, b: number) => number {
  return (a, b) => {
    if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1
    return Number.isNaN(b) ? -1 : sign * (a - b) || 0
  }
}

test('topk and bottomk keep the best values, best first, like sorting them all', async () => {
  const value = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant(NaN))
  await fc.assert(
    fc.asyncProperty(
      fc.array(value, { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 12 }),
      fc.constantFrom('topk', 'bottomk'),
      async (values, k, op) => {
        const store = new MemoryStore()
        for (const [i, v] of values.entries())
          store.append(Labels.from({ __name__: 'x', i: String(i) }), 1000, v)
        const engine = createEngine(store, { ...OPTIONS, clock: new SimClock() })
        const { result } = await engine.instant(`${op}(${k}, x)`, 2000)
        if (result.type !== 'vector') throw new Error(result.type)
        const wanted = values.toSorted(better(op === 'topk' ? -1 : 1)).slice(0, k)
        expect(result.series.map((one) => one.value)).toEqual(wanted)
      },
    ),
    { numRuns: 300 },
  )
})

test('of equal values the first ones are in, and k may be another one at each step', async () => {
  const store = new MemoryStore()
  for (const i of ['a', 'b', 'c', 'd'])
    for (const t of [1000, 2000, 3000]) store.append(Labels.from({ __name__: 'x', i }), t, 7)
  const engine = createEngine(store, { ...OPTIONS, clock: new SimClock() })
  const { result } = await engine.range('topk(scalar(vector(time())), x)', 1000, 3000, 1000)
  if (result.type !== 'matrix') throw new Error(result.type)
  const times = result.series.map(({ labels, times: at }) => [labels.get('i'), ...at])
  expect(times).toEqual([
    ['a', 1000, 2000, 3000],
    ['b', 2000, 3000],
    ['c', 3000],
  ])
})
