// Deletions and power cuts: once a deletion was answered its samples stay hidden, whatever dies afterwards, and all
// others stay. `SIM_FULL=1` visits every operation instead of a sample of them.
import { type Disk, OutsideError } from '@pharos/base'
import {
  type CrashOptions,
  type SimDisk,
  SimRandom,
  type SimWorld,
  simWorld,
} from '@pharos/base/sim'
import { Matcher } from '@pharos/model'
import { Tsdb } from '@pharos/tsdb'
import { expect, test } from 'vitest'
import { type Content, everything, options } from '../../packages/tsdb/src/testing/store.ts'
import { missing, Workload } from '../../packages/tsdb/src/testing/workload.ts'
import { less, matching, merge } from './content.ts'
import { dyingDisk } from './dying-disk.ts'

const MINUTE_MS = 60_000
const small = options({ minBlockMs: MINUTE_MS, maxBlockMs: 9 * MINUTE_MS })
const isFull = process.env['SIM_FULL'] === '1'
const SEED = Number(process.env['SEED'] ?? 1)

/** What is deleted in turn: a metric in all groups, a whole group, everything. */
const TARGETS: readonly (readonly Matcher[])[] = [
  [new Matcher('=', '__name__', 'metric_3')],
  [new Matcher('=', 'job', 'job0')],
  [new Matcher('=~', '__name__', 'metric_[01]')],
  [new Matcher('=~', '__name__', '.+')],
]

interface Run {
  readonly work: Workload
  /** Must not be seen: their deletion was answered. */
  readonly hidden: Content
  /** May be seen or not: the answer did not come. */
  readonly undecided: Content
}

async function run(world: SimWorld, disk: Disk): Promise<Run | undefined> {
  let db: Tsdb
  try {
    db = await Tsdb.open({ ...world, disk }, small)
  } catch (error) {
    expect(error).toBeInstanceOf(OutsideError)
    return undefined
  }
  const work = new Workload(db, world.clock, new SimRandom(SEED))
  const hidden: Content = new Map()
  const undecided: Content = new Map()
  for (const [i, target] of TARGETS.entries()) {
    for (let step = 0; step < 6; step++) await work.step()
    const found = matching(work.taken, target)
    try {
      await db.deleteSeries([target], -1e15, 1e15)
      merge(hidden, found)
      if (i === 1) {
        // Taken back before anything was rewritten: all of it is there again, what the first one hid excepted.
        await db.deleteSeries([TARGETS[2]!], -1e15, 1e15)
        await db.undeleteSeries([TARGETS[2]!])
      }
      if (i % 2 === 0) await db.cleanTombstones()
      if (i === 2) await db.snapshot(false)
    } catch (error) {
      expect(error).toBeInstanceOf(OutsideError)
      merge(undecided, found)
      if (i === 1) merge(undecided, matching(work.taken, TARGETS[2]!))
    }
    for (let step = 0; step < 3; step++) await work.step()
    await world.clock.advance(70_000)
    await work.step()
    await db.maintain()
  }
  await work.sync()
  return { work, hidden, undecided }
}

async function check(
  done: Run | undefined,
  left: SimDisk,
  world: SimWorld,
  where: string,
): Promise<void> {
  // A start and one after a further power cut see the same.
  let disk = left
  for (let start = 1; start <= 2; start++) {
    const again = await Tsdb.open({ ...world, disk }, small)
    const content = await everything(again)
    if (done === undefined) {
      expect(content.size, where).toBe(0)
    } else {
      const { work, hidden, undecided } = done
      const wanted = less(less(work.synced, hidden), undecided)
      expect(missing(wanted, content), `lost at start ${start}: ${where}`).toEqual([])
      const allowed = less(work.taken, hidden)
      merge(allowed, matchingTimes(work.taken, less(undecided, hidden)))
      expect(missing(content, allowed), `back or invented at start ${start}: ${where}`).toEqual([])
    }
    if (start === 2) await again.close()
    else disk = disk.crash()
  }
}

function matchingTimes(content: Content, times: Content): Content {
  const found: Content = new Map()
  for (const [name, samples] of times) {
    const all = content.get(name)
    found.set(name, new Map([...samples].filter(([tMs]) => all?.has(tMs) === true)))
  }
  return found
}

async function operationCount(): Promise<number> {
  const world = simWorld({ seed: SEED })
  const { work, hidden, undecided } = (await run(world, world.disk))!
  expect(hidden.size).toBeGreaterThan(10)
  expect(undecided.size).toBe(0)
  await work.db.close()
  return world.disk.operations
}

function places(count: number, wanted: number): number[] {
  const step = isFull ? 1 : Math.max(1, Math.floor(count / wanted))
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => 1 + i * step)
}

const CRASHES: readonly CrashOptions[] = [
  { keep: 'synced' },
  { keep: 'some', tearLastWrite: true },
  { keep: 'all', tearLastWrite: true },
]

for (const crash of CRASHES) {
  test(`what was deleted stays deleted after a cut at any operation (${crash.keep} of the rest kept)`, async () => {
    for (const n of places(await operationCount(), 12)) {
      const world = simWorld({ seed: SEED })
      let left: SimDisk | undefined
      const disk = dyingDisk(world.disk, n, () => {
        left = world.disk.crash({ ...crash, seed: n })
      })
      const done = await run(world, disk)
      left ??= world.disk.crash({ ...crash, seed: n })
      await check(done, left, world, `operation ${n} of seed ${SEED}, ${JSON.stringify(crash)}`)
    }
  })
}

for (const errno of ['eio', 'enospc']) {
  test(`one operation that fails with ${errno.toUpperCase()} brings no deleted sample back`, async () => {
    for (const n of places(await operationCount(), 12)) {
      const world = simWorld({ seed: SEED })
      world.disk.failAt(n, errno)
      const done = await run(world, world.disk)
      const where = `operation ${n} of seed ${SEED}, ${errno}`
      await check(done, world.disk.crash(), world, where)
    }
  })
}
