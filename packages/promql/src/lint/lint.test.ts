import type { MetricType } from '@pharos/model'
import { expect, test } from 'vitest'
import { parseExpr } from '../parser.ts'
import { lintExpr, metricNamesIn } from './lint.ts'
import {
  type LintCode,
  type LintKnowledge,
  type MetricKnowledge,
  NO_KNOWLEDGE,
} from './lint-knowledge.ts'

function metric(
  type: MetricType | undefined,
  labels: Readonly<Record<string, readonly string[]>> = {},
  intervalMs = 15_000,
): MetricKnowledge {
  const all = { job: ['shop', 'node'], instance: ['a:80', 'b:80'], ...labels }
  const entries = Object.entries(all).map(([name, values]) => [name, new Set(values)] as const)
  return { type, labels: new Map(entries), isPartial: false, intervalMs }
}

const HTTP = { method: ['GET', 'POST'], status: ['200', '404', '500'], path: ['/', '/cart'] }
const LE = { le: ['0.1', '0.5', '1', '+Inf'] }

const METRICS = new Map<string, MetricKnowledge>([
  ['up', metric('gauge')],
  ['http_requests_total', metric('counter', HTTP)],
  ['http_errors_total', metric('counter', HTTP)],
  ['http_request_duration_seconds_bucket', metric('histogram', { ...HTTP, ...LE })],
  ['http_request_duration_seconds_sum', metric('histogram', HTTP)],
  ['http_request_duration_seconds_count', metric('histogram', HTTP)],
  ['rpc_seconds', metric('summary', { quantile: ['0.5', '0.99'] })],
  ['rpc_seconds_sum', metric('summary')],
  ['rpc_seconds_count', metric('summary')],
  ['latency_native', metric('histogram', HTTP)],
  [
    'node_cpu_seconds_total',
    metric('counter', { cpu: ['0', '1'], mode: ['idle', 'user', 'system', 'iowait'] }),
  ],
  ['node_memory_MemAvailable_bytes', metric('gauge')],
  ['node_memory_MemTotal_bytes', metric('gauge')],
  [
    'node_filesystem_avail_bytes',
    metric('gauge', { mountpoint: ['/', '/boot'], fstype: ['ext4', 'tmpfs'] }),
  ],
  [
    'node_filesystem_size_bytes',
    metric('gauge', { mountpoint: ['/', '/boot'], fstype: ['ext4', 'tmpfs'] }),
  ],
  ['node_network_receive_bytes_total', metric('counter', { device: ['eth0', 'lo'] })],
  ['node_load1', metric('gauge')],
  ['process_start_time_seconds', metric('gauge')],
  ['queue_length', metric('gauge', { queue: ['mail', 'jobs'] }, 60_000)],
  ['jobs_done_total', metric('counter', { queue: ['mail', 'jobs'] }, 60_000)],
  ['build_info', metric('gauge', { version: ['1.0', '1.1'] })],
  ['job:http_requests:rate5m', metric(undefined)],
  ['untyped_thing', metric(undefined)],
])
const KNOWLEDGE: LintKnowledge = { metrics: METRICS, names: [...METRICS.keys()] }

function codes(query: string, knowledge = KNOWLEDGE): LintCode[] {
  return lintExpr(parseExpr(query), knowledge).map(({ code }) => code)
}

