import { type Clock, UserError } from '@pharos/base'
import { createRealClock } from '@pharos/base/node'
import { Labels } from '@pharos/model'
import { expect, test } from 'vitest'
import { createEngine } from '../engine.ts'
import type { EngineOptions, QueryProgress } from '../engine-options.ts'
import { MemoryStore } from '../testing/memory-store.ts'
import type { ExplainNode } from './explain-node.ts'

const OPTIONS: EngineOptions = {
  lookbackMs: 300_000,
  timeoutMs: 120_000,
  maxSamples: 50_000_000,
  defaultSubqueryStepMs: 60_000,
  features: new Set(),
}
const clock: Clock = createRealClock()

function storeOf(instances: number): MemoryStore {
  const store = new MemoryStore()
  for (let i = 0; i < instances; i++) {
    const labels = Labels.from({ __name__: 'requests_total', instance: `i${i}`, job: 'shop' })
    for (let t = 0; t < 60; t++) store.append(labels, t * 10_000, t * i)
  }
  return store
}

/** `type name series points` of each node, indented. */
function outline(node: ExplainNode, depth = 0): string[] {
  const line = `${' '.repeat(depth)}${node.type} ${node.name} ${node.series} ${node.points}`
  return [line, ...node.children.flatMap((child) => outline(child, depth + 1))]
}

test('explain tells of every operator what it made', async () => {
  const engine = createEngine(storeOf(5), { ...OPTIONS, clock })
  const query = 'sum by (job) (rate(requests_total[1m])) > 0'
  const { explain } = await engine.range(query, 300_000, 590_000, 10_000, { explain: true })
  expect(outline(explain!)).toEqual([
    'binary > 1 30',
    ' aggregation sum by (job) 1 30',
    '  call rate 5 150',
    '   rangeSelector 60000 ms 0 0',
    '    selector {__name__="requests_total"} 5 0',
    ' number 0 0 30',
  ])
  const rate = explain!.children[0]!.children[0]!
  expect(rate.labels).toEqual({ instance: 5, job: 1 })
  expect(rate.samples).toBe(5 * 30 * 6)
  expect(rate.children[0]!.children[0]!.read).toMatchObject({
    matchers: ['__name__="requests_total"'],
    hints: { rangeMs: 60_000, func: 'rate', stepMs: 10_000 },
  })
  expect(explain!.totalMs).toBeGreaterThanOrEqual(explain!.children[0]!.totalMs)
})

test('an explained query gives the same answer, and one that is not explained no tree', async () => {
  const engine = createEngine(storeOf(3), { ...OPTIONS, clock })
  for (const query of [
    'topk(2, requests_total)',
    'max_over_time((requests_total - 1)[2m:10s])',
    '1 + 2',
  ])
    await expect(engine.instant(query, 500_000, { explain: true })).resolves.toMatchObject({
      result: (await engine.instant(query, 500_000)).result,
      explain: { evaluations: 1 },
    })
  expect(await engine.instant('1', 0)).not.toHaveProperty('explain')
})

test('a query that needs more memory than allowed fails and names the limit', async () => {
  const engine = createEngine(storeOf(50), { ...OPTIONS, maxMemoryBytes: 2 ** 20, clock })
  const failing = engine.range('requests_total * 2', 0, 590_000, 100)
  await expect(failing).rejects.toThrow('over the limit of 1 MiB (--query.max-memory)')
  await expect(failing).rejects.toMatchObject({ code: 'promql/too-much-memory' })
  // Folded as it is read, the same data need one row.
  const folded = await engine.range('sum(requests_total)', 0, 590_000, 100)
  expect(folded.stats.memoryBytesMax).toBeLessThan(2 ** 20)
  expect(folded.stats.memoryBytesMax).toBeGreaterThan(5900 * 8)
})

/** ms that this thread has worked: other programs on the machine make clocks run, not this one. */
function workedMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

test('a running query can be watched and stopped within 100 ms of work, with the words of who stops it', async () => {
  const engine = createEngine(storeOf(2), { ...OPTIONS, clock })
  const stopping = new AbortController()
  let progress: QueryProgress | undefined
  // Each of 600 windows is to sort 300 000 samples.
  const query = 'max_over_time(quantile_over_time(0.5, requests_total[5m:1ms])[1m:100ms])'
  const running = engine.instant(query, 590_000, {
    signal: stopping.signal,
    onStart: (view) => (progress = view),
  })
  let stoppedMs = 0
  void clock.sleep(300).then(() => {
    stoppedMs = workedMs()
    stopping.abort(new UserError('promql/canceled', 'killed'))
  })
  await expect(running).rejects.toThrow('killed')
  expect(workedMs() - stoppedMs).toBeLessThan(100)
  expect(progress!.memoryBytesMax).toBeGreaterThan(300_000 * 8)
})
