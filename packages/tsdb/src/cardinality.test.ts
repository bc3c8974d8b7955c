import { SimRandom, simWorld } from '@pharos/base/sim'
import { Labels } from '@pharos/model'
import { expect, test } from 'vitest'
import { slicedClock } from './testing/sliced-clock.ts'
import { options } from './testing/store.ts'
import { Tsdb } from './tsdb.ts'

test('the tables of names, values and pairs hold what counting by hand gives, whenever the count stops', async () => {
  const world = simWorld()
  let rests = 0
  const clock = slicedClock(world.clock, new SimRandom(1), 0.5, async () => void rests++)
  await using db = await Tsdb.open({ ...world, clock }, options())
  const series: Labels[] = []
  for (let g = 0; g < 40; g++) {
    const key = Labels.from({ job: `job${g % 3}`, instance: `host${g}` })
    const group = db.group(key, 'scrape')
    for (let c = 0; c < 5 + (g % 7); c++) {
      // Some have another value for a label of their group, some lack it.
      const own = c === 3 ? { job: 'other' } : { job: `job${g % 3}` }
      const where = c === 4 ? {} : { instance: `host${g}` }
      const labels = Labels.from({ __name__: `m${c % 4}`, ...own, ...where, code: `${c}` })
      group.column(labels)
      series.push(labels)
    }
  }
  const count = (of: (labels: Labels) => string[]): Map<string, number> => {
    const counts = new Map<string, number>()
    for (const one of series.flatMap(of)) counts.set(one, (counts.get(one) ?? 0) + 1)
    return counts
  }
  const top = (counts: ReadonlyMap<string, number>): { name: string; value: number }[] =>
    [...counts]
      .map(([name, value]) => ({ name, value }))
      .toSorted((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1))
      .slice(0, 10)
  const pairs = count((labels) => [...labels].map(([name, value]) => `${name}=${value}`))
  const values = new Map<string, number>()
  const bytes = new Map<string, number>()
  for (const pair of pairs.keys()) {
    const [name, value] = pair.split('=') as [string, string]
    values.set(name, (values.get(name) ?? 0) + 1)
    bytes.set(name, (bytes.get(name) ?? 0) + value.length)
  }
  const found = await db.cardinality(10)
  expect(found.numSeries).toBe(series.length)
  expect(found.numLabelPairs).toBe(pairs.size)
  expect(found.seriesCountByLabelValuePair).toEqual(top(pairs))
  expect(found.seriesCountByMetricName).toEqual(top(count((labels) => [labels.get('__name__')])))
  expect(found.labelValueCountByLabelName).toEqual(top(values))
  expect(found.memoryInBytesByLabelName).toEqual(top(bytes))
  expect((await db.cardinality(0)).seriesCountByMetricName).toEqual([])
  expect(rests).toBeGreaterThan(10)
})
