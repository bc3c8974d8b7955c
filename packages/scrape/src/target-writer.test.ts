import type { ScrapeSettings } from '@pharos/config'
import { Labels } from '@pharos/model'
import { AppendOutcome } from '@pharos/tsdb'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { measureTargetWriter } from './target-writer.bench.ts'
import { newScrapeStats } from './scrape-stats.ts'
import type { ScrapeStats } from './scrape-stats.ts'
import type { BodyResult } from './body-result.ts'
import { TargetWriter } from './target-writer.ts'
import { FakeAppender } from './testing/fake-appender.ts'
import { bodyTemplates, jobSettings, writerContext } from './testing/scrape-fixture.ts'

const TARGET = Labels.from({ job: 'j', instance: 'i' })
const TEXT = 'text/plain'
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0'

interface Bench {
  readonly appender: FakeAppender
  readonly writer: TargetWriter
  readonly stats: ScrapeStats
  /** Scrapes a body one second after the last; the row without the report series. */
  readonly scrape: (
    body: string,
    contentType?: string,
  ) => { result: BodyResult; row: Record<string, number | 'stale'> }
}

function bench(changed: Partial<ScrapeSettings> = {}): Bench {
  const appender = new FakeAppender()
  const stats = newScrapeStats()
  const writer = new TargetWriter(
    writerContext(appender, stats, bodyTemplates()),
    TARGET,
    TARGET,
    jobSettings(changed),
  )
  let tMs = 0
  return {
    appender,
    writer,
    stats,
    scrape: (body, contentType = TEXT) => {
      tMs += 1_000
      const result = writer.read(Buffer.from(body), contentType, tMs)
      writer.write(tMs, result.error === '', 5, result)
      const row = { ...appender.rows.at(-1)!.values }
      for (const name of Object.keys(row)) if (/^(up|scrape_\w+)$/.test(name)) delete row[name]
      return { result, row }
    },
  }
}

test('a body becomes a row with the series about the scrape', () => {
  const { scrape, appender } = bench()
  const { result } = scrape('# TYPE a counter\na{x="1"} 1\na{x="2"} 2.5\nb NaN\n')
  expect(result).toMatchObject({ error: '', scraped: 3, added: 3, seriesAdded: 3 })
  expect(appender.rows).toEqual([
    {
      tMs: 1_000,
      values: {
        'a{x=1}': 1,
        'a{x=2}': 2.5,
        b: NaN,
        up: 1,
        scrape_duration_seconds: 0.005,
        scrape_samples_scraped: 3,
        scrape_samples_post_metric_relabeling: 3,
        scrape_series_added: 3,
      },
    },
  ])
  expect(appender.only.series[0]!.toObject()).toEqual({ __name__: 'up', job: 'j', instance: 'i' })
})

test('a series that goes gets one stale marker, and lives again when it is back', () => {
  const { scrape } = bench()
  scrape('a 1\nb 2\nc 3\n')
  expect(scrape('a 1\nc 3\n').row).toEqual({ a: 1, b: 'stale', c: 3 })
  expect(scrape('a 1\nc 3\n').row).toEqual({ a: 1, c: 3 })
  const back = scrape('c 3\nb 4\na 1\n')
  expect(back.row).toEqual({ a: 1, b: 4, c: 3 })
  expect(back.result.seriesAdded).toBe(1)
})

test('a failed body stores nothing, ends what lived, and counts what it read', () => {
  const { scrape, appender } = bench()
  scrape('a 1\nb 2\n')
  const failed = scrape('a 5\nnew 1\nb {\n')
  expect(failed.result).toMatchObject({ failure: 'parse', scraped: 2, added: 2 })
  expect(failed.result.error).toMatch(/^expected label name, got/)
  expect(failed.row).toEqual({ a: 'stale', b: 'stale' })
  expect(appender.rows.at(-1)!.values).toMatchObject({ up: 0, scrape_samples_scraped: 2 })
  expect(appender.only.series.some((labels) => labels.get('__name__') === 'new')).toBe(false)
  const again = scrape('a 1\nb 2\nnew 3\n')
  expect(again.row).toEqual({ a: 1, b: 2, new: 3 })
  expect(again.result.seriesAdded).toBe(1)
})