const MISTAKES: readonly (readonly [LintCode, string])[] = [
  ['unknown-metric', 'sum(rate(http_request_total[5m]))'],
  ['unknown-metric', 'rate(http_request_duration_seconds[5m])'],
  ['unknown-metric', 'node_memory_MemFree_bytes / node_memory_MemTotal_bytes'],
  ['label-never-matches', 'http_requests_total{methd="GET"}'],
  ['label-never-matches', 'up{job="shpo"}'],
  ['label-never-matches', 'rate(http_requests_total{status=~"6.."}[5m])'],
  ['label-never-matches', 'node_filesystem_avail_bytes{device!=""}'],
  ['counter-without-rate', 'sum(http_requests_total)'],
  ['counter-without-rate', 'topk(5, http_requests_total)'],
  ['counter-without-rate', 'http_errors_total > 100'],
  ['counter-without-rate', 'avg_over_time(http_requests_total[1h])'],
  ['counter-without-rate', 'max by (job) ((http_request_duration_seconds_count))'],
  ['not-a-counter', 'rate(node_memory_MemAvailable_bytes[5m])'],
  ['not-a-counter', 'increase(queue_length[10m])'],
  ['not-a-counter', 'irate(rpc_seconds{quantile="0.99"}[5m])'],
  ['not-a-gauge', 'delta(http_requests_total[5m])'],
  ['not-a-gauge', 'predict_linear(node_network_receive_bytes_total[1h], 3600)'],
  ['range-too-short', 'rate(http_requests_total[30s])'],
  ['range-too-short', 'increase(jobs_done_total[2m])'],
  ['range-too-short', 'irate(jobs_done_total[1m])'],
  ['range-too-short', 'max_over_time(queue_length[30s])'],
  [
    'quantile-without-le',
    'histogram_quantile(0.9, sum by (job) (rate(http_request_duration_seconds_bucket[5m])))',
  ],
  [
    'quantile-without-le',
    'histogram_quantile(0.9, sum without (le, instance) (rate(http_request_duration_seconds_bucket[5m])))',
  ],
  [
    'quantile-out-of-range',
    'histogram_quantile(95, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))',
  ],
  ['quantile-out-of-range', 'quantile(99, node_load1)'],
  ['not-a-histogram', 'histogram_quantile(0.9, rate(http_request_duration_seconds_sum[5m]))'],
  ['sum-before-rate', 'rate(sum by (job) (http_requests_total)[5m:15s])'],
  ['rate-of-rate', 'rate(rate(http_requests_total[5m])[10m:])'],
  ['average-of-quantiles', 'avg(rpc_seconds{quantile="0.99"})'],
  ['bucket-sum-without-le', 'sum by (job) (rate(http_request_duration_seconds_bucket[5m]))'],
  ['grouping-never-matches', 'sum by (pod) (rate(http_requests_total[5m]))'],
  [
    'labels-never-meet',
    'sum by (job) (rate(http_errors_total[5m])) / sum by (job, status) (rate(http_requests_total[5m]))',
  ],
  ['contradiction', 'up{job="shop", job="node"}'],
  ['match-everything', 'up{job=~".*"}'],
  ['comparison-with-nan', 'node_load1 == NaN'],
]

test('35 planted mistakes are found, each by its code and nothing else', () => {
  for (const [code, query] of MISTAKES) expect([...new Set(codes(query))], query).toEqual([code])
  expect(MISTAKES).toHaveLength(35)
})

