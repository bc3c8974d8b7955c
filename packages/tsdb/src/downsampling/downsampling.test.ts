import { simWorld, type SimWorld } from '@pharos/base/sim'
import { isAbsent, Labels, Matcher, NORMAL_NAN, STALE } from '@pharos/model'
import { expect, test } from 'vitest'
import { Backfill } from '../backfill.ts'
import { DOWNSAMPLING_ROWS, STEP_ROWS } from '../limits.ts'
import type { WantedAggregate } from '../querier.ts'
import { ReadOnlyTsdb } from '../read-only-tsdb.ts'
import { everything, hints, histogramOf, options, shown } from '../testing/store.ts'
import { Tsdb } from '../tsdb.ts'
import type { TsdbOptions } from '../tsdb-options.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const STEP_MS = 5 * MINUTE_MS
const SCRAPE_MS = 15_000
const START_MS = 1_767_225_600_000
const TIERS: Partial<TsdbOptions> = {
  downsampling: [
    { afterMs: 0, stepMs: STEP_MS },
    { afterMs: 24 * HOUR_MS, stepMs: HOUR_MS },
  ],
}

/** A store with rows of one target, one each 15 s from START_MS. `rows[i][c]` is the value of column c, undefined: none. */
async function filled(
  world: SimWorld,
  rows: readonly (readonly (number | undefined)[])[],
  names: readonly string[] = ['x'],
): Promise<Tsdb> {
  const db = await Tsdb.open(world, options())
  const key = Labels.from({ job: 'j' })
  const group = db.group(key, 'scrape')
  for (const name of names) group.column(Labels.from({ __name__: name, job: 'j' }))
  for (const row of rows) {
    await world.clock.advance(SCRAPE_MS)
    const there = row.map((value, c) => [c, value] as const).filter(([, v]) => v !== undefined)
    for (const [c, value] of there) group.appendSample(world.clock.now(), c, value!)
  }
  return db
}

/** Time goes on until all of that is a block, and then upkeep thins it out. */
async function downsampled(world: SimWorld, db: Tsdb, tiers = TIERS): Promise<void> {
  await world.clock.advance(3 * HOUR_MS)
  const late = db.group(Labels.from({ job: 'now' }), 'scrape')
  late.appendSample(world.clock.now(), late.column(Labels.from({ __name__: 'now', job: 'now' })), 1)
  await db.maintain()
  db.reconfigure(tiers)
  await db.maintain()
}

/** `[minutes, value, count, lost]` of each value of x. */
async function read(
  db: Tsdb,
  aggregate: WantedAggregate | undefined,
  name = 'x',
): Promise<number[][]> {
  const querier = db.querier(-1e15, 1e15)
  const matchers = [new Matcher('=', '__name__', name)]
  const { groups, warnings } = await querier.select(matchers, { ...hints(-1e15, 1e15), aggregate })
  querier.close()
  expect(warnings).toEqual([])
  const found: number[][] = []
  for (const group of groups) {
    const values = new Float64Array(group.times.length)
    const counts = new Float64Array(group.times.length)
    const lost = new Float64Array(group.times.length)
    group.readValues(0, values)
    group.downsampled?.readCounts(0, counts)
    group.downsampled?.readLost(0, lost)
    group.times.forEach((t, i) => {
      const minutes = (t - START_MS) / MINUTE_MS
      if (!isAbsent(values[i]!)) found.push([minutes, values[i]!, counts[i]!, lost[i]!])
    })
  }
  return found
}

test('of each step the first and the last sample stay, and what it held can be asked for', async () => {
  const world = simWorld({ startMs: START_MS })
  const values = [10, 12, 30, 2, 4]
  const db = await filled(
    world,
    values.map((v) => [v]).concat(Array.from({ length: 20 }, () => [5])),
  )
  await downsampled(world, db)
  expect(db.stats.downsamplings).toBe(1)
  expect((await read(db, undefined)).map(([minutes, value]) => [minutes, value])).toEqual([
    [0.25, 10],
    [5, 5],
    [5.25, 5],
    [6.25, 5],
  ])
  expect(await read(db, 'max')).toEqual([
    [5, 30, 20, 0],
    [6.25, 5, 5, 0],
  ])
  expect(await read(db, 'min')).toEqual([
    [5, 2, 20, 0],
    [6.25, 5, 5, 0],
  ])
  expect(await read(db, 'sum')).toEqual([
    [5, 58 + 15 * 5, 20, 0],
    [6.25, 25, 5, 0],
  ])
  // 10 → 30, and anew: the kept samples 10 and 5 show a fall from 10, so 20 are missing.
  expect(await read(db, 'rise')).toEqual([
    [0.25, 10, 0, 0],
    [5, 5, 20, 20],
    [5.25, 5, 0, 0],
    [6.25, 5, 5, 0],
  ])
  await db.close()
})

