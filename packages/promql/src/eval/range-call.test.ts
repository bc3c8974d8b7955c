import { SimClock } from '@pharos/base/sim'
import { Labels } from '@pharos/model'
import { expect, test } from 'vitest'
import { createEngine, type Engine } from '../engine.ts'
import { MemoryStore } from '../testing/memory-store.ts'

function engineOver(store: MemoryStore): Engine {
  return createEngine(store, {
    lookbackMs: 300_000,
    timeoutMs: 120_000,
    maxSamples: 1_000_000,
    defaultSubqueryStepMs: 60_000,
    features: new Set(['promql-experimental-functions']),
    clock: new SimClock(),
  })
}

test('a bad smoothing or trend factor fails where there is something to smooth, and only there', async () => {
  const store = new MemoryStore()
  for (let i = 1; i < 9; i++) store.append(Labels.from({ __name__: 'x' }), i * 1000, i)
  const engine = engineOver(store)
  const smooth = (series: string, sf: string, tf: string): string =>
    `double_exponential_smoothing(${series}[5s], ${sf}, ${tf})`
  await expect(engine.instant(smooth('x', '2', '0.5'), 8000)).rejects.toThrow(
    'invalid smoothing factor. Expected: 0 < sf < 1, got: 2.000000',
  )
  await expect(engine.instant(smooth('x', '0.5', '0'), 8000)).rejects.toThrow(
    'invalid trend factor. Expected: 0 < tf < 1, got: 0.000000',
  )
  expect((await engine.instant(smooth('x', '2', '0.5'), 80_000)).result).toMatchObject({
    series: [],
  })
  expect((await engine.instant(smooth('y', '2', '0.5'), 8000)).result).toMatchObject({ series: [] })
})

test('absent_over_time takes metrics that differ in their names only', async () => {
  const store = new MemoryStore()
  for (const name of ['x', 'y']) store.append(Labels.from({ __name__: name, job: 'a' }), 1000, 1)
  const engine = engineOver(store)
  const query = 'absent_over_time({__name__=~"x|y"}[5s])'
  expect((await engine.instant(query, 2000)).result).toMatchObject({ series: [] })
  expect((await engine.range(query, 2000, 8000, 3000)).result).toMatchObject({
    series: [{ times: new Float64Array([8000]), values: new Float64Array([1]) }],
  })
})
