// `pharos demo` as a newcomer meets it: the seeds' services are found and scraped, and the fourth seed's eight
// queries give what it says they give.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { builtInDashboards, demoDashboard } from '@pharos/dashboards/builtin'
import { emptyQueries } from './panel-queries.ts'
import { freePort, pharos, ready, ROOT, run, temporaryDirectory, until } from './process.ts'
import { instant } from './query.ts'

/** The seed's range is 30 s; so long has to be scraped before rates are those of the steady state. */
const WARM_UP_SECONDS = 45

test('the demo shows the metrics of every seed, and its numbers are the stated ones', async () => {
  const [port, course, node, push] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ]
  const url = `http://127.0.0.1:${port}`
  const demo = pharos([
    'demo',
    `--storage.tsdb.path=${join(temporaryDirectory(), 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    `--node.web.listen-address=127.0.0.1:${node}`,
    `--pushgateway.web.listen-address=127.0.0.1:${push}`,
    `--demo.listen-address=127.0.0.1:${course}`,
  ])
  await ready(url, demo)
  const value = async (query: string): Promise<number> => {
    const answer = await instant(url, query, Date.now() / 1000)
    return Number(answer.data?.result[0]?.value?.[1] ?? NaN)
  }
  await until('all seven targets', async () => ((await value('sum(up)')) >= 7 ? true : undefined))

  const page = await (await fetch(`http://127.0.0.1:${course}/metrics`)).text()
  // The page parses; the seed's own name is against the conventions.
  expect(await run('promtool', ['check', 'metrics'], page)).toEqual({
    code: 3,
    output: "http_durations_histogram_seconds metric name should not include type 'histogram'\n",
  })

  await until(
    'metrics of every seed',
    async () => {
      for (const name of NAMES) if (!((await value(`count(${name})`)) > 0)) throw new Error(name)
      return true
    },
    60_000,
  )
  await until(
    'a steady state',
    async () =>
      (await value('time() - process_start_time_seconds{job="dynamic_services",service="order"}')) >
      WARM_UP_SECONDS
        ? true
        : undefined,
    120_000,
  )
  const one = '{handler="/handler1",status_code="200"}'
  const rate = await value(`rate(http_requests_total${one}[30s])`)
  expect(rate).toBeGreaterThan(1)
  expect(await value(`rate(http_durations_seconds_count${one}[30s])`)).toBeCloseTo(rate, 6)
  expect(await value(`rate(http_durations_histogram_seconds_count${one}[30s])`)).toBeCloseTo(
    rate,
    6,
  )
  expect(await value('go_memstats_alloc_bytes')).toBeGreaterThan(1e6)
  // A busy machine answers later than the seed's clock says, never sooner.
  const quantile = await value(
    `http_durations_seconds{handler="/handler1",quantile="0.9",status_code="200"}`,
  )
  expect(quantile).toBeGreaterThan(0.85)
  expect(quantile).toBeLessThan(1.2)
  const estimated = await value(
    `histogram_quantile(0.9, rate(http_durations_histogram_seconds_bucket${one}[30s]))`,
  )
  expect(Math.abs(estimated - quantile)).toBeLessThan(0.1)
  for (const name of ['http_durations_seconds', 'http_durations_histogram_seconds']) {
    const mean = await value(`rate(${name}_sum${one}[30s]) / rate(${name}_count${one}[30s])`)
    expect(mean).toBeGreaterThan(0.45)
    expect(mean).toBeLessThan(0.7)
  }
  await asTheGuideSays(url)
  const share = async (handler: string, code: number): Promise<number> =>
    value(
      `sum(http_requests_total{handler="${handler}",status_code="${code}"}) / sum(http_requests_total{handler="${handler}"})`,
    )
  const count = await value('sum(http_requests_total{handler="/handler2"})')
  const expected: [string, number, number][] = [
    ['/handler1', 200, 0.91],
    ['/handler1', 400, 0.06],
    ['/handler1', 500, 0.03],
    ['/handler2', 200, 0.93],
    ['/handler2', 400, 0.02],
    ['/handler2', 500, 0.05],
  ]
  for (const [handler, code, p] of expected) {
    // Four standard deviations of a share over so many requests: the run of one in thousands misses.
    const bound = 4 * Math.sqrt((p * (1 - p)) / count)
    expect(Math.abs((await share(handler, code)) - p), `${handler} ${code}`).toBeLessThan(bound)
  }
  const mail = await until(
    'the mail of the alert',
    async () => {
      const answer = await fetch(`http://127.0.0.1:${course}/inbox.json`)
      return ((await answer.json()) as { subject: string; text: string }[]).find(({ text }) =>
        text.includes('/handler2 fails for'),
      )
    },
    60_000,
  )
  expect(mail.subject).toMatch(/^\[FIRING:\d\] HandlerFailing/)
  const inbox = await (await fetch(`http://127.0.0.1:${course}/inbox`)).text()
  expect(inbox).toContain('firing: /handler2 fails for')
  // Each panel of each dashboard that is shipped has something to show here.
  await until(
    'data in every panel of every dashboard',
    async () => {
      const empty: string[] = []
      for (const text of [...builtInDashboards(), demoDashboard()])
        empty.push(...(await emptyQueries(url, text)))
      if (empty.length > 0) throw new Error(empty.join('\n'))
      return true
    },
    120_000,
  )
  const own = await fetch(`${url}/api/dashboards/uid/pharos-demo`)
  expect([
    own.status,
    ((await own.json()) as { meta: { folderTitle: string } }).meta.folderTitle,
  ]).toEqual([200, 'Demo'])
  demo.child.kill('SIGTERM')
  expect(await demo.exited).toBe(0)
})

/** The eight queries of the fourth seed, as a reader pastes them from the guide's table, with what stands beside them. */
function guideQueries(): { readonly query: string; readonly gives: string }[] {
  const text = readFileSync(join(ROOT, 'docs/guide/seeds.md'), 'utf8')
  const table = text.slice(text.indexOf('| query | what it gives |')).split('\n\n', 1)[0]!
  return table
    .split('\n')
    .slice(2)
    .flatMap((row) => {
      const [, queries = '', gives = ''] = row.split('|')
      return [...queries.matchAll(/`([^`]+)`/g)].map(([, query = '']) => ({
        query,
        gives: gives.trim(),
      }))
    })
}

/** What a busy machine makes of the stated values: it answers later than the seed's clock says, never sooner. */
const BOUNDS: Readonly<Record<string, readonly [number, number]>> = {
  'about 0.9': [0.75, 1.25],
  'about 0.5': [0.4, 0.75],
}

async function asTheGuideSays(url: string): Promise<void> {
  const queries = guideQueries()
  expect(queries).toHaveLength(8)
  const nowSeconds = Date.now() / 1000
  const same: string[] = []
  for (const { query, gives } of queries) {
    const answer = await instant(url, query, nowSeconds)
    // Errors are too few for a mean.
    const good = (answer.data?.result ?? []).filter(
      ({ metric }) => (metric['status_code'] ?? '200') === '200',
    )
    expect(good.length, query).toBeGreaterThan(0)
    const values = good.map(({ value }) => Number(value?.[1]))
    const [least, most] = BOUNDS[gives] ?? [Number.MIN_VALUE, Infinity]
    for (const value of values) {
      expect(value, query).toBeGreaterThan(least)
      expect(value, query).toBeLessThan(most)
    }
    if (gives === 'the same')
      same.push(
        values
          .map((value) => value.toPrecision(9))
          .toSorted()
          .join(' '),
      )
    console.log(`${query}: ${values.map((value) => value.toPrecision(3)).join(' ')}`)
  }
  expect(same).toHaveLength(3)
  expect(new Set(same).size).toBe(1)
}

const NAMES = [
  'system_cpu_usage_percent >= 0',
  'system_memory_usage_percent > 0',
  'system_process_count > 1',
  'nodejs_active_resources_total',
  'promhttp_metric_handler_requests_total',
  'server_handle_request_seconds_bucket',
  'server_handle_request_status',
  'server_handle_request_total',
  'mxshop_test',
  'rpc_server_requests_chaos_duration_ms_bucket',
  'rpc_server_requests_chaos_code_total',
  'rpc_client_requests_chaos_duration_ms_bucket',
  'rpc_client_requests_chaos_code_total',
  'grpc_server_handled_total',
  'gin_request_total',
  'gin_request_uv_total',
  'gin_uri_request_total',
  'gin_request_duration_bucket',
  'micro_request_total',
  'micro_upstream_latency_microseconds_sum',
  'micro_request_duration_seconds_bucket',
]