const MANY: readonly undefined[] = Array.from({ length: 20 })

test('gaps, stale markers and NaN are told of each series by itself', async () => {
  const world = simWorld({ startMs: START_MS })
  // x comes late and ends, y is there throughout, z is all NaN.
  const rows = MANY.map((_, i) => [
    i < 3 || i > 12 ? undefined : i === 12 ? STALE : i,
    7,
    i % 2 === 0 ? NORMAL_NAN : undefined,
  ])
  const db = await filled(world, rows, ['x', 'y', 'z'])
  await downsampled(world, db)
  expect(await shown(db, START_MS)).toMatchObject({
    '{__name__="x", job="j"}': '60000:3 180000:11 195000:stale',
    '{__name__="y", job="j"}': '15000:7 60000:7 180000:7 195000:7 285000:7 300000:7',
    '{__name__="z", job="j"}': '15000:NaN 195000:NaN 285000:NaN',
  })
  expect(await read(db, 'sum', 'x')).toEqual([[5, 63, 9, 0]])
  expect(await read(db, 'min', 'x')).toEqual([[5, 3, 9, 0]])
  expect(await read(db, 'sum', 'y')).toEqual([[5, 140, 20, 0]])
  expect(await read(db, 'max', 'z')).toEqual([[5, NaN, 10, 0]])
  await db.close()
})

test('native histograms stay as they are, beside floats that are thinned out', async () => {
  const world = simWorld({ startMs: START_MS })
  const db = await filled(world, [], ['x', 'h'])
  const group = db.group(Labels.from({ job: 'j' }), 'scrape')
  for (const i of MANY.keys()) {
    await world.clock.advance(SCRAPE_MS)
    group.appendSample(world.clock.now(), 0, i)
    group.appendSample(world.clock.now(), 1, histogramOf(i))
  }
  const before = await everything(db)
  await downsampled(world, db)
  const after = await everything(db)
  const name = '{__name__="h", job="j"}'
  expect(after.get(name)!.size).toBe(20)
  expect(after.get(name)).toEqual(before.get(name))
  expect(await read(db, 'sum')).toEqual([[5, 190, 20, 0]])
  await db.close()
})

test('what is thinned out already is not written again, and a second tier thins it out further', async () => {
  const world = simWorld({ startMs: START_MS })
  const db = await filled(
    world,
    Array.from({ length: 480 }, (_, i) => [i % 100]),
  )
  await downsampled(world, db)
  expect((await read(db, undefined)).length).toBe(2 * 24)
  for (let round = 0; round < 3; round++) await db.maintain()
  await db.cleanTombstones()
  expect(db.stats.downsamplings).toBe(1)
  expect(db.blocks().map(({ stepMs }) => stepMs)).toContain(STEP_MS)
  const [step, hour] = TIERS.downsampling!
  db.reconfigure({ downsampling: [step!, { ...hour!, afterMs: 1 }] })
  await db.maintain()
  expect(db.stats.downsamplings).toBe(2)
  expect((await read(db, undefined)).length).toBe(4)
  const sums = await read(db, 'sum')
  expect(sums.map(([minutes, , count]) => [minutes, count])).toEqual([
    [60, 240],
    [120, 240],
  ])
  expect(sums[0]![1]! + sums[1]![1]!).toBe(4 * 4950 + (80 * 79) / 2)
  // 0 … 99, and anew.
  expect((await read(db, 'rise')).map(([, value, , lost]) => [value, lost])).toEqual([
    [0, 0],
    [39, 2 * 99],
    [40, 0],
    [79, 2 * 99],
  ])
  await db.close()
})

