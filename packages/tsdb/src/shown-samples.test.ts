// What a query has shown outlives the process: kill -9 takes only what nobody saw.
import type { Disk } from '@pharos/base'
import { type SimWorld, simWorld } from '@pharos/base/sim'
import { Labels } from '@pharos/model'
import { expect, test } from 'vitest'
import type { GroupAppender } from './appender.ts'
import { shown, options } from './testing/store.ts'
import { wrappedDisk } from './testing/wrapped-disk.ts'
import { Tsdb } from './tsdb.ts'

const KEY = Labels.from({ job: 'node', instance: 'a:9100' })

function groupOf(db: Tsdb): GroupAppender {
  const group = db.group(KEY, 'scrape')
  group.column(Labels.from({ __name__: 'm', job: 'node', instance: 'a:9100' }))
  return group
}

/** What the next start finds after the process alone has died. */
async function afterKill(world: SimWorld, baseMs: number): Promise<string | undefined> {
  const disk = world.disk.crash({ keep: 'all' })
  const again = await Tsdb.open({ ...world, disk }, options())
  const lines = Object.values(await shown(again, baseMs))
  await again.close()
  return lines[0]
}

interface Gate {
  readonly hold: () => void
  readonly go: () => void
}

/** A disk whose WAL files wait in one of their calls between `hold` and `go`. */
function waitingDisk(disk: Disk, held: 'sync' | 'append'): Gate & { disk: Disk } {
  let gate = Promise.withResolvers<void>()
  gate.resolve()
  const wrapped = wrappedDisk(disk, async (call, path, work) => {
    if (call === held && path.includes('/wal/')) await gate.promise
    await work()
  })
  return {
    disk: wrapped,
    hold: () => void (gate = Promise.withResolvers<void>()),
    go: () => gate.resolve(),
  }
}

test('a sample that a query has shown is there after kill -9, without a sync', async () => {
  const world = simWorld()
  const t = world.clock.now()
  const db = await Tsdb.open(world, options())
  const group = groupOf(db)
  group.appendRow(t, new Float64Array([1]))
  expect(Object.values(await shown(db, t))).toEqual(['0:1'])
  group.appendRow(t + 1, new Float64Array([2]))
  expect(await afterKill(world, t)).toBe('0:1')
})

test('an fsync that takes long holds up neither a query nor what it shows', async () => {
  const world = simWorld()
  const t = world.clock.now()
  const { disk, hold, go } = waitingDisk(world.disk, 'sync')
  const db = await Tsdb.open({ ...world, disk }, options())
  const group = groupOf(db)
  group.appendRow(t, new Float64Array([1]))
  hold()
  const synced = db.sync()
  for (let i = 1; i < 5; i++) {
    group.appendRow(t + i, new Float64Array([1]))
    expect(Object.values(await shown(db, t))[0]!.split(' ')).toHaveLength(i + 1)
  }
  go()
  await synced
  group.appendRow(t + 5, new Float64Array([2]))
  const both = Promise.all([db.sync(), shown(db, t)])
  expect(Object.values((await both)[1])[0]).toMatch(/5:2$/)
  expect(await afterKill(world, t)).toBe('0:1 1:1 2:1 3:1 4:1 5:2')
})

test('a disk that takes no write holds up a query for a second and no longer', async () => {
  const world = simWorld()
  const t = world.clock.now()
  const { disk, hold, go } = waitingDisk(world.disk, 'append')
  const db = await Tsdb.open({ ...world, disk }, options())
  const group = groupOf(db)
  hold()
  group.appendRow(t, new Float64Array([1]))
  let answer: Record<string, string> | undefined
  void shown(db, t).then((lines) => (answer = lines))
  await world.clock.advance(900)
  expect(answer).toBeUndefined()
  await world.clock.advance(200)
  expect(Object.values(answer!)).toEqual(['0:1'])
  go()
  await db.close()
})

test('a write beside an fsync that fails is logged again elsewhere', async () => {
  const world = simWorld()
  const t = world.clock.now()
  const { disk, hold, go } = waitingDisk(world.disk, 'sync')
  const db = await Tsdb.open({ ...world, disk }, options())
  const group = groupOf(db)
  group.appendRow(t, new Float64Array([1]))
  hold()
  const synced = db.sync()
  await world.clock.advance(10)
  world.disk.failAt(1, 'eio')
  group.appendRow(t + 1, new Float64Array([2]))
  const lines = shown(db, t)
  await world.clock.advance(10)
  go()
  await synced
  expect(Object.values(await lines)).toEqual(['0:1 1:2'])
  expect(db.readOnlyReason).toBeUndefined()
  expect(await afterKill(world, t)).toBe('0:1 1:2')
})