test('an empty body is a good scrape that ends everything', () => {
  const { scrape, appender } = bench()
  scrape('a 1\n')
  expect(scrape('', '').row).toEqual({ a: 'stale' })
  expect(appender.rows.at(-1)!.values['up']).toBe(1)
})

test('a request that failed ends everything', () => {
  const { scrape, writer, appender } = bench()
  scrape('a 1\n')
  writer.readNothing()
  writer.write(9_000, false, 1, {
    error: 'x',
    failure: 'parse',
    scraped: 0,
    added: 0,
    seriesAdded: 0,
    offending: '',
  })
  expect(appender.rows.at(-1)!.values).toMatchObject({ a: 'stale', up: 0 })
  writer.readNothing()
  writer.write(10_000, false, 1, {
    error: 'x',
    failure: 'parse',
    scraped: 0,
    added: 0,
    seriesAdded: 0,
    offending: '',
  })
  expect(Object.keys(appender.rows.at(-1)!.values)).not.toContain('a')
})

test('the end of a target ends its series and those about its scrapes, once', () => {
  const { scrape, writer, appender } = bench()
  writer.end(5)
  expect(appender.rows).toEqual([])
  scrape('a 1\n')
  writer.end(1_000)
  writer.end(3_000)
  expect(appender.rows.slice(1)).toEqual([
    {
      tMs: 1_001,
      values: {
        a: 'stale',
        up: 'stale',
        scrape_duration_seconds: 'stale',
        scrape_samples_scraped: 'stale',
        scrape_samples_post_metric_relabeling: 'stale',
        scrape_series_added: 'stale',
      },
    },
  ])
})

test('of duplicates the first wins and the others are counted', () => {
  const { scrape, stats } = bench()
  const { row, result } = scrape('a{x="1",y="2"} 1\na{x="1",y="2"} 2\na{y="2",x="1"} 3\n')
  expect(row).toEqual({ 'a{x=1,y=2}': 1 })
  expect(result).toMatchObject({ error: '', scraped: 3, added: 3 })
  expect(stats.duplicates).toBe(2)
  expect(scrape('a{y="2",x="1"} 3\na{x="1",y="2"} 1\n').row).toEqual({ 'a{x=1,y=2}': 3 })
  expect(stats.duplicates).toBe(3)
})

test('samples with their own time go round the row and get no marker', () => {
  const { scrape, appender } = bench()
  const { row } = scrape('a 1 500\na 2 600\nb 3\n')
  expect(row).toEqual({ b: 3 })
  expect(appender.only.samples).toEqual([
    { tMs: 500, series: 'a', value: 1 },
    { tMs: 600, series: 'a', value: 2 },
  ])
  expect(scrape('b 3\n').row).toEqual({ b: 3 })
})

test('with track_timestamps_staleness they get one', () => {
  const { scrape } = bench({ trackTimestampsStaleness: true })
  scrape('a 1 500\nb 3\n')
  expect(scrape('b 3\n').row).toEqual({ a: 'stale', b: 3 })
})

test('without honor_timestamps the time of the scrape counts', () => {
  const { scrape, appender } = bench({ honorTimestamps: false })
  expect(scrape('a 1 500\n').row).toEqual({ a: 1 })
  expect(appender.only.samples).toEqual([])
})

test('samples too far ahead are dropped and the scrape is good', () => {
  const { scrape, appender, stats } = bench()
  const { result } = scrape(`a 1 ${1_000 + 600_001}\nb 2 ${1_000 + 600_000}\n`)
  expect(result).toMatchObject({ error: '', added: 2 })
  expect(appender.only.samples.map((sample) => sample.series)).toEqual(['b'])
  expect(stats.outOfBounds).toBe(1)
})

test('a late error drops samples with their own time too', () => {
  const { scrape, appender } = bench()
  scrape('a 1 500\n{\n')
  expect(appender.only.samples).toEqual([])
})

