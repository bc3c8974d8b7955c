// Do scrapes keep their cadence beside a heavy query? Targets note when they are asked; what is printed is how far the
// time between two scrapes of one target is from the interval, once without queries and once beside one that never ends.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Bench, Size } from './measure.ts'
import { type Peer, startPeer } from './peers.ts'

const INTERVAL_MS = 1000
/** Works for many minutes: 36,000 windows of 300,000 points, of no stored sample. */
const HEAVY = 'max_over_time(quantile_over_time(0.5, vector(1)[5m:1ms])[1h:100ms])'

interface Source {
  readonly port: number
  /** When each target was asked, ms, since the last call. */
  take(): Map<string, number[]>
  close(): void
}

async function source(): Promise<Source> {
  let asked = new Map<string, number[]>()
  const server = createServer((request, response) => {
    const times = asked.get(request.url!)
    if (times === undefined) asked.set(request.url!, [performance.now()])
    else times.push(performance.now())
    response.setHeader('Content-Type', 'text/plain; version=0.0.4')
    response.end(`load_total{path="${request.url}"} ${Math.floor(performance.now())}\n`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    take() {
      const taken = asked
      asked = new Map()
      return taken
    },
    close: () => void server.close(),
  }
}

function config(port: number, targets: number): string {
  const jobs = Array.from(
    { length: targets },
    (_, i) =>
      `  - {job_name: job${i}, metrics_path: /${i}, static_configs: [{targets: ['127.0.0.1:${port}']}]}`,
  )
  return `global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n${jobs.join('\n')}\n`
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

interface Phase {
  readonly jittersMs: number[]
  readonly answersMs: number[]
}

/** Watches the targets, and asks small queries meanwhile. */
async function watch(server: Peer, targets: Source, seconds: number): Promise<Phase> {
  targets.take()
  const answersMs: number[] = []
  const endMs = performance.now() + seconds * 1000
  while (performance.now() < endMs) {
    const startedMs = performance.now()
    const answer = await fetch(`${server.base}/api/v1/query?query=sum(load_total)`)
    if (!answer.ok) throw new Error(await answer.text())
    await answer.arrayBuffer()
    answersMs.push(performance.now() - startedMs)
    await pause(100)
  }
  const jittersMs: number[] = []
  for (const times of targets.take().values()) {
    for (let i = 1; i < times.length; i++)
      jittersMs.push(Math.abs(times[i]! - times[i - 1]! - INTERVAL_MS))
  }
  return { jittersMs, answersMs }
}

function quantile(q: number, values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!
}

function line(what: string, { jittersMs, answersMs }: Phase): string {
  const ms = (q: number, values: readonly number[]): string => quantile(q, values).toFixed(1)
  return `${what}: jitter p50 ${ms(0.5, jittersMs)}, p99 ${ms(0.99, jittersMs)} ms of ${INTERVAL_MS} (${jittersMs.length} scrapes); small queries p50 ${ms(0.5, answersMs)}, p99 ${ms(0.99, answersMs)} ms`
}

async function loopLag(server: Peer): Promise<string> {
  const page = await (await fetch(`${server.base}/metrics`)).text()
  const lag = /^nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(page)
  return lag === null ? 'unknown' : `${(Number(lag[1]) * 1000).toFixed(1)} ms`
}

export const bench: Bench = {
  question: 'Do scrapes keep their cadence beside a heavy query?',
  async run(size: Size) {
    const [count, seconds] = size === 'smoke' ? [3, 2] : [100, 60]
    const targets = await source()
    const server = await startPeer('pharos', config(targets.port, count))
    const hangUp = new AbortController()
    try {
      await pause(size === 'smoke' ? 1000 : 5000)
      await loopLag(server)
      const quiet = await watch(server, targets, size === 'smoke' ? seconds : seconds / 2)
      const lagBefore = await loopLag(server)
      const heavy = fetch(
        `${server.base}/api/v1/query?timeout=2m&query=${encodeURIComponent(HEAVY)}`,
        { signal: hangUp.signal },
      ).then(
        (answer) => answer.text(),
        () => 'hung up',
      )
      const beside = await watch(server, targets, seconds)
      const lag = await loopLag(server)
      hangUp.abort()
      const outcome = await heavy
      if (outcome !== 'hung up') throw new Error(`the heavy query ended: ${outcome.slice(0, 200)}`)
      return [
        line('without queries', quiet),
        `event loop lag p99: ${lagBefore}`,
        line('beside a heavy query', beside),
        `event loop lag p99: ${lag}`,
      ]
    } finally {
      hangUp.abort()
      await server.stop()
      targets.close()
    }
  },
}
