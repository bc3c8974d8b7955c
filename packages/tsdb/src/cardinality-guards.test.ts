// Series that multiply or change for ever: budgets hold, the others go on, and what has gone is given back.
import { simWorld } from '@pharos/base/sim'
import { ABSENT, Labels } from '@pharos/model'
import { expect, test } from 'vitest'
import { AppendOutcome } from './appender.ts'
import { everything, options } from './testing/store.ts'
import { Tsdb } from './tsdb.ts'

const MINUTE_MS = 60_000

function keyOf(instance: string): Labels {
  return Labels.from({ job: 'node', instance })
}

/** One scrape of a target: its series so far and those with these ids. @returns how many of them were refused */
function scrape(db: Tsdb, instance: string, tMs: number, ids: readonly string[]): number {
  const group = db.group(keyOf(instance), 'scrape')
  const columns = ids.map((id) =>
    group.column(Labels.from({ __name__: 'm', job: 'node', instance, id })),
  )
  const row = new Float64Array(group.columnCount).fill(ABSENT)
  for (const column of columns) if (column >= 0) row[column] = 1
  expect(group.appendRow(tMs, row)).toBe(AppendOutcome.ok)
  group.release()
  return columns.filter((column) => column < 0).length
}

test('a target that doubles its series each scrape uses up the budget; what is known goes on', async () => {
  const world = simWorld()
  await using db = await Tsdb.open(world, options({ maxHeadSeries: 1000 }))
  let refused = 0
  for (let n = 0; n < 14; n++) {
    await world.clock.advance(15_000)
    const ids = Array.from({ length: 2 ** n }, (_, i) => String(i))
    refused += scrape(db, 'bomb', world.clock.now(), ids)
    expect(scrape(db, 'steady', world.clock.now(), ['a', 'b', 'c'])).toBe(0)
  }
  expect(refused).toBe(1024 + 2048 + 4096 + 8192 - 4 * 997)
  expect(db.stats.headSeries).toBe(1000)
  expect(db.stats.seriesRefused).toBe(refused)
  // A further target gets nothing, and its row is taken all the same.
  expect(scrape(db, 'new', world.clock.now(), ['a'])).toBe(1)
  const content = await everything(db)
  const steady = [...content].filter(([name]) => name.includes('steady'))
  expect(steady.map(([, samples]) => samples.size)).toEqual([14, 14, 14])
})

test('an hour of series that are all new each scrape leaves what it found', async () => {
  const world = simWorld()
  const small = options({
    minBlockMs: 5 * MINUTE_MS,
    maxBlockMs: 5 * MINUTE_MS,
    retentionMs: 15 * MINUTE_MS,
  })
  await using db = await Tsdb.open(world, small)
  const round = async (n: number, ids: readonly string[]): Promise<void> => {
    await world.clock.advance(15_000)
    scrape(db, 'a', world.clock.now(), ['steady', ...ids])
    if (n % 8 === 0) await db.maintain()
  }
  let [earlyMax, lateMax, seriesMax] = [0, 0, 0]
  for (let n = 0; n < 240; n++) {
    await round(
      n,
      Array.from({ length: 40 }, (_, i) => `${n}-${i}`),
    )
    const { labelSets, headSeries } = db.stats
    seriesMax = Math.max(seriesMax, headSeries)
    if (n < 120) earlyMax = Math.max(earlyMax, labelSets)
    else lateMax = Math.max(lateMax, labelSets)
  }
  expect(db.stats.seriesCreated).toBeGreaterThan(9_600)
  expect(seriesMax).toBeLessThan(300)
  // Blocks of fifteen to twenty-five minutes have some 100 scrapes of 40.
  expect(earlyMax).toBeGreaterThan(2_000)
  expect(lateMax).toBeLessThan(earlyMax * 1.4)
  for (let n = 0; n < 160; n++) await round(n, [])
  expect(db.stats.headSeries).toBeLessThan(50)
  expect(db.stats.labelSets).toBeLessThan(1_100)
  expect(db.blocks().length).toBeLessThan(6)
})

test('short memory refuses new series until there is room again; known ones go on', async () => {
  const world = simWorld()
  let usedBytes = 50
  const memory = { limitBytes: 100, usedBytes: () => usedBytes }
  await using db = await Tsdb.open(world, options({ memory }))
  const round = async (ids: readonly string[]): Promise<number> => {
    await world.clock.advance(10_000)
    return scrape(db, 'a', world.clock.now(), ids)
  }
  expect(await round(['a'])).toBe(0)
  usedBytes = 101
  await db.maintain()
  expect(db.stats.isMemoryShort).toBe(true)
  expect(await round(['a', 'b'])).toBe(1)
  usedBytes = 95
  await db.maintain()
  expect(await round(['a', 'b'])).toBe(1)
  usedBytes = 85
  await db.maintain()
  expect(await round(['a', 'b'])).toBe(0)
  const sizes = [...(await everything(db))].map(([, samples]) => samples.size)
  expect(sizes.toSorted((a, b) => a - b)).toEqual([1, 4])
})
