// Fills what this server missed while it was away from a peer that scraped the same targets meanwhile: the other one of a pair.
//
//   own    x   x   x                               x   x   x
//   peer     o   o   o   o   o   o   o   o   o   o   o   o
//   filled               o   o   o   o   o   o   o
//
// A peer's sample is taken where no own one is nearer than half the peer's step. So one of both speaks at any time, and clocks
// that differ by less than that cannot make a counter go back and forth.

import { type Clock, type Logger, messageOf, OutsideError } from '@pharos/base'
import { isStale, type Labels, LabelsBuilder, Matcher } from '@pharos/model'
import {
  AppendOutcome,
  type CellAppender,
  type CellStore,
  groupKeyOf,
  type Querier,
  type SelectHints,
} from '@pharos/tsdb'
import type { ReadSource } from './read-source.ts'
import { type SeriesColumns, SeriesReader } from './series-samples.ts'

interface PeerBackfillContext {
  readonly clock: Clock
  readonly log: Logger
  /** The own store, past everything that sends samples on. */
  readonly store: CellStore
  readonly local: (minMs: number, maxMs: number) => Querier
  /** Asked in turn. */
  readonly peers: readonly ReadSource[]
  /** Labels that peers put on what they answer, as we do; they are taken off. */
  readonly externalLabels: Labels
  /** The external label in which peers differ. */
  readonly replicaLabel: string
  /** Of a series of which a peer has one sample only, ms. */
  readonly stepMs: number
}

interface PeerBackfillStats {
  /** Taken from peers. */
  samples: number
  /** The store did not want them. */
  refused: number
  isRunning: boolean
  /** What is left to fill, ms since 1970; equal when nothing is. */
  fromMs: number
  toMs: number
}

/** Asked of a peer at once. */
const WINDOW_MS = 300_000
const RETRY_MS_MIN = 5000
const RETRY_MS_MAX = 60_000
const TURN_SAMPLES = 5000
const ALL: readonly Matcher[] = [new Matcher('!=', '__name__', '')]

export class PeerBackfill {
  readonly stats: PeerBackfillStats = {
    samples: 0,
    refused: 0,
    isRunning: false,
    fromMs: 0,
    toMs: 0,
  }
  readonly #context: PeerBackfillContext
  readonly #reader = new SeriesReader()

  constructor(context: PeerBackfillContext) {
    this.#context = context
  }

  /**
   * Fills holes in [fromMs, toMs], the oldest first; tries again while no peer answers, until `signal` ends it. Never rejects for
   * a peer that fails.
   */
  async fill(fromMs: number, toMs: number, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#context
    const { stats } = this
    Object.assign(stats, { isRunning: true, fromMs, toMs })
    let failures = 0
    while (stats.fromMs < toMs && !signal.aborted) {
      const endMs = Math.min(toMs, stats.fromMs + WINDOW_MS)
      const found = await this.#ask(stats.fromMs, endMs)
      if (found === undefined) {
        const waitMs = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** failures++)
        await clock.sleep(waitMs, signal).catch(() => {})
        continue
      }
      failures = 0
      await this.#take(found, stats.fromMs, endMs)
      stats.fromMs = endMs
    }
    stats.isRunning = false
    if (stats.fromMs >= toMs)
      log.info('what was missed while this server was away is filled from a peer', {
        from: new Date(fromMs).toISOString(),
        to: new Date(toMs).toISOString(),
        samples: stats.samples,
        refused: stats.refused,
      })
  }

  close(): void {
    for (const peer of this.#context.peers) peer.close()
  }

  /** Undefined when no peer answers. */
  async #ask(startMs: number, endMs: number): Promise<readonly SeriesColumns[] | undefined> {
    const { peers, log } = this.#context
    for (const peer of peers) {
      try {
        return await peer.fetch({ startMs, endMs, matchers: ALL }, hintsOf(startMs, endMs))
      } catch (error) {
        if (!(error instanceof OutsideError)) throw error
        log.warn('a peer cannot be asked for what was missed', {
          peer: peer.name,
          err: messageOf(error),
        })
      }
    }
    return undefined
  }

  async #take(found: readonly SeriesColumns[], fromMs: number, toMs: number): Promise<void> {
    const { store, clock, stepMs } = this.#context
    const own = await this.#ownTimes(fromMs - WINDOW_MS, toMs + WINDOW_MS)
    const groups = new Map<string, CellAppender>()
    let sinceTurn = 0
    try {
      for (const series of found) {
        const labels = this.#stripped(series.labels)
        const marginMs = stepOf(series.times, stepMs) / 2
        const rows = holesOf(series, own.get(labels.key), marginMs)
        if (rows.length === 0) continue
        const key = groupKeyOf(labels)
        const group = groups.get(key.key) ?? store.group(key, 'remote')
        groups.set(key.key, group)
        this.#append(group, labels, series, rows)
        sinceTurn += rows.length
        if (sinceTurn < TURN_SAMPLES) continue
        sinceTurn = 0
        await clock.sleep(0)
      }
      await store.sync()
    } finally {
      for (const group of groups.values()) group.release()
    }
  }

  #append(
    group: CellAppender,
    labels: Labels,
    { times, values, histograms }: SeriesColumns,
    rows: readonly number[],
  ): void {
    const column = group.column(labels)
    for (const row of rows) {
      const value = histograms.get(row) ?? values[row]!
      const isTaken =
        column >= 0 && group.appendSample(times[row]!, column, value) === AppendOutcome.ok
      if (isTaken) this.stats.samples++
      else this.stats.refused++
    }
  }

  /** Times of own samples by series. */
  async #ownTimes(startMs: number, endMs: number): Promise<ReadonlyMap<string, Float64Array>> {
    const querier = this.#context.local(startMs, endMs)
    try {
      const { groups } = await querier.select(ALL, hintsOf(startMs, endMs))
      const all = new Map<string, Float64Array>()
      for (const group of groups)
        for (let series = 0; series < group.seriesCount; series++) {
          const labels = group.labels(series)
          const { times } = this.#reader.read({ labels, group, series }, startMs, endMs)
          if (times.length > 0) all.set(labels.key, times)
        }
      return all
    } finally {
      querier.close()
    }
  }

  #stripped(labels: Labels): Labels {
    const { externalLabels, replicaLabel } = this.#context
    const builder = new LabelsBuilder(labels)
    for (const [name, value] of externalLabels)
      if (labels.get(name) === value || name === replicaLabel) builder.delete(name)
    return builder.labels()
  }
}

function hintsOf(startMs: number, endMs: number): SelectHints {
  return { startMs, endMs, stepMs: 0, rangeMs: 0, func: '', grouping: [], by: false }
}

/** The middle one of the steps between samples. */
function stepOf(times: Float64Array, stepMs: number): number {
  if (times.length < 2) return stepMs
  const steps = new Float64Array(times.length - 1)
  for (let i = 0; i < steps.length; i++) steps[i] = times[i + 1]! - times[i]!
  return steps.sort()[steps.length >> 1]!
}

/** Rows with no own sample nearer than the margin; ends of series are told by who scrapes them. */
function holesOf(
  { times, values, histograms }: SeriesColumns,
  own: Float64Array | undefined,
  marginMs: number,
): number[] {
  const rows: number[] = []
  let next = 0
  for (let row = 0; row < times.length; row++) {
    const tMs = times[row]!
    if (!histograms.has(row) && isStale(values[row]!)) continue
    if (own !== undefined) {
      while (next < own.length && own[next]! <= tMs - marginMs) next++
      if (next < own.length && own[next]! < tMs + marginMs) continue
    }
    rows.push(row)
  }
  return rows
}
