// A downsampled block (version 2) as it was written when the format was made. Made anew only when the format changes:
// `GOLDEN=write npx --no -- vitest run packages/tsdb/src/downsampling/downsampled-golden.test.ts`.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { SimDisk, simWorld } from '@pharos/base/sim'
import { ABSENT, Labels, NORMAL_NAN, STALE } from '@pharos/model'
import { expect, test } from 'vitest'
import { Backfill } from '../backfill.ts'
import type { WantedAggregate } from '../querier.ts'
import { hints, options, shown } from '../testing/store.ts'
import { Tsdb } from '../tsdb.ts'

const FOLDER = new URL('../../testdata/downsampled/', import.meta.url)
const START_MS = 1_767_225_600_000
const NAMES = ['counter', 'gauge', 'constant', 'odd', 'histogram'] as const

/** A block with everything that the format has, thinned out to steps of five minutes. */
async function written(): Promise<SimDisk> {
  const world = simWorld({ startMs: START_MS + 86_400_000 })
  const backfill = await Backfill.open(world, '/data')
  const times = Float64Array.from({ length: 90 }, (_, i) => START_MS + (i + 1) * 10_000)
  // Not plain arrays: V8 replaces NaNs by its own when it copies one.
  const odd = Float64Array.of(1, -0, NORMAL_NAN, STALE, ABSENT, Infinity, 2 ** 60)
  const columns = NAMES.map(() => new Float64Array(times.length))
  const histogram = {
    schema: 1,
    zeroThreshold: 0.001,
    zeroCount: 1,
    count: 11,
    sum: 1 / 3,
    positiveSpans: [{ offset: -1, length: 2 }],
    positiveBuckets: [1, 10],
    negativeSpans: [],
    negativeBuckets: [],
    customValues: [],
    counterResetHint: 'unknown' as const,
  }
  for (let i = 0; i < times.length; i++) {
    columns[0]![i] = (i % 40) * 17
    columns[1]![i] = Math.round(Math.sin(i) * 1000) / 10
    columns[2]![i] = 42
    columns[3]![i] = odd[i % 7]!
    columns[4]![i] = i % 3 === 0 ? ABSENT : i
  }
  const histograms = new Map(Array.from({ length: 30 }, (_, i) => [3 * i, histogram] as const))
  const series = NAMES.map((name, c) => ({
    labels: Labels.from({ __name__: name, job: 'node', instance: 'a:9100' }),
    read: () => ({
      times,
      values: columns[c]!,
      histograms: name === 'histogram' ? histograms : new Map<number, never>(),
    }),
  }))
  await backfill.write(series, START_MS, START_MS + 3_600_000)
  await backfill.close()
  const db = await Tsdb.open(
    world,
    options({ retentionMs: 0, downsampling: [{ afterMs: 60_000, stepMs: 300_000 }] }),
  )
  const now = db.group(Labels.from({ job: 'now' }), 'scrape')
  now.appendSample(world.clock.now(), now.column(Labels.from({ __name__: 'now' })), 1)
  await db.maintain()
  await db.close()
  return world.disk.crash()
}

if (process.env['GOLDEN'] === 'write') {
  const disk = await written()
  mkdirSync(new URL('blocks', FOLDER), { recursive: true })
  for (const name of disk.listSync('/data/blocks'))
    writeFileSync(
      new URL(`blocks/${name}`, FOLDER),
      await disk.readFile(`/data/blocks/${name}`, 1e6),
    )
}

/** By series: `minutes:value×count` for each step. */
async function aggregates(db: Tsdb, aggregate: WantedAggregate): Promise<Record<string, string>> {
  const querier = db.querier(-1e15, 1e15)
  const { groups } = await querier.select([], { ...hints(-1e15, 1e15), aggregate })
  querier.close()
  const found: Record<string, string> = {}
  for (const group of groups) {
    const values = new Float64Array(group.times.length)
    const counts = new Float64Array(group.times.length)
    for (let series = 0; series < group.seriesCount; series++) {
      group.readValues(series, values)
      group.downsampled!.readCounts(series, counts)
      found[group.labels(series).get('__name__')] = [...group.times]
        .map((t, i) => `${(t - START_MS) / 60_000}:${values[i]}×${counts[i]}`)
        .filter((_, i) => counts[i]! > 0)
        .join(' ')
    }
  }
  return found
}

test('a downsampled block is read as it was written', async () => {
  const disk = new SimDisk()
  for (const folder of ['wal', 'head', 'blocks']) await disk.makeDirectory(`/data/${folder}`)
  const names = readdirSync(new URL('blocks', FOLDER))
  expect(names.length).toBe(1)
  for (const name of names)
    await disk.writeFileAtomic(
      `/data/blocks/${name}`,
      readFileSync(new URL(`blocks/${name}`, FOLDER)),
    )
  const world = simWorld({ startMs: START_MS + 86_400_000, disk })
  const db = await Tsdb.open(world, options({ retentionMs: 0 }))
  expect(db.blocks()).toMatchObject([{ stepMs: 300_000, level: 1, numSeries: 5 }])
  const content = await shown(db, START_MS)
  expect(content['{__name__="counter", instance="a:9100", job="node"}']).toMatchInlineSnapshot(
    `"10000:0 300000:493 310000:510 590000:306 600000:323 610000:340 620000:357 900000:153"`,
  )
  expect(content['{__name__="odd", instance="a:9100", job="node"}']).toMatchInlineSnapshot(
    `"10000:1 300000:0 310000:NaN 590000:NaN 600000:stale 620000:Infinity 900000:Infinity"`,
  )
  const histogram = content['{__name__="histogram", instance="a:9100", job="node"}']!
  expect(histogram.split(' ').length).toBe(90)
  const { histogram: _, ...sums } = await aggregates(db, 'sum')
  expect(sums).toMatchInlineSnapshot(`
    {
      "constant": "5:1260×30 10:1260×30 15:1260×30",
      "counter": "5:7395×30 10:9095×30 15:10795×30",
      "gauge": "5:126.69999999999996×30 10:66.99999999999997×30 15:-106.30000000000001×30",
      "odd": "5:NaN×22 10:NaN×21 15:NaN×21",
    }
  `)
  const { counter, odd } = await aggregates(db, 'max')
  expect([counter, odd]).toMatchInlineSnapshot(`
    [
      "5:493×30 10:663×30 15:663×30",
      "5:Infinity×22 10:Infinity×21 15:Infinity×21",
    ]
  `)
  await db.close()
})
