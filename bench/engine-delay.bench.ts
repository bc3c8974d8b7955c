// How long others wait for upkeep. The event loop's delay is measured by timers of 10 ms, and what is printed is how much
// later than that they fire; a process that does nothing does the same beside it, because on a shared machine it waits too.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { silentLogger } from '@pharos/base'
import { realWorld } from '@pharos/base/node'
import { Labels } from '@pharos/model'
import { AppendOutcome, Tsdb, type TsdbOptions } from '@pharos/tsdb'
import { type Bench, cpuSecondsOf, type Size } from './measure.ts'
import { PageSource } from './page-source.ts'
import { type Peer, startPeer } from './peers.ts'

const GOAL_MS = 20
/** Of the timers that delays are measured by, in the server's own metrics and here. */
const TIMER_MS = 10
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A process that does nothing but measure how late its timers are. */
class IdleProcess {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>

  constructor() {
    const script = `
      const d = require('node:perf_hooks').monitorEventLoopDelay({ resolution: ${TIMER_MS} })
      d.enable()
      process.stdin.on('data', () => { console.log(d.percentile(99) / 1e6); d.reset() })`
    this.#child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]()
  }

  /** p99 since the last call, ms late. */
  async lateMs(): Promise<number> {
    this.#child.stdin!.write('\n')
    const { value } = (await this.#lines.next()) as { value: string }
    return Math.max(0, Number(value) - TIMER_MS)
  }

  stop(): void {
    this.#child.kill()
  }
}

/** Of the time since it was asked last, as the server says it of itself, ms late. */
async function lateness(peer: Peer): Promise<{ p99: number; max: number; compactions: number }> {
  const page = await (await fetch(`${peer.base}/metrics`)).text()
  const of = (name: string): number =>
    Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(page)?.[1])
  return {
    p99: of('nodejs_eventloop_lag_p99_seconds') * 1000 - TIMER_MS,
    max: of('nodejs_eventloop_lag_max_seconds') * 1000 - TIMER_MS,
    compactions: of('prometheus_tsdb_compactions_total'),
  }
}

/** Scrapes of a server, and blocks that are cut every 10 s and joined. */
async function scraping(size: Size): Promise<string[]> {
  const [series, targets, seconds] = size === 'smoke' ? [100, 2, 2] : [1000, 100, 50]
  const source = new PageSource()
  await source.open(series)
  const flags = ['--storage.tsdb.min-block-duration=10s', '--storage.tsdb.max-block-duration=60s']
  const peer = await startPeer('pharos', source.config('pharos', targets), undefined, flags)
  const idle = new IdleProcess()
  try {
    await pause(size === 'smoke' ? 1000 : 15_000)
    await idle.lateMs()
    const begun = await lateness(peer)
    const before = { pages: source.pagesFor('pharos'), cpu: cpuSecondsOf(peer.pid) }
    await pause(seconds * 1000)
    const { p99, max, compactions } = await lateness(peer)
    const samples = (source.pagesFor('pharos') - before.pages) * series
    const micros = ((cpuSecondsOf(peer.pid) - before.cpu) * 1e6) / samples
    const rate = samples / seconds
    return [
      `${rate.toFixed(0)} samples/s, ${compactions - begun.compactions} blocks made: event loop late p99 ${p99.toFixed(1)} ms (goal ${GOAL_MS}), max ${max.toFixed(0)} ms; an idle process beside it p99 ${(await idle.lateMs()).toFixed(1)} ms`,
      `${micros.toFixed(2)} µs CPU a sample with all that`,
    ]
  } finally {
    idle.stop()
    await peer.stop()
    source.close()
  }
}

function optionsOf(path: string): TsdbOptions {
  return {
    path,
    retentionMs: 0,
    retentionBytes: 0,
    minBlockMs: 7_200_000,
    maxBlockMs: 64_800_000,
    walSync: 'interval',
    maxFutureMs: 600_000,
    outOfOrderMs: 0,
    maxHeadSeries: 0,
    minFreeDiskBytes: 0,
  }
}

/** Times of work: wall and CPU seconds, and how late timers were meanwhile. */
async function timed(what: string, work: () => Promise<void>): Promise<string> {
  const delays = monitorEventLoopDelay({ resolution: TIMER_MS })
  delays.enable()
  await pause(3 * TIMER_MS)
  delays.reset()
  const cpu = process.cpuUsage()
  const started = performance.now()
  await work()
  const seconds = (performance.now() - started) / 1000
  const { user, system } = process.cpuUsage(cpu)
  await pause(3 * TIMER_MS)
  delays.disable()
  const late = (ns: number): string => Math.max(0, ns / 1e6 - TIMER_MS).toFixed(1)
  return `${what}: ${seconds.toFixed(1)} s (${((user + system) / 1e6).toFixed(1)} s CPU), event loop late p99 ${late(delays.percentile(99))} ms, max ${late(delays.max)} ms`
}

/** A store of many series: closed, opened, its deletions, and a block of all of it. */
async function manySeries(size: Size): Promise<string[]> {
  const [groups, columns, rows] = size === 'smoke' ? [5, 100, 5] : [100, 10_000, 12]
  const path = mkdtempSync(join(tmpdir(), 'bench-delay-'))
  const world = { ...realWorld(), log: silentLogger }
  let tsdb = await Tsdb.open(world, optionsOf(path))
  // A window that is over.
  const startMs = Math.floor(Date.now() / 7_200_000) * 7_200_000 - 14_400_000
  const row = new Float64Array(columns)
  for (let g = 0; g < groups; g++) {
    const key = { job: 'bench', instance: `host-${g}:9100` }
    const group = tsdb.group(Labels.from(key), 'scrape')
    for (let c = 0; c < columns; c++) {
      const name = `metric_${c % 100}_total`
      group.column(Labels.from({ __name__: name, ...key, route: `r${c}`, pod: `p${g % 10}` }))
    }
    for (let step = 0; step < rows; step++) {
      for (let c = 0; c < columns; c++) row[c] = c % 3 === 0 ? c : step * c + g
      if (group.appendRow(startMs + step * 15_000, row) !== AppendOutcome.ok)
        throw new Error(`row ${step} was refused`)
    }
    await tsdb.sync()
  }
  const count = `${groups * columns} series`
  const lines = [
    await timed(`close of ${count}`, () => tsdb.close()),
    await timed(`open of ${count}`, async () => {
      tsdb = await Tsdb.open(world, optionsOf(path))
    }),
  ]
  // A row after the window ends it.
  const last = tsdb.group(Labels.from({ job: 'last' }), 'scrape')
  last.column(Labels.from({ __name__: 'last', job: 'last' }))
  last.appendRow(Date.now(), Float64Array.of(1))
  lines.push(await timed(`a block of ${count}`, () => tsdb.maintain()))
  if (tsdb.blocks().length !== 1) throw new Error('no block was made')
  await tsdb.close()
  rmSync(path, { recursive: true, force: true })
  return lines
}

export const bench: Bench = {
  question: 'How long do others wait while the store seals, cuts, joins, opens and closes?',
  async run(size: Size) {
    return [...(await scraping(size)), ...(await manySeries(size))]
  },
}
