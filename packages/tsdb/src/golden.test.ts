// Files of each version as they were written when the version was made. Every later version reads them. Those of the
// newest are made anew only when there is a newer one: `GOLDEN=write npx --no -- vitest run packages/tsdb/src/golden.test.ts`.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { SimDisk, simWorld } from '@pharos/base/sim'
import { ABSENT, Labels, NORMAL_NAN, STALE } from '@pharos/model'
import { expect, test } from 'vitest'
import type { GroupAppender } from './appender.ts'
import { histogramOf, options, shown } from './testing/store.ts'
import { Tsdb } from './tsdb.ts'

/** 1: tiles of fixed-width fields alone; 2: tiles of dense columns. */
const VERSIONS = ['v1', 'v2'] as const
const NEWEST = new URL('../testdata/v2/', import.meta.url)
const HOUR_MS = 3_600_000
const START_MS = 1_767_225_600_000
const KEY = Labels.from({ job: 'node', instance: 'a:9100' })
const RULES = Labels.from({ rule_group: 'g' })

/** A store with a block, a segment and a WAL, each with everything that its format has. */
async function written(): Promise<SimDisk> {
  const world = simWorld({ startMs: START_MS })
  const db = await Tsdb.open(world, options())
  const group = db.group(KEY, 'scrape')
  const names = ['counter', 'gauge', 'constant', 'noise', 'histogram', 'odd'] as const
  for (const name of names) {
    const instance = name === 'odd' ? 'other' : 'a:9100'
    group.column(Labels.from({ __name__: name, job: 'node', instance }))
  }
  const rules = db.group(RULES, 'rules')
  rules.column(Labels.from({ __name__: 'job:up:sum', job: 'node' }))
  db.setMetadata('counter', { type: 'counter', help: 'Counts.', unit: 'things' })
  // Not a plain array: V8 replaces NaNs by its own when it copies one.
  const odd = Float64Array.of(1, -0, NORMAL_NAN, STALE, ABSENT, Infinity, 2 ** 60)
  const row = async (group: GroupAppender, rules: GroupAppender, i: number): Promise<void> => {
    const tenths = Math.round(Math.sin(i) * 1000) / 10
    const values = Float64Array.of(1e9 + i * 17, tenths, 42, Math.sin(i), ABSENT, odd[i % 7]!)
    const histogram = histogramOf(i)
    const t = world.clock.now()
    const histograms = i % 3 === 0 ? new Map([[4, histogram]]) : undefined
    expect(group.appendRow(t, values, histograms)).toBe(0)
    expect(rules.appendSample(t, 0, i)).toBe(0)
    await world.clock.advance(600_000)
  }
  group.appendExemplar(0, {
    labels: Labels.from({ trace_id: 'abc' }),
    value: 17,
    timestampMs: START_MS,
  })
  for (let i = 0; i < 16; i++) await row(group, rules, i)
  await db.maintain()
  await db.close()
  const second = await Tsdb.open(world, options())
  const [again, rulesAgain] = [second.group(KEY, 'scrape'), second.group(RULES, 'rules')]
  for (let i = 16; i < 20; i++) await row(again, rulesAgain, i)
  await second.sync()
  return world.disk.crash()
}

if (process.env['GOLDEN'] === 'write') {
  const disk = await written()
  for (const folder of ['wal', 'head', 'blocks']) {
    mkdirSync(new URL(folder, NEWEST), { recursive: true })
    for (const name of disk.listSync(`/data/${folder}`)) {
      writeFileSync(
        new URL(`${folder}/${name}`, NEWEST),
        await disk.readFile(`/data/${folder}/${name}`),
      )
    }
  }
}

test.each(VERSIONS)('a store of version %s is read as it was written', async (version) => {
  const stored = new URL(`../testdata/${version}/`, import.meta.url)
  const disk = new SimDisk()
  for (const folder of ['wal', 'head', 'blocks']) {
    await disk.makeDirectory(`/data/${folder}`)
    const names = readdirSync(new URL(folder, stored))
    expect(names.length, folder).toBeGreaterThan(0)
    for (const name of names) {
      const bytes = readFileSync(new URL(`${folder}/${name}`, stored))
      await disk.writeFileAtomic(`/data/${folder}/${name}`, bytes)
    }
  }
  const world = simWorld({ startMs: START_MS + 3 * HOUR_MS, disk })
  const db = await Tsdb.open(world, options())
  const live = await written()
  const fresh = await Tsdb.open(
    simWorld({ startMs: START_MS + 3 * HOUR_MS, disk: live }),
    options(),
  )
  const content = await shown(db, START_MS)
  expect(Object.keys(content).length).toBe(7)
  expect(content['{__name__="odd", instance="other", job="node"}']!.split(' ').slice(0, 5)).toEqual(
    ['0:1', '600000:0', '1200000:NaN', '1800000:stale', '3000000:Infinity'],
  )
  expect(content).toEqual(await shown(fresh, START_MS))
  expect(db.metadata()).toEqual(fresh.metadata())
  expect(db.exemplars()).toEqual(fresh.exemplars())
  expect(db.blocks().map(({ numSamples, level }) => [numSamples, level])).toEqual([[74, 1]])
  await db.close()
})
