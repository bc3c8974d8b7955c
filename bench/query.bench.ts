// What do queries cost over the HTTP API, in CPU time of the server and in latency, beside Prometheus and
// VictoriaMetrics? All of them have the same data, and take turns.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bench, cpuSecondsOf, median, residentMib, type Size } from './measure.ts'
import { hasPrometheus, hasVictoria, type Peer, type PeerName, startPeer } from './peers.ts'
import { type DataShape, fillStore, importInto, timeOf, writeOpenMetrics } from './query-data.ts'

const CONFIG = 'global: {scrape_interval: 1m}\n'
/** CPU time is read in ticks of 10 ms: a query is asked until a peer has worked so long. */
const WORK_MS = 450
const BATCHES = 3
/** A peer is asked so long before it is measured. */
const WARM_MS = 2_500

interface Asked {
  readonly name: string
  readonly path: string
  readonly form: Readonly<Record<string, string>>
}

function ranges(shape: DataShape): Asked[] {
  const last = Math.floor(timeOf(shape, shape.rowCount - 1) / 1000)
  const first = Math.ceil(timeOf(shape, Math.min(40, shape.rowCount >> 1)) / 1000)
  const times = { start: String(first), end: String(last), step: '15' }
  const queries: Readonly<Record<string, string>> = {
    'single series': 'large_total{instance="host-1:9100",route="/r1",code="200"}',
    'rate, 100 series': 'rate(small_total[5m])',
    'rate, 1,000 series': 'rate(medium_total[5m])',
    'rate, 8,880 series': 'rate(large_total[5m])',
    'sum of rate, 8,880 series': 'sum(rate(large_total[5m]))',
    'sum by (instance) of rate': 'sum by (instance) (rate(large_total[5m]))',
    'quantiles of 10,000 buckets': 'histogram_quantile(0.9, rate(latency_seconds_bucket[5m]))',
    'quantile of 10,000 summed buckets':
      'histogram_quantile(0.9, sum by (le) (rate(latency_seconds_bucket[5m])))',
    'topk of 8,880 rates': 'topk(10, rate(large_total[5m]))',
    'quantile_over_time, 1,000 series': 'quantile_over_time(0.9, medium_total[5m])',
    'join with group_left':
      'rate(medium_total[5m]) * on (instance) group_left (version) build_info',
    'regex selection': 'sum({__name__=~"large_.+",route=~"/r(1|3).*",code!~"2.."})',
    'regex over 100,000 series': 'count(pod_info{pod=~"service-(1|2)[0-9]-.*7.*"})',
    subquery: 'max_over_time(sum by (job) (rate(medium_total[5m]))[10m:1m])',
  }
  const day = { start: String(last - 86_000), end: String(last), step: '60' }
  return [
    ...Object.entries(queries).map(([name, query]) => {
      return { name, path: 'query_range', form: { query, ...times } }
    }),
    {
      name: '24 h of rate at 60 s, 500 series',
      path: 'query_range',
      form: { query: 'rate(day_total[5m])', ...day },
    },
    {
      name: '24 h of sum by (instance) of rate',
      path: 'query_range',
      form: { query: 'sum by (instance) (rate(day_total[5m]))', ...day },
    },
  ]
}

function others(shape: DataShape): Asked[] {
  const start = String(shape.startMs / 1000)
  const end = String(timeOf(shape, shape.rowCount - 1) / 1000)
  const window = { start, end }
  return [
    {
      name: 'instant sum, 8,880 series',
      path: 'query',
      form: { query: 'sum(large_total)', time: end },
    },
    { name: 'label names', path: 'labels', form: window },
    { name: 'label values', path: 'label/route/values', form: window },
    { name: 'series', path: 'series', form: { 'match[]': 'medium_total', ...window } },
  ]
}

export const bench: Bench = {
  question: 'What do queries cost over HTTP, in CPU time of the server and in latency?',
  async run(size: Size) {
    const now = Math.floor(Date.now() / 7_200_000) * 7_200_000
    const shape: DataShape =
      size === 'smoke'
        ? {
            startMs: now - 7_200_000,
            rowCount: 60,
            instanceCount: 3,
            routeCount: 2,
            histogramCount: 3,
            podCount: 20,
            dayCount: 3,
          }
        : {
            startMs: now - 7_200_000,
            rowCount: 240,
            instanceCount: 74,
            routeCount: 40,
            histogramCount: 1000,
            podCount: 100_000,
            dayCount: 500,
          }
    const peers = await peersWith(shape, size)
    for (const peer of size === 'smoke' ? [] : peers) await settled(peer)
    try {
      const lines: string[] = []
      for (const asked of [...ranges(shape), ...others(shape)].filter(isWanted))
        lines.push(await measured(asked, peers, size))
      const memory = peers.map((one) => `${one.name} ${residentMib(one.pid).toFixed(0)} MiB`)
      return [...lines, `resident at the end: ${memory.join(', ')}`]
    } finally {
      await Promise.all(peers.map((one) => one.stop()))
    }
  },
}

/** `ONLY='rate|sum' npm run bench -- query` asks a part of them. */
function isWanted({ name }: Asked): boolean {
  return new RegExp(process.env['ONLY'] ?? '').test(name)
}

async function peersWith(shape: DataShape, size: Size): Promise<Peer[]> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-pharos-'))
  await fillStore(shape, join(directory, 'data'))
  const peers = [await startPeer('pharos', CONFIG, directory)]
  if (!hasPrometheus || size === 'smoke') return peers
  const other = mkdtempSync(join(tmpdir(), 'bench-prometheus-'))
  const page = join(other, 'samples.om')
  const blocks = join(other, 'data')
  for (const part of ['hour', 'day'] as const) {
    await writeOpenMetrics(shape, page, part)
    execFileSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', '-q', page, blocks])
  }
  rmSync(page)
  peers.push(await startPeer('prometheus', CONFIG, other))
  if (!hasVictoria) return peers
  const victoria = await startPeer('victoria-metrics', CONFIG)
  await importInto(shape, victoria.base)
  return [...peers, victoria]
}

