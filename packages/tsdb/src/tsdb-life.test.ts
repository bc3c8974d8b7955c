// A store over its whole life: rows, cells, histograms, restarts, power cuts, blocks. Small windows make it short.
import { SimRandom, simWorld } from '@pharos/base/sim'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { everything, options } from './testing/store.ts'
import { missing, Workload } from './testing/workload.ts'
import { Tsdb } from './tsdb.ts'

const MINUTE_MS = 60_000
const small = options({ minBlockMs: MINUTE_MS, maxBlockMs: 27 * MINUTE_MS })

test('write then read is identity, over restarts and power cuts at random points', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
      const random = new SimRandom(seed)
      let world = simWorld({ seed })
      const work = new Workload(await Tsdb.open(world, small), world.clock, random)
      for (let i = 0; i < 60; i++) {
        await work.step()
        const fate = random.next()
        if (fate < 0.05) {
          await work.db.close()
          work.reopened(await Tsdb.open(world, small))
        } else if (fate < 0.1) {
          await work.sync()
          world = { ...world, disk: world.disk.crash() }
          work.reopened(await Tsdb.open(world, small))
        }
      }
      const content = await everything(work.db)
      expect(missing(work.taken, content), 'lost').toEqual([])
      expect(missing(content, work.taken), 'invented').toEqual([])
      await work.db.close()
      expect(work.db.stats.walCorruptions).toBe(0)
    }),
    { numRuns: 25 },
  )
})

test('windows become blocks, blocks become larger blocks, and the samples stay the same', async () => {
  const world = simWorld({ seed: 7 })
  const work = new Workload(await Tsdb.open(world, small), world.clock, new SimRandom(7))
  for (let i = 0; i < 400; i++) {
    await work.step()
    if (i % 10 === 0) await work.db.maintain()
  }
  const blocks = work.db.blocks()
  expect(Math.max(...blocks.map(({ level }) => level))).toBeGreaterThan(1)
  expect(work.db.stats.compactionsFailed).toBe(0)
  const content = await everything(work.db)
  expect(missing(work.taken, content)).toEqual([])
  expect(missing(content, work.taken)).toEqual([])
  await work.db.close()
  const again = await Tsdb.open(world, small)
  expect(missing(work.taken, await everything(again))).toEqual([])
  expect(again.blocks()).toEqual(blocks)
  await again.close()
})
