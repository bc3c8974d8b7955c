// Histograms, starts and extra reports on their way into a row.

import { expect, test } from 'vitest'
import { newScrapeStats } from './scrape-stats.ts'
import { TargetWriter } from './target-writer.ts'
import { FakeAppender } from './testing/fake-appender.ts'
import { bodyTemplates, jobSettings, writerContext } from './testing/scrape-fixture.ts'
import { Labels } from '@pharos/model'
import type { ScrapeSettings } from '@pharos/config'
import type { ScrapeFeatures } from './writer-context.ts'

const TARGET = Labels.from({ instance: 'h:80', job: 'job' })

function bench(settings: Partial<ScrapeSettings>, features: Partial<ScrapeFeatures> = {}) {
  const appender = new FakeAppender()
  const context = writerContext(appender, newScrapeStats(), bodyTemplates())
  const writer = new TargetWriter(
    { ...context, features: { ...context.features, ...features } },
    TARGET,
    TARGET,
    jobSettings(settings),
  )
  let tMs = 100_000
  const scrape = (body: string, type = 'text/plain', extra: readonly number[] = []) => {
    tMs += 1_000
    const result = writer.read(Buffer.from(body), type, tMs)
    writer.write(tMs, result.error === '', 5, result, extra)
    return result
  }
  return { appender, scrape }
}

const classic = (low: number, all: number): string =>
  `# TYPE x histogram\nx_bucket{le="1"} ${low}\nx_bucket{le="+Inf"} ${all}\nx_sum 3\nx_count ${all}\n`

test('classic histograms become custom buckets, and their series are not stored', () => {
  const { appender, scrape } = bench({ convertClassicHistograms: true })
  expect(scrape(`${classic(1, 4)}y 1\n`)).toMatchObject({ error: '', scraped: 2, added: 2 })
  scrape(`${classic(2, 6)}y 1\n`)
  const { histograms, rows } = appender.only
  expect(histograms).toMatchObject([
    {
      series: 'x',
      histogram: { schema: -53, count: 4, positiveBuckets: [1, 3], customValues: [1] },
    },
    { series: 'x', histogram: { count: 6, positiveBuckets: [2, 4] } },
  ])
  expect(Object.keys(rows[0]!.values)).not.toContain('x_count')
  // Gone, it ends.
  scrape('y 1\n')
  expect(rows.at(-1)!.values).toMatchObject({ x: 'stale', y: 1 })
})

test('with always_scrape_classic_histograms both are stored', () => {
  const { appender, scrape } = bench({
    convertClassicHistograms: true,
    alwaysClassicHistograms: true,
  })
  expect(scrape(`${classic(1, 4)}y 1\n`)).toMatchObject({ scraped: 6 })
  scrape(`${classic(1, 4)}y 1\n`)
  expect(appender.only.histograms.length).toBe(2)
  expect(appender.rows.at(-1)!.values).toMatchObject({ x_count: 4, 'x_bucket{le=1.0}': 1 })
})

test('a histogram with more buckets than the limit fails the scrape', () => {
  const settings = { convertClassicHistograms: true, nativeHistogramBucketLimit: 1 }
  expect(bench(settings).scrape(`${classic(1, 4)}y 1\n`)).toMatchObject({
    error: 'histogram bucket limit exceeded',
    failure: 'labelLimit',
  })
})

test('a start becomes a sample of zero, once', () => {
  const om = 'application/openmetrics-text'
  const body = '# TYPE a counter\na_total 5\na_created 99.5\n# EOF\n'
  const { appender, scrape } = bench({}, { createdTimestamps: true })
  scrape(body, om)
  scrape(body, om)
  expect(appender.only.samples).toEqual([{ tMs: 99_500, series: 'a_total', value: 0 }])
  expect(Object.keys(appender.rows[0]!.values)).not.toContain('a_created')
  const without = bench({})
  without.scrape(body, om)
  expect(without.appender.rows[0]!.values).toMatchObject({ a_created: 99.5 })
})

test('the extra reports come, and end when they are switched off', () => {
  const { appender, scrape } = bench({})
  scrape('a 1\n', 'text/plain', [5, 0, 4])
  expect(appender.rows.at(-1)!.values).toMatchObject({
    scrape_timeout_seconds: 5,
    scrape_sample_limit: 0,
    scrape_body_size_bytes: 4,
  })
  scrape('a 1\n')
  expect(appender.rows.at(-1)!.values).toMatchObject({ scrape_timeout_seconds: 'stale' })
})
