import { simWorld } from '@pharos/base/sim'
import { Labels } from '@pharos/model'
import { expect, test } from 'vitest'
import { everything, options } from '../testing/store.ts'
import { Tsdb } from '../tsdb.ts'
import { isCovered } from './coverage.ts'

test('a time is covered by the range it lies in', () => {
  const ranges = Float64Array.of(10, 20, 30, 30, 40, 50)
  const covered = [9, 10, 15, 20, 21, 29, 30, 31, 40, 50, 51].filter((t) => isCovered(ranges, t))
  expect(covered).toEqual([10, 15, 20, 30, 40, 50])
  expect(isCovered(undefined, 1)).toBe(false)
})

test('rows whose tile is lost come from the WAL even when a newer tile of their group is on disk', async () => {
  const world = simWorld()
  const t = world.clock.now()
  const db = await Tsdb.open(world, options())
  const key = Labels.from({ job: 'node' })
  const group = db.group(key, 'scrape')
  group.column(Labels.from({ __name__: 'x', job: 'node' }))
  // More rows than a tile takes, so that several wait to be sealed together.
  for (let i = 0; i < 400; i++) group.appendRow(t + i, Float64Array.of(i * i))
  await db.sync()
  await db.maintain()
  const before = await everything(db)
  const disk = world.disk.crash()
  const [name] = await disk.list('/data/head')
  const path = `/data/head/${name!}`
  // The first tile is damaged; the WAL file still has its rows.
  const bytes = await disk.readFile(path)
  const at = Buffer.from(bytes).indexOf('TIL2') + 60
  expect(at).toBeGreaterThan(60)
  disk.corrupt(path, at, bytes[at]! ^ 0xff)
  const again = await Tsdb.open({ ...world, disk }, options())
  expect(await everything(again)).toEqual(before)
  await again.close()
  const third = await Tsdb.open({ ...world, disk }, options())
  expect(await everything(third)).toEqual(before)
  await third.close()
})
