// Golden pages: what dashboards and the seeds' queries ask for by name must not change.
import { Registry } from '@pharos/client'
import { gatherAndCompare } from '@pharos/client/testutil'
import { expect, test } from 'vitest'
import type { FinishedRequest } from '../request-metrics.ts'
import { GinMetrics } from './gin-metrics.ts'
import { GoMicro2Metrics, GoMicroMetrics } from './go-micro-metrics.ts'
import { HttpMetrics } from './http-metrics.ts'
import { Seed2Metrics } from './seed2-metrics.ts'
import { Seed4Metrics } from './seed4-metrics.ts'
import { VisitorFilter } from './visitor-filter.ts'

const finished = (more: Partial<FinishedRequest>): FinishedRequest => ({
  method: 'GET',
  route: '/ping',
  path: '/ping',
  statusCode: 200,
  isAborted: false,
  seconds: 0.125,
  requestBytes: 3,
  responseBytes: 20,
  clientAddress: '10.0.0.1',
  exemplar: undefined,
  ...more,
})

/** The page without the lines of buckets. */
async function lines(registry: Registry): Promise<string[]> {
  return (await registry.metrics())
    .split('\n')
    .filter((line) => line !== '' && !/_bucket\{/.test(line))
}

/** The `le` values of a histogram, in order, each once. */
async function bounds(registry: Registry, name: string): Promise<string[]> {
  const page = await registry.metrics()
  const all = page.split('\n').filter((line) => line.startsWith(`${name}_bucket{`))
  return [...new Set(all.map((line) => /le="([^"]*)"/.exec(line)![1]!))]
}

test("the second seed's page, with its empty help texts and a gauge that counts", async () => {
  const registry = new Registry()
  const metrics = new Seed2Metrics(registry)
  metrics.finished(finished({}))
  metrics.finished(finished({ route: '<unmatched>', path: '/metric', statusCode: 404 }))
  expect(await lines(registry)).toEqual([
    '# HELP server_handle_request_seconds ',
    '# TYPE server_handle_request_seconds histogram',
    'server_handle_request_seconds_sum{method="GET",path="/ping",status="200",type="http"} 0.125',
    'server_handle_request_seconds_count{method="GET",path="/ping",status="200",type="http"} 1',
    'server_handle_request_seconds_sum{method="GET",path="<unmatched>",status="404",type="http"} 0.125',
    'server_handle_request_seconds_count{method="GET",path="<unmatched>",status="404",type="http"} 1',
    '# HELP server_handle_request_status ',
    '# TYPE server_handle_request_status gauge',
    'server_handle_request_status{method="GET",path="/ping",status="200",type="http"} 1',
    'server_handle_request_status{method="GET",path="<unmatched>",status="404",type="http"} 1',
    '# HELP server_handle_request_total Number of server requests received in total',
    '# TYPE server_handle_request_total counter',
    'server_handle_request_total{method="GET",path="/ping",type="http"} 1',
    'server_handle_request_total{method="GET",path="<unmatched>",type="http"} 1',
  ])
  expect(await bounds(registry, 'server_handle_request_seconds')).toEqual([
    '0.005',
    '0.01',
    '0.025',
    '0.05',
    '0.1',
    '0.25',
    '0.5',
    '1',
    '2.5',
    '5',
    '10',
    '+Inf',
  ])
})

test('raw paths of unmatched requests are opt-in and bounded', async () => {
  const registry = new Registry()
  const metrics = new Seed2Metrics(registry, { rawPaths: true, maxPaths: 20 })
  for (let i = 0; i < 10_000; i++) {
    metrics.finished(finished({ route: '<unmatched>', path: `/${i}`, statusCode: 404 }))
  }
  const page = await registry.metrics()
  const totals = page.split('\n').filter((line) => line.startsWith('server_handle_request_total{'))
  expect(totals.length).toBeLessThanOrEqual(21)
  expect(page).toContain('server_handle_request_total{method="GET",path="/0",type="http"} 1')
  const sum = totals.reduce((count, line) => count + Number(line.split(' ').at(-1)), 0)
  expect(sum).toBe(10_000)
})

test("the fourth seed's page: a count, a summary, a histogram, each with the constant pid", async () => {
  const registry = new Registry()
  const metrics = new Seed4Metrics(registry, {
    normMean: 1,
    normDomain: 0.2,
    pid: '42',
    goNames: true,
  })
  metrics.finished(finished({ route: '/handler1', seconds: 0.5 }))
  const labels = 'handler="/handler1",method="GET",pid="42",status_code="200"'
  const page = (await lines(registry)).filter(
    (line) => !line.startsWith('go_memstats_alloc_bytes{'),
  )
  expect(page).toEqual([
    '# HELP go_memstats_alloc_bytes Bytes of heap in use.',
    '# TYPE go_memstats_alloc_bytes gauge',
    '# HELP http_durations_histogram_seconds HTTP latency distributions.',
    '# TYPE http_durations_histogram_seconds histogram',
    `http_durations_histogram_seconds_sum{${labels}} 0.5`,
    `http_durations_histogram_seconds_count{${labels}} 1`,
    '# HELP http_durations_seconds HTTP latency distributions.',
    '# TYPE http_durations_seconds summary',
    `http_durations_seconds{${labels},quantile="0.5"} 0.5`,
    `http_durations_seconds{${labels},quantile="0.9"} 0.5`,
    `http_durations_seconds{${labels},quantile="0.99"} 0.5`,
    `http_durations_seconds_sum{${labels}} 0.5`,
    `http_durations_seconds_count{${labels}} 1`,
    '# HELP http_requests_total HTTP request total.',
    '# TYPE http_requests_total counter',
    `http_requests_total{${labels}} 1`,
  ])
  // Go adds the width again and again; so do we.
  expect((await bounds(registry, 'http_durations_histogram_seconds')).slice(0, 12)).toEqual([
    '0',
    '0.1',
    '0.2',
    '0.30000000000000004',
    '0.4',
    '0.5',
    '0.6',
    '0.7',
    '0.7999999999999999',
    '0.8999999999999999',
    '0.9999999999999999',
    '1.0999999999999999',
  ])
  expect(await registry.metrics()).toMatch(/go_memstats_alloc_bytes\{pid="42"\} [0-9.e+]+/)
})

test("the third seed's page: gin-metrics, visitors counted once, slow requests apart", async () => {
  const registry = new Registry()
  const metrics = new GinMetrics(registry, { slowTime: 10 })
  metrics.finished(finished({}))
  metrics.finished(finished({ clientAddress: '10.0.0.2', seconds: 11 }))
  metrics.finished(finished({ clientAddress: '10.0.0.1', responseBytes: 0 }))
  expect(await lines(registry)).toEqual([
    '# HELP gin_request_body_total the server received request body size, unit byte',
    '# TYPE gin_request_body_total counter',
    'gin_request_body_total 9',
    '# HELP gin_request_duration the time server took to handle the request.',
    '# TYPE gin_request_duration histogram',
    'gin_request_duration_sum{uri="/ping"} 11.25',
    'gin_request_duration_count{uri="/ping"} 3',
    '# HELP gin_request_total all the server received request num.',
    '# TYPE gin_request_total counter',
    'gin_request_total 3',
    '# HELP gin_request_uv_total all the server received ip num.',
    '# TYPE gin_request_uv_total counter',
    'gin_request_uv_total 2',
    '# HELP gin_response_body_total the server send response body size, unit byte',
    '# TYPE gin_response_body_total counter',
    'gin_response_body_total 40',
    '# HELP gin_slow_request_total the server handled slow requests counter, t=10.',
    '# TYPE gin_slow_request_total counter',
    'gin_slow_request_total{code="200",method="GET",uri="/ping"} 1',
    '# HELP gin_uri_request_total all the server received request num with every uri.',
    '# TYPE gin_uri_request_total counter',
    'gin_uri_request_total{code="200",method="GET",uri="/ping"} 3',
  ])
  expect(await bounds(registry, 'gin_request_duration')).toEqual([
    '0.1',
    '0.3',
    '1.2',
    '5',
    '10',
    '+Inf',
  ])
})

test('a Bloom filter of visitors knows whom it met, in 128 KiB', () => {
  const filter = new VisitorFilter()
  let isNew = 0
  for (let i = 0; i < 50_000; i++)
    if (filter.isNew(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`)) isNew++
  expect(isNew).toBeGreaterThan(49_500)
  for (let i = 0; i < 50_000; i++) {
    expect(filter.isNew(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`)).toBe(false)
  }
})

const SERVICE = { name: 'order', id: 'order-1', version: '1.0', metadata: { zone: 'a' } }

test("the fifth seed's page: go-micro of 2019, labels on everything inside", async () => {
  const registry = new Registry()
  const metrics = new GoMicroMetrics(registry, SERVICE)
  const call = metrics.wrap('Order.Create', async (n: number) => {
    if (n > 1) throw new Error('planted')
    return n
  })
  expect(await call(1)).toBe(1)
  await expect(call(2)).rejects.toThrow('planted')
  metrics.inner.gauge({ name: 'nodejs_something', help: 'Inside.' }).set(1)
  const page = await lines(registry)
  const labels =
    'method="Order.Create",micro_id="order-1",micro_name="order",micro_version="1.0",micro_zone="a"'
  expect(page.filter((line) => !/_sum/.test(line))).toEqual([
    '# HELP micro_request_duration_seconds Service method request time in seconds',
    '# TYPE micro_request_duration_seconds histogram',
    `micro_request_duration_seconds_count{${labels}} 2`,
    '# HELP micro_request_total How many go-micro requests processed, partitioned by method and status',
    '# TYPE micro_request_total counter',
    `micro_request_total{${labels},status="fail"} 1`,
    `micro_request_total{${labels},status="success"} 1`,
    '# HELP micro_upstream_latency_microseconds Service backend method request latencies in microseconds',
    '# TYPE micro_upstream_latency_microseconds summary',
    `micro_upstream_latency_microseconds_count{${labels}} 2`,
    '# HELP nodejs_something Inside.',
    '# TYPE nodejs_something gauge',
    'nodejs_something{micro_id="order-1",micro_name="order",micro_version="1.0",micro_zone="a"} 1',
  ])
})

test("go-micro 2's names", async () => {
  const registry = new Registry()
  await new GoMicro2Metrics(registry, SERVICE).wrap('Order.Create', () => 1)()
  const labels = 'micro_endpoint="Order.Create",micro_id="order-1",micro_name="order"'
  const text = `
# HELP micro_request_total Requests processed, partitioned by endpoint and status
# TYPE micro_request_total counter
micro_request_total{${labels},micro_status="success",micro_version="1.0"} 1
`
  await expect(gatherAndCompare(registry, text, 'micro_request_total')).resolves.toBeUndefined()
  expect((await lines(registry)).join('\n')).toContain('micro_latency_microseconds_count{')
})

test('the usual preset has classic and native buckets, sizes, and requests in flight', async () => {
  const registry = new Registry()
  const metrics = new HttpMetrics(registry)
  metrics.started('GET')
  metrics.started('GET')
  metrics.finished(finished({ exemplar: { trace_id: 'abc' } }))
  const page = await lines(registry)
  expect(page).toContain('http_requests_in_flight{method="GET"} 1')
  expect(page).toContain('http_response_size_bytes_sum{method="GET",route="/ping"} 20')
  expect(page).toContain(
    'http_request_duration_seconds_count{method="GET",route="/ping",status_code="200"} 1',
  )
  const [durations] = registry.all().filter((one) => one.name === 'http_request_duration_seconds')
  const [series] = [...durations!.series()]
  expect(series!.histogram!.native!.schema).toBe(3)
  expect(series!.histogram!.buckets.some((one) => one.exemplar !== undefined)).toBe(true)
})
