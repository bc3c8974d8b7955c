import { type Logger, silentLogger } from '@pharos/base'
import { type SimWorld, simWorld } from '@pharos/base/sim'
import { Labels } from '@pharos/model'
import { expect, test } from 'vitest'
import { everything, hints, options } from './testing/store.ts'
import { Tsdb } from './tsdb.ts'

const HOUR_MS = 3_600_000

/** A store with two targets in one block, one of which has a damaged tile. */
async function damaged(): Promise<{ world: SimWorld; db: Tsdb; path: string; lines: string[] }> {
  const lines: string[] = []
  const log: Logger = {
    ...silentLogger,
    error: (message) => void lines.push(message),
    component: () => log,
  }
  const world = { ...simWorld(), log }
  const first = await Tsdb.open(world, options())
  for (const instance of ['a', 'b']) {
    const group = first.group(Labels.from({ instance }), 'scrape')
    group.column(Labels.from({ __name__: 'x', instance }))
    const t = world.clock.now()
    for (let i = 0; i < 100; i++) group.appendRow(t + i * 1000, Float64Array.of(Math.sin(i)))
  }
  await world.clock.advance(3 * HOUR_MS)
  const late = first.group(Labels.from({ instance: 'a' }), 'scrape')
  late.appendRow(world.clock.now(), Float64Array.of(1))
  await first.maintain()
  await first.maintain()
  expect(first.blocks().length).toBe(1)
  await first.close()
  const [name] = await world.disk.list('/data/blocks')
  const path = `/data/blocks/${name!}`
  const bytes = await world.disk.readFile(path)
  const at = Buffer.from(bytes).indexOf('TIL2') + 80
  world.disk.corrupt(path, at, bytes[at]! ^ 1)
  return { world, db: await Tsdb.open(world, options()), path, lines }
}

test('the scrubber finds a damaged tile by itself, counts it and tells it once', async () => {
  const { world, db, lines } = await damaged()
  await world.clock.advance(130_000)
  expect(db.stats).toMatchObject({ scrubDamages: 1 })
  expect(db.stats.scrubPasses).toBeGreaterThan(1)
  expect(db.stats.scrubBytes).toBeGreaterThan(100)
  expect(lines.filter((line) => line.startsWith('damage found')).length).toBe(1)
  await db.close()
})

test('only the series of a damaged tile lack samples, and the answer says so', async () => {
  const { db } = await damaged()
  const warnings: string[] = []
  const content = await everything(db, warnings)
  expect(content.get('{__name__="x", instance="a"}')!.size).toBe(1)
  expect(content.get('{__name__="x", instance="b"}')!.size).toBe(100)
  expect(warnings.join()).toMatch(
    /samples from \d+ to \d+ are missing: .*checksum of a tile does not match/,
  )
  await db.close()
})

test('repair keeps what can be read, sets the damaged file aside, and the scrubber is content', async () => {
  const { world, db, path } = await damaged()
  const before = await everything(db, [])
  expect(await db.repair()).toEqual([path.slice(path.lastIndexOf('/') + 1)])
  expect(await everything(db)).toEqual(before)
  expect(await db.repair()).toEqual([])
  await world.clock.advance(130_000)
  expect(db.stats.scrubDamages).toBe(0)
  const aside = await world.disk.list('/data/quarantine')
  expect(aside.some((name) => name.includes(path.slice(path.lastIndexOf('/') + 1)))).toBe(true)
  await db.close()
})

test('a disk that does not give back one tile costs a warning, and nothing once it does again', async () => {
  const { world, db } = await damaged()
  await db.repair()
  await db.close()
  const again = await Tsdb.open(world, options())
  world.disk.failAt(1, 'eio')
  const querier = again.querier(-1e15, 1e15)
  const { warnings } = await querier.select([], hints(-1e15, 1e15))
  querier.close()
  expect(warnings.length).toBe(1)
  expect((await everything(again)).size).toBe(2)
  await again.close()
})
