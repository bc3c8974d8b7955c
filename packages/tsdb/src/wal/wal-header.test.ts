import { SimRandom, simWorld } from '@pharos/base/sim'
import { Labels } from '@pharos/model'
import { expect, test } from 'vitest'
import { slicedClock } from '../testing/sliced-clock.ts'
import { options } from '../testing/store.ts'
import { Tsdb } from '../tsdb.ts'

const MINUTE_MS = 60_000
const settings = options({ minBlockMs: MINUTE_MS, maxBlockMs: 9 * MINUTE_MS })
const SERIES = Labels.from({ __name__: 'up', job: 'j' })

/** Appends exemplar `n`, and a row. */
function append(db: Tsdb, n: number, tMs: number): void {
  const group = db.group(Labels.from({ job: 'j' }), 'scrape')
  const column = group.column(SERIES)
  const labels = Labels.from({ trace_id: `t${n}` })
  group.appendExemplar(column, { labels, value: n, timestampMs: tMs })
  group.appendRow(tMs, Float64Array.of(n))
  group.release()
}

const valuesOf = (db: Tsdb): number[] => db.exemplars().map(({ exemplar }) => exemplar.value)

test('a log of several files brings each exemplar back once, whenever it was cut', async () => {
  let world = simWorld({ seed: 3 })
  let rests = 0
  let next = 0
  let isQuiet = true
  // What comes while the header of a new file is written comes before some of it.
  const clock = slicedClock(world.clock, new SimRandom(3), 0.7, async () => {
    rests++
    if (rests % 3 === 0 && !isQuiet) append(db, next++, world.clock.now())
    await new Promise((resolve) => setImmediate(resolve))
  })
  let db: Tsdb = await Tsdb.open({ ...world, clock }, settings)
  const reopen = async (): Promise<void> => {
    world = { ...world, disk: world.disk.crash() }
    db = await Tsdb.open({ ...world, clock }, settings)
    expect(valuesOf(db)).toEqual(Array.from({ length: next }, (_, n) => n))
  }
  for (let life = 0; life < 6; life++) {
    isQuiet = false
    for (let i = 0; i < 150; i++) {
      append(db, next++, world.clock.now())
      await world.clock.advance(1000)
    }
    isQuiet = true
    await db.sync()
    await reopen()
  }
  expect(next).toBeGreaterThan(1000)
  await db.close()
  await reopen()
  await db.close()
})
