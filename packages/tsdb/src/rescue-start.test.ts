// A start that has less memory than the log wants: it seals on its way, and the one after a start that was killed does it early.
import { type Logger, silentLogger } from '@pharos/base'
import { type SimDisk, SimRandom, type SimWorld, simWorld } from '@pharos/base/sim'
import { Labels } from '@pharos/model'
import { expect, test } from 'vitest'
import { type Content, everything, options } from './testing/store.ts'
import { missing, Workload } from './testing/workload.ts'
import { Tsdb } from './tsdb.ts'
import type { MemoryBudget } from './tsdb-options.ts'

const MINUTE_MS = 60_000
const small = { minBlockMs: 60 * MINUTE_MS, outOfOrderMs: MINUTE_MS }

/** A store that was killed after some work of every kind, none of which is in a segment. */
async function killed(seed: number): Promise<{ world: SimWorld; disk: SimDisk; taken: Content }> {
  const world = simWorld({ seed })
  const db = await Tsdb.open(world, options(small))
  const work = new Workload(db, world.clock, new SimRandom(seed), MINUTE_MS / 2)
  for (let i = 0; i < 60; i++) await work.step()
  await work.sync()
  return { world, disk: world.disk.crash(), taken: work.taken }
}

function budget(limitBytes: number, usedBytes: () => number): MemoryBudget {
  return { limitBytes, usedBytes, replayStepBytes: 500 }
}

function listening(lines: string[]): Logger {
  const log: Logger = {
    ...silentLogger,
    warn: (message) => void lines.push(message),
    error: (message) => void lines.push(message),
    component: () => log,
  }
  return log
}

test('a start with scarce memory seals while it reads the log and loses nothing', async () => {
  for (let seed = 1; seed <= 6; seed++) {
    const { world, disk, taken } = await killed(seed)
    // 70: full tiles are sealed. 90: all of them.
    for (const used of [70, 90]) {
      const own = disk.crash({ keep: 'all' })
      const memory = budget(100, () => used)
      const db = await Tsdb.open({ ...world, disk: own }, options({ ...small, memory }))
      expect(missing(taken, await everything(db)), `seed ${seed}, ${used} used`).toEqual([])
      expect(await own.stat('/data/replaying')).toBeUndefined()
      await db.maintain()
      const again = own.crash()
      const next = await Tsdb.open({ ...world, disk: again }, options(small))
      expect(missing(taken, await everything(next)), `seed ${seed}, later`).toEqual([])
      await next.close()
    }
  }
})

test('what a rescue start has no memory for is set aside, newest first, and it starts', async () => {
  const { world, disk, taken } = await killed(2)
  const own = disk.crash({ keep: 'all' })
  await own.writeFileAtomic(
    '/data/replaying',
    new TextEncoder().encode('{"attempts":1,"firstSegment":1}\n'),
  )
  let looks = 0
  const memory = budget(100, () => (++looks > 8 ? 120 : 90))
  const lines: string[] = []
  const db = await Tsdb.open(
    { ...world, disk: own, log: listening(lines) },
    options({ ...small, memory }),
  )
  expect(lines).toContain('the log needs more memory than there is; its newest files are set aside')
  const content = await everything(db)
  expect(missing(content, taken)).toEqual([])
  const count = (of: Content): number =>
    [...of.values()].reduce((sum, samples) => sum + samples.size, 0)
  expect(count(content)).toBeGreaterThan(0)
  expect(count(content)).toBeLessThan(count(taken))
  expect(await own.list('/data/quarantine')).toEqual(['00000001'])
  // It takes samples, and the next start has all of it.
  const group = db.group(Labels.from({ job: 'later' }), 'scrape')
  group.column(Labels.from({ __name__: 'later', job: 'later' }))
  group.appendRow(world.clock.now() + 1, new Float64Array([1]))
  await db.sync()
  const next = await Tsdb.open({ ...world, disk: own.crash() }, options(small))
  const then = await everything(next)
  expect(missing(content, then)).toEqual([])
  expect(then.size).toBe(content.size + 1)
  await next.close()
})

test('a full disk does not keep a store from starting with scarce memory', async () => {
  const { world, disk, taken } = await killed(4)
  const own = disk.crash({ keep: 'all' })
  own.capacityBytes = 0
  const memory = budget(100, () => 90)
  const db = await Tsdb.open({ ...world, disk: own }, options({ ...small, memory }))
  expect(missing(taken, await everything(db, []))).toEqual([])
})
