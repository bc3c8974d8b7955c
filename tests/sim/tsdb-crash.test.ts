// The store on a disk that dies, fails or rots: power cuts at every operation, one failing operation at every place,
// and single flipped bytes in every file. `SIM_FULL=1` visits every operation instead of a sample of them.
import { type Disk, type Logger, OutsideError, silentLogger } from '@pharos/base'
import {
  type CrashOptions,
  type SimDisk,
  SimRandom,
  type SimWorld,
  simWorld,
} from '@pharos/base/sim'
import { Tsdb } from '@pharos/tsdb'
import { expect, test } from 'vitest'
import { type Content, everything, options } from '../../packages/tsdb/src/testing/store.ts'
import { missing, Workload } from '../../packages/tsdb/src/testing/workload.ts'
import { dyingDisk } from './dying-disk.ts'

const MINUTE_MS = 60_000
const STEPS = 30
const isFull = process.env['SIM_FULL'] === '1'
const SEED = Number(process.env['SEED'] ?? 1)
/** Every second seed lets samples come late, over the end of windows too. */
const LATE_MS = SEED % 2 === 0 ? 0 : 3 * MINUTE_MS
const small = options({
  minBlockMs: MINUTE_MS,
  maxBlockMs: 9 * MINUTE_MS,
  outOfOrderMs: LATE_MS,
})

interface Run {
  readonly world: SimWorld
  readonly work: Workload
}

/**
 * Opens a store and works on it until the disk fails it for good or the work is done.
 * @param stepped  called after each step
 */
async function run(
  world: SimWorld,
  disk: Disk,
  seed: number,
  stepped: (db: Tsdb) => Promise<void> = () => Promise.resolve(),
): Promise<Run | undefined> {
  let db: Tsdb
  try {
    db = await Tsdb.open({ ...world, disk }, small)
  } catch (error) {
    expect(error).toBeInstanceOf(OutsideError)
    return undefined
  }
  const work = new Workload(db, world.clock, new SimRandom(seed), LATE_MS)
  for (let i = 0; i < STEPS; i++) {
    await work.step()
    await stepped(db)
    // Whatever the seed brings, windows end and become blocks.
    if (i % 10 !== 9) continue
    await world.clock.advance(70_000)
    await work.step()
    await db.maintain()
  }
  await work.sync()
  return { world, work }
}

async function operationsOf(seed: number): Promise<number> {
  const world = simWorld({ seed })
  const done = (await run(world, world.disk, seed))!
  expect(done.work.synced.size).toBeGreaterThan(10)
  expect(done.work.db.blocks().length).toBeGreaterThan(0)
  await done.work.db.close()
  return world.disk.operations
}

function places(count: number, wanted: number): number[] {
  const step = isFull ? 1 : Math.max(1, Math.floor(count / wanted))
  const all: number[] = []
  for (let n = 1; n <= count; n += step) all.push(n)
  return all
}

async function crashAt(n: number, crash: CrashOptions): Promise<void> {
  const world = simWorld({ seed: SEED })
  let left: SimDisk | undefined
  const disk = dyingDisk(world.disk, n, () => {
    left = world.disk.crash({ ...crash, seed: n })
  })
  const done = await run(world, disk, SEED)
  left ??= world.disk.crash({ ...crash, seed: n })
  const again = await Tsdb.open({ ...world, disk: left }, small)
  const content = await everything(again)
  const where = `operation ${n} of seed ${SEED}, ${JSON.stringify(crash)}`
  if (done === undefined) {
    expect(content.size, where).toBe(0)
  } else {
    expect(missing(done.work.synced, content), `lost: ${where}`).toEqual([])
    expect(missing(content, done.work.taken), `invented: ${where}`).toEqual([])
  }
  await again.close()
  const third = await Tsdb.open({ ...world, disk: left }, small)
  expect(missing(content, await everything(third)), `lost later: ${where}`).toEqual([])
  await third.close()
}

test('after a power cut at any operation every synced row is there and none is invented', async () => {
  for (const n of places(await operationsOf(SEED), 60)) await crashAt(n, { keep: 'synced' })
})

test('writes that reached the disk in any part and order do no harm', async () => {
  for (const n of places(await operationsOf(SEED), 60)) {
    await crashAt(n, { keep: 'some', tearLastWrite: true })
  }
})

test('after a crash of the process alone nothing that was written is missing', async () => {
  for (const n of places(await operationsOf(SEED), 30)) {
    await crashAt(n, { keep: 'all', tearLastWrite: true })
  }
})

