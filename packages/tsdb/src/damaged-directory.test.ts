// Directories that somebody or something has been at: files missing, empty or damaged, a disk without room or rights.
import { type Logger, silentLogger } from '@pharos/base'
import { type SimDisk, type SimWorld, simWorld } from '@pharos/base/sim'
import { Labels, Matcher } from '@pharos/model'
import { expect, test } from 'vitest'
import { AppendOutcome, type GroupAppender } from './appender.ts'
import { everything, hints, options } from './testing/store.ts'
import { Tsdb } from './tsdb.ts'

const MINUTE_MS = 60_000
const small = options({ minBlockMs: 10 * MINUTE_MS, maxBlockMs: 30 * MINUTE_MS })

function groupOf(db: Tsdb, instance: string): GroupAppender {
  const group = db.group(Labels.from({ job: 'node', instance }), 'scrape')
  for (const name of ['a', 'b']) {
    group.column(Labels.from({ __name__: name, job: 'node', instance }))
  }
  return group
}

function listening(lines: string[]): Logger {
  const log: Logger = {
    ...silentLogger,
    warn: (message, fields) => void lines.push(`${message} ${JSON.stringify(fields)}`),
    error: (message, fields) => void lines.push(`${message} ${JSON.stringify(fields)}`),
    component: () => log,
  }
  return log
}

async function scrapeFor(world: SimWorld, db: Tsdb, minutes: number): Promise<void> {
  const groups = ['h:1', 'h:2'].map((instance) => groupOf(db, instance))
  for (let i = 0; i < minutes * 4; i++) {
    await world.clock.advance(15_000)
    for (const group of groups) group.appendRow(world.clock.now(), new Float64Array([i, i * 3]))
    if (i % 20 === 19) await db.maintain()
  }
  await db.sync()
  for (const group of groups) group.release()
}

/** A killed store with blocks, segments and several files of the log. */
async function killed(): Promise<{ world: SimWorld; disk: SimDisk }> {
  const world = simWorld()
  const db = await Tsdb.open(world, small)
  await scrapeFor(world, db, 100)
  return { world, disk: world.disk.crash() }
}

const sampleCount = (content: Map<string, Map<number, unknown>>): number =>
  [...content.values()].reduce((sum, samples) => sum + samples.size, 0)

test('a file that is missing or empty, whichever, costs its own samples and no start', async () => {
  const { world, disk } = await killed()
  const paths: string[] = []
  for (const folder of ['wal', 'head', 'blocks']) {
    for (const name of await disk.list(`/data/${folder}`)) paths.push(`/data/${folder}/${name}`)
  }
  expect(paths.length).toBeGreaterThan(4)
  const whole = await Tsdb.open({ ...world, disk: disk.crash({ keep: 'all' }) }, small)
  const all = await everything(whole)
  expect(sampleCount(all)).toBe(1600)
  for (const path of paths) {
    for (const isEmpty of [false, true]) {
      const own = disk.crash({ keep: 'all' })
      await own.remove(path)
      if (isEmpty) await (await own.open(path, 'create')).close()
      const db = await Tsdb.open({ ...world, disk: own }, small)
      const content = await everything(db)
      for (const [series, samples] of content) {
        for (const [tMs, value] of samples) expect(all.get(series)?.get(tMs)).toBe(value)
      }
      const where = `${path} ${isEmpty ? 'empty' : 'missing'}`
      expect(sampleCount(content), where).toBeLessThanOrEqual(1600)
      expect(sampleCount(content), where).toBeGreaterThan(600)
      const row = groupOf(db, 'h:1').appendRow(world.clock.now() + 1, new Float64Array([1, 1]))
      expect(row, where).toBe(AppendOutcome.ok)
      await db.sync()
      await db.close()
    }
  }
})

test('damage inside the log neither stops its end nor is met again by the next start', async () => {
  const { world, disk } = await killed()
  const log = (await disk.list('/data/wal')).at(-1)!
  const bytes = await disk.readFile(`/data/wal/${log}`)
  const at = Math.floor(bytes.length / 2)
  disk.corrupt(`/data/wal/${log}`, at, bytes[at]! ^ 0x40)
  const lines: string[] = []
  const db = await Tsdb.open({ ...world, disk, log: listening(lines) }, small)
  expect(db.stats.walCorruptions).toBe(1)
  expect(lines.join('\n')).toContain('damaged span in a WAL file skipped')
  await scrapeFor(world, db, 60)
  const left = await disk.list('/data/wal')
  expect(left.length).toBeLessThan(4)
  expect(left).not.toContain(log)
  const content = await everything(db)
  const later: string[] = []
  const again = await Tsdb.open({ ...world, disk: disk.crash(), log: listening(later) }, small)
  expect(again.stats.walCorruptions).toBe(0)
  expect(later).toEqual([])
  expect(await everything(again)).toEqual(content)
  await again.close()
})

