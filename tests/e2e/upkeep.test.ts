// RT-32: blocks are cut and joined while a query of 10,000 series runs over and over. What is measured is the CPU time of
// the thread, which other programs on the machine do not lengthen: in one turn of the event loop, and from a query's
// beginning to its answer. A store of the real disk and clock, in this process.
import { silentLogger } from '@pharos/base'
import { realWorld } from '@pharos/base/node'
import { createKernel } from '@pharos/kernel'
import { Labels } from '@pharos/model'
import { createEngine, type Engine } from '@pharos/promql'
import { AppendOutcome, type GroupAppender, Tsdb } from '@pharos/tsdb'
import { expect, test } from 'vitest'
import { temporaryDirectory } from './process.ts'

const GROUPS = 10
const SERIES_A_GROUP = 1000
const STEP_MS = 15_000
const WINDOW_MS = 1_800_000
const WINDOWS = 6
/** No turn may be longer, and no query may take so many times as long as without upkeep. */
const TURN_MS = 100
const RATIO = 2

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** Notes how long each turn of the event loop works. */
class Turns {
  readonly #turnsMs: number[] = []
  #isOver = false
  #fromMs = cpuMs()

  constructor() {
    setImmediate(this.#turn)
  }

  /** The longest, and the one that 1 % are longer than, ms. */
  end(): { longest: number; p99: number; count: number } {
    this.#isOver = true
    const sorted = this.#turnsMs.toSorted((a, b) => b - a)
    return {
      longest: sorted[0]!,
      p99: sorted[Math.floor(sorted.length / 100)]!,
      count: sorted.length,
    }
  }

  readonly #turn = (): void => {
    const nowMs = cpuMs()
    this.#turnsMs.push(nowMs - this.#fromMs)
    this.#fromMs = nowMs
    if (!this.#isOver) setImmediate(this.#turn)
  }
}

function groupsOf(tsdb: Tsdb): GroupAppender[] {
  return Array.from({ length: GROUPS }, (_, g) => {
    const key = { job: 'load', instance: `host-${g}:9100` }
    const group = tsdb.group(Labels.from(key), 'scrape')
    for (let c = 0; c < SERIES_A_GROUP; c++) {
      group.column(Labels.from({ __name__: 'load_total', ...key, route: `r${c}` }))
    }
    return group
  })
}

/** Rows of [fromMs, toMs): counters that all count differently. */
function fill(groups: readonly GroupAppender[], fromMs: number, toMs: number): void {
  const row = new Float64Array(SERIES_A_GROUP)
  for (let tMs = fromMs; tMs < toMs; tMs += STEP_MS) {
    for (const [g, group] of groups.entries()) {
      for (let c = 0; c < row.length; c++) row[c] = ((tMs - fromMs) / 1000) * (c + 1) + g
      expect(group.appendRow(tMs, row)).toBe(AppendOutcome.ok)
    }
  }
}

/** Asks again and again until `isOver`. @returns CPU ms of each query, upkeep in between included */
async function asked(engine: Engine, endMs: number, isOver: () => boolean): Promise<number[]> {
  const times: number[] = []
  while (!isOver()) {
    const fromMs = cpuMs()
    const { result } = await engine.range(
      'sum by (instance) (rate(load_total[5m]))',
      endMs - WINDOW_MS,
      endMs,
      30_000,
    )
    expect(result.type === 'matrix' && result.series.length).toBe(GROUPS)
    times.push(cpuMs() - fromMs)
  }
  return times
}

function times(engine: Engine, endMs: number, count: number): Promise<number[]> {
  let left = count
  return asked(engine, endMs, () => left-- === 0)
}

const worst = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.ceil(times.length * 0.99) - 1]!

test('a query of 10,000 series goes on beside upkeep, and nobody waits 100 ms for a turn', async () => {
  const world = { ...realWorld(), log: silentLogger }
  const tsdb = await Tsdb.open(world, {
    path: temporaryDirectory(),
    retentionMs: 0,
    retentionBytes: 0,
    minBlockMs: WINDOW_MS,
    maxBlockMs: 3 * WINDOW_MS,
    walSync: 'interval',
    maxFutureMs: 0,
    outOfOrderMs: 0,
    maxHeadSeries: 0,
    minFreeDiskBytes: 0,
  })
  const engine = createEngine(tsdb, {
    clock: world.clock,
    kernel: createKernel(),
    lookbackMs: 300_000,
    timeoutMs: 120_000,
    maxSamples: 50_000_000,
    defaultSubqueryStepMs: 60_000,
    features: new Set(),
  })
  const nowMs = Date.now()
  const startMs = (Math.floor(nowMs / WINDOW_MS) - 2 * WINDOWS - 1) * WINDOW_MS
  const middleMs = startMs + WINDOWS * WINDOW_MS
  const endMs = middleMs + WINDOWS * WINDOW_MS
  const groups = groupsOf(tsdb)
  // As in a server that has run for a while: compiled, blocks cut before, and caches that have taken their memory.
  fill(groups, startMs, middleMs + STEP_MS)
  await tsdb.maintain()
  await times(engine, middleMs - 1, 15)
  const earlier = tsdb.stats.compactions
  fill(groups, middleMs + STEP_MS, endMs)
  await times(engine, endMs - 1, 15)
  const idle = await times(engine, endMs - 1, 25)
  // A newer row ends all windows: upkeep seals them, cuts their blocks and joins those by threes.
  fill(groups, nowMs, nowMs + 1)
  const turns = new Turns()
  let isOver = false
  const upkeep = tsdb.maintain().then(() => (isOver = true))
  const busy = await asked(engine, endMs - 1, () => isOver)
  await upkeep
  const { longest, p99, count } = turns.end()
  const made = tsdb.stats.compactions - earlier
  expect(made).toBeGreaterThan(WINDOWS)
  const ms = (value: number): string => value.toFixed(1)
  console.log(
    `${count} turns of the event loop with ${made} blocks made: longest ${ms(longest)} ms, p99 ${ms(p99)} ms; ` +
      `query of ${GROUPS * SERIES_A_GROUP} series: p99 ${ms(worst(idle))} ms alone (${idle.length}), ${ms(worst(busy))} ms beside upkeep (${busy.length})`,
  )
  expect(longest).toBeLessThan(TURN_MS)
  expect(busy.length).toBeGreaterThan(8)
  expect(worst(busy)).toBeLessThan(RATIO * worst(idle))
  await tsdb.close()
})
