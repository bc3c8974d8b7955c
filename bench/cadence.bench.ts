// Do scrapes keep their cadence beside heavy queries? Targets note when they are asked; what is printed is how far the time
// between two scrapes of one target is from the interval: without queries, beside one that never ends, and beside large
// answers over and over.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Bench, Size } from './measure.ts'
import { type Peer, startPeer } from './peers.ts'

const INTERVAL_MS = 1000
/** Works for many minutes: 36,000 windows of 300,000 points, of no stored sample. */
const HEAVY = 'max_over_time(quantile_over_time(0.5, vector(time() % 7)[5m:1ms])[1h:100ms])'
const SERIES_A_TARGET = 100

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
    const nowMs = performance.now()
    if (times === undefined) asked.set(request.url!, [nowMs])
    else times.push(nowMs)
    let page = ''
    for (let i = 0; i < SERIES_A_TARGET; i++) page += `load_total{n="${i}"} ${i * nowMs}\n`
    response.setHeader('Content-Type', 'text/plain; version=0.0.4')
    response.end(page)
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

/** NaN of none: on a busy machine a second may pass without two scrapes of one target. */
function quantile(q: number, values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN
}

async function line(server: Peer, what: string, phase: Phase): Promise<string> {
  const { jittersMs, answersMs } = phase
  const ms = (q: number, values: readonly number[]): string => quantile(q, values).toFixed(1)
  const parts = [
    `${what}: jitter p50 ${ms(0.5, jittersMs)}, p99 ${ms(0.99, jittersMs)}, max ${ms(1, jittersMs)} ms of ${INTERVAL_MS} (${jittersMs.length} scrapes)`,
    `small queries p50 ${ms(0.5, answersMs)}, p99 ${ms(0.99, answersMs)} ms (${answersMs.length})`,
    `event loop lag p99 ${await loopLag(server)}`,
  ]
  return parts.join('; ')
}

/** Of the time since it was asked for last. */
async function loopLag(server: Peer): Promise<string> {
  const page = await (await fetch(`${server.base}/metrics`)).text()
  const lag = /^nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(page)
  return lag === null ? 'unknown' : `${(Number(lag[1]) * 1000).toFixed(1)} ms`
}

/** Asks for the rates of all series over and over until `hangUp`. @returns how many answers came, and their bytes */
async function largeAnswers(server: Peer, hangUp: AbortSignal): Promise<[number, number]> {
  let [count, bytes] = [0, 0]
  while (!hangUp.aborted) {
    const end = Math.floor(Date.now() / 1000)
    const form = { query: 'rate(load_total[30s])', start: `${end - 120}`, end: `${end}`, step: '1' }
    try {
      const answer = await fetch(`${server.base}/api/v1/query_range?${new URLSearchParams(form)}`, {
        signal: hangUp,
        headers: { 'Accept-Encoding': 'identity' },
      })
      for await (const chunk of answer.body!) bytes += (chunk as Uint8Array).length
      if (!answer.ok) throw new Error(`a large query was answered ${answer.status}`)
      count++
    } catch (error) {
      if (!hangUp.aborted) throw error
    }
  }
  return [count, bytes]
}

export const bench: Bench = {
  question: 'Do scrapes keep their cadence beside heavy queries?',
  async run(size: Size) {
    const [count, seconds] = size === 'smoke' ? [3, 1] : [100, 60]
    const targets = await source()
    const server = await startPeer('pharos', config(targets.port, count))
    const hangUp = new AbortController()
    const lines: string[] = []
    try {
      await pause(size === 'smoke' ? 1500 : 5000)
      await loopLag(server)
      const quiet = await watch(server, targets, Math.min(seconds, 15))
      lines.push(await line(server, 'without queries', quiet))
      const heavy = fetch(
        `${server.base}/api/v1/query?timeout=2m&query=${encodeURIComponent(HEAVY)}`,
        { signal: hangUp.signal },
      ).then(
        (answer) => answer.text(),
        () => 'hung up',
      )
      const early = heavy.then((outcome): never => {
        throw new Error(`the heavy query ended: ${outcome.slice(0, 200)}`)
      })
      const beside = await Promise.race([watch(server, targets, seconds), early])
      lines.push(await line(server, 'beside a heavy query', beside))
      hangUp.abort()
      await early.catch((error: unknown) => {
        if (!String(error).includes('hung up')) throw error
      })
      const enough = new AbortController()
      const large = largeAnswers(server, enough.signal)
      const besideLarge = await watch(server, targets, Math.min(seconds, 20))
      enough.abort()
      const [answers, bytes] = await large
      const mean = answers === 0 ? 0 : bytes / answers / 2 ** 20
      const what = `beside ${answers} answers of ${mean.toFixed(0)} MiB`
      return [...lines, await line(server, what, besideLarge)]
    } finally {
      hangUp.abort()
      await server.stop()
      targets.close()
    }
  },
}