/** Stores tidy up after a start; whoever is measured first should not pay for it. Waits half a minute at most. */
async function settled(peer: Peer): Promise<void> {
  for (let i = 0, calm = 0; i < 60 && calm < 3; i++) {
    const before = cpuSecondsOf(peer.pid)
    await new Promise((resolve) => setTimeout(resolve, 500))
    calm = cpuSecondsOf(peer.pid) - before <= 0.02 ? calm + 1 : 0
  }
}

interface Cost {
  cpuMs: number
  readonly latenciesMs: number[]
}

/** Peers take turns in batches, so that what else the machine does hits both. */
async function measured(asked: Asked, peers: readonly Peer[], size: Size): Promise<string> {
  await checked(asked, peers)
  const costs = new Map<PeerName, Cost>(
    peers.map(({ name }) => [name, { cpuMs: 0, latenciesMs: [] }]),
  )
  const counts = new Map<PeerName, number>()
  for (const peer of peers) {
    counts.set(peer.name, size === 'smoke' ? 1 : batchOf(await warmLatencyMs(peer, asked)))
  }
  for (let batch = 0; batch < (size === 'smoke' ? 1 : BATCHES); batch++) {
    for (const peer of peers) {
      const cost = costs.get(peer.name)!
      const before = cpuSecondsOf(peer.pid)
      for (let i = 0; i < counts.get(peer.name)!; i++) {
        const startedMs = performance.now()
        await ask(peer, asked)
        cost.latenciesMs.push(performance.now() - startedMs)
      }
      cost.cpuMs += (cpuSecondsOf(peer.pid) - before) * 1000
    }
  }
  return line(asked.name, costs)
}

/** How many requests of that latency make a batch. */
function batchOf(latencyMs: number): number {
  return Math.min(1000, Math.max(2, Math.ceil(WORK_MS / BATCHES / latencyMs)))
}

/**
 * What a server does all day it does warm: asked for a while, not counted. The first answer alone says little: it
 * takes twenty times as long as the thousandth, and a batch of ten would measure compilers.
 */
async function warmLatencyMs(peer: Peer, asked: Asked): Promise<number> {
  const latenciesMs: number[] = []
  const startedMs = performance.now()
  for (let nowMs = startedMs; nowMs - startedMs < WARM_MS;) {
    await ask(peer, asked)
    latenciesMs.push(performance.now() - nowMs)
    nowMs = performance.now()
  }
  return median(latenciesMs.slice(latenciesMs.length >> 1))
}

function line(name: string, costs: ReadonlyMap<PeerName, Cost>): string {
  const cpu = (cost: Cost): number => cost.cpuMs / cost.latenciesMs.length
  const texts = [...costs].map(([peer, cost]) => {
    const sorted = cost.latenciesMs.toSorted((a, b) => a - b)
    const p95 = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))]!
    return `${peer} ${cpu(cost).toFixed(2)} ms CPU, p50 ${median(sorted).toFixed(1)}, p95 ${p95.toFixed(1)} ms`
  })
  const ours = costs.get('pharos')!
  const ratios = [...costs]
    .filter(([peer]) => peer !== 'pharos')
    .map(([peer, theirs]) => {
      const latency = median(theirs.latenciesMs) / median(ours.latenciesMs)
      return `${peer} / pharos: CPU ${(cpu(theirs) / cpu(ours)).toFixed(1)}, p50 ${latency.toFixed(1)}`
    })
  return [`${name}: ${texts.join(' | ')}`, ...ratios].join(' | ')
}

async function ask(peer: Peer, { path, form }: Asked): Promise<string> {
  // Not compressed: the peers' choice of compression level is another question.
  // VictoriaMetrics moves start and end to multiples of the step unless told not to.
  const exact = peer.name === 'victoria-metrics' ? '&nocache=1' : ''
  const answer = await fetch(`${peer.base}/api/v1/${path}?${new URLSearchParams(form)}${exact}`, {
    headers: { 'Accept-Encoding': 'identity' },
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${peer.name} ${path}: ${text.slice(0, 200)}`)
  return text
}

/** Something came back, and the same from Prometheus; VictoriaMetrics has a rate of its own. */
async function checked(asked: Asked, peers: readonly Peer[]): Promise<void> {
  const sums = new Map<PeerName, number[]>()
  for (const peer of peers) {
    const answer = JSON.parse(await ask(peer, asked)) as { data: unknown }
    sums.set(peer.name, summary(answer.data))
  }
  for (const [name, sum] of sums) if (sum[0] === 0) throw new Error(`${asked.name}: ${name}: empty`)
  const ours = sums.get('pharos')!
  const theirs = sums.get('prometheus')
  if (theirs?.some((sum, i) => Math.abs(sum - ours[i]!) > 1e-9 * Math.abs(sum)) === true)
    throw new Error(`${asked.name}: ${String(ours)} against ${String(theirs)}`)
}

/** Entries, points and the sum of their values. */
function summary(data: unknown): number[] {
  if (Array.isArray(data)) return [data.length, data.length, 0]
  const { result } = data as { result: { values?: [number, string][]; value?: [number, string] }[] }
  let [points, sum] = [0, 0]
  for (const { values, value } of result) {
    for (const [, v] of values ?? [value!]) {
      points++
      sum += Number(v)
    }
  }
  return [result.length, points, sum]
}
