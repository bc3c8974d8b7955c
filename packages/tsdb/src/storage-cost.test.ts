import { SimRandom, simWorld } from '@pharos/base/sim'
import { Labels, Matcher } from '@pharos/model'
import { expect, test } from 'vitest'
import { options } from './testing/store.ts'
import { Tsdb } from './tsdb.ts'

const MINUTE_MS = 60_000

function is(name: string, value: string): Matcher {
  return new Matcher('=', name, value)
}

/** Two hosts with a still, a noisy and, on the first, a short-lived series, a row every ten seconds. */
async function filled(rows: number) {
  const world = simWorld({ startMs: 1_767_225_600_000 })
  const db = await Tsdb.open(world, options({ minBlockMs: 10 * MINUTE_MS }))
  const random = new SimRandom(1)
  const groups = ['a', 'b'].map((host) => {
    const group = db.group(Labels.from({ job: 'j', instance: host }), 'scrape')
    const column = (name: string) =>
      group.column(Labels.from({ __name__: name, job: 'j', instance: host }))
    column('still')
    column('noisy')
    if (host === 'a') column('short')
    return group
  })
  for (let n = 0; n < rows; n++) {
    const values = [1, random.next(), n < 10 ? n : NaN]
    for (const [i, group] of groups.entries())
      group.appendRow(world.clock.now(), Float64Array.from(values.slice(0, i === 0 ? 3 : 2)))
    await world.clock.advance(10_000)
  }
  await db.maintain()
  return { db, world }
}

test('what metrics take adds up to what the store takes, and noise is what costs', async () => {
  const { db } = await filled(600)
  const all = await db.storageCost([is('job', 'j')])
  const [still, noisy, short] = await Promise.all(
    ['still', 'noisy', 'short'].map((name) => db.storageCost([is('__name__', name)])),
  )
  expect(all.series).toBe(5)
  expect([still!.series, noisy!.series, short!.series]).toEqual([2, 2, 1])
  expect(noisy!.diskBytes).toBeGreaterThan(20 * still!.diskBytes)
  const parts = [still!, noisy!, short!].reduce((sum, { diskBytes }) => sum + diskBytes, 0)
  expect(Math.abs(parts - all.diskBytes)).toBeLessThan(4)
  // Definitions of the series and frames of the files are no samples.
  const { segmentBytes, blockBytes } = db.stats
  expect(all.diskBytes).toBeGreaterThan(0.8 * (segmentBytes + blockBytes))
  expect(all.diskBytes).toBeLessThan(segmentBytes + blockBytes)
  expect(still!.samples).toBe(1200)
  expect(all.isEstimate).toBe(false)
  await db.close()
})

test('a series that nobody writes any more is not active, and nothing costs nothing', async () => {
  const { db, world } = await filled(5)
  const late = db.group(Labels.from({ job: 'j', instance: 'late' }), 'scrape')
  late.column(Labels.from({ __name__: 'still', job: 'j', instance: 'late' }))
  await world.clock.advance(10 * MINUTE_MS)
  late.appendRow(world.clock.now(), Float64Array.of(1))
  const cost = await db.storageCost([is('__name__', 'still')])
  expect(cost).toMatchObject({ series: 3, activeSeries: 1, maxTimeMs: world.clock.now() })
  expect(cost.memoryBytes).toBe((5 + 5 + 1) * 8)
  expect(await db.storageCost([is('__name__', 'none')])).toEqual({
    series: 0,
    activeSeries: 0,
    samples: 0,
    diskBytes: 0,
    memoryBytes: 0,
    minTimeMs: undefined,
    maxTimeMs: undefined,
    isEstimate: false,
  })
  await db.close()
})

test('of downsampled series what their steps held costs, too', async () => {
  const { db, world } = await filled(1200)
  await world.clock.advance(60 * MINUTE_MS)
  const now = db.group(Labels.from({ job: 'now' }), 'scrape')
  now.appendSample(world.clock.now(), now.column(Labels.from({ __name__: 'now', job: 'now' })), 1)
  db.reconfigure({ downsampling: [{ afterMs: MINUTE_MS, stepMs: MINUTE_MS }] })
  for (let round = 0; round < 3; round++) await db.maintain()
  expect(db.stats.downsamplings).toBeGreaterThan(0)
  const [all, noisy] = await Promise.all(
    [is('job', 'j'), is('__name__', 'noisy')].map((one) => db.storageCost([one])),
  )
  // Two samples, sum, min and max of each of 400 steps, all of them noise: five times eight bytes, or nearly.
  expect(noisy!.diskBytes).toBeGreaterThan(400 * 5 * 6)
  expect(all!.diskBytes).toBeLessThan(db.stats.blockBytes)
  await db.close()
})