test('what a query has shown is there after a crash of the process at any operation', async () => {
  let shownSamples = 0
  for (const n of places(await operationsOf(SEED), 30)) {
    const world = simWorld({ seed: SEED })
    let left: SimDisk | undefined
    const disk = dyingDisk(world.disk, n, () => {
      left = world.disk.crash({ keep: 'all' })
    })
    let shown: Content = new Map()
    const done = await run(world, disk, SEED, async (db) => {
      const content = await everything(db, [])
      if (left === undefined) shown = content
    })
    if (done === undefined) continue
    left ??= world.disk.crash({ keep: 'all' })
    const again = await Tsdb.open({ ...world, disk: left }, small)
    const where = `operation ${n} of seed ${SEED}`
    expect(missing(shown, await everything(again)), `lost: ${where}`).toEqual([])
    for (const samples of shown.values()) shownSamples += samples.size
    await again.close()
  }
  expect(shownSamples).toBeGreaterThan(1000)
})

test('a crash at any operation of a clean stop costs nothing', async () => {
  const whole = simWorld({ seed: SEED })
  const { work } = (await run(whole, whole.disk, SEED))!
  const from = whole.disk.operations
  await work.db.close()
  const count = whole.disk.operations - from
  expect(count).toBeGreaterThan(10)
  for (const n of places(count, 8)) {
    for (const keep of ['synced', 'some', 'all'] as const) {
      const world = simWorld({ seed: SEED })
      let left: SimDisk | undefined
      const disk = dyingDisk(world.disk, from + n, () => {
        left = world.disk.crash({ keep, tearLastWrite: true, seed: n })
      })
      const done = (await run(world, disk, SEED))!
      await done.work.db.close().catch((error: unknown) => {
        expect(error).toBeInstanceOf(OutsideError)
      })
      const again = await Tsdb.open({ ...world, disk: left ?? world.disk.crash() }, small)
      const where = `operation ${n} of the stop, seed ${SEED}, ${keep} kept`
      expect(missing(done.work.synced, await everything(again)), `lost: ${where}`).toEqual([])
      await again.close()
    }
  }
})

for (const errno of ['eio', 'enospc']) {
  test(`one operation that fails with ${errno.toUpperCase()}, wherever it is, costs no synced row`, async () => {
    for (const n of places(await operationsOf(SEED), 60)) {
      const world = simWorld({ seed: SEED })
      world.disk.failAt(n, errno)
      const done = await run(world, world.disk, SEED)
      const where = `operation ${n} of seed ${SEED}`
      const left = world.disk.crash()
      const again = await Tsdb.open({ ...world, disk: left }, small)
      const content = await everything(again)
      if (done !== undefined) {
        expect(missing(done.work.synced, content), `lost: ${where}`).toEqual([])
        expect(missing(content, done.work.taken), `invented: ${where}`).toEqual([])
        // It stood again by itself: the last sync of the run was answered.
        expect(missing(done.work.taken, done.work.synced), `not recovered: ${where}`).toEqual([])
      }
      await again.close()
    }
  })
}

test('a flipped byte in any file never yields a wrong value, and is noticed', async () => {
  const world = simWorld({ seed: SEED })
  const { work } = (await run(world, world.disk, SEED))!
  // A first start removes what was replaced before the cut; all that is left then is in use.
  const settled = world.disk.crash()
  await Tsdb.open({ ...world, disk: settled }, small)
  const left = settled.crash({ keep: 'all' })
  const files: { path: string; bytes: Uint8Array }[] = []
  for (const folder of ['wal', 'head', 'blocks']) {
    for (const name of left.listSync(`/data/${folder}`)) {
      const path = `/data/${folder}/${name}`
      files.push({ path, bytes: await left.readFile(path) })
    }
  }
  expect(files.length).toBeGreaterThan(2)
  const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0)
  let flips = 0
  for (const { path, bytes } of files) {
    const random = new SimRandom(SEED)
    for (const n of places(bytes.length, Math.ceil((150 * bytes.length) / total))) {
      const copy = left.crash({ keep: 'all' })
      copy.corrupt(path, n - 1, bytes[n - 1]! ^ (1 << random.int(8)))
      const where = `byte ${n - 1} of ${path}, seed ${SEED}`
      const noticed: string[] = []
      const again = await Tsdb.open({ ...world, disk: copy, log: listening(noticed) }, small)
      const content = await everything(again, noticed)
      expect(missing(content, work.taken), `wrong: ${where}`).toEqual([])
      expect(noticed, `not noticed: ${where}`).not.toEqual([])
      await again.close()
      flips++
    }
  }
  console.log(`${flips} flipped bytes of ${total} in ${files.length} files, each noticed`)
})

/** Hears what an operator should hear. */
function listening(lines: string[]): Logger {
  const log: Logger = {
    ...silentLogger,
    warn: (message) => void lines.push(message),
    error: (message) => void lines.push(message),
    component: () => log,
  }
  return log
}
