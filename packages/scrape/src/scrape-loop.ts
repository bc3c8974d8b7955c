// One target and its life: scrape, write, sleep until the next point of its grid.

import type { ScrapeSettings } from '@pharos/config'
import { messageOf, OutsideError } from '@pharos/base'
import type { Clock, Logger } from '@pharos/base'
import type { JobClient } from './job-client.ts'
import type { FailureLogs } from './failure-log.ts'
import { Quarantine } from './quarantine.ts'
import { alignedTime, firstDelay, followingTime, nextOnGrid } from './scrape-grid.ts'
import { requestTarget, scrapeHeaders } from './scrape-request.ts'
import type { ScrapeStats } from './scrape-stats.ts'
import type { TargetHealth, TargetStatus } from './scrape-status.ts'
import type { Target } from './target.ts'
import type { BodyResult } from './body-result.ts'
import { NO_BODY } from './body-result.ts'
import type { TargetWriter } from './target-writer.ts'

export interface LoopContext {
  readonly clock: Clock
  readonly log: Logger
  readonly client: JobClient
  readonly stats: ScrapeStats
  readonly failures: FailureLogs
  readonly userAgent: string
  readonly offsetSeed: number
  readonly scrapeOnDiscovery: boolean
  /** Asked before each scrape; false leaves it out. */
  readonly mayScrape: () => boolean
  /** Called with the real time between the starts of two scrapes. */
  readonly onIntervalLength: (intervalMs: number, actualMs: number) => void
}

export class ScrapeLoop {
  readonly target: Target
  readonly writer: TargetWriter
  readonly #context: LoopContext
  #settings: ScrapeSettings
  #headers: readonly (readonly [string, string])[]
  readonly #hash: number
  /** The loop is to end; a scrape under way goes on. */
  #isLeaving = false
  /** Ends the sleep. */
  #wake: (() => void) | undefined
  /** Ends a scrape under way too. */
  readonly #cut = new AbortController()
  #done: Promise<void> = Promise.resolve()
  /** Shown instead of scraping, for example when the job has too many targets. */
  #forcedError = ''
  #discovered: Target
  #health: TargetHealth = 'unknown'
  #lastError = ''
  #lastScrapeMs: number | undefined
  #lastDurationMs = 0
  #lastSamples = 0
  #lastStartMs = -1
  #lastOffending = ''
  readonly #quarantine: Quarantine

  constructor(
    target: Target,
    writer: TargetWriter,
    settings: ScrapeSettings,
    context: LoopContext,
  ) {
    this.target = target
    this.writer = writer
    this.#discovered = target
    this.#settings = settings
    this.#quarantine = new Quarantine(settings.quarantine)
    this.#headers = scrapeHeaders(target, settings, context.userAgent)
    this.#context = context
    this.#hash = (target.hash ^ context.offsetSeed) >>> 0
  }

  /** @param after  the loop that wrote to the same series before, still finishing its last scrape */
  start(after: Promise<void>): void {
    this.#done = this.#run(after)
  }

  /** Resolves when the loop has written its last row. `isCut`: a scrape under way is given up. */
  stop(isCut: boolean): Promise<void> {
    if (isCut) this.#cut.abort()
    this.#isLeaving = true
    this.#wake?.()
    return this.#done
  }

  set forcedError(error: string) {
    this.#forcedError = error
  }

  reconfigure(settings: ScrapeSettings): void {
    this.#settings = settings
    this.#headers = scrapeHeaders(this.target, settings, this.#context.userAgent)
    this.writer.reconfigure(settings)
    this.#quarantine.reconfigure(settings.quarantine)
  }

  /** The same target was discovered again, maybe with other meta labels. */
  rediscovered(target: Target): void {
    this.#discovered = target
  }

