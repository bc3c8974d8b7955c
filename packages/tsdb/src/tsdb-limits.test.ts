import { simWorld } from '@pharos/base/sim'
import { ABSENT, Labels, Matcher } from '@pharos/model'
import { expect, test } from 'vitest'
import { AppendOutcome, type GroupAppender } from './appender.ts'
import { everything, hints, options, shown } from './testing/store.ts'
import { Tsdb } from './tsdb.ts'

const KEY = Labels.from({ job: 'node', instance: 'a:9100' })
const series = (name: string, more: Record<string, string> = {}): Labels =>
  Labels.from({ __name__: name, job: 'node', instance: 'a:9100', ...more })
const one = (value: number): Float64Array => new Float64Array([value])

function up(db: Tsdb): GroupAppender {
  const group = db.group(KEY, 'scrape')
  group.column(series('up'))
  return group
}

test('samples of the wrong time are refused with the reason, and counted', async () => {
  const world = simWorld()
  const t = world.clock.now()
  await using db = await Tsdb.open(world, options())
  const group = up(db)
  expect(group.appendRow(t + 600_001, one(1))).toBe(AppendOutcome.tooFarAhead)
  expect(group.appendRow(2 ** 62, one(1))).toBe(AppendOutcome.tooFarAhead)
  for (const wrong of [NaN, -Infinity, -(2 ** 62), 1.5]) {
    expect(group.appendRow(wrong, one(1))).toBe(AppendOutcome.tooOld)
  }
  expect(group.appendRow(t, one(1))).toBe(AppendOutcome.ok)
  expect(group.appendRow(t - 3_600_001, one(1))).toBe(AppendOutcome.tooOld)
  expect(group.appendRow(t - 1, one(1))).toBe(AppendOutcome.outOfOrder)
  expect(group.appendRow(t, one(1))).toBe(AppendOutcome.duplicateSame)
  expect(group.appendRow(t, one(2))).toBe(AppendOutcome.duplicateDiffers)
  expect(db.stats).toMatchObject({
    appendedSamples: 1,
    outOfBoundSamples: 7,
    outOfOrderSamples: 1,
    duplicateSamples: 2,
  })
  expect(await shown(db, t)).toEqual({
    '{__name__="up", instance="a:9100", job="node"}': '0:1',
  })
})

test('a clock that was ahead keeps nobody from writing once it is right again', async () => {
  const world = simWorld()
  await using db = await Tsdb.open(world, options())
  const group = up(db)
  world.clock.jump(6 * 3_600_000)
  expect(group.appendRow(world.clock.now(), one(1))).toBe(AppendOutcome.ok)
  world.clock.jump(-6 * 3_600_000)
  expect(group.appendRow(world.clock.now(), one(1))).toBe(AppendOutcome.ok)
  const other = db.group(Labels.from({ job: 'other' }), 'scrape')
  other.column(Labels.from({ __name__: 'up', job: 'other' }))
  expect(other.appendRow(world.clock.now(), one(1))).toBe(AppendOutcome.ok)
  await world.clock.advance(6 * 3_600_000 + 1)
  expect(group.appendRow(world.clock.now(), one(1))).toBe(AppendOutcome.ok)
})

test('the series budget refuses new series and old ones go on', async () => {
  const world = simWorld()
  await using db = await Tsdb.open(world, options({ maxHeadSeries: 2 }))
  const group = db.group(KEY, 'scrape')
  expect(['a', 'b', 'c', 'a'].map((name) => group.column(series(name)))).toEqual([0, 1, -1, 0])
  expect(group.column(series('d', { x: 'v'.repeat(2 ** 20 + 1) }))).toBe(-1)
  expect(db.stats).toMatchObject({ headSeries: 2, seriesRefused: 2 })
  expect(group.appendRow(world.clock.now(), new Float64Array([1, 2]))).toBe(AppendOutcome.ok)
})

test('names of object members are names like others', async () => {
  const world = simWorld()
  const t = world.clock.now()
  await using db = await Tsdb.open(world, options())
  const group = db.group(KEY, 'scrape')
  for (const name of ['__proto__', 'constructor', 'toString']) {
    group.column(Labels.of([...series(name), [name, name]]))
  }
  group.appendRow(t, new Float64Array([1, 2, 3]))
  expect(Object.values(await shown(db, t))).toEqual(['0:1', '0:2', '0:3'])
  const querier = db.querier(t, t)
  expect((await querier.labelNames([], 0)).values).toEqual([
    '__name__',
    '__proto__',
    'constructor',
    'instance',
    'job',
    'toString',
  ])
  expect((await querier.labelValues('__proto__', [], 0)).values).toEqual(['__proto__'])
  querier.close()
})

test('a label set that two groups have comes out once, with the samples of both', async () => {
  const world = simWorld()
  const t = world.clock.now()
  await using db = await Tsdb.open(world, options())
  const scraped = db.group(KEY, 'scrape')
  scraped.column(series('up'))
  scraped.column(series('x'))
  const pushed = db.group(Labels.from({ job: 'push' }), 'push')
  pushed.column(series('x'))
  pushed.column(series('y'))
  scraped.appendRow(t, new Float64Array([1, 10]))
  pushed.appendRow(t + 1, new Float64Array([20, 200]))
  scraped.appendRow(t + 2, new Float64Array([1, 11]))
  pushed.appendRow(t + 2, new Float64Array([21, ABSENT]))
  expect(await shown(db, t)).toEqual({
    '{__name__="up", instance="a:9100", job="node"}': '0:1 2:1',
    '{__name__="x", instance="a:9100", job="node"}': '0:10 1:20 2:11',
    '{__name__="y", instance="a:9100", job="node"}': '1:200',
  })
})

