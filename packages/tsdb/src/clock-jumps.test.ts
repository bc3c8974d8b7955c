import { type SimWorld, simWorld } from '@pharos/base/sim'
import { Labels } from '@pharos/model'
import { expect, test } from 'vitest'
import { AppendOutcome, type GroupAppender } from './appender.ts'
import { everything, options } from './testing/store.ts'
import { Tsdb } from './tsdb.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const OK = AppendOutcome.ok

async function opened(): Promise<{ world: SimWorld; db: Tsdb; group: GroupAppender }> {
  const world = simWorld()
  const db = await Tsdb.open(world, options())
  const group = db.group(Labels.from({ job: 'node' }), 'scrape')
  group.column(Labels.from({ __name__: 'x', job: 'node' }))
  return { world, db, group }
}

/** A row at the time that the clock shows. */
function scraped(world: SimWorld, group: GroupAppender): AppendOutcome {
  return group.appendRow(world.clock.now(), Float64Array.of(1))
}

for (const hours of [1, 12]) {
  test(`a clock that goes back ${hours} h costs no samples, and none when it has caught up`, async () => {
    const { world, db, group } = await opened()
    expect(scraped(world, group)).toBe(OK)
    world.clock.jump(-hours * HOUR_MS)
    await world.clock.advance(15_000)
    expect(scraped(world, group)).toBe(OK)
    await world.clock.advance(hours * HOUR_MS)
    expect(scraped(world, group)).toBe(OK)
    await db.close()
  })
}

for (const ahead of [11 * MINUTE_MS, 6 * HOUR_MS]) {
  test(`a clock that was ${ahead / MINUTE_MS} min ahead and came back goes on at once`, async () => {
    const { world, db, group } = await opened()
    expect(scraped(world, group)).toBe(OK)
    world.clock.jump(ahead)
    expect(scraped(world, group)).toBe(OK)
    world.clock.jump(-ahead)
    for (let i = 0; i < 5; i++) {
      await world.clock.advance(15_000)
      expect(scraped(world, group)).toBe(OK)
    }
    const other = db.group(Labels.from({ job: 'other' }), 'scrape')
    other.column(Labels.from({ __name__: 'x', job: 'other' }))
    expect(scraped(world, other)).toBe(OK)
    await db.sync()
    const before = await everything(db)
    expect(before.get('{__name__="x", job="node"}')!.size).toBe(7)
    const again = await Tsdb.open({ ...world, disk: world.disk.crash() }, options())
    expect(await everything(again)).toEqual(before)
    await again.close()
  })
}

test('times that cannot be are refused, and the store goes on as if they had not come', async () => {
  const { world, db, group } = await opened()
  const t = world.clock.now()
  const year2098 = 4_039_372_800_000
  for (const tMs of [year2098, 2 ** 63, t + 10 * MINUTE_MS + 1]) {
    expect(group.appendSample(tMs, 0, 1), String(tMs)).toBe(AppendOutcome.tooFarAhead)
  }
  expect(scraped(world, group)).toBe(OK)
  for (const tMs of [-(2 ** 63), NaN, 1.5, Infinity, -Infinity, 0, -1]) {
    expect(group.appendSample(tMs, 0, 1), String(tMs)).not.toBe(OK)
  }
  expect(db.maxTimeMs).toBe(t)
  await db.close()
})

test('after eight hours of sleep samples are taken at once', async () => {
  const { world, db, group } = await opened()
  expect(scraped(world, group)).toBe(OK)
  world.clock.jump(8 * HOUR_MS)
  expect(scraped(world, group)).toBe(OK)
  await world.clock.advance(15_000)
  expect(scraped(world, group)).toBe(OK)
  await db.close()
})
