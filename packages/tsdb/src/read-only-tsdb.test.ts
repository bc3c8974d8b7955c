import { type SimDisk, simWorld } from '@pharos/base/sim'
import { Labels, Matcher } from '@pharos/model'
import { expect, test } from 'vitest'
import { ReadOnlyTsdb } from './read-only-tsdb.ts'
import { type Content, everything, options } from './testing/store.ts'
import { Tsdb } from './tsdb.ts'

const small = options({ minBlockMs: 60_000, maxBlockMs: 540_000 })

/** A directory with a block, segments, a WAL and a deletion, as a killed server leaves it. */
async function killed(): Promise<{
  world: ReturnType<typeof simWorld>
  disk: SimDisk
  content: Content
}> {
  const world = simWorld({ startMs: 1_767_225_600_000 })
  const db = await Tsdb.open(world, small)
  const group = db.group(Labels.from({ job: 'j' }), 'scrape')
  for (const name of ['a', 'b', 'c']) group.column(Labels.from({ __name__: name, job: 'j' }))
  for (let i = 0; i < 40; i++) {
    group.appendRow(world.clock.now(), Float64Array.of(i, Math.sin(i), 5))
    await world.clock.advance(5_000)
    if (i === 35) await db.deleteSeries([[new Matcher('=', '__name__', 'c')]], -1e15, 1e15)
  }
  await db.maintain()
  await db.sync()
  const content = await everything(db)
  const disk = world.disk.crash({ keep: 'all' })
  // The owner is dead: its lock is free again.
  return { world, disk, content }
}

async function filesOf(disk: SimDisk): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>()
  for (const folder of ['blocks', 'head', 'wal']) {
    for (const name of await disk.list(`/data/${folder}`)) {
      files.set(`/data/${folder}/${name}`, await disk.readFile(`/data/${folder}/${name}`))
    }
  }
  files.set('/data/tombstones', await disk.readFile('/data/tombstones'))
  return files
}

test('a directory is read as a start would read it, and nothing in it changes', async () => {
  const { world, disk, content } = await killed()
  const before = await filesOf(disk)
  const store = await ReadOnlyTsdb.open({ clock: world.clock, disk }, '/data')
  expect(store.verify()).toBeGreaterThan(0)
  expect(store.damages).toEqual([])
  expect(store.fileCount).toBe(before.size)
  expect(await everything(store)).toEqual(content)
  expect(store.blocks.length).toBeGreaterThan(0)
  store.close()
  expect(await filesOf(disk)).toEqual(before)
  expect(await disk.list('/data')).not.toContain('quarantine')
})

test('a flipped byte anywhere in any file is found', async () => {
  const { world, disk } = await killed()
  for (const [path, bytes] of await filesOf(disk)) {
    for (let at = 0; at < bytes.length; at++) {
      const copy = disk.crash({ keep: 'all' })
      copy.corrupt(path, at, bytes[at]! ^ 0x10)
      const store = await ReadOnlyTsdb.open({ clock: world.clock, disk: copy }, '/data')
      store.verify()
      const files = store.damages.map(({ file }) => file)
      expect(files, `byte ${at} of ${path}`).toContain(path)
      store.close()
    }
  }
})

test('a directory that a server has open, or that is none of ours, is refused', async () => {
  const world = simWorld()
  await using db = await Tsdb.open(world, small)
  await db.maintain()
  await expect(ReadOnlyTsdb.open(world, '/data')).rejects.toMatchObject({ code: 'disk/locked' })
  await expect(ReadOnlyTsdb.open(world, '/nowhere')).rejects.toMatchObject({ code: 'tsdb/open' })
})
