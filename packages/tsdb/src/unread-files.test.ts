// A disk that does not give a file back says nothing about what is in it: the file stays, answers say what they lack.
import { type Disk, OutsideError } from '@pharos/base'
import { type SimDisk, type SimWorld, simWorld } from '@pharos/base/sim'
import { Labels, Matcher } from '@pharos/model'
import { expect, test } from 'vitest'
import { type Content, everything, options } from './testing/store.ts'
import { Tsdb } from './tsdb.ts'

const MINUTE_MS = 60_000
const SETTINGS = options({ minBlockMs: MINUTE_MS, maxBlockMs: MINUTE_MS })

/** Opens and reads of paths that `isSick` names fail, each time. */
function sickDisk(disk: SimDisk, isSick: (path: string) => boolean): Disk {
  return new Proxy<Disk>(disk, {
    get(_, name) {
      const value: unknown = Reflect.get(disk, name, disk)
      if (typeof value !== 'function') return value
      return (path: string, ...rest: unknown[]): unknown => {
        if ((name === 'open' || name === 'readFile') && isSick(path)) {
          return Promise.reject(new OutsideError('disk/eio', `${name} ${path}: i/o error`))
        }
        return Reflect.apply(value, disk, [path, ...rest])
      }
    },
  })
}

/** A store that lost its power, with blocks, a segment and rows that only the WAL has. */
async function left(): Promise<{ world: SimWorld; disk: SimDisk; content: Content }> {
  const world = simWorld()
  const db = await Tsdb.open(world, SETTINGS)
  const group = db.group(Labels.from({ job: 'a' }), 'scrape')
  group.column(Labels.from({ __name__: 'x', job: 'a' }))
  for (let i = 0; i < 40; i++) {
    group.appendRow(world.clock.now(), Float64Array.of(i * 1.5))
    await world.clock.advance(5000)
    // Puts what there is into a segment.
    if (i === 36) await db.snapshot(false)
  }
  await db.sync()
  const content = await everything(db)
  return { world, disk: world.disk.crash(), content }
}

function sampleCount(content: Content): number {
  return [...content.values()].reduce((sum, { size }) => sum + size, 0)
}

test('a block that the disk does not give back stays, answers name it, and maintenance opens it later', async () => {
  const { world, disk, content } = await left()
  const names = await disk.list('/data/blocks')
  const path = `/data/blocks/${names[0]!}`
  let isSick = true
  const sick = sickDisk(disk, (one) => isSick && one === path)
  const db = await Tsdb.open({ ...world, disk: sick }, SETTINGS)
  const warnings: string[] = []
  expect(sampleCount(await everything(db, warnings))).toBeLessThan(sampleCount(content))
  expect(warnings).toEqual([`samples of ${path} are missing: the disk does not give it back`])
  const querier = db.querier(-1e15, 1e15)
  expect((await querier.labelNames([], 0)).warnings).toEqual(warnings)
  expect((await querier.labelValues('job', [], 0)).warnings).toEqual(warnings)
  querier.close()
  await db.maintain()
  expect(await disk.list('/data/blocks')).toEqual(names)
  expect(await disk.stat('/data/quarantine')).toBeUndefined()
  isSick = false
  await db.maintain()
  expect(await everything(db)).toEqual(content)
  await db.close()
})

test('what is deleted while a block cannot be read stays hidden when it can', async () => {
  const { world, disk } = await left()
  let isSick = true
  const sick = sickDisk(disk, (one) => isSick && one.endsWith('.blk'))
  const db = await Tsdb.open({ ...world, disk: sick }, SETTINGS)
  await db.deleteSeries([[new Matcher('=', '__name__', 'x')]], -1e15, 1e15)
  isSick = false
  await db.maintain()
  expect(db.blocks().length).toBeGreaterThan(0)
  expect(sampleCount(await everything(db))).toBe(0)
  await db.close()
})

test('a block that turns out to be damaged when the disk gives it back goes to quarantine then', async () => {
  const { world, disk } = await left()
  const [name] = await disk.list('/data/blocks')
  const path = `/data/blocks/${name!}`
  let isSick = true
  const sick = sickDisk(disk, (one) => isSick && one === path)
  const db = await Tsdb.open({ ...world, disk: sick }, SETTINGS)
  const { length } = await disk.readFile(path)
  for (let at = length - 64; at < length; at++) disk.corrupt(path, at, 0)
  isSick = false
  await db.maintain()
  expect(await disk.list('/data/quarantine')).toEqual([name])
  await everything(db)
  await db.close()
})

test.each(['head', 'wal'])(
  'a file of %s that the disk does not give back stays for the next start, which loses nothing',
  async (folder) => {
    const { world, disk, content } = await left()
    const before = await disk.list(`/data/${folder}`)
    const paths = before.map((name) => `/data/${folder}/${name}`)
    expect(paths.length).toBeGreaterThan(0)
    const sick = sickDisk(disk, (path) => paths.includes(path))
    const db = await Tsdb.open({ ...world, disk: sick }, SETTINGS)
    const warnings: string[] = []
    await everything(db, warnings)
    expect(warnings).toEqual(
      paths.map((path) => `samples of ${path} are missing: the disk does not give it back`),
    )
    await db.maintain()
    await db.close()
    expect(await disk.list(`/data/${folder}`)).toEqual(expect.arrayContaining(before))
    expect(await disk.stat('/data/quarantine')).toBeUndefined()
    const again = await Tsdb.open({ ...world, disk }, SETTINGS)
    expect(await everything(again)).toEqual(content)
    await again.close()
  },
)
