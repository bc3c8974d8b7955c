// Whole lives of a store, one story a seed: it is opened, worked on, something happens (the power goes, with what was not
// synced kept in part or torn; the disk fails at some operations, or is full for a while), and it is opened again, several
// times in a row. After each life everything synced is there and nothing was invented. `SEEDS=1000` tells more stories,
// beginning at `SEED`; `npm run sim -- --seeds 1000` does that.
import { type Clock, OutsideError } from '@pharos/base'
import { type SimDisk, SimRandom, type SimWorld, simWorld } from '@pharos/base/sim'
import { Tsdb } from '@pharos/tsdb'
import { expect, test } from 'vitest'
import { type Content, everything, options } from '../../packages/tsdb/src/testing/store.ts'
import { slicedClock } from '../../packages/tsdb/src/testing/sliced-clock.ts'
import { missing, Workload } from '../../packages/tsdb/src/testing/workload.ts'
import { dyingDisk } from './dying-disk.ts'

const FIRST = Number(process.env['SEED'] ?? 1)
const COUNT = Number(process.env['SEEDS'] ?? 12)
const MINUTE_MS = 60_000

type Happening = 'synced' | 'some' | 'all' | 'errors' | 'full'
const HAPPENINGS: readonly Happening[] = ['synced', 'some', 'all', 'errors', 'full']

interface Count {
  lives: number
  cuts: number
  operations: number
  samples: number
  /** Turns that upkeep gave to others. */
  rests: number
}

/** Upkeep rests at every other look; others go on then. */
function restless(world: SimWorld, count: Count): Clock {
  return slicedClock(world.clock, new SimRandom(world.clock.now()), 0.5, async () => {
    count.rests++
    await new Promise((resolve) => setImmediate(resolve))
  })
}

/** One life on a disk. @returns what it left, and what may and must be found on it */
async function live(
  world: SimWorld,
  random: SimRandom,
  before: Content,
  count: Count,
  isSliced: boolean,
): Promise<{ disk: SimDisk; synced: Content; taken: Content }> {
  const happening = HAPPENINGS[random.int(HAPPENINGS.length)]!
  const isCut = happening === 'synced' || happening === 'some' || happening === 'all'
  let left: SimDisk | undefined
  const cut = (keep: 'synced' | 'some' | 'all'): SimDisk =>
    world.disk.crash({ keep, tearLastWrite: random.chance(0.7), seed: random.int(1e9) })
  const at = world.disk.operations + 1 + random.int(260)
  const disk = isCut
    ? dyingDisk(world.disk, at, () => {
        left = cut(happening)
        count.cuts++
      })
    : world.disk
  for (let n = happening === 'errors' ? 1 + random.int(3) : 0; n > 0; n--) {
    world.disk.failAt(1 + random.int(250), random.chance(0.5) ? 'eio' : 'enospc')
  }
  let [synced, taken] = [before, before]
  try {
    const lateMs = random.chance(0.5) ? 3 * MINUTE_MS : 0
    const settings = options({
      minBlockMs: MINUTE_MS,
      maxBlockMs: 9 * MINUTE_MS,
      outOfOrderMs: lateMs,
    })
    const clock = isSliced ? restless(world, count) : world.clock
    const db = await Tsdb.open({ ...world, disk, clock }, settings)
    const work = new Workload(db, world.clock, random, lateMs)
    work.forgetUnsynced(before)
    const steps = 6 + random.int(18)
    const fullAt = random.int(steps)
    for (let step = 0; step < steps && left === undefined; step++) {
      if (happening === 'full' && step === fullAt) world.disk.capacityBytes = 20_000
      if (step === fullAt + 4) world.disk.capacityBytes = Infinity
      if (random.chance(0.15)) await world.clock.advance(70_000)
      await work.step()
    }
    await work.sync()
    if (random.chance(0.4) && left === undefined) await db.close()
    ;({ synced, taken } = work)
  } catch (error) {
    // It could not be opened, or closed, on a disk that failed it.
    expect(error).toBeInstanceOf(OutsideError)
  }
  count.operations += world.disk.operations
  return { disk: left ?? cut(random.chance(0.5) ? 'synced' : 'all'), synced, taken }
}

async function story(seed: number, count: Count, isSliced: boolean): Promise<void> {
  const random = new SimRandom(seed)
  let world = simWorld({ seed })
  let content: Content = new Map()
  for (let life = 2 + random.int(3); life > 0; life--) {
    count.lives++
    const { disk, synced, taken } = await live(world, random, content, count, isSliced)
    world = simWorld({ seed: seed + life, startMs: world.clock.now() + 1000, disk })
    const again = await Tsdb.open(
      world,
      options({ minBlockMs: MINUTE_MS, maxBlockMs: 9 * MINUTE_MS }),
    )
    content = await everything(again)
    const where = `seed ${seed}, ${life} lives before its end`
    expect(missing(synced, content).slice(0, 5), `lost: ${where}`).toEqual([])
    expect(missing(content, taken).slice(0, 5), `invented: ${where}`).toEqual([])
    await again.close()
    world = simWorld({ seed: seed + life, startMs: world.clock.now() + 1000, disk: disk.crash() })
  }
  for (const samples of content.values()) count.samples += samples.size
}

test('two errors in a row while a block is opened do not cost its samples (story 3245)', async () => {
  await story(3245, { lives: 0, cuts: 0, operations: 0, samples: 0, rests: 0 }, false)
}, 60_000)

test('a late sample of a group that had gone is not taken for one of a block (story 803)', async () => {
  await story(803, { lives: 0, cuts: 0, operations: 0, samples: 0, rests: 0 }, true)
}, 60_000)

test(`${COUNT} stories from seed ${FIRST} lose nothing that was synced and invent nothing`, async () => {
  const count: Count = { lives: 0, cuts: 0, operations: 0, samples: 0, rests: 0 }
  for (let seed = FIRST; seed < FIRST + COUNT; seed++) await story(seed, count, seed % 2 === 1)
  expect(count.samples).toBeGreaterThan(COUNT)
  console.log(
    `${COUNT} stories from seed ${FIRST}: ${count.lives} lives, ${count.cuts} power cuts in mid-work, ` +
      `${count.operations} disk operations, ${count.rests} rests of upkeep, ${count.samples} samples at the end`,
  )
}, 3_600_000)
