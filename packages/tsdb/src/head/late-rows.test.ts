import { simWorld } from '@pharos/base/sim'
import { Labels } from '@pharos/model'
import { expect, test } from 'vitest'
import { AppendOutcome } from '../appender.ts'
import { everything, options, shown } from '../testing/store.ts'
import { Tsdb } from '../tsdb.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const KEY = Labels.from({ job: 'node' })
const A = Labels.from({ __name__: 'a', job: 'node' })
const B = Labels.from({ __name__: 'b', job: 'node' })

async function opened(outOfOrderMs: number) {
  const world = simWorld()
  const t = world.clock.now()
  const settings = options({ outOfOrderMs })
  return { world, t, settings, db: await Tsdb.open(world, settings) }
}

test('samples within the window are shown where they belong, whatever their order', async () => {
  const { db, t } = await opened(10 * MINUTE_MS)
  const group = db.group(KEY, 'remote')
  const a = group.column(A)
  const outcomes = [0, -3000, -1000, -2000, -600_000, 1000].map((dt) =>
    group.appendSample(t + dt, a, dt),
  )
  expect(outcomes).toEqual(outcomes.map(() => AppendOutcome.ok))
  expect(await shown(db, t)).toEqual({
    '{__name__="a", job="node"}':
      '-600000:-600000 -3000:-3000 -2000:-2000 -1000:-1000 0:0 1000:1000',
  })
  expect(db.stats.lateSamples).toBe(4)
  expect(db.stats.appendedSamples).toBe(6)
  await db.close()
})

test('a sample older than the window is refused and counted', async () => {
  const { db, t } = await opened(10 * MINUTE_MS)
  const group = db.group(KEY, 'remote')
  const a = group.column(A)
  group.appendSample(t, a, 1)
  expect(group.appendSample(t - 10 * MINUTE_MS - 1, a, 1)).toBe(AppendOutcome.tooOld)
  expect(group.appendSample(t - 2 * HOUR_MS, a, 1)).toBe(AppendOutcome.tooOld)
  expect([db.stats.tooOldSamples, db.stats.outOfBoundSamples]).toEqual([1, 1])
  await db.close()
})

test('without a window what comes late is out of order', async () => {
  const { db, t } = await opened(0)
  const group = db.group(KEY, 'remote')
  const a = group.column(A)
  group.appendSample(t, a, 1)
  expect(group.appendSample(t - 1, a, 1)).toBe(AppendOutcome.outOfOrder)
  expect(group.appendRow(t - 1, Float64Array.of(1))).toBe(AppendOutcome.outOfOrder)
  expect(db.stats.outOfOrderSamples).toBe(2)
  db.reconfigure({ outOfOrderMs: 1000 })
  expect(group.appendSample(t - 1, a, 1)).toBe(AppendOutcome.ok)
  await db.close()
})

test('of two samples of one time the one in order stays, then the one that came first', async () => {
  const { db, t } = await opened(HOUR_MS)
  const group = db.group(KEY, 'remote')
  const a = group.column(A)
  for (let i = 0; i < 500; i++) group.appendSample(t + i, a, i)
  expect(group.appendSample(t + 100, a, -1)).toBe(AppendOutcome.ok)
  expect(group.appendSample(t - 100, a, 1)).toBe(AppendOutcome.ok)
  expect(group.appendSample(t - 100, a, 2)).toBe(AppendOutcome.duplicateSame)
  const content = (await shown(db, t))['{__name__="a", job="node"}']!
  expect(content).toMatch(/^-100:1 0:0 /)
  expect(content).toContain(' 100:100 ')
  await db.close()
})

test('a series that lags behind its group is in order and needs no window', async () => {
  const { db, t } = await opened(0)
  const group = db.group(KEY, 'remote')
  const [a, b] = [group.column(A), group.column(B)]
  for (let i = 0; i < 1000; i++) group.appendSample(t + i, a, i)
  expect(group.appendSample(t + 5, b, 5)).toBe(AppendOutcome.ok)
  expect(group.appendSample(t + 7, b, 7)).toBe(AppendOutcome.ok)
  expect(group.appendSample(t + 6, b, 6)).toBe(AppendOutcome.outOfOrder)
  expect(group.appendSample(t + 7, b, 7)).toBe(AppendOutcome.duplicateSame)
  expect(group.appendSample(t + 7, b, 8)).toBe(AppendOutcome.duplicateDiffers)
  expect(group.appendSample(t + 5, a, 5)).toBe(AppendOutcome.outOfOrder)
  expect((await shown(db, t))['{__name__="b", job="node"}']).toBe('5:5 7:7')
  expect(db.stats.lateSamples).toBe(0)
  await db.close()
})

test('how far a series had come is known after a restart', async () => {
  const { db, t, world, settings } = await opened(0)
  const group = db.group(KEY, 'remote')
  const [a, b] = [group.column(A), group.column(B)]
  for (let i = 0; i < 300; i++) group.appendSample(t + i, a, i)
  group.appendSample(t + 5, b, 5)
  await db.close()
  const again = await Tsdb.open(world, settings)
  const same = again.group(KEY, 'remote')
  expect(same.appendSample(t + 5, same.column(B), 6)).toBe(AppendOutcome.duplicateDiffers)
  expect(same.appendSample(t + 4, same.column(B), 6)).toBe(AppendOutcome.outOfOrder)
  expect(same.appendSample(t + 6, same.column(B), 6)).toBe(AppendOutcome.ok)
  expect(same.appendSample(t + 298, same.column(A), 6)).toBe(AppendOutcome.outOfOrder)
  await again.close()
})

test('late rows of a scrape survive a power cut, a clean end, blocks and joining', async () => {
  const { db, t, world, settings } = await opened(5 * HOUR_MS)
  const group = db.group(KEY, 'scrape')
  group.column(A)
  group.column(B)
  await world.clock.advance(200 * MINUTE_MS)
  for (let i = 0; i <= 200; i++) group.appendRow(t + i * MINUTE_MS, Float64Array.of(i, 7))
  for (let i = 0; i < 200; i++) {
    expect(group.appendRow(t + i * MINUTE_MS + 30_000, Float64Array.of(i + 0.5, 7))).toBe(0)
  }
  await db.sync()
  const before = await everything(db)
  expect(before.get('{__name__="a", job="node"}')!.size).toBe(401)
  const disk = world.disk.crash()
  const again = await Tsdb.open({ ...world, disk }, settings)
  expect(await everything(again)).toEqual(before)
  await again.close()
  const third = await Tsdb.open({ ...world, disk }, settings)
  expect(await everything(third)).toEqual(before)
  await third.maintain()
  await world.clock.advance(HOUR_MS)
  await third.maintain()
  await third.maintain()
  expect(third.blocks().length).toBeGreaterThan(0)
  expect(await everything(third)).toEqual(before)
  await third.close()
})

test('deleted late samples do not come back', async () => {
  const { db, t, world, settings } = await opened(HOUR_MS)
  const group = db.group(KEY, 'remote')
  const a = group.column(A)
  group.appendSample(t, a, 1)
  group.appendSample(t - 1000, a, 2)
  await db.deleteSeries([[]], t - 2000, t - 500)
  expect(await shown(db, t)).toEqual({ '{__name__="a", job="node"}': '0:1' })
  await db.sync()
  const again = await Tsdb.open({ ...world, disk: world.disk.crash() }, settings)
  expect(await shown(again, t)).toEqual({ '{__name__="a", job="node"}': '0:1' })
  await again.close()
})
