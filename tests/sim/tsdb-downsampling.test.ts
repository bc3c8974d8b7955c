// Lives of a store that thins its samples out while the power goes, the disk fails or is full. Nothing is invented, of each
// step the first and the last sample stay, and as many samples are counted as there were.
import { OutsideError } from '@pharos/base'
import { type SimDisk, SimRandom, simWorld } from '@pharos/base/sim'
import { isStale } from '@pharos/model'
import { Tsdb, type TsdbOptions } from '@pharos/tsdb'
import { expect, test } from 'vitest'
import {
  type Content,
  everything,
  hints,
  options,
  textOf,
} from '../../packages/tsdb/src/testing/store.ts'
import { slicedClock } from '../../packages/tsdb/src/testing/sliced-clock.ts'
import { missing, Workload } from '../../packages/tsdb/src/testing/workload.ts'
import { merge } from './content.ts'
import { dyingDisk } from './dying-disk.ts'

const FIRST = Number(process.env['SEED'] ?? 1)
const COUNT = Number(process.env['SEEDS'] ?? 12)
const MINUTE_MS = 60_000
const STEP_MS = 10_000

const OPTIONS: TsdbOptions = options({
  minBlockMs: MINUTE_MS,
  maxBlockMs: 9 * MINUTE_MS,
  downsampling: [
    { afterMs: MINUTE_MS, stepMs: STEP_MS },
    { afterMs: 4 * MINUTE_MS, stepMs: MINUTE_MS },
  ],
})

interface Model {
  /** What must be there, and what may. */
  readonly sure: Content
  readonly maybe: Content
}

interface Count {
  lives: number
  cuts: number
  downsamplings: number
  checks: number
}

/** A life that ends with a power cut, in the middle of some operation of the disk nearly always. */
async function live(
  disk: SimDisk,
  seed: number,
  startMs: number,
  model: Model,
  count: Count,
): Promise<{ disk: SimDisk; endMs: number }> {
  const random = new SimRandom(seed)
  const world = simWorld({ seed, startMs, disk })
  let left: SimDisk | undefined
  const cut = (): SimDisk =>
    disk.crash({
      keep: (['synced', 'some', 'all'] as const)[random.int(3)]!,
      tearLastWrite: random.chance(0.5),
      seed: random.int(1e9),
    })
  const dying = dyingDisk(disk, disk.operations + 1 + random.int(500), () => {
    left = cut()
    count.cuts++
  })
  if (random.chance(0.3)) disk.failAt(1 + random.int(300), random.chance(0.5) ? 'eio' : 'enospc')
  const clock = slicedClock(world.clock, new SimRandom(seed), 0.5, async () => {
    await new Promise((resolve) => setImmediate(resolve))
  })
  try {
    const db = await Tsdb.open({ ...world, disk: dying, clock }, OPTIONS)
    const work = new Workload(db, world.clock, random)
    for (let step = 10 + random.int(60); step > 0 && left === undefined; step--) await work.step()
    await work.sync()
    merge(model.sure, work.synced)
    merge(model.maybe, work.taken)
    count.downsamplings += db.stats.downsamplings
    if (random.chance(0.3) && left === undefined) await db.close()
  } catch (error) {
    // It could not be opened, or closed, on a disk that failed it.
    expect(error).toBeInstanceOf(OutsideError)
  }
  return { disk: left ?? cut(), endMs: world.clock.now() }
}

/** Of each series how many floats are counted. */
async function counted(db: Tsdb): Promise<Map<string, number>> {
  const querier = db.querier(-1e15, 1e15)
  const { groups } = await querier.select([], { ...hints(-1e15, 1e15), aggregate: 'sum' })
  querier.close()
  const found = new Map<string, number>()
  for (const group of groups) {
    const counts = new Float64Array(group.times.length)
    for (let series = 0; series < group.seriesCount; series++) {
      if (group.downsampled === undefined) continue
      group.downsampled.readCounts(series, counts)
      found.set(
        textOf(group.labels(series)),
        counts.reduce((sum, one) => sum + one, 0),
      )
    }
  }
  return found
}

