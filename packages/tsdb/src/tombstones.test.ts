import { simWorld } from '@pharos/base/sim'
import { Labels, Matcher } from '@pharos/model'
import { expect, test } from 'vitest'
import { AppendOutcome, type GroupAppender } from './appender.ts'
import { everything, options, shown, textOf } from './testing/store.ts'
import { readTombstones, type Tombstone, tombstoneBytes } from './tombstones.ts'
import { Tsdb } from './tsdb.ts'

const MINUTE_MS = 60_000
const small = options({ minBlockMs: MINUTE_MS, maxBlockMs: 9 * MINUTE_MS })
const JOB = Labels.from({ job: 'j' })
const OTHER = Labels.from({ job: 'o' })

function named(name: string): Matcher[] {
  return [new Matcher('=', '__name__', name)]
}

function seriesOf(key: Labels, name: string): string {
  return textOf(Labels.from({ ...key.toObject(), __name__: name }))
}

interface Filled {
  readonly world: ReturnType<typeof simWorld>
  readonly db: Tsdb
  readonly t: number
  readonly append: (count: number) => Promise<void>
}

/** Two groups with the series a, b, c; a row of 0, 1, 2, … every ten seconds, those before the last minutes in blocks. */
async function filled(
  rows: number,
  world = simWorld({ startMs: 1_767_225_600_000 }),
): Promise<Filled> {
  const db = await Tsdb.open(world, small)
  const t = world.clock.now()
  const groups: GroupAppender[] = [db.group(JOB, 'scrape'), db.group(OTHER, 'scrape')]
  for (const group of groups) {
    for (const name of ['a', 'b', 'c']) {
      group.column(Labels.from({ ...group.key.toObject(), __name__: name }))
    }
  }
  const append = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const n = Math.round((world.clock.now() - t) / 10_000)
      for (const group of groups) {
        expect(group.appendRow(world.clock.now(), Float64Array.of(n, n, n))).toBe(AppendOutcome.ok)
      }
      await world.clock.advance(10_000)
    }
  }
  await append(rows)
  return { world, db, t, append }
}

test('deleted series vanish from blocks and head at once, what is written later shows', async () => {
  const { db, t, append } = await filled(40)
  expect(db.blocks().length).toBeGreaterThan(0)
  await db.deleteSeries([named('a'), [new Matcher('=', 'job', 'o')]], -1e15, 1e15)
  expect([...(await everything(db)).keys()]).toEqual([seriesOf(JOB, 'b'), seriesOf(JOB, 'c')])
  const querier = db.querier(-1e15, 1e15)
  expect((await querier.labelValues('__name__', [], 0)).values).toEqual(['b', 'c'])
  expect((await querier.labelValues('job', [], 0)).values).toEqual(['j'])
  querier.close()
  await append(2)
  expect((await shown(db, t))[seriesOf(OTHER, 'a')]).toBe('400000:40 410000:41')
  await db.close()
})

test('a range is hidden to the millisecond and comes back with undelete', async () => {
  const { db, t, world } = await filled(30)
  const before = await everything(db)
  await db.deleteSeries([named('b')], t + 50_000, t + 270_000)
  const lines = await shown(db, t)
  expect(lines[seriesOf(JOB, 'b')]).toBe('0:0 10000:1 20000:2 30000:3 40000:4 280000:28 290000:29')
  expect(lines[seriesOf(JOB, 'a')]!.split(' ').length).toBe(30)
  const again = await Tsdb.open({ ...world, disk: world.disk.crash() }, small)
  expect(await shown(again, t)).toEqual(lines)
  expect(await again.undeleteSeries([named('c')])).toBe(0)
  expect(await again.undeleteSeries([named('b')])).toBe(1)
  expect(await everything(again)).toEqual(before)
  await again.close()
  await db.close()
})

test('what was cleaned is gone from the files, and neither a crash nor undelete brings it back', async () => {
  const { db, world } = await filled(40)
  await db.deleteSeries([[new Matcher('=~', 'job', 'o.*')], named('c')], -1e15, 1e15)
  const left = await everything(db)
  await db.cleanTombstones()
  expect(await everything(db)).toEqual(left)
  expect(await db.undeleteSeries([named('c'), [new Matcher('=~', 'job', 'o.*')]])).toBe(0)
  expect(await everything(db)).toEqual(left)
  for (const name of await world.disk.list('/data/blocks')) {
    const bytes = Buffer.from(await world.disk.readFile(`/data/blocks/${name}`))
    expect(bytes.includes('job')).toBe(true)
    // Symbols are texts with their length before them.
    expect(bytes.includes(Buffer.from([1, 'c'.charCodeAt(0)]))).toBe(false)
  }
  // The WAL still holds the rows of a group of which no file has anything any more.
  const again = await Tsdb.open({ ...world, disk: world.disk.crash() }, small)
  expect(await everything(again)).toEqual(left)
  await again.close()
  await db.close()
})