test('a disk that is full at the start is read only; what is too old makes room, and nothing else goes', async () => {
  const { world, disk } = await killed()
  const before = await disk.list('/data/blocks')
  expect(before.length).toBeGreaterThan(1)
  disk.capacityBytes = 0
  const short = { ...small, minFreeDiskBytes: 1 }
  const keeping = await Tsdb.open({ ...world, disk: disk.crash({ keep: 'all' }) }, short)
  await keeping.maintain()
  expect(keeping.stats.isReadOnly).toBe(true)
  expect(keeping.blocks()).toHaveLength(before.length)
  const own = disk.crash({ keep: 'all' })
  const expiring = await Tsdb.open(
    { ...world, disk: own },
    { ...short, retentionMs: 30 * MINUTE_MS },
  )
  await expiring.maintain()
  expect((await own.list('/data/blocks')).length).toBeLessThan(before.length)
  expect(expiring.blocks().length).toBeGreaterThan(0)
})

test('too many open files, no rights and a read-only mount are said at the start, and nothing is touched', async () => {
  for (const errno of ['emfile', 'enfile', 'eacces', 'erofs']) {
    const { world, disk } = await killed()
    const files = async (of: SimDisk): Promise<string[]> => [
      ...(await of.list('/data/wal')),
      ...(await of.list('/data/head')),
      ...(await of.list('/data/blocks')),
    ]
    const before = await files(disk)
    for (let n = 1; n < 400; n++) disk.failAt(n, errno)
    await expect(Tsdb.open({ ...world, disk }, small), errno).rejects.toMatchObject({
      code: `disk/${errno}`,
    })
    const left = disk.crash()
    expect(await files(left)).toEqual(before)
    const again = await Tsdb.open({ ...world, disk: left }, small)
    expect(sampleCount(await everything(again)), errno).toBe(1600)
    await again.close()
  }
})

test('while the disk opens no file the log waits, and goes on by itself', async () => {
  const world = simWorld()
  const db = await Tsdb.open(world, small)
  await scrapeFor(world, db, 12)
  const before = sampleCount(await everything(db))
  for (let n = 1; n < 40; n++) world.disk.failAt(n, 'emfile')
  const group = groupOf(db, 'h:1')
  let taken = 0
  for (let i = 0; i < 40; i++) {
    await world.clock.advance(15_000)
    if (group.appendRow(world.clock.now(), new Float64Array([1, 2])) === AppendOutcome.ok) taken++
    await db.maintain()
  }
  expect(db.readOnlyReason).toBeUndefined()
  expect(taken).toBeGreaterThan(10)
  await db.sync()
  const again = await Tsdb.open({ ...world, disk: world.disk.crash() }, small)
  expect(sampleCount(await everything(again))).toBe(before + 2 * taken)
  await again.close()
})

test('a snapshot that was taken under load gives the answers of the store for its range', async () => {
  const { world, disk } = await killed()
  const db = await Tsdb.open({ ...world, disk }, small)
  const group = groupOf(db, 'h:1')
  const untilMs = world.clock.now()
  group.appendRow(untilMs + 1, new Float64Array([7, 8]))
  const snapshot = db.snapshot(false)
  for (let i = 2; i < 50; i++) group.appendRow(untilMs + i, new Float64Array([i, i]))
  const name = await snapshot
  const restored = await Tsdb.open(
    { ...world, disk },
    { ...small, path: `/data/snapshots/${name}` },
  )
  const answer = async (of: Tsdb): Promise<unknown[]> => {
    const querier = of.querier(-1e15, untilMs + 1)
    const matchers = [new Matcher('=~', '__name__', 'a|b')]
    const { groups } = await querier.select(matchers, hints(-1e15, untilMs + 1))
    querier.close()
    const rows = groups.flatMap((found) =>
      Array.from({ length: found.seriesCount }, (_, series) => {
        const values = new Float64Array(found.times.length)
        found.readValues(series, values)
        const bytes = Buffer.from(values.buffer).toString('hex')
        return `${[...found.labels(series)].join()} ${found.times.join()} ${bytes}`
      }),
    )
    return rows.sort()
  }
  const want = await answer(db)
  expect(want).toHaveLength(4)
  expect(await answer(restored)).toEqual(want)
  await restored.close()
  await db.close()
})