const bits = new BigUint64Array(1)
const float = new Float64Array(bits.buffer)

/** Not stale, and no histogram. */
function isFloat(value: bigint | string): boolean {
  if (typeof value === 'string') return false
  bits[0] = value
  return !isStale(float[0]!)
}

function floatCount(samples: ReadonlyMap<number, bigint | string> | undefined): number {
  return [...(samples?.values() ?? [])].filter(isFloat).length
}

/** Samples that begin and end a step and are not shown. Steps of which something is not sure are left out. */
function missingEnds({ sure, maybe }: Model, shown: Content): string[] {
  const ends: Content = new Map()
  for (const [name, samples] of sure) {
    const steps = new Map<number, [number, bigint | string][]>()
    for (const [tMs, value] of [...maybe.get(name)!].toSorted(([a], [b]) => a - b)) {
      const step = Math.ceil(tMs / MINUTE_MS)
      const there = steps.get(step)
      if (there === undefined) steps.set(step, [[tMs, value]])
      else there.push([tMs, value])
    }
    const own = new Map<number, bigint | string>()
    for (const all of steps.values()) {
      if (all.some(([tMs]) => !samples.has(tMs))) continue
      const floats = all.filter(([, value]) => isFloat(value))
      for (const [tMs, value] of [floats[0], floats.at(-1)].filter((one) => one !== undefined))
        own.set(tMs, value)
      for (const [tMs, value] of all) if (typeof value === 'string') own.set(tMs, value)
    }
    ends.set(name, own)
  }
  return missing(ends, shown)
}

async function check(db: Tsdb, model: Model, where: string, count: Count): Promise<void> {
  const shown = await everything(db)
  expect(missing(shown, model.maybe).slice(0, 5), `invented: ${where}`).toEqual([])
  expect(missingEnds(model, shown).slice(0, 5), `lost: ${where}`).toEqual([])
  for (const [name, samples] of await counted(db)) {
    const [least, most] = [model.sure, model.maybe].map((content) => floatCount(content.get(name)))
    expect(samples, `counted of ${name}: ${where}`).toBeGreaterThanOrEqual(least!)
    expect(samples, `counted of ${name}: ${where}`).toBeLessThanOrEqual(most!)
    count.checks++
  }
}

async function story(seed: number, count: Count): Promise<void> {
  const random = new SimRandom(seed)
  const model: Model = { sure: new Map(), maybe: new Map() }
  let world = simWorld({ seed })
  for (let life = 3 + random.int(4); life > 0; life--) {
    count.lives++
    const own = await live(world.disk, seed * 100 + life, world.clock.now(), model, count)
    world = simWorld({ seed: seed + life, startMs: own.endMs + 1000, disk: own.disk })
    const again = await Tsdb.open(world, OPTIONS)
    const where = `seed ${seed}, ${life} lives before its end`
    await check(again, model, where, count)
    await world.clock.advance(10 * MINUTE_MS)
    await again.maintain()
    count.downsamplings += again.stats.downsamplings
    await check(again, model, `${where}, after upkeep`, count)
    await again.close()
    world = simWorld({ seed, startMs: world.clock.now() + 1000, disk: world.disk.crash() })
  }
}

test(`${COUNT} stories of thinned out samples from seed ${FIRST}`, async () => {
  const count: Count = { lives: 0, cuts: 0, downsamplings: 0, checks: 0 }
  for (let seed = FIRST; seed < FIRST + COUNT; seed++) await story(seed, count)
  expect(count.downsamplings).toBeGreaterThan(COUNT)
  expect(count.checks).toBeGreaterThan(COUNT)
  console.log(
    `${COUNT} stories from seed ${FIRST}: ${count.lives} lives, ${count.cuts} power cuts in mid-work, ` +
      `${count.downsamplings} blocks thinned out, ${count.checks} series counted`,
  )
}, 3_600_000)
