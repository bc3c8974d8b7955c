import { OutsideError } from '@pharos/base'
import { simWorld } from '@pharos/base/sim'
import { Labels, Matcher, STALE } from '@pharos/model'
import { Tsdb } from '@pharos/tsdb'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PeerBackfill } from './peer-backfill.ts'
import type { ReadSource } from './read-source.ts'
import { SeriesReader, type SeriesColumns } from './series-samples.ts'

const STEP_MS = 15_000
const NAME = { __name__: 'c_total', job: 'app', instance: 'a:1' }
const HOUR_MS = 3_600_000

async function scene(peers: (world: ReturnType<typeof simWorld>) => readonly ReadSource[]) {
  const world = simWorld()
  const db = await Tsdb.open(world, {
    path: '/data',
    retentionMs: 0,
    retentionBytes: 0,
    minBlockMs: 7_200_000,
    maxBlockMs: 7_200_000,
    walSync: 'never',
    maxFutureMs: 1e12,
    outOfOrderMs: 2 * HOUR_MS,
    maxHeadSeries: 0,
    minFreeDiskBytes: 0,
  })
  const backfill = new PeerBackfill({
    clock: world.clock,
    log: world.log,
    store: db,
    local: (minMs, maxMs) => db.querier(minMs, maxMs),
    peers: peers(world),
    externalLabels: Labels.from({ cluster: 'shop', replica: 'a' }),
    replicaLabel: 'replica',
    stepMs: STEP_MS,
  })
  const scraped = (times: readonly number[], value: (tMs: number) => number): void => {
    const group = db.group(Labels.from({ job: 'app', instance: 'a:1' }), 'scrape')
    const column = group.column(Labels.from(NAME))
    for (const tMs of times) {
      const row = new Float64Array(column + 1)
      row[column] = value(tMs)
      group.appendRow(tMs, row)
    }
  }
  const stored = async (): Promise<(readonly [number, number])[]> => {
    const [startMs, endMs] = [0, 1e15]
    const hints = { startMs, endMs, stepMs: 0, rangeMs: 0, func: '', grouping: [], by: false }
    const querier = db.querier(startMs, endMs)
    const { groups } = await querier.select([new Matcher('=', '__name__', 'c_total')], hints)
    const all: (readonly [number, number])[] = []
    for (const group of groups)
      for (let series = 0; series < group.seriesCount; series++) {
        const labels = group.labels(series)
        expect(labels.toObject()).toEqual(NAME)
        const { times, values } = new SeriesReader().read({ labels, group, series }, 0, 1e15)
        times.forEach((tMs, i) => all.push([tMs, values[i]!]))
      }
    querier.close()
    return all.sort(([a], [b]) => a - b)
  }
  const done = async (work: Promise<void>, ms = 600_000): Promise<void> => {
    await world.clock.advance(ms)
    await work
  }
  return { world, db, backfill, scraped, stored, done }
}

/** A peer with samples of its own, and with the external labels that it puts on them. */
function peer(times: readonly number[], value: (tMs: number) => number): ReadSource {
  const labels = Labels.from({ ...NAME, cluster: 'shop', replica: 'b' })
  return {
    name: 'b',
    fetch: async ({ startMs, endMs }): Promise<readonly SeriesColumns[]> => {
      const own = times.filter((tMs) => tMs >= startMs && tMs <= endMs)
      const values = Float64Array.from(own, value)
      return [{ labels, times: Float64Array.from(own), values, histograms: new Map() }]
    },
    close() {},
  }
}

function grid(fromMs: number, toMs: number, offsetMs: number): number[] {
  const times: number[] = []
  for (let tMs = fromMs + offsetMs; tMs < toMs; tMs += STEP_MS) times.push(tMs)
  return times
}

test('a pair whose clocks differ by up to 2 s and that scrapes at other moments: no gap, no second sample, no reset', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: -2000, max: 2000 }),
      fc.integer({ min: 0, max: STEP_MS - 1 }),
      fc.integer({ min: 0, max: STEP_MS - 1 }),
      fc.integer({ min: 1, max: 40 }),
      async (skewMs, ownOffsetMs, peerOffsetMs, gapMinutes) => {
        const baseMs = simWorld().clock.now() - HOUR_MS
        const endMs = baseMs + HOUR_MS
        const gap = [baseMs + 600_000, baseMs + 600_000 + gapMinutes * 60_000] as const
        // What the target counts at a moment of true time; the peer's times are off by its clock.
        const count = (tMs: number): number => Math.floor((tMs - baseMs) / 10)
        const source = peer(
          grid(baseMs, endMs, peerOffsetMs).map((tMs) => tMs + skewMs),
          (tMs) => count(tMs - skewMs),
        )
        const { backfill, scraped, stored, done } = await scene(() => [source])
        const own = grid(baseMs, endMs, ownOffsetMs)
        scraped(
          own.filter((tMs) => tMs < gap[0] || tMs > gap[1]),
          count,
        )
        await done(backfill.fill(gap[0], gap[1], new AbortController().signal))
        const all = await stored()
        for (let i = 1; i < all.length; i++) {
          expect(all[i]![1]).toBeGreaterThanOrEqual(all[i - 1]![1])
          const stepMs = all[i]![0] - all[i - 1]![0]
          expect(stepMs).toBeGreaterThanOrEqual(STEP_MS / 2 - 1)
          expect(stepMs).toBeLessThanOrEqual(2 * STEP_MS)
        }
        expect(backfill.stats.refused).toBe(0)
      },
    ),
    { numRuns: 60 },
  )
})

test('a second run finds nothing to fill, and ends of series are not taken', async () => {
  const baseMs = simWorld().clock.now() - HOUR_MS
  const times = grid(baseMs, baseMs + 900_000, 0)
  const source = peer(times, (tMs) => (tMs === times.at(-1) ? STALE : tMs - baseMs))
  const { backfill, stored, done } = await scene(() => [source])
  const { signal } = new AbortController()
  await done(backfill.fill(baseMs, baseMs + 900_000, signal))
  expect((await stored()).length).toBe(times.length - 1)
  expect(backfill.stats.samples).toBe(times.length - 1)
  await done(backfill.fill(baseMs, baseMs + 900_000, signal))
  expect(backfill.stats.samples).toBe(times.length - 1)
})

test('a peer that does not answer is asked again, another one before that', async () => {
  const baseMs = simWorld().clock.now() - HOUR_MS
  const times = grid(baseMs, baseMs + 600_000, 0)
  const good = peer(times, (tMs) => tMs - baseMs)
  let asked = 0
  const away = (until: number): ReadSource => ({
    name: 'away',
    fetch: async (query, hints) => {
      asked++
      if (asked < until) throw new OutsideError('net/refused', 'connection refused')
      return good.fetch(query, hints)
    },
    close() {},
  })
  const first = await scene(() => [away(Infinity), good])
  await first.done(first.backfill.fill(baseMs, baseMs + 600_000, new AbortController().signal))
  expect((await first.stored()).length).toBe(times.length)
  asked = 0
  const second = await scene(() => [away(4)])
  await second.done(second.backfill.fill(baseMs, baseMs + 600_000, new AbortController().signal))
  expect((await second.stored()).length).toBe(times.length)
  const third = await scene(() => [away(Infinity)])
  const stop = new AbortController()
  const running = third.backfill.fill(baseMs, baseMs + 600_000, stop.signal)
  await third.world.clock.advance(HOUR_MS)
  stop.abort()
  await running
  expect(await third.stored()).toEqual([])
  expect(third.backfill.stats.fromMs).toBe(baseMs)
})
