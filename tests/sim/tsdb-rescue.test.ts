// Starts that have too little memory for the log and die on their way, at any operation of the disk: the next one, a rescue
// start, may die likewise, and the one after it still has everything.
import { type SimDisk, SimRandom, type SimWorld, simWorld } from '@pharos/base/sim'
import { Tsdb } from '@pharos/tsdb'
import { expect, test } from 'vitest'
import { type Content, everything, options } from '../../packages/tsdb/src/testing/store.ts'
import { missing, Workload } from '../../packages/tsdb/src/testing/workload.ts'
import { dyingDisk } from './dying-disk.ts'

const MINUTE_MS = 60_000
const SEED = Number(process.env['SEED'] ?? 1)
const isFull = process.env['SIM_FULL'] === '1'
const small = { minBlockMs: 60 * MINUTE_MS, outOfOrderMs: MINUTE_MS }
const scarce = options({
  ...small,
  memory: { limitBytes: 100, usedBytes: () => 90, replayStepBytes: 2_000 },
})

async function killed(): Promise<{ world: SimWorld; disk: SimDisk; synced: Content }> {
  const world = simWorld({ seed: SEED })
  const db = await Tsdb.open(world, options(small))
  const work = new Workload(db, world.clock, new SimRandom(SEED), MINUTE_MS / 2)
  for (let i = 0; i < 50; i++) await work.step()
  await work.sync()
  return { world, disk: world.disk.crash(), synced: work.taken }
}

/** A start on `disk` whose machine dies before its n-th operation. @returns what it left; undefined when it came through */
async function dead(world: SimWorld, disk: SimDisk, n: number): Promise<SimDisk | undefined> {
  let left: SimDisk | undefined
  const dying = dyingDisk(disk, disk.operations + n, () => {
    left = disk.crash({ keep: n % 3 === 0 ? 'synced' : 'some', tearLastWrite: true, seed: n })
  })
  try {
    const db = await Tsdb.open({ ...world, disk: dying }, scarce)
    if (left === undefined) await db.close()
  } catch (error) {
    expect(error).toBeInstanceOf(Error)
  }
  return left
}

test('two starts in a row that die at any operation cost nothing that was synced', async () => {
  const { world, disk, synced } = await killed()
  const whole = disk.crash({ keep: 'all' })
  expect(await dead(world, whole, 1e9)).toBeUndefined()
  let deaths = 0
  for (let n = 1; n <= whole.operations; n += isFull ? 1 : 3) {
    // Some calls are several operations, and nobody dies between those.
    const first = await dead(world, disk.crash({ keep: 'all' }), n)
    if (first === undefined) continue
    deaths++
    const second = (await dead(world, first, 1 + ((n * 7) % 60))) ?? first
    const db = await Tsdb.open({ ...world, disk: second.crash({ keep: 'all' }) }, scarce)
    const content = await everything(db)
    const where = `operation ${n} of seed ${SEED}`
    expect(missing(synced, content), `lost: ${where}`).toEqual([])
    expect(missing(content, synced), `invented: ${where}`).toEqual([])
    await db.close()
  }
  expect(deaths).toBeGreaterThan(15)
})