  /** When the next scrape would be, ms since 1970: the time of stale markers when there is none. */
  nextScrapeMs(): number {
    const { intervalMs } = this.target
    return nextOnGrid(this.#context.clock.now(), intervalMs, this.#hash % intervalMs)
  }

  status(): TargetStatus {
    return {
      scrapePool: this.#settings.jobName,
      discoveredLabels: this.#discovered.discovered,
      labels: this.target.labels,
      scrapeUrl: this.target.url,
      health: this.#health,
      lastError: this.#lastError,
      offendingSeries: this.#lastOffending,
      quarantine: this.#quarantine.status,
      lastScrapeMs: this.#lastScrapeMs,
      lastScrapeDurationMs: this.#lastDurationMs,
      scrapeIntervalMs: this.target.intervalMs,
      scrapeTimeoutMs: this.target.timeoutMs,
      samplesScraped: this.#lastSamples,
    }
  }

  async #run(after: Promise<void>): Promise<void> {
    const { clock, scrapeOnDiscovery } = this.#context
    const { intervalMs } = this.target
    const offsetMs = this.#hash % intervalMs
    await after
    if (!(await this.#slept(firstDelay(clock.now(), intervalMs, this.#hash, scrapeOnDiscovery))))
      return
    for (;;) {
      const tMs = alignedTime(clock.now(), intervalMs, offsetMs)
      try {
        if (this.#context.mayScrape()) await this.#scrape(tMs)
      } catch (error) {
        // A fault of ours in one target's scrape must not end the loop, nor be silent.
        this.#context.log.error('scrape broke', { target: this.target.url, err: messageOf(error) })
      }
      if (this.#isLeaving) return
      const now = clock.now()
      if (!(await this.#slept(followingTime(tMs, now, intervalMs, offsetMs) - now))) return
    }
  }

  /** A timer of its own instead of a signal: at a thousand targets a second that is seen. */
  #slept(ms: number): Promise<boolean> {
    if (this.#isLeaving) return Promise.resolve(false)
    return new Promise((resolve) => {
      const wake = (): void => {
        timer.cancel()
        this.#wake = undefined
        resolve(!this.#isLeaving)
      }
      const timer = this.#context.clock.after(Math.max(0, ms), wake)
      this.#wake = wake
    })
  }

  async #scrape(tMs: number): Promise<void> {
    const { clock, stats } = this.#context
    const startMs = clock.monotonicMs()
    if (this.#lastStartMs >= 0) {
      this.#context.onIntervalLength(this.target.intervalMs, startMs - this.#lastStartMs)
    }
    this.#lastStartMs = startMs
    stats.scrapes++
    const { error, body, bytes } = await this.#outcome(tMs)
    if (this.#cut.signal.aborted) return
    const durationMs = clock.monotonicMs() - startMs
    this.#health = error === '' ? 'up' : 'down'
    this.#lastError = error
    this.#lastOffending = body.offending
    this.#lastScrapeMs = tMs
    this.#lastDurationMs = durationMs
    this.#lastSamples = body.scraped
    stats.samplesScraped += body.scraped
    this.writer.write(tMs, error === '', durationMs, body, this.#extraReports(bytes))
    this.#logDropped()
    if (error === '') return
    stats.failures++
    this.#logFailure(tMs, error, body.offending)
    this.#context.log.debug('scrape failed', {
      scrape_pool: this.#settings.jobName,
      target: this.target.url,
      err: error,
    })
  }

  /** The reference's lines, because people search for them. */
  #logDropped(): void {
    const { duplicates, outOfOrder, outOfBounds, rows } = this.writer.dropped
    if (duplicates + outOfOrder + outOfBounds + rows === 0) return
    const warn = (message: string, count: number): void => {
      if (count === 0) return
      const { jobName } = this.#settings
      const fields = { scrape_pool: jobName, target: this.target.url, num_dropped: count }
      this.#context.log.warn(message, fields)
    }
    warn('Error on ingesting samples with different value but same timestamp', duplicates)
    warn('Error on ingesting out-of-order samples', outOfOrder)
    warn('Error on ingesting samples that are too old or are too far into the future', outOfBounds)
    warn('Scrape commit failed', rows)
  }

  #logFailure(timeMs: number, error: string, series: string): void {
    const { failureLogFile, jobName: scrapePool } = this.#settings
    if (failureLogFile === '') return
    const failure = { timeMs, scrapePool, target: this.target.url, error, series }
    this.#context.failures.add(failureLogFile, failure)
  }

  #extraReports(bytes: number): readonly number[] {
    const { extraScrapeMetrics, sampleLimit } = this.#settings
    return extraScrapeMetrics ? [this.target.timeoutMs / 1_000, sampleLimit, bytes] : []
  }

  async #outcome(tMs: number): Promise<Outcome> {
    if (this.#forcedError !== '') return this.#forced()
    const now = this.#context.clock.now()
    if (!this.#quarantine.isClosed(now)) return await this.#pulled(tMs)
    this.writer.readNothing()
    return { error: this.#quarantine.status!.reason, body: NO_BODY, bytes: 0 }
  }

  #forced(): Outcome {
    this.#context.stats.exceededTargetLimit++
    this.writer.readNothing()
    return { error: this.#forcedError, body: NO_BODY, bytes: 0 }
  }

  async #pulled(tMs: number): Promise<Outcome> {
    const { client, stats, clock } = this.#context
    try {
      const context = { client, headers: this.#headers, signal: this.#cut.signal }
      const response = await requestTarget(this.target, this.#settings, context)
      const contentType = response.headers.get('content-type') ?? ''
      const bytes = response.body.length
      const budget = this.#quarantine.budget(clock.now())
      const body = this.writer.read(response.body, contentType, tMs, budget)
      response.release()
      countBody(stats, body)
      this.#judge(body)
      return { error: body.error, body, bytes }
    } catch (error) {
      if (this.#cut.signal.aborted) return { error: 'stopped', body: NO_BODY, bytes: 0 }
      countRequest(stats, error)
      this.writer.readNothing()
      const isTooLarge = error instanceof OutsideError && error.code === 'http/body-too-large'
      return { error: messageOf(error), body: NO_BODY, bytes: isTooLarge ? -1 : 0 }
    }
  }

  #judge(body: BodyResult): void {
    if (body.failure === 'none') {
      this.#quarantine.passed(body.seriesAdded)
      return
    }
    if (body.failure !== 'quarantine') return
    const { jobName } = this.#settings
    this.#quarantine.close(this.#context.clock.now(), body.error)
    this.#context.log.warn('target is in quarantine', {
      scrape_pool: jobName,
      target: this.target.url,
      reason: body.error,
      series: body.offending,
      until: new Date(this.#quarantine.status!.untilMs).toISOString(),
    })
  }
}

/** What a scrape came to. `bytes` of the body, unpacked; −1 when they were too many. */
interface Outcome {
  readonly error: string
  readonly body: BodyResult
  readonly bytes: number
}

function countBody(stats: ScrapeStats, body: BodyResult): void {
  if (body.failure === 'parse') stats.failedParse++
  else if (body.failure === 'sampleLimit') stats.exceededSampleLimit++
  else if (body.failure === 'labelLimit') stats.exceededLabelLimits++
  else if (body.failure === 'quarantine') stats.quarantines++
}

function countRequest(stats: ScrapeStats, error: unknown): void {
  const code = error instanceof OutsideError ? error.code : ''
  if (code === 'http/timeout') stats.failedTimeouts++
  else if (code === 'http/body-too-large') stats.exceededBodySize++
  else if (code === 'scrape/status') stats.failedStatus++
  else stats.failedRequests++
}
