import { simWorld } from '@pharos/base/sim'
import { ABSENT, Labels, Matcher, STALE } from '@pharos/model'
import { expect, test } from 'vitest'
import { AppendOutcome } from './appender.ts'
import { everything, options, shown } from './testing/store.ts'
import { Tsdb } from './tsdb.ts'

const KEY = Labels.from({ job: 'node', instance: 'a:9100' })
const series = (name: string, more: Record<string, string> = {}): Labels =>
  Labels.from({ __name__: name, job: 'node', instance: 'a:9100', ...more })

test('rows that were appended come back, each series under its own labels', async () => {
  const world = simWorld()
  const t = world.clock.now()
  await using db = await Tsdb.open(world, options())
  const group = db.group(KEY, 'scrape')
  const up = group.column(series('up'))
  const x = group.column(series('x', { instance: 'other' }))
  expect(group.appendRow(t, new Float64Array([1, 2.5]))).toBe(AppendOutcome.ok)
  expect(group.appendRow(t + 1000, new Float64Array([1, STALE]))).toBe(AppendOutcome.ok)
  expect(group.column(series('up'))).toBe(up)
  expect(group.labelsOf(x)).toEqual(series('x', { instance: 'other' }))
  expect(await shown(db, t)).toEqual({
    '{__name__="up", instance="a:9100", job="node"}': '0:1 1000:1',
    '{__name__="x", instance="other", job="node"}': '0:2.5 1000:stale',
  })
})

test('what was synced is there after a power cut, and the group goes on where it was', async () => {
  const world = simWorld()
  const t = world.clock.now()
  const db = await Tsdb.open(world, options())
  const group = db.group(KEY, 'scrape')
  group.column(series('up'))
  group.column(series('y'))
  for (let i = 0; i < 10; i++) group.appendRow(t + i * 1000, new Float64Array([1, i * 0.1]))
  await db.sync()
  const before = await everything(db)
  const after = simWorld({ disk: world.disk.crash() })
  await using again = await Tsdb.open(after, options())
  expect(await everything(again)).toEqual(before)
  const same = again.group(KEY, 'scrape')
  expect(same.column(series('y'))).toBe(1)
  expect(same.appendRow(t + 9000, new Float64Array([1, 9 * 0.1]))).toBe(AppendOutcome.duplicateSame)
  expect(same.appendRow(t + 9000, new Float64Array([1, 7]))).toBe(AppendOutcome.duplicateDiffers)
  expect(same.appendRow(t + 8000, new Float64Array([1, 7]))).toBe(AppendOutcome.outOfOrder)
  expect(same.appendRow(t + 10_000, new Float64Array([ABSENT, 7]))).toBe(AppendOutcome.ok)
})

test('a querier sees what was there when it was made', async () => {
  const world = simWorld()
  const t = world.clock.now()
  await using db = await Tsdb.open(world, options())
  const group = db.group(KEY, 'push')
  const a = group.column(series('a'))
  group.appendSample(t, a, 1)
  const querier = db.querier(t, t + 10_000)
  const b = group.column(series('b'))
  group.appendSample(t, b, 2)
  group.appendSample(t + 1, a, 3)
  const { groups } = await querier.select([new Matcher('=~', '__name__', '.+')], {
    startMs: t,
    endMs: t + 10_000,
    stepMs: 0,
    rangeMs: 0,
    func: '',
    grouping: [],
    by: false,
  })
  expect(groups.map((one) => [...one.times])).toEqual([[t]])
  expect(groups[0]!.seriesCount).toBe(1)
  querier.close()
})

test('a second process on the same data is refused', async () => {
  const world = simWorld()
  await using db = await Tsdb.open(world, options())
  await expect(Tsdb.open(world, options())).rejects.toMatchObject({ code: 'disk/locked' })
  expect(db.stats.isReadOnly).toBe(false)
})

test('deletions asked for before a store closes are done, later ones and snapshots are refused', async () => {
  const world = simWorld()
  const db = await Tsdb.open(world, options())
  const group = db.group(Labels.from({ job: 'j' }), 'scrape')
  for (const name of ['a', 'b']) group.column(Labels.from({ __name__: name, job: 'j' }))
  group.appendRow(world.clock.now(), Float64Array.of(1, 2))
  const closing = db.close()
  const before = db.deleteSeries([[new Matcher('=', '__name__', 'a')]], -1e15, 1e15)
  await Promise.all([closing, before])
  const closed = { code: 'tsdb/closed' }
  await expect(db.deleteSeries([[]], -1e15, 1e15)).rejects.toMatchObject(closed)
  await expect(db.snapshot(false)).rejects.toMatchObject(closed)
  await db.maintain()
  const again = await Tsdb.open(world, options())
  expect([...(await everything(again)).keys()]).toEqual(['{__name__="b", job="j"}'])
  await again.close()
})