test('honor_labels decides who gives way', () => {
  const series = (changed: Partial<ScrapeSettings>, line: string): Record<string, string> => {
    const { scrape, appender } = bench(changed)
    scrape(`${line} 1\n`)
    return appender.only.series.at(-1)!.toObject()
  }
  expect(series({}, 'a{job="x",exported_instance="y",instance="z"}')).toEqual({
    __name__: 'a',
    job: 'j',
    exported_job: 'x',
    instance: 'i',
    exported_instance: 'y',
    exported_exported_instance: 'z',
  })
  expect(series({ honorLabels: true }, 'a{job="x"}')).toEqual({
    __name__: 'a',
    job: 'x',
    instance: 'i',
  })
  // An empty value keeps the target's label away and is none itself: so a push gateway hides its own instance.
  expect(series({ honorLabels: true }, 'a{job="x",instance=""}')).toEqual({
    __name__: 'a',
    job: 'x',
  })
  expect(series({}, 'a{instance=""}')).toEqual({ __name__: 'a', job: 'j', instance: 'i' })
  expect(series({}, '{"__proto__",constructor="toString"}')).toEqual({
    __name__: '__proto__',
    constructor: 'toString',
    job: 'j',
    instance: 'i',
  })
})

test('limits fail the scrape with the reference’s words', () => {
  const check = (
    changed: Partial<ScrapeSettings>,
    body: string,
    error: string,
    counts: [number, number],
  ): void => {
    const { scrape, appender } = bench(changed)
    scrape('old 1\n')
    const { result, row } = scrape(`old 1\n${body}`)
    expect(result.error).toBe(error)
    expect([result.scraped, result.added]).toEqual(counts)
    expect(row).toEqual({ old: 'stale' })
    expect(appender.rows.at(-1)!.values['up']).toBe(0)
  }
  check({ sampleLimit: 2 }, 'a 1\nb 1\nc 1\n', 'sample limit exceeded', [4, 4])
  check(
    { labelLimit: 3 },
    'a{x="1"} 1\nb 1\n',
    'label_limit exceeded (metric: a, number of labels: 4, limit: 3)',
    [2, 1],
  )
  check(
    { labelNameLengthLimit: 8 },
    'a{long_name="1"} 1\n',
    'label_name_length_limit exceeded (metric: a, label name: long_name, length: 9, limit: 8)',
    [2, 1],
  )
  check(
    { labelValueLengthLimit: 4 },
    'a{x="äää"} 1\n',
    'label_value_length_limit exceeded (metric: a, label name: x, value: "äää", length: 6, limit: 4)',
    [2, 1],
  )
  const many = Array.from({ length: 300 }, (_, i) => `l${i}="v"`).join(',')
  check(
    {},
    `a{${many}} 1\n`,
    'label_limit exceeded (metric: a, number of labels: 303, limit: 256)',
    [2, 1],
  )
})

test('the Content-Type chooses the parser, or the fallback does', () => {
  const error = (contentType: string, changed: Partial<ScrapeSettings> = {}): string =>
    bench(changed).scrape('a 1\n', contentType).result.error
  expect(error('text/plain; version=0.0.4; charset=utf-8')).toBe('')
  expect(error('')).toBe(
    'non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol specified for target',
  )
  expect(error('text/html')).toBe(
    'received unsupported Content-Type "text/html" and no fallback_scrape_protocol specified for target',
  )
  expect(error('text/html', { fallbackScrapeProtocol: 'PrometheusText0.0.4' })).toBe('')
  expect(error(OPEN_METRICS)).not.toBe('')
  expect(error('application/vnd.google.protobuf')).toContain(
    'protobufparse: incorrect message length',
  )
})

test('exemplars belong to their series and take the time of the scrape when they have none', () => {
  const { scrape, appender } = bench()
  scrape(
    '# TYPE a counter\na_total 1 # {id="x"} 0.5\nb 2\nc 3 # {id="y"} 0.5 1.5\n# EOF\n',
    OPEN_METRICS,
  )
  const seen = appender.only.exemplars.map(({ series, exemplar }) => [series, exemplar.timestampMs])
  expect(seen.slice(0, 1)).toEqual([['a_total', 1_000]])
})

