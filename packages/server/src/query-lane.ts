// Where queries pass on their way to the engine: so many at once, the others in a queue; each one listed,
// stoppable, timed and logged.
//
//   API, rules ──► QueryLane.run ──► gate (--query.max-concurrency) ──► engine ──► query log

import type {
  ApiQueryOptions,
  AskedTimes,
  QueryControl,
  RunningQuery,
  TimedAnswer,
} from '@pharos/api'
import { type Clock, UserError } from '@pharos/base'
import type { QueryAnswer, QueryOptions, QueryProgress } from '@pharos/promql'
import type { LoggedQuery } from './query-log.ts'

/** Queries that may wait. Whoever is behind that many would not get an answer in time. */
const MAX_WAITING = 1000

export interface LaneSettings {
  readonly clock: Clock
  /** --query.max-concurrency. */
  readonly width: number
  /** --query.timeout, ms: waiting counts. */
  readonly timeoutMs: number
  readonly maxWaiting?: number
  readonly observe?: (seconds: number, slice: 'inner_eval' | 'queue_time') => void
  readonly log?: (query: LoggedQuery) => void
}

interface Entry {
  readonly id: string
  readonly query: string
  readonly times: AskedTimes
  readonly options: ApiQueryOptions
  readonly startedMs: number
  readonly askedMs: number
  readonly killing: AbortController
  progress: QueryProgress | undefined
}

export class QueryLane implements QueryControl {
  readonly #settings: LaneSettings
  readonly #gate: Gate
  readonly #entries = new Map<string, Entry>()
  #lastId = 0

  constructor(settings: LaneSettings) {
    this.#settings = settings
    this.#gate = new Gate(settings)
  }

  list(): RunningQuery[] {
    const nowMs = this.#settings.clock.monotonicMs()
    return [...this.#entries.values()].map(
      ({ id, query, times, options, startedMs, askedMs, progress }) => ({
        id,
        query,
        times,
        origin: options.origin,
        startedMs,
        elapsedMs: nowMs - askedMs,
        progress,
      }),
    )
  }

  kill(id: string): boolean {
    const entry = this.#entries.get(id)
    entry?.killing.abort(new UserError('promql/canceled', 'query was stopped by request'))
    return entry !== undefined
  }

  /**
   * Runs a query when its turn has come.
   * @param work  asks the engine; its options have the signal, the time that is left and the observer
   * @throws what `work` throws; UserError `promql/queue-full`, `promql/queue-timeout`, `promql/canceled`
   */
  async run(
    query: string,
    times: AskedTimes,
    options: ApiQueryOptions,
    work: (options: QueryOptions) => Promise<QueryAnswer>,
  ): Promise<TimedAnswer> {
    const { clock, observe, log } = this.#settings
    const entry = this.#entry(query, times, options)
    const { signal } = entry.killing
    const asker = options.signal
    // Not AbortSignal.any: it costs a tenth of a small query.
    const stop = (): void => entry.killing.abort(asker?.reason)
    if (asker?.aborted === true) stop()
    else asker?.addEventListener('abort', stop)
    const timeoutMs = options.timeoutMs ?? this.#settings.timeoutMs
    this.#entries.set(entry.id, entry)
    let queueMs = 0
    try {
      const waited = await this.#gate.enter(signal, timeoutMs)
      const startedMs = clock.monotonicMs()
      queueMs = startedMs - entry.askedMs
      observe?.(queueMs / 1000, 'queue_time')
      try {
        const onStart = (progress: QueryProgress): void => void (entry.progress = progress)
        const left = Math.max(0, timeoutMs - queueMs)
        // Whoever got the place of one that timed out has no time left: it was the queue that took it.
        if (waited && left === 0) throw queueTimeout()
        const answer = await work({ ...options, signal, timeoutMs: left, onStart })
        log?.({ ...entry, queueMs, stats: answer.stats, error: undefined })
        return { ...answer, queueMs }
      } finally {
        this.#gate.leave()
        observe?.((clock.monotonicMs() - startedMs) / 1000, 'inner_eval')
      }
    } catch (error) {
      log?.({ ...entry, queueMs, stats: this.#statsOf(entry, queueMs), error })
      throw error
    } finally {
      asker?.removeEventListener('abort', stop)
      this.#entries.delete(entry.id)
    }
  }

  #entry(query: string, times: AskedTimes, options: ApiQueryOptions): Entry {
    const { clock } = this.#settings
    return {
      id: String(++this.#lastId),
      query,
      times,
      options,
      startedMs: clock.now(),
      askedMs: clock.monotonicMs(),
      killing: new AbortController(),
      progress: undefined,
    }
  }

  /** Of a query that failed: as far as it came. */
  #statsOf({ progress, askedMs }: Entry, queueMs: number): LoggedQuery['stats'] {
    const evaluationMs = this.#settings.clock.monotonicMs() - askedMs - queueMs
    return {
      totalSamples: progress?.totalSamples ?? 0,
      samplesRead: progress?.samplesRead ?? 0,
      peakSamples: progress?.peakSamples ?? 0,
      memoryBytesMax: progress?.memoryBytesMax ?? 0,
      timings: { preparationMs: 0, evaluationMs },
      perStep: undefined,
    }
  }
}

function queueTimeout(): UserError {
  return new UserError('promql/queue-timeout', 'query timed out in query queue')
}

/** Lets `width` in at once; the others wait in the order in which they came. */
class Gate {
  readonly #clock: Clock
  readonly #width: number
  readonly #maxWaiting: number
  readonly #waiting = new Set<() => void>()
  #running = 0

  constructor({ clock, width, maxWaiting }: LaneSettings) {
    this.#clock = clock
    this.#width = Math.max(1, width)
    this.#maxWaiting = maxWaiting ?? MAX_WAITING
  }

  /** @returns whether there was something to wait for */
  async enter(signal: AbortSignal, waitMs: number): Promise<boolean> {
    if (this.#running < this.#width) {
      this.#running++
      return false
    }
    if (this.#waiting.size >= this.#maxWaiting)
      throw new UserError(
        'promql/queue-full',
        `${this.#running} queries run and ${this.#waiting.size} wait, no more are taken (--query.max-concurrency)`,
      )
    await this.#turn(signal, waitMs)
    // Short queries would follow each other without a turn for anything else, a thousand of them.
    await this.#clock.sleep(0)
    return true
  }

  /** The next one takes over the place. */
  leave(): void {
    const [next] = this.#waiting
    if (next === undefined) this.#running--
    else next()
  }

  #turn(signal: AbortSignal, waitMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#waiting.delete(go)
        timer.cancel()
        signal.removeEventListener('abort', abort)
      }
      const go = (): void => {
        end()
        resolve()
      }
      const abort = (): void => {
        end()
        const reason: unknown = signal.reason
        const canceled = new UserError('promql/canceled', 'query was canceled in query queue')
        reject(reason instanceof UserError ? reason : canceled)
      }
      const timer = this.#clock.after(waitMs, () => {
        end()
        reject(queueTimeout())
      })
      this.#waiting.add(go)
      if (signal.aborted) abort()
      else signal.addEventListener('abort', abort)
    })
  }
}