test('deletions end with the files that they hide samples of', async () => {
  const { db, world, append } = await filled(30)
  await db.deleteSeries([named('a')], -1e15, 1e15)
  const size = async (): Promise<number> => (await world.disk.stat('/data/tombstones'))!.bytes
  const before = await size()
  await append(60)
  await db.close()
  const again = await Tsdb.open(world, small)
  await again.cleanTombstones()
  await again.maintain()
  expect(await size()).toBeLessThan(before)
  expect((await everything(again)).get(seriesOf(JOB, 'a'))!.size).toBe(60)
  await again.close()
})

test('a snapshot is a data directory with all samples, and stays as it was', async () => {
  const { db, world, append } = await filled(40)
  await db.deleteSeries([named('a')], -1e15, 1e15)
  const before = await everything(db)
  const name = await db.snapshot(false)
  expect(name).toMatch(/^20260101T000640Z-[0-9a-f]{16}$/)
  const blocksAlone = await db.snapshot(true)
  await append(60)
  await db.maintain()
  await db.cleanTombstones()
  expect(await world.disk.list('/data/snapshots')).toEqual([name, blocksAlone].toSorted())
  const disk = world.disk.crash()
  const open = (which: string): Promise<Tsdb> =>
    Tsdb.open({ ...world, disk }, { ...small, path: `/data/snapshots/${which}` })
  const copy = await open(name)
  expect(await everything(copy)).toEqual(before)
  await copy.close()
  const less = await open(blocksAlone)
  expect((await everything(less)).get(seriesOf(JOB, 'b'))!.size).toBeLessThan(40)
  await less.close()
  await db.close()
})

test('a deletion that could not be written hides nothing', async () => {
  const { db, world } = await filled(20)
  const before = await everything(db)
  world.disk.capacityBytes = 0
  await expect(db.deleteSeries([named('a')], -1e15, 1e15)).rejects.toMatchObject({
    code: 'disk/enospc',
  })
  expect(await everything(db)).toEqual(before)
  world.disk.capacityBytes = Infinity
  await db.close()
})

/** The file as version 1 wrote it; every later version reads it. */
const GOLDEN: string = [
  '11ed56fd {"version":1,"deletions":1}',
  '567f0bc8 {"matchers":[["=","job","x"],["!~","ü","b.*"]],"fromMs":-5,"toMs":7,"files":["01ARZ3NDEKTSV4RRFFQ69G5FAV.blk","0.1.seg","00000001"]}',
  '',
].join('\n')

test('the file of version 1 is read, and one of a newer version refused', () => {
  const bytes = new TextEncoder().encode(GOLDEN)
  const { tombstones, damagedLines } = readTombstones(bytes, 'x')
  expect(damagedLines).toBe(0)
  expect(new TextDecoder().decode(tombstoneBytes(tombstones))).toBe(GOLDEN)
  expect(tombstones[0]!.matchers.map((one) => one.matches('x'))).toEqual([true, true])
  const newer = new TextEncoder().encode('ade14503 {"version":2}\n')
  expect(() => readTombstones(newer, '/data/tombstones')).toThrow(
    '/data/tombstones: format version 2',
  )
})

test('the file of deletions is read back, and each damage to it is counted', () => {
  const all: Tombstone[] = [
    { matchers: named('a'), fromMs: -5, toMs: 7, files: new Set(['x.blk', '00000001']) },
    { matchers: [new Matcher('!~', 'ü', 'b.*"')], fromMs: 0, toMs: 1, files: new Set(['y.blk']) },
  ]
  const bytes = tombstoneBytes(all)
  const read = readTombstones(bytes, '/data/tombstones')
  expect(read.damagedLines).toBe(0)
  expect(tombstoneBytes(read.tombstones)).toEqual(bytes)
  for (let at = 0; at < bytes.length; at++) {
    const copy = bytes.slice()
    copy[at]! ^= 1
    const { tombstones, damagedLines } = readTombstones(copy, 'x')
    expect(damagedLines, `byte ${at}`).toBeGreaterThan(0)
    for (const one of tombstones) {
      expect(tombstoneBytes(all).toString()).toContain(
        tombstoneBytes([one]).subarray(60).toString(),
      )
    }
  }
  for (let length = 0; length < bytes.length; length++) {
    const { damagedLines } = readTombstones(bytes.subarray(0, length), 'x')
    expect(damagedLines, `${length} bytes`).toBeGreaterThan(0)
  }
})
