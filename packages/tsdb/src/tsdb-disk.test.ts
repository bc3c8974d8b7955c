// What the store makes of a disk that is full, damaged or full of strangers, and what it keeps for how long.
import type { Logger } from '@pharos/base'
import { silentLogger } from '@pharos/base'
import { SimDisk, type SimWorld, simWorld } from '@pharos/base/sim'
import { Labels } from '@pharos/model'
import { expect, test } from 'vitest'
import { AppendOutcome, type GroupAppender } from './appender.ts'
import { everything, options, shown } from './testing/store.ts'
import { Tsdb } from './tsdb.ts'

const KEY = Labels.from({ job: 'node', instance: 'a:9100' })
const HOUR_MS = 3_600_000
const WAL = '/data/wal/00000001'

function groupOf(db: Tsdb, columns: number): GroupAppender {
  const group = db.group(KEY, 'scrape')
  for (let c = 0; c < columns; c++) {
    group.column(Labels.from({ __name__: `m${c}`, job: 'node', instance: 'a:9100' }))
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

/** A store that was killed after `rows` synced rows, one each second. */
async function killed(rows: number): Promise<{ world: SimWorld; disk: SimDisk; t: number }> {
  const world = simWorld()
  const t = world.clock.now()
  const db = await Tsdb.open(world, options())
  const group = groupOf(db, 2)
  for (let i = 0; i < rows; i++) group.appendRow(t + i, new Float64Array([i, 0.5]))
  await db.sync()
  return { world, disk: world.disk.crash(), t }
}

test('a torn end of the WAL is cut, said and counted', async () => {
  for (const tail of [new Uint8Array(100), new Uint8Array(33).fill(0xd7), new Uint8Array([1])]) {
    const { world, disk, t } = await killed(5)
    const file = await disk.open(WAL, 'append')
    const whole = file.size()
    await file.append(tail)
    const lines: string[] = []
    const db = await Tsdb.open({ ...world, disk, log: listening(lines) }, options())
    expect(Object.values(await shown(db, t))[0]).toBe('0:0 1:1 2:2 3:3 4:4')
    expect(db.stats).toMatchObject({ walTruncatedBytes: tail.length, walCorruptions: 0 })
    expect(lines).toEqual([
      `torn end of a WAL file cut off {"file":"${WAL}","droppedBytes":${tail.length}}`,
    ])
    expect((await disk.stat(WAL))!.bytes).toBe(whole)
    await db.close()
  }
})

test('a damaged record in the middle costs itself; before and after it everything is there', async () => {
  const { world, disk, t } = await killed(20)
  const bytes = await disk.readFile(WAL)
  // The records of rows are short and equal in length: damage one in the middle of the file.
  const at = Math.floor(bytes.length * 0.6)
  disk.corrupt(WAL, at, bytes[at]! ^ 1)
  const lines: string[] = []
  const db = await Tsdb.open({ ...world, disk, log: listening(lines) }, options())
  const samples = Object.values(await shown(db, t))[0]!.split(' ')
  expect(samples.length).toBe(19)
  expect([samples[0], samples.at(-1)]).toEqual(['0:0', '19:19'])
  expect(db.stats).toMatchObject({ walTruncatedBytes: 0, walCorruptions: 1 })
  expect(lines.join('\n')).toContain('damaged span in a WAL file skipped')
  const kept = await disk.list('/data/quarantine')
  expect(kept.length).toBe(1)
  const span = await disk.readFile(`/data/quarantine/${kept[0]!}`)
  expect(bytes.join()).not.toContain(span.join())
  expect(span[0]).toBe(0xd7)
  await db.close()
})

test('on a full disk samples are refused, queries answered, and it goes on by itself', async () => {
  const world = simWorld({ capacityBytes: 20_000 })
  const t = world.clock.now()
  const db = await Tsdb.open(world, options())
  const group = groupOf(db, 100)
  const outcomes: AppendOutcome[] = []
  const row = new Float64Array(100)
  for (let i = 0; i < 60; i++) {
    for (let c = 0; c < row.length; c++) row[c] = Math.sin(i * 100 + c)
    outcomes.push(group.appendRow(t + i * 1000, row))
    await world.clock.advance(1000)
  }
  expect(outcomes[0]).toBe(AppendOutcome.ok)
  expect(outcomes.at(-1)).toBe(AppendOutcome.readOnly)
  expect(db.stats.isReadOnly).toBe(true)
  expect(db.readOnlyReason).toContain('no space left')
  await expect(db.sync()).rejects.toMatchObject({ code: 'tsdb/read-only' })
  const before = await everything(db)
  expect(before.size).toBe(100)
  world.disk.capacityBytes = Infinity
  await world.clock.advance(6000)
  expect(db.stats.isReadOnly).toBe(false)
  expect(db.readOnlyReason).toBeUndefined()
  expect(group.appendRow(world.clock.now(), row)).toBe(AppendOutcome.ok)
  await db.sync()
  const all = await everything(db)
  const again = await Tsdb.open({ ...world, disk: world.disk.crash() }, options())
  expect(await everything(again)).toEqual(all)
  await again.close()
})

test('a store opens on a disk without room and takes samples when there is some', async () => {
  const { world, disk, t } = await killed(5)
  disk.capacityBytes = 0
  const db = await Tsdb.open({ ...world, disk }, options({ minFreeDiskBytes: 1000 }))
  const group = groupOf(db, 2)
  await db.maintain()
  expect(group.appendRow(t + 100, new Float64Array([1, 1]))).toBe(AppendOutcome.readOnly)
  expect(Object.values(await shown(db, t))[0]).toBe('0:0 1:1 2:2 3:3 4:4')
  disk.capacityBytes = 1e6
  await db.maintain()
  await db.maintain()
  expect(group.appendRow(t + 100, new Float64Array([1, 1]))).toBe(AppendOutcome.ok)
  await db.sync()
  await db.close()
})

test('strangers are left alone at the top and set aside where only our files belong', async () => {
  const { world, disk } = await killed(3)
  await disk.makeDirectory('/data/chunks_head')
  for (const path of ['/data/notes.txt', '/data/wal/notes', '/data/head/x.seg', '/data/blocks/x']) {
    await disk.writeFileAtomic(path, new Uint8Array([1, 2, 3]))
  }
  await disk.writeFileAtomic('/data/blocks/01ARZ3NDEKTSV4RRFFQ69G5FAV.blk', new Uint8Array(0))
  await disk.writeFileAtomic('/data/blocks/01ARZ3NDEKTSV4RRFFQ69G5FAV.blk.tmp', new Uint8Array(9))
  const lines: string[] = []
  const db = await Tsdb.open({ ...world, disk, log: listening(lines) }, options())
  expect((await everything(db)).size).toBe(2)
  expect(await disk.list('/data/quarantine')).toEqual([
    '01ARZ3NDEKTSV4RRFFQ69G5FAV.blk',
    'notes',
    'x',
    'x.seg',
  ])
  expect(await disk.list('/data/blocks')).toEqual([])
  expect((await disk.stat('/data/notes.txt'))!.bytes).toBe(3)
  expect(lines.filter((line) => line.includes('unknown name')).length).toBe(2)
  await db.close()
})

test('a file of a newer format is refused before anything is touched', async () => {
  const { world, disk } = await killed(3)
  const { fileHeader } = await import('./wal/file-header.ts')
  const { crc32c } = await import('@pharos/base')
  const header = fileHeader('PHW1', 0)
  header[4] = 2
  new DataView(header.buffer).setUint32(16, crc32c(header, 0, 16), true)
  await disk.writeFileAtomic('/data/wal/00000002', header.slice(0, 20))
  await expect(Tsdb.open({ ...world, disk }, options())).rejects.toMatchObject({
    code: 'tsdb/version',
    message: expect.stringContaining('/data/wal/00000002: format version 2'),
  })
  expect(await disk.list('/data/wal')).toEqual(['00000001', '00000002'])
  await disk.remove('/data/wal/00000002')
  const db = await Tsdb.open({ ...world, disk }, options())
  expect((await everything(db)).size).toBe(2)
  await db.close()
})

/** A store with a row a minute over so many hours, kept up as time goes. */
async function filled(hours: number, changes: Parameters<typeof options>[0]): Promise<Tsdb> {
  const world = simWorld({ startMs: 1_767_225_600_000 })
  const db = await Tsdb.open(world, options(changes))
  const group = groupOf(db, 20)
  const row = new Float64Array(20)
  for (let minute = 0; minute < hours * 60; minute++) {
    for (let c = 0; c < row.length; c++) row[c] = minute * c + Math.sin(minute * c)
    expect(group.appendRow(world.clock.now(), row)).toBe(AppendOutcome.ok)
    if (minute % 30 === 0) await db.maintain()
    await world.clock.advance(60_000)
  }
  await db.maintain()
  return db
}

test('blocks grow from two hours to six and eighteen, and go when they are older than the retention', async () => {
  await using db = await filled(60, { retentionMs: 30 * HOUR_MS })
  const spans = db
    .blocks()
    .map((block) => Math.round((block.maxTimeMs - block.minTimeMs) / HOUR_MS))
  expect(spans).toEqual([18, 18, 2, 2])
  expect(db.stats.retentionDeletedBlocks).toBeGreaterThan(0)
  expect(db.maxTimeMs - db.minTimeMs).toBeGreaterThan(30 * HOUR_MS)
})

test('the oldest blocks go when all together are over the retention size', async () => {
  await using db = await filled(30, { retentionMs: 0, retentionBytes: 120_000 })
  const { blockBytes, retentionDeletedBlocks } = db.stats
  expect(retentionDeletedBlocks).toBeGreaterThan(0)
  expect(blockBytes).toBeLessThan(120_000)
  expect(db.blocks().length).toBeGreaterThan(0)
})

test('fresh blocks wait for the one who copies them away', async () => {
  const world = simWorld()
  await world.disk.makeDirectory('/elsewhere')
  const file = '/elsewhere/thanos.shipper.json'
  const name = (ulids: readonly string[]): Promise<void> =>
    world.disk.writeFileAtomic(
      file,
      new TextEncoder().encode(JSON.stringify({ version: 1, uploaded: ulids })),
    )
  const db = await Tsdb.open(world, options({ delayCompactFile: file }))
  const group = groupOf(db, 1)
  for (let i = 0; i < 12 * 9; i++) {
    await world.clock.advance(HOUR_MS / 12)
    group.appendRow(world.clock.now(), new Float64Array([i]))
    await db.maintain()
  }
  const fresh = db.blocks()
  expect(fresh.length).toBeGreaterThan(3)
  expect(new Set(fresh.map(({ level }) => level))).toEqual(new Set([1]))
  await name(fresh.map(({ ulid }) => ulid))
  await db.maintain()
  expect(db.blocks().length).toBeLessThan(fresh.length)
  expect(db.blocks()[0]!.level).toBe(2)
  await db.close()
})

test('a querier reads on while its blocks are joined and removed', async () => {
  const world = simWorld()
  const small = options({ minBlockMs: 60_000, maxBlockMs: 540_000 })
  await using db = await Tsdb.open(world, small)
  const group = groupOf(db, 2)
  const step = async (): Promise<void> => {
    group.appendRow(world.clock.now(), new Float64Array([world.clock.now(), 1]))
    await world.clock.advance(10_000)
  }
  for (let i = 0; i < 20; i++) await step()
  await db.maintain()
  const before = await everything(db)
  const held = db.querier(-1e15, 1e15)
  for (let i = 0; i < 60; i++) await step()
  await db.maintain()
  expect(Math.max(...db.blocks().map(({ level }) => level))).toBeGreaterThan(1)
  expect(await everything({ querier: () => held })).toEqual(before)
})

test('the log stays short although a group writes once in half an hour', async () => {
  const world = simWorld()
  const db = await Tsdb.open(world, options({ minBlockMs: HOUR_MS / 6, maxBlockMs: HOUR_MS / 2 }))
  const fast = groupOf(db, 1)
  const slow = db.group(Labels.from({ job: 'slow' }), 'rules')
  slow.column(Labels.from({ __name__: 'slow', job: 'slow' }))
  let filesMax = 0
  for (let i = 0; i < 6 * 120; i++) {
    await world.clock.advance(HOUR_MS / 120)
    fast.appendRow(world.clock.now(), new Float64Array([i]))
    if (i % 60 === 0) slow.appendRow(world.clock.now(), new Float64Array([i]))
    if (i % 10 === 0) await db.maintain()
    filesMax = Math.max(filesMax, world.disk.listSync('/data/wal').length)
  }
  // A file each ten minutes: 36 of them were begun.
  expect(world.disk.listSync('/data/wal').at(-1)! > '00000030').toBe(true)
  expect(filesMax).toBeLessThan(8)
  const again = await Tsdb.open({ ...world, disk: world.disk.crash() }, options())
  const sizes = [...(await everything(again))].map(([, samples]) => samples.size)
  expect(sizes.toSorted((a, b) => a - b)[0]).toBe(12)
  await again.close()
})

test('a clean stop leaves nothing to replay', async () => {
  const { world, disk } = await killed(200)
  const first = await Tsdb.open({ ...world, disk }, options())
  const before = await everything(first)
  await first.close()
  expect((await disk.list('/data/wal')).length).toBeLessThanOrEqual(1)
  expect((await disk.list('/data/head')).length).toBe(1)
  const second = await Tsdb.open({ ...world, disk }, options())
  expect(await everything(second)).toEqual(before)
  await second.close()
})
