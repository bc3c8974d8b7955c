import { simWorld } from '@pharos/base/sim'
import { Labels, Matcher } from '@pharos/model'
import { expect, test } from 'vitest'
import { everything, options } from './testing/store.ts'
import { Tsdb } from './tsdb.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

test('series of a rule lose what is older than it says, others do not, and the disk shrinks', async () => {
  const world = simWorld()
  const settings = options({
    retentionRules: [{ matchers: [new Matcher('=', 'job', 'noisy')], timeMs: HOUR_MS }],
  })
  const db = await Tsdb.open(world, settings)
  const groups = ['noisy', 'dear'].map((job) => {
    const group = db.group(Labels.from({ job }), 'scrape')
    group.column(Labels.from({ __name__: 'x', job }))
    return group
  })
  for (let i = 0; i < 600; i++) {
    await world.clock.advance(MINUTE_MS)
    for (const group of groups) group.appendRow(world.clock.now(), Float64Array.of(Math.sin(i)))
  }
  await world.clock.advance(HOUR_MS / 2)
  await db.maintain()
  const content = await everything(db)
  const times = [...content.get('{__name__="x", job="noisy"}')!.keys()]
  expect(times.length).toBeGreaterThan(55)
  expect(times.length).toBeLessThan(100)
  expect(content.get('{__name__="x", job="dear"}')!.size).toBe(600)
  await db.cleanTombstones()
  expect(await everything(db)).toEqual(content)
  // Two hours of 600 minutes are left of one of two series, and what is not in blocks yet.
  const samples = db.blocks().reduce((sum, { numSamples }) => sum + numSamples, 0)
  expect(samples).toBeLessThan(700)
  await db.close()
})