const GOOD: readonly string[] = `
up
up == 0
up{job="shop"}
up{job!="other"}
up{job=~"shop|node"}
up{instance=~".+:80"}
up{zone=""}
up{zone!="x"}
count(up)
count by (job) (up == 1)
sum(up) by (job)
avg(up)
avg_over_time(up[1h])
min_over_time(up[5m]) == 0
1 - avg by (job) (up)
absent(up{job="gone"})
absent(nothing_has_this_name)
absent_over_time(nothing_has_this_name[10m])
absent(up{job="shop"}) or vector(0)
changes(up[1h])
http_requests_total
http_requests_total{status="500"}
count(http_requests_total)
group by (job) (http_requests_total)
http_requests_total == 0
http_requests_total > 0
timestamp(http_requests_total)
rate(http_requests_total[5m])
rate(http_requests_total[1m])
irate(http_requests_total[1m])
irate(http_requests_total[30s])
increase(http_requests_total[1h])
resets(http_requests_total[1d])
changes(http_requests_total[1h])
count_over_time(http_requests_total[5m])
last_over_time(http_requests_total[5m])
max_over_time(http_requests_total[5m]) - min_over_time(http_requests_total[5m])
http_requests_total - http_requests_total offset 1h
http_errors_total / http_requests_total
http_request_duration_seconds_sum / http_request_duration_seconds_count
rpc_seconds_sum / rpc_seconds_count
sum(rate(http_requests_total[5m]))
sum by (job) (rate(http_requests_total[5m]))
sum by (job, status) (rate(http_requests_total[5m]))
sum without (instance) (rate(http_requests_total[5m]))
sum(rate(http_requests_total{status=~"5.."}[5m])) / sum(rate(http_requests_total[5m]))
sum by (job) (rate(http_errors_total[5m])) / sum by (job) (rate(http_requests_total[5m]))
sum by (job) (rate(http_errors_total[5m])) / on (job) sum by (job, status) (rate(http_requests_total[5m]))
sum by (job, status) (rate(http_errors_total[5m])) / ignoring (status) group_left sum by (job) (rate(http_requests_total[5m]))
sum by (job) (rate(http_requests_total[5m])) > 10
sum by (job) (rate(http_requests_total[5m])) * 60
sum(rate(http_requests_total[5m])) or vector(0)
sum(rate(http_requests_total{status="500"}[5m])) or sum(rate(gone_total[5m]))
topk(5, sum by (path) (rate(http_requests_total[5m])))
bottomk(3, rate(http_requests_total[5m]))
max_over_time(sum(rate(http_requests_total[5m]))[1h:1m])
quantile_over_time(0.95, sum(rate(http_requests_total[5m]))[1d:5m])
deriv(rate(http_requests_total[5m])[1h:1m])
avg_over_time(rate(http_requests_total[5m])[1h:])
histogram_quantile(0.9, rate(http_request_duration_seconds_bucket[5m]))
histogram_quantile(0.9, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))
histogram_quantile(0.9, sum by (job, le) (rate(http_request_duration_seconds_bucket[5m])))
histogram_quantile(0.99, sum without (instance) (increase(http_request_duration_seconds_bucket[1h])))
histogram_quantile(0.5, sum by (job) (rate(latency_native[5m])))
histogram_quantile(0.5, rate(latency_native[5m]))
histogram_count(rate(latency_native[5m]))
histogram_avg(rate(latency_native[5m]))
sum(rate(latency_native[5m]))
sum(rate(http_request_duration_seconds_bucket{le="0.5"}[5m])) / sum(rate(http_request_duration_seconds_count[5m]))
sum by (le) (rate(http_request_duration_seconds_bucket[5m]))
rate(http_request_duration_seconds_sum[5m]) / rate(http_request_duration_seconds_count[5m])
sum(rate(rpc_seconds_sum[5m])) / sum(rate(rpc_seconds_count[5m]))
rpc_seconds{quantile="0.99"}
max(rpc_seconds{quantile="0.99"})
max by (job) (rpc_seconds{quantile="0.99"}) > 0.5
100 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])) * 100
sum by (mode) (rate(node_cpu_seconds_total[5m]))
sum by (instance) (rate(node_cpu_seconds_total{mode!="idle"}[2m]))
avg without (cpu) (irate(node_cpu_seconds_total[1m]))
count without (cpu, mode) (node_cpu_seconds_total{mode="idle"})
node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes
1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.1
(node_filesystem_avail_bytes{mountpoint="/"} / node_filesystem_size_bytes{mountpoint="/"}) * 100
node_filesystem_avail_bytes{fstype!~"tmpfs|ramfs"} < 1e9
predict_linear(node_filesystem_avail_bytes[6h], 4 * 3600) < 0
delta(node_memory_MemAvailable_bytes[1h])
deriv(queue_length[10m])
idelta(queue_length[5m])
rate(node_network_receive_bytes_total{device="eth0"}[5m]) * 8
sum by (instance) (rate(node_network_receive_bytes_total{device!="lo"}[5m]))
node_load1 > on (instance) count by (instance) (node_cpu_seconds_total{mode="idle"})
avg(node_load1)
stddev(node_load1)
quantile(0.9, node_load1)
max(node_load1) by (instance)
time() - process_start_time_seconds
time() - process_start_time_seconds < 300
sum(queue_length)
max by (queue) (max_over_time(queue_length[5m]))
increase(jobs_done_total[10m])
sum by (queue) (rate(jobs_done_total[4m]))
queue_length / rate(jobs_done_total[5m])
count by (version) (build_info)
rate(http_requests_total[5m]) * on (instance) group_left (version) build_info
sum by (version) (rate(http_requests_total[5m]) * on (instance) group_left (version) build_info)
count_values("version", build_info)
sum by (host) (label_replace(up, "host", "$1", "instance", "(.*):.*"))
job:http_requests:rate5m
sum(job:http_requests:rate5m)
max_over_time(job:http_requests:rate5m[1d])
sum(untyped_thing)
rate(untyped_thing[5m])
avg_over_time(untyped_thing[1h])
scalar(up{instance="a:80"}) * 2
clamp_min(node_load1, 0)
round(rate(http_requests_total[5m]), 0.1)
sort_desc(sum by (path) (rate(http_requests_total[5m])))
day_of_week() > 0 and on () up == 0
up and on (instance) node_load1 > 2
up unless on (instance) gone_metric
{job="shop"}
{__name__=~"http_.*"}
vector(1)
1 + 1
sum(http_requests_total @ end())
`
  .trim()
  .split('\n')

test('more than 100 good queries are left alone', () => {
  for (const query of GOOD) expect(codes(query), query).toEqual([])
  expect(GOOD.length).toBeGreaterThanOrEqual(100)
})

test('a finding says where, and what to write instead', () => {
  const query = 'sum(rate(http_request_total[5m]))'
  expect(lintExpr(parseExpr(query), KNOWLEDGE)).toEqual([
    {
      code: 'unknown-metric',
      position: { start: 9, end: 27 },
      message: 'no series has the name "http_request_total"; did you mean http_requests_total?',
    },
  ])
  const [finding] = lintExpr(parseExpr('up{job="shpo"}'), KNOWLEDGE)
  expect(finding!.message).toBe(
    'job="shpo" selects nothing: no series of up has such a value; did you mean "shop"?',
  )
})

test('without knowledge only what the text shows is found', () => {
  const found = MISTAKES.filter(([, query]) => codes(query, NO_KNOWLEDGE).length > 0)
  expect(found.length).toBeGreaterThan(12)
  for (const query of GOOD) expect(codes(query, NO_KNOWLEDGE), query).toEqual([])
  expect(metricNamesIn(parseExpr('a / on (x) b{c="d"} + a'))).toEqual(['a', 'b'])
})
