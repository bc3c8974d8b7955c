// The same exporter, the same prometheus.yml, Debian's Prometheus and Pharos beside each other: equal answers.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LockStep, lockStep } from './lock-step.ts'
import {
  freePort,
  pause,
  pharos,
  ready,
  type Running,
  start,
  temporaryDirectory,
  until,
} from './process.ts'
import { differences, instant, range } from './query.ts'

const hasReference =
  existsSync('/usr/bin/prometheus') && existsSync('/usr/bin/prometheus-node-exporter')
const running: Running[] = []
let step: LockStep
let reference = ''
let ours = ''

/** One `prometheus.yml` for both; only the path of the lock-step page tells them apart. */
function configuration(nodePort: number, stepPort: number, client: string): string {
  return `global:
  scrape_interval: 1s
  scrape_timeout: 1s
scrape_configs:
  - job_name: node
    static_configs:
      - targets: ['127.0.0.1:${nodePort}']
        labels: {zone: a}
    metric_relabel_configs:
      - source_labels: [__name__]
        regex: 'go_.*'
        action: drop
  - job_name: step
    metrics_path: /${client}
    static_configs:
      - targets: ['127.0.0.1:${stepPort}']
`
}

beforeAll(async () => {
  if (!hasReference) return
  const directory = temporaryDirectory(true)
  const [nodePort, referencePort, ourPort] = [await freePort(), await freePort(), await freePort()]
  running.push(
    start('prometheus-node-exporter', [`--web.listen-address=127.0.0.1:${nodePort}`], {
      lasting: true,
    }),
  )
  const page = async (): Promise<string> =>
    (await fetch(`http://127.0.0.1:${nodePort}/metrics`)).text()
  await until('the node exporter', page)
  step = await lockStep(['reference', 'ours'], page)
  for (const client of ['reference', 'ours']) {
    writeFileSync(join(directory, `${client}.yml`), configuration(nodePort, step.port, client))
  }
  const common = (client: string, port: number): string[] => [
    `--config.file=${join(directory, `${client}.yml`)}`,
    `--storage.tsdb.path=${join(directory, client)}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]
  reference = `http://127.0.0.1:${referencePort}`
  ours = `http://127.0.0.1:${ourPort}`
  const prometheus = start('prometheus', common('reference', referencePort), { lasting: true })
  const own = pharos(['server', ...common('ours', ourPort)], { lasting: true })
  running.push(prometheus, own)
  await Promise.all([ready(reference, prometheus), ready(ours, own)])
  await until(
    '45 common versions',
    async () => (step.seenMs.length >= 45 ? true : undefined),
    100_000,
  )
}, 120_000)

afterAll(async () => {
  await Promise.all(running.map((one) => one.stop()))
  await step?.close()
})

const INSTANT = [
  'node_memory_MemAvailable_bytes{job="step"}',
  'node_cpu_seconds_total{job="step"}',
  'node_cpu_seconds_total{job="step",mode=~"user|system"}',
  'node_cpu_seconds_total{job="step",mode!~"idle|i.*"}',
  'rate(node_cpu_seconds_total{job="step"}[20s])',
  'irate(node_cpu_seconds_total{job="step"}[20s])',
  'increase(node_context_switches_total{job="step"}[20s])',
  'delta(node_memory_MemFree_bytes{job="step"}[20s])',
  'deriv(node_memory_MemFree_bytes{job="step"}[20s])',
  'predict_linear(node_memory_MemFree_bytes{job="step"}[20s], 3600)',
  'sum(rate(node_cpu_seconds_total{job="step"}[20s]))',
  'sum by (mode) (rate(node_cpu_seconds_total{job="step"}[20s]))',
  'avg without (cpu) (rate(node_cpu_seconds_total{job="step"}[20s]))',
  'max by (device) (node_network_receive_bytes_total{job="step"})',
  'topk(3, node_cpu_seconds_total{job="step"})',
  'quantile(0.9, node_cpu_seconds_total{job="step"})',
  'stddev(node_cpu_seconds_total{job="step"})',
  'count_values("v", node_scrape_collector_success{job="step"})',
  'count({job="step"})',
  'count by (__name__) ({job="step",__name__=~"node_memory_.*"})',
  'avg_over_time(node_load1{job="step"}[20s])',
  'max_over_time(node_load1{job="step"}[20s])',
  'quantile_over_time(0.5, node_memory_MemFree_bytes{job="step"}[20s])',
  'stddev_over_time(node_memory_MemFree_bytes{job="step"}[20s])',
  'changes(node_memory_MemFree_bytes{job="step"}[20s])',
  'resets(node_context_switches_total{job="step"}[20s])',
  '100 * (1 - node_memory_MemAvailable_bytes{job="step"} / node_memory_MemTotal_bytes{job="step"})',
  'node_memory_MemFree_bytes{job="step"} > bool 1e9',
  'node_memory_MemFree_bytes{job="step"} > 1e9 or node_load1{job="step"}',
  'node_filesystem_avail_bytes{job="step"} / on(device, mountpoint, fstype, instance, job) node_filesystem_size_bytes{job="step"}',
  'rate(node_cpu_seconds_total{job="step"}[20s]) * on(instance) group_left(nodename) node_uname_info{job="step"}',
  'label_replace(node_load1{job="step"}, "host", "$1", "instance", "(.*):.*")',
  'max_over_time(rate(node_cpu_seconds_total{job="step",mode="idle"}[10s])[20s:2s])',
  'node_memory_MemFree_bytes{job="step"} offset 10s',
  'absent(nothing_at_all{a="b"})',
  'time() - node_time_seconds{job="step"} < bool 1000000',
  'hour(node_time_seconds{job="step"})',
  'clamp_max(ceil(node_load1{job="step"} * 100), 50)',
  'sort_desc(sum by (mode) (node_cpu_seconds_total{job="step"}))',
  'count by (zone) (node_cpu_seconds_total{job="node"})',
  'up',
]

const RANGES = INSTANT.filter((query) => !/topk|sort_desc|count_values|^up$/.test(query))

test.skipIf(!hasReference)(
  `${INSTANT.length} instant queries have the reference's answers`,
  async () => {
    const last = step.seenMs.at(-3)!
    const time = (last + 137) / 1000
    await pause(1500)
    const wrong: string[] = []
    for (const query of INSTANT) {
      const [theirs, own] = await Promise.all([
        instant(reference, query, time),
        instant(ours, query, time),
      ])
      wrong.push(...differences(theirs, own, 1e-12).map((text) => `${query}: ${text}`))
      // Two failures or two empty answers are equal and say nothing.
      if (!(Number(theirs.data?.result.length) > 0))
        wrong.push(`${query}: ${theirs.error ?? 'no result'}`)
    }
    expect(wrong).toEqual([])
  },
)

test.skipIf(!hasReference)(
  `${RANGES.length} range queries have the reference's answers`,
  async () => {
    const last = step.seenMs.at(-3)!
    const end = (last + 137) / 1000
    const start = (step.seenMs[25]! + 137) / 1000
    await pause(1500)
    const wrong: string[] = []
    for (const query of RANGES) {
      const [theirs, own] = await Promise.all([
        range(reference, query, start, end, 1.7),
        range(ours, query, start, end, 1.7),
      ])
      wrong.push(...differences(theirs, own, 1e-12).map((text) => `${query}: ${text}`))
      // Two failures or two empty answers are equal and say nothing.
      if (!(Number(theirs.data?.result.length) > 0))
        wrong.push(`${query}: ${theirs.error ?? 'no result'}`)
    }
    expect(wrong).toEqual([])
  },
)