test('matchers look at the labels of the group and of the column, a missing one is empty', async () => {
  const world = simWorld()
  const t = world.clock.now()
  await using db = await Tsdb.open(world, options())
  for (const instance of ['a', 'b']) {
    const group = db.group(Labels.from({ job: 'j', instance }), 'scrape')
    group.column(Labels.from({ __name__: 'm', job: 'j', instance, code: '200' }))
    group.column(Labels.from({ __name__: 'm', job: 'j', instance: 'c', code: '500' }))
    group.column(Labels.from({ __name__: 'n', job: 'j', instance }))
    group.appendRow(t, new Float64Array([1, 2, 3]))
  }
  const found = async (...matchers: Matcher[]): Promise<string[]> =>
    [...(await everything(db, undefined, matchers)).keys()].sort()
  const name = new Matcher('=', '__name__', 'm')
  expect(await found(name, new Matcher('=', 'instance', 'a'))).toEqual([
    '{__name__="m", code="200", instance="a", job="j"}',
  ])
  expect(await found(name, new Matcher('!~', 'instance', 'a|b'))).toEqual([
    '{__name__="m", code="500", instance="c", job="j"}',
  ])
  expect(await found(new Matcher('=', 'code', ''))).toEqual([
    '{__name__="n", instance="a", job="j"}',
    '{__name__="n", instance="b", job="j"}',
  ])
  expect(await found(new Matcher('=~', 'code', '2.+'), new Matcher('!=', 'instance', 'b'))).toEqual(
    ['{__name__="m", code="200", instance="a", job="j"}'],
  )
  const querier = db.querier(t, t)
  expect((await querier.labelValues('instance', [name], 0)).values).toEqual(['a', 'b', 'c'])
  expect(await querier.labelValues('instance', [name], 2)).toEqual({
    values: ['a', 'b'],
    warnings: ['results truncated due to limit'],
  })
  const selection = await querier.select([name], { ...hints(t, t), func: 'series' })
  expect(selection.groups.map(({ times }) => times.length)).toEqual([0, 0, 0])
  querier.close()
})

test('metadata and exemplars are there after a power cut and after a clean stop', async () => {
  const world = simWorld()
  const db = await Tsdb.open(world, options())
  const group = up(db)
  const t = world.clock.now()
  const metadata = { type: 'gauge', help: 'Whether it is up.', unit: '' } as const
  db.setMetadata('up', metadata)
  const exemplar = { labels: Labels.from({ trace_id: 'x' }), value: 1, timestampMs: undefined }
  group.appendExemplar(0, exemplar)
  group.appendExemplar(0, exemplar)
  group.appendRow(world.clock.now(), one(1))
  await db.sync()
  let disk = world.disk.crash()
  for (let i = 0; i < 2; i++) {
    const again = await Tsdb.open({ ...world, disk }, options())
    expect(again.metadata()).toEqual(new Map([['up', metadata]]))
    // One without a time has that of its scrape.
    expect(again.exemplars()).toEqual([
      { series: series('up'), exemplar: { ...exemplar, timestampMs: t } },
    ])
    await again.close()
    disk = disk.crash()
  }
})

test('cells may come late and in any order across columns, not within one', async () => {
  const world = simWorld()
  const t = world.clock.now()
  await using db = await Tsdb.open(world, options())
  const group = db.group(KEY, 'remote')
  const [a, b] = ['a', 'b'].map((name) => group.column(series(name))) as [number, number]
  expect(group.appendSample(t + 10, a, 1)).toBe(AppendOutcome.ok)
  expect(group.appendSample(t + 30, a, 3)).toBe(AppendOutcome.ok)
  expect(group.appendSample(t + 20, b, 2)).toBe(AppendOutcome.ok)
  expect(group.appendSample(t + 30, b, 4)).toBe(AppendOutcome.ok)
  expect(group.appendSample(t + 20, a, 9)).toBe(AppendOutcome.outOfOrder)
  expect(group.appendSample(t + 30, b, 4)).toBe(AppendOutcome.duplicateSame)
  expect(group.appendSample(t + 30, b, 5)).toBe(AppendOutcome.duplicateDiffers)
  expect(Object.values(await shown(db, t))).toEqual(['10:1 30:3', '20:2 30:4'])
})

test('a writer that takes its group anew is rid of series that have ended', async () => {
  const world = simWorld()
  const t = world.clock.now()
  const db = await Tsdb.open(world, options())
  for (let i = 0; i < 30; i++) {
    const group = db.group(KEY, 'scrape')
    const row = new Float64Array(group.columnCount + 50).fill(ABSENT)
    for (let n = 0; n < 50; n++) row[group.column(series('m', { id: `${i}-${n}` }))] = n
    expect(group.appendRow(t + i, row)).toBe(AppendOutcome.ok)
    group.release()
  }
  expect(db.stats.headSeries).toBeLessThan(250)
  expect(db.stats.seriesCreated).toBe(1500)
  const content = await everything(db)
  expect(content.size).toBe(1500)
  await db.sync()
  const crashed = { ...world, disk: world.disk.crash() }
  const again = await Tsdb.open(crashed, options())
  expect(await everything(again)).toEqual(content)
  await again.close()
  const third = await Tsdb.open(crashed, options())
  expect(await everything(third)).toEqual(content)
  await third.close()
})