test('metadata is told once, and again when it changes', () => {
  const { scrape, appender } = bench()
  scrape('# HELP a first\n# TYPE a counter\na 1\n')
  expect(appender.metadata.get('a')).toEqual({ type: 'counter', help: 'first', unit: '' })
  appender.metadata.clear()
  scrape('# HELP a first\n# TYPE a counter\na 1\n')
  expect(appender.metadata.size).toBe(0)
  scrape('# HELP a second\n# TYPE a counter\na 1\n')
  expect(appender.metadata.get('a')).toEqual({ type: 'counter', help: 'second', unit: '' })
  scrape('# HELP a first\n# TYPE a counter\na 1\n')
  expect(appender.metadata.get('a')!.help).toBe('first')
})

test('a series that the budget refuses is left out and the rest stored', () => {
  const { scrape, appender, stats } = bench()
  appender.budget = 6
  expect(scrape('a 1\nb 2\n').row).toEqual({ a: 1 })
  expect(scrape('a 1\nb 2\n').row).toEqual({ a: 1 })
  expect(stats.seriesRefused).toBe(1)
  appender.budget = 100
  for (let i = 0; i < 20; i++) scrape('a 1\nb 2\n')
  expect(scrape('a 1\nb 2\n').row).toEqual({ a: 1, b: 2 })
})

test('a row that the store refuses is counted by its reason, and the series live on', () => {
  const { scrape, appender, stats } = bench()
  scrape('a 1\nb 2\n')
  appender.only.outcome = AppendOutcome.outOfOrder
  scrape('a 1\nb 2\n')
  appender.only.outcome = AppendOutcome.readOnly
  scrape('a 1\n')
  expect(stats).toMatchObject({ outOfOrder: 2, rowsLost: 1 })
  appender.only.outcome = AppendOutcome.ok
  expect(scrape('a 1\n').row).toEqual({ a: 1, b: 'stale' })
})

test('changed rules take hold with the next body', () => {
  const { scrape, writer } = bench()
  scrape('a{job="x"} 1\n')
  writer.reconfigure(jobSettings({ honorLabels: true }))
  expect(scrape('a{job="x"} 1\n').row).toEqual({ 'a{exported_job=x}': 'stale', 'a{job=x}': 1 })
})

test('a target whose lines always change does not grow the cache without end', () => {
  const { scrape, stats } = bench()
  for (let i = 0; i < 30; i++) {
    scrape(Array.from({ length: 200 }, (_, k) => `m{n="${i}_${k}"} 1\n`).join(''))
  }
  for (let i = 0; i < 30; i++) {
    scrape(`${Array.from({ length: 200 }, (_, k) => `f{n="${i}_${k}"} 1\n`).join('')}{`)
  }
  expect(stats.cacheFlushes).toBeGreaterThan(3)
  expect(scrape('m 1\n').row['m']).toBe(1)
})

test('rows and markers are those of a plain model, whatever comes in which order', () => {
  const name = fc.constantFrom(
    'a',
    'b',
    'c{x="1"}',
    'c{x="2"}',
    'dd',
    'a_long_metric_name',
    'a_long_metric_nama',
  )
  const body = fc.record({
    lines: fc.uniqueArray(fc.tuple(name, fc.integer({ min: 0, max: 99 })), {
      selector: ([series]) => series,
    }),
    isBroken: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(body, { maxLength: 12 }), (bodies) => {
      const { scrape } = bench()
      let live = new Set<string>()
      for (const { lines, isBroken } of bodies) {
        const text = lines.map(([series, value]) => `${series} ${value}\n`).join('')
        const expected = new Map<string, number | 'stale'>()
        for (const series of live) expected.set(series, 'stale')
        if (!isBroken) for (const [series, value] of lines) expected.set(series, value)
        live = new Set(isBroken ? [] : lines.map(([series]) => series))
        const { row } = scrape(isBroken ? `${text}{` : text)
        const plain = Object.fromEntries(
          [...expected].map(([series, value]) => [series.replaceAll('"', ''), value]),
        )
        expect(row).toEqual(plain)
      }
    }),
  )
})

test('the benchmark of the hot path computes what it should', () => {
  const { checksum } = measureTargetWriter(10)
  expect(checksum).toBe(measureTargetWriter(10).checksum)
  expect(checksum).toBeGreaterThan(0)
})
