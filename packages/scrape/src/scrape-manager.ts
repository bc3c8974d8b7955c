// All jobs: what their discoverers find becomes pools of targets.

import type { ScrapeSettings } from '@pharos/config'
import { BodyTemplates } from '@pharos/exposition'
import { BufferPool } from '@pharos/http'
import type { Clock, Disk, Logger, Net } from '@pharos/base'
import { createKernel, type Kernel } from '@pharos/kernel'
import type { Discoverer } from '@pharos/model'
import type { Appender } from '@pharos/tsdb'
import { FailureLogs } from './failure-log.ts'
import { RunningJob } from './running-job.ts'
import type { ScrapeFeatures } from './writer-context.ts'
import { ScrapePool } from './scrape-pool.ts'
import type { PoolContext } from './scrape-pool.ts'
import type { ScrapeStats } from './scrape-stats.ts'
import { newScrapeStats } from './scrape-stats.ts'
import type { ScrapePoolStatus, TargetMetadata } from './scrape-status.ts'
import { TargetWriters } from './target-writers.ts'

export interface ScrapeJob {
  readonly settings: ScrapeSettings
  /** Started by `apply`; those of the job before a reload are stopped. */
  readonly discoverers: readonly Discoverer[]
}

export interface ScrapeManagerOptions {
  readonly appender: Appender
  readonly net: Net
  readonly clock: Clock
  /** For secrets and certificates in files. */
  readonly disk: Disk
  readonly log: Logger
  /** The thread's; one of its own when missing. */
  readonly kernel?: Kernel
  /** For example `Pharos/0.1.0`. */
  readonly userAgent?: string
  readonly features?: Partial<ScrapeFeatures>
  /** Moves all grids: replicas of one server take different ones. */
  readonly offsetSeed?: number
  /** First scrape within a second of discovery (default), or at the next point of the grid. */
  readonly scrapeOnDiscovery?: boolean
  /** Whether a target is scraped here; all are when missing. What it says may change: call `redistribute` then. */
  readonly owns?: (identity: string) => boolean
  /** Whether anything is scraped now: after a pause others may have taken over. Always when missing. */
  readonly mayScrape?: () => boolean
  readonly onIntervalLength?: (intervalMs: number, actualMs: number) => void
}

const NO_FEATURES: ScrapeFeatures = { typeAndUnitLabels: false, createdTimestamps: false }

export class ScrapeManager {
  readonly stats: ScrapeStats = newScrapeStats()
  readonly #options: ScrapeManagerOptions
  readonly #context: PoolContext
  readonly #failures: FailureLogs
  readonly #writers: TargetWriters
  /** By job name, in the order of the configuration. */
  #jobs = new Map<string, RunningJob>()

  constructor(options: ScrapeManagerOptions) {
    this.#options = options
    const { net, clock } = options
    const templates = new BodyTemplates(options.kernel ?? createKernel())
    const { appender } = options
    const features = { ...NO_FEATURES, ...options.features }
    this.#failures = new FailureLogs(options.disk, options.log.component('scrape manager'))
    this.#writers = new TargetWriters({ appender, stats: this.stats, templates, features }, clock)
    this.#context = {
      clock,
      disk: options.disk,
      log: options.log.component('scrape manager'),
      owns: options.owns ?? (() => true),
      http: { net, clock, buffers: new BufferPool() },
      stats: this.stats,
      failures: this.#failures,
      userAgent: options.userAgent ?? 'Pharos/0.1.0',
      offsetSeed: options.offsetSeed ?? 0,
      scrapeOnDiscovery: options.scrapeOnDiscovery ?? true,
      mayScrape: options.mayScrape ?? (() => true),
      onIntervalLength: options.onIntervalLength ?? (() => {}),
    }
  }

  /**
   * Makes these the jobs. Targets that stay the same go on without a break; those of vanished jobs end with stale
   * markers. A job's old targets stay until its new discoverers have all spoken.
   */
  apply(jobs: readonly ScrapeJob[]): void {
    const next = new Map<string, RunningJob>()
    const names = new Set(jobs.map((job) => job.settings.jobName))
    for (const [name, job] of this.#jobs) if (!names.has(name)) job.close()
    for (const { settings, discoverers } of jobs) {
      const job =
        this.#jobs.get(settings.jobName) ??
        new RunningJob(new ScrapePool(settings, this.#writers, this.#context), this.#options)
      job.apply(settings, discoverers)
      next.set(settings.jobName, job)
    }
    this.#jobs = next
  }

  /** Looks again at which targets are scraped here. */
  redistribute(): void {
    for (const job of this.#jobs.values()) job.redistribute()
  }

  pools(): ScrapePoolStatus[] {
    return [...this.#jobs.values()].map((job) => job.pool.status())
  }

  metadata(): TargetMetadata[] {
    return [...this.#jobs.values()].flatMap((job) => job.pool.metadata())
  }

  /**
   * Gives up scrapes under way and stops. By default every series ends with a stale marker; without them, a server
   * that is back within five minutes shows no gap, and one that is not leaves five minutes of ghosts.
   */
  async stop({ areMarked = true }: { readonly areMarked?: boolean } = {}): Promise<void> {
    const jobs = [...this.#jobs.values()]
    this.#jobs = new Map()
    await Promise.all(jobs.map((job) => job.stop()))
    await this.#writers.close(areMarked)
    await this.#failures.close()
  }
}
