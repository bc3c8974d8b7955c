// `pharos up --push.direct`: a push is seen by queries at once, and once.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freePort, pharos, temporaryDirectory, until } from './process.ts'
import { send } from './pushes.ts'
import { instant } from './query.ts'

/** PG-8 of the design: a sample is visible within this, ms. */
const VISIBLE_MS = 100

test('a pushed sample is visible at once, is there once, and ends with its group', async () => {
  const [port, pushPort] = [await freePort(), await freePort()]
  const directory = temporaryDirectory()
  const running = pharos([
    'up',
    `--web.listen-address=127.0.0.1:${port}`,
    '--node.web.listen-address=127.0.0.1:0',
    '--dashboards.listen-address=127.0.0.1:0',
    '--alertmanager.listen-address=127.0.0.1:0',
    `--pushgateway.web.listen-address=127.0.0.1:${pushPort}`,
    '--push.direct',
    `--storage.tsdb.path=${join(directory, 'data')}`,
  ])
  const [base, gateway] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${pushPort}`]
  const valueOf = async (query: string): Promise<string | undefined> =>
    (await instant(base, query, Date.now() / 1000)).data?.result[0]?.value?.[1]
  await until('the first scrape of the gateway', () =>
    valueOf('up{job="pushgateway"} == 1').catch(() => undefined),
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${running.output()}`)
  })
  const delaysMs: number[] = []
  for (let i = 1; i <= 5; i++) {
    const path = '/metrics/job/direct'
    expect((await send(gateway, { method: 'PUT', path, body: `batch ${i}\n` })).status).toBe(200)
    const answeredMs = Date.now()
    while ((await valueOf('batch')) !== String(i)) continue
    delaysMs.push(Date.now() - answeredMs)
  }
  console.log(`a pushed sample is visible after ${delaysMs.join(', ')} ms`)
  expect(delaysMs.sort((a, b) => a - b)[2]).toBeLessThan(VISIBLE_MS)
  expect(await valueOf('push_time_seconds{job="direct"} > 0')).toBeDefined()
  // Two scrapes of the gateway later: its own series are there, the pushed one is not theirs.
  const kept = 'scrape_samples_post_metric_relabeling{job="pushgateway"}'
  await until('two more scrapes', async () =>
    Number(await valueOf('count_over_time(up{job="pushgateway"}[5m])')) >= 3 ? true : undefined,
  )
  expect(await valueOf('count(batch)')).toBe('1')
  expect(await valueOf('count_over_time(batch[30s]) < 8')).toBeDefined()
  expect(await valueOf(`${kept} < scrape_samples_scraped{job="pushgateway"}`)).toBeDefined()
  await send(gateway, { method: 'DELETE', path: '/metrics/job/direct' })
  await until('the end of the series', async () =>
    (await valueOf('batch')) === undefined ? true : undefined,
  )
  await running.stop()
  expect(running.output()).not.toContain('BugError')
})