test('of a step that a deletion hides in part, what it held is seen as long as its last row is', async () => {
  const world = simWorld({ startMs: START_MS })
  const db = await filled(
    world,
    Array.from({ length: 60 }, () => [1]),
  )
  await downsampled(world, db)
  const x = [new Matcher('=', '__name__', 'x')]
  await db.deleteSeries([x], START_MS, START_MS + STEP_MS)
  await db.deleteSeries([x], START_MS + 2 * STEP_MS + 1, START_MS + 2 * STEP_MS + MINUTE_MS)
  const [samples, sums] = [await read(db, undefined), await read(db, 'sum')]
  expect(samples.map(([minutes]) => minutes)).toEqual([5.25, 10, 15])
  expect(sums).toEqual([
    [10, 20, 20, 0],
    [15, 20, 20, 0],
  ])
  await db.cleanTombstones()
  expect(await read(db, undefined)).toEqual(samples)
  expect(await read(db, 'sum')).toEqual(sums)
  await db.close()
})

test('a flipped byte anywhere in a downsampled block is found', async () => {
  const world = simWorld({ startMs: START_MS })
  const db = await filled(
    world,
    Array.from({ length: 40 }, (_, i) => [Math.sin(i)]),
  )
  await downsampled(world, db)
  const block = db.blocks().find(({ stepMs }) => stepMs > 0)!
  await db.close()
  const path = `/data/blocks/${block.ulid}.blk`
  const bytes = await world.disk.readFile(path, 1e6)
  for (let at = 0; at < bytes.length; at++) {
    const flipped = Uint8Array.from(bytes)
    flipped[at]! ^= 1 << (at % 8)
    await world.disk.writeFileAtomic(path, flipped)
    const store = await ReadOnlyTsdb.open(world, '/data')
    store.verify()
    expect(store.damages.length, `byte ${at}`).toBeGreaterThan(0)
    store.close()
  }
})

test('late samples of a time that is thinned out come to it', async () => {
  const world = simWorld({ startMs: START_MS })
  const db = await filled(
    world,
    MANY.map((_, i) => [i % 2 === 0 ? i : undefined]),
  )
  await downsampled(world, db)
  await db.close()
  const backfill = await Backfill.open(world, '/data')
  const times = Float64Array.from({ length: 10 }, (_, i) => START_MS + (2 * i + 2) * SCRAPE_MS)
  const values = Float64Array.from({ length: 10 }, (_, i) => 100 + i)
  const labels = Labels.from({ __name__: 'x', job: 'j' })
  const histograms = new Map()
  const series = [{ labels, read: () => ({ times, values, histograms }) }]
  await backfill.write(series, START_MS, START_MS + HOUR_MS)
  await backfill.close()
  const again = await Tsdb.open(world, options(TIERS))
  const count = async (): Promise<number> =>
    (await read(again, 'sum')).reduce((sum, [, , one]) => sum + one!, 0)
  expect(await count()).toBe(20)
  for (let round = 0; round < 3; round++) await again.maintain()
  expect(again.stats.downsamplings).toBe(1)
  expect(await count()).toBe(20)
  expect(Math.max(...(await read(again, 'max')).map(([, value]) => value!))).toBe(109)
  await again.close()
})

test('a step with more rows than are held at once is divided, and nothing of it is lost', async () => {
  const world = simWorld({ startMs: START_MS + 24 * HOUR_MS })
  const rows = DOWNSAMPLING_ROWS + 20_000
  const backfill = await Backfill.open(world, '/data')
  const times = Float64Array.from({ length: rows }, (_, i) => START_MS + i + 1)
  const values = Float64Array.from({ length: rows }, (_, i) => i % 1000)
  const labels = Labels.from({ __name__: 'x', job: 'j' })
  const series = [{ labels, read: () => ({ times, values, histograms: new Map() }) }]
  await backfill.write(series, START_MS, START_MS + HOUR_MS)
  await backfill.close()
  const db = await Tsdb.open(world, options())
  await downsampled(world, db, { downsampling: [{ afterMs: 1, stepMs: HOUR_MS }] })
  const sums = await read(db, 'sum')
  expect(sums.length).toBeGreaterThan(rows / STEP_ROWS)
  expect(sums.reduce((total, [, , count]) => total + count!, 0)).toBe(rows)
  expect(sums.reduce((total, [, sum]) => total + sum!, 0)).toBe((rows / 1000) * 499_500)
  const rise = await read(db, 'rise')
  const shown = rise.slice(1).map(([, value], i) => (value! < rise[i]![1]! ? rise[i]![1]! : 0))
  const lost = rise.map(([, , , one]) => one!)
  // One fall from 999 after each thousand, whoever tells of it.
  const total = [...shown, ...lost].reduce((sum, one) => sum + one, 0)
  expect(total).toBe((rows / 1000 - 1) * 999)
  await db.close()
})
