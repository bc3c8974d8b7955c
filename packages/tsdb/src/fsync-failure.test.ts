// An fsync that fails: its pages are lost, whatever the next fsync of that file would say. It is never repeated; everything
// that only memory holds is written into another file.
import type { Disk } from '@pharos/base'
import { simWorld } from '@pharos/base/sim'
import { Labels } from '@pharos/model'
import { expect, test } from 'vitest'
import { AppendOutcome } from './appender.ts'
import { everything, options, shown } from './testing/store.ts'
import { wrappedDisk } from './testing/wrapped-disk.ts'
import { Tsdb } from './tsdb.ts'

const KEY = Labels.from({ job: 'node', instance: 'a:9100' })

/** A disk, and the paths of its fsyncs in their order, `!` behind those that failed. */
function watched(disk: Disk): { disk: Disk; syncs: string[] } {
  const syncs: string[] = []
  const wrapped = wrappedDisk(disk, async (call, path, work) => {
    try {
      await work()
      if (call === 'sync') syncs.push(path)
    } catch (error) {
      if (call === 'sync') syncs.push(`${path}!`)
      throw error
    }
  })
  return { disk: wrapped, syncs }
}

test('a failed fsync of the log is not repeated, and every sample is in the next file', async () => {
  const world = simWorld()
  const t = world.clock.now()
  const { disk, syncs } = watched(world.disk)
  const db = await Tsdb.open({ ...world, disk }, options())
  const group = db.group(KEY, 'scrape')
  group.column(Labels.from({ __name__: 'm', job: 'node', instance: 'a:9100' }))
  for (let i = 0; i < 4; i++) {
    group.appendRow(t + i, new Float64Array([i]))
    await db.sync()
  }
  group.appendRow(t + 4, new Float64Array([4]))
  // The write is the next operation, its fsync the one after it.
  world.disk.failAt(2, 'eio')
  await db.sync()
  expect(syncs.filter((one) => one.endsWith('!'))).toEqual(['/data/wal/00000001!'])
  const after = syncs.slice(syncs.indexOf('/data/wal/00000001!') + 1)
  expect(after).toEqual(['/data/wal/00000002'])
  expect(db.readOnlyReason).toBeUndefined()
  const left = world.disk.crash()
  const again = await Tsdb.open({ ...world, disk: left }, options())
  expect(Object.values(await shown(again, t))).toEqual(['0:0 1:1 2:2 3:3 4:4'])
  await again.close()
})

test('while every fsync fails nothing is called written, and all is when one succeeds', async () => {
  const world = simWorld()
  const { disk, syncs } = watched(world.disk)
  const db = await Tsdb.open({ ...world, disk }, options())
  const group = db.group(KEY, 'scrape')
  group.column(Labels.from({ __name__: 'm', job: 'node', instance: 'a:9100' }))
  const row = (): AppendOutcome => group.appendRow(world.clock.now(), new Float64Array([1]))
  expect(row()).toBe(AppendOutcome.ok)
  for (let n = 1; n <= 12; n++) world.disk.failAt(n, 'eio')
  await expect(db.sync()).rejects.toMatchObject({ code: 'tsdb/read-only' })
  expect(row()).toBe(AppendOutcome.readOnly)
  const failed = syncs.filter((one) => one.endsWith('!'))
  expect(new Set(failed).size, 'none was repeated').toBe(failed.length)
  for (let i = 0; i < 20 && db.readOnlyReason !== undefined; i++) {
    await world.clock.advance(5_000)
    await db.maintain()
  }
  expect(db.readOnlyReason).toBeUndefined()
  expect(row()).toBe(AppendOutcome.ok)
  await db.sync()
  const again = await Tsdb.open({ ...world, disk: world.disk.crash() }, options())
  expect([...(await everything(again)).values()].map((samples) => samples.size)).toEqual([2])
  await again.close()
})
