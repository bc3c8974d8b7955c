// The targets of one job: which run, which were dropped and why.

import type { Disk } from '@pharos/base'
import type { ScrapeSettings } from '@pharos/config'
import type { HttpClientOptions } from '@pharos/http'
import type { TargetGroup } from '@pharos/model'
import { compareText, Labels } from '@pharos/model'
import { JobClient } from './job-client.ts'
import type { LoopContext } from './scrape-loop.ts'
import { ScrapeLoop } from './scrape-loop.ts'
import type {
  DroppedTarget,
  ElsewhereTarget,
  ScrapePoolStatus,
  TargetMetadata,
} from './scrape-status.ts'
import type { Dropped, Target } from './target.ts'
import { targetsOf } from './target.ts'
import type { TargetWriters } from './target-writers.ts'

/** What all pools share; each has a client of its own. */
export interface PoolContext extends Omit<LoopContext, 'client'> {
  readonly http: HttpClientOptions
  readonly disk: Disk
  /** Whether a target is scraped here, and not by another member of a cluster. */
  readonly owns: (identity: string) => boolean
}

export class ScrapePool {
  readonly #context: LoopContext
  readonly #owns: (identity: string) => boolean
  readonly #writers: TargetWriters
  readonly #client: JobClient
  #settings: ScrapeSettings
  /** By target identity. */
  readonly #loops = new Map<string, ScrapeLoop>()
  /** As they are shown; undefined when targets have changed since. */
  #inOrder: readonly ScrapeLoop[] | undefined
  #dropped: DroppedTarget[] = []
  #droppedCount = 0
  /** By identity. */
  #elsewhere: ReadonlyMap<string, ElsewhereTarget> = new Map()

  constructor(settings: ScrapeSettings, writers: TargetWriters, context: PoolContext) {
    this.#settings = settings
    this.#writers = writers
    this.#owns = context.owns
    this.#client = new JobClient(settings.http, context.http, context.disk)
    this.#context = { ...context, client: this.#client }
  }

  /** Settings of a reload; `sync` must follow, because relabelling may have changed. */
  reconfigure(settings: ScrapeSettings): void {
    this.#settings = settings
    this.#client.reconfigure(settings.http)
    for (const loop of this.#loops.values()) loop.reconfigure(settings)
  }

  /** Makes the running targets those of the groups: new ones start, vanished ones end with stale markers. */
  sync(groups: Iterable<TargetGroup>): void {
    this.#context.stats.syncs++
    this.#inOrder = undefined
    const wanted = this.#wanted(groups)
    for (const [identity, loop] of this.#loops) {
      if (wanted.has(identity)) continue
      this.#loops.delete(identity)
      this.#writers.retire(loop, this.#elsewhere.has(identity))
    }
    for (const [identity, target] of wanted) {
      const running = this.#loops.get(identity)
      if (running === undefined) this.#start(target)
      else running.rediscovered(target)
    }
    const { targetLimit } = this.#settings
    const error =
      targetLimit > 0 && this.#loops.size > targetLimit
        ? `target_limit exceeded (number of targets: ${this.#loops.size}, limit: ${targetLimit})`
        : ''
    for (const loop of this.#loops.values()) loop.forcedError = error
  }

  /** Ends all targets as if they had vanished. */
  close(): void {
    for (const loop of this.#loops.values()) this.#writers.retire(loop)
    this.#loops.clear()
    this.#inOrder = undefined
  }

  /** Stops at once, giving up scrapes under way. */
  async stop(): Promise<void> {
    const loops = [...this.#loops.values()]
    this.#loops.clear()
    this.#inOrder = undefined
    await Promise.all(loops.map((loop) => loop.stop(true)))
    this.#client.close()
  }

  status(): ScrapePoolStatus {
    this.#inOrder ??= inOrder(this.#loops.values())
    return {
      name: this.#settings.jobName,
      active: this.#inOrder.map((loop) => loop.status()),
      dropped: this.#dropped,
      droppedCount: this.#droppedCount,
      elsewhere: [...this.#elsewhere.values()],
    }
  }

  /** What each running target says of its metrics. */
  metadata(): TargetMetadata[] {
    return [...this.#loops.values()].map((loop) => ({
      scrapePool: this.#settings.jobName,
      labels: loop.status().labels,
      families: loop.writer.metadata,
    }))
  }

  #wanted(groups: Iterable<TargetGroup>): Map<string, Target> {
    const wanted = new Map<string, Target>()
    const elsewhere = new Map<string, ElsewhereTarget>()
    this.#dropped = []
    this.#droppedCount = 0
    for (const group of groups) {
      for (const target of targetsOf(group, this.#settings)) {
        if ('reason' in target) this.#drop(target, group)
        else if (!this.#owns(target.identity)) elsewhere.set(target.identity, elsewhereOf(target))
        else if (!wanted.has(target.identity)) wanted.set(target.identity, target)
      }
    }
    this.#elsewhere = elsewhere
    return wanted
  }

  #drop(target: Dropped, group: TargetGroup): void {
    this.#droppedCount++
    const { keepDroppedTargets, jobName } = this.#settings
    if (keepDroppedTargets === 0 || this.#dropped.length < keepDroppedTargets) {
      this.#dropped.push({
        scrapePool: jobName,
        discoveredLabels: target.discovered,
        reason: target.reason,
      })
    }
    if (!target.isFault) return
    this.#context.stats.targetsFailed++
    this.#context.log.error('creating target failed', {
      scrape_pool: jobName,
      group: group.source,
      err: target.reason,
    })
  }

  #start(target: Target): void {
    const { writer, free } = this.#writers.take(target, this.#settings)
    const loop = new ScrapeLoop(target, writer, this.#settings, this.#context)
    this.#loops.set(target.identity, loop)
    loop.start(free)
  }
}

/** By address, then by labels. */
function inOrder(loops: Iterable<ScrapeLoop>): readonly ScrapeLoop[] {
  return Array.from(loops, (loop) => ({ loop, ...loop.status() }))
    .sort((a, b) => compareText(a.scrapeUrl, b.scrapeUrl) || Labels.compare(a.labels, b.labels))
    .map(({ loop }) => loop)
}

function elsewhereOf({ identity, labels, url }: Target): ElsewhereTarget {
  return { identity, labels, scrapeUrl: url }
}
