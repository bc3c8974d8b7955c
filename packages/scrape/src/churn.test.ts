// A target whose labels are new at each scrape, written to a real store.

import { simWorld } from '@pharos/base/sim'
import { Labels, Matcher } from '@pharos/model'
import { type GroupAppender, Tsdb, type TsdbOptions } from '@pharos/tsdb'
import { isAbsent, isStale } from '@pharos/model'
import { expect, test } from 'vitest'
import { newScrapeStats } from './scrape-stats.ts'
import { TargetWriter } from './target-writer.ts'
import { bodyTemplates, jobSettings, writerContext } from './testing/scrape-fixture.ts'

const HOUR_MS = 3_600_000
const OPTIONS: TsdbOptions = {
  path: '/data',
  retentionMs: 0,
  retentionBytes: 0,
  minBlockMs: 2 * HOUR_MS,
  maxBlockMs: 36 * HOUR_MS,
  walSync: 'interval',
  maxFutureMs: 600_000,
  outOfOrderMs: 0,
  maxHeadSeries: 0,
  minFreeDiskBytes: 0,
}
const KEY = Labels.from({ job: 'j', instance: 'i' })

/** Values of one metric by label id, `x` for the stale marker, in the order of time. */
async function shown(db: Tsdb, metric: string): Promise<Map<string, string>> {
  using querier = disposable(db.querier(-1e15, 1e15))
  const { groups } = await querier.value.select([new Matcher('=', '__name__', metric)], {
    startMs: -1e15,
    endMs: 1e15,
    stepMs: 0,
    rangeMs: 0,
    func: '',
    grouping: [],
    by: false,
  })
  const found = new Map<string, string>()
  for (const group of groups) {
    const values = new Float64Array(group.times.length)
    for (let s = 0; s < group.seriesCount; s++) {
      group.readValues(s, values)
      const texts = [...values].filter((v) => !isAbsent(v)).map((v) => (isStale(v) ? 'x' : `${v}`))
      found.set(group.labels(s).get('id'), texts.join(' '))
    }
  }
  return found
}

function disposable<T extends { close(): void }>(value: T): { value: T } & Disposable {
  return { value, [Symbol.dispose]: () => value.close() }
}

test('labels that are new at each scrape leave bounded columns, and no stale marker or series is lost', async () => {
  const world = simWorld({ startMs: 1_767_225_600_000 })
  await using db = await Tsdb.open(world, OPTIONS)
  const handles: GroupAppender[] = []
  const appender = {
    group: (key: Labels, kind: 'scrape'): GroupAppender => {
      handles.push(db.group(key, kind))
      return handles.at(-1)!
    },
    setMetadata: db.setMetadata.bind(db),
    sync: db.sync.bind(db),
  }
  const stats = newScrapeStats()
  const writer = new TargetWriter(
    writerContext(appender, stats, bodyTemplates()),
    KEY,
    KEY,
    jobSettings({}),
  )
  let columnsMax = 0
  const scrapes = 120
  for (let i = 0; i < scrapes; i++) {
    const lines = Array.from({ length: 20 }, (_, n) => `churn{id="${i}-${n}"} ${i}\n`)
    const body = Buffer.from(`steady{id="a"} ${i}\n${lines.join('')}steady{id="b"} 1\n`)
    const tMs = world.clock.now()
    const result = writer.read(body, 'text/plain', tMs)
    // All lines of the first scrape are new, then only those that churn: renewal is not seen in the count.
    expect(result).toMatchObject({ error: '', scraped: 22, seriesAdded: i === 0 ? 22 : 20 })
    writer.write(tMs, true, 5, result)
    columnsMax = Math.max(columnsMax, handles.at(-1)!.columnCount)
    await world.clock.advance(15_000)
  }
  expect(handles.length).toBeGreaterThan(10)
  expect(columnsMax).toBeLessThan(200)
  expect(db.stats.headSeries).toBeLessThan(200)
  const steady = Array.from({ length: scrapes }, (_, i) => i).join(' ')
  expect((await shown(db, 'steady')).get('a')).toBe(steady)
  const churned = await shown(db, 'churn')
  expect(churned.size).toBe(scrapes * 20)
  for (let i = 0; i < scrapes - 1; i++) expect(churned.get(`${i}-3`)).toBe(`${i} x`)
  expect(churned.get(`${scrapes - 1}-3`)).toBe(`${scrapes - 1}`)
})

test('a target that loses most of its series at once goes on with the rest, and they end when it fails', async () => {
  const world = simWorld({ startMs: 1_767_225_600_000 })
  await using db = await Tsdb.open(world, OPTIONS)
  const writer = new TargetWriter(
    writerContext(db, newScrapeStats(), bodyTemplates()),
    KEY,
    KEY,
    jobSettings({}),
  )
  const scrape = async (body: string | undefined): Promise<void> => {
    const tMs = world.clock.now()
    if (body === undefined) writer.readNothing()
    const result =
      body === undefined ? undefined : writer.read(Buffer.from(body), 'text/plain', tMs)
    writer.write(
      tMs,
      body !== undefined,
      5,
      result ?? {
        error: 'x',
        failure: 'parse',
        scraped: 0,
        added: 0,
        seriesAdded: 0,
        offending: '',
      },
    )
    await world.clock.advance(15_000)
  }
  const many = Array.from({ length: 300 }, (_, n) => `m{id="${n}"} 1\n`).join('')
  await scrape(many)
  await scrape('m{id="7"} 2\n')
  await scrape('m{id="7"} 3\n')
  await scrape(undefined)
  await scrape('m{id="8"} 4\n')
  const all = await shown(db, 'm')
  expect(all.get('7')).toBe('1 2 3 x')
  expect(all.get('8')).toBe('1 x 4')
  expect(db.stats.headSeries).toBeLessThan(20)
})
