// The instances below a prefix, in memory and up to date: list, watch from there, and list again every half
// minute whatever the watch says, because a watch can stall without a word, miss a compaction, or hang on a member
// that has lost its peers. The list is the truth, the watch only makes it quick.
//
// It never becomes empty by accident. A key is gone when a delete event says so, or a list of the same data at a
// later revision lacks it. When revisions went back or the cluster has another id, the data was reset: then what is
// missing may come back for a grace time first. A value that cannot be read leaves the last good one.

import { messageOf, OutsideError } from '@pharos/base'
import type { Clock, Logger } from '@pharos/base'
import type { EtcdClient } from './etcd-client.ts'
import type { KeyValue, WatchEvent } from './etcd-wire.ts'
import {
  INSTANCES_MAX,
  RESET_GRACE_MS,
  RETRY_MS_MAX,
  RETRY_MS_MIN,
  WATCH_LAG_MS,
} from './limits.ts'
import { readInstance, SERVICE_PREFIX } from './service-instance.ts'
import type { ServiceInstance } from './service-instance.ts'
import { compileLayout } from './key-layout.ts'
import type { KeyLayout } from './key-layout.ts'

export interface ServiceWatchOptions {
  readonly client: EtcdClient
  readonly clock: Clock
  readonly log: Logger
  /** `/service/` when missing. */
  readonly prefix?: string
  /** What stands behind the prefix; `{name}/{id}` when missing. */
  readonly layout?: string
  /** ms between two lists; 30 s when missing. */
  readonly refreshMs?: number
}

export interface FoundService {
  readonly key: string
  readonly instance: ServiceInstance
  readonly lease: string
  readonly modRevision: number
}

export interface ServiceChange {
  readonly put: readonly FoundService[]
  /** Keys. */
  readonly gone: readonly string[]
}

export interface ServiceWatchStats {
  lists: number
  listFailures: number
  watchFailures: number
  /** Lists that found what the watch should have told. */
  missedEvents: number
  /** Times that the backend's data was found to be reset. */
  resets: number
}

export class ServiceWatch {
  readonly stats: ServiceWatchStats = {
    lists: 0,
    listFailures: 0,
    watchFailures: 0,
    missedEvents: 0,
    resets: 0,
  }
  readonly #options: ServiceWatchOptions
  readonly #prefix: string
  readonly #layout: KeyLayout
  readonly #log: Logger
  readonly #found = new Map<string, FoundService>()
  readonly #skipped = new Map<string, string>()
  #revision = 0
  /** Of the last list: events up to it are in it already. */
  #listRevision = 0
  /** How far the watch has told. */
  #watchRevision = 0
  #clusterId = ''
  /** After a reset: keys that were not seen since, and until when they are kept, monotonic ms. */
  readonly #missing = new Map<string, number>()
  #hasListed = false
  #told = ''

  /** @throws UserError `registry/layout` */
  constructor(options: ServiceWatchOptions) {
    this.#options = options
    this.#prefix = options.prefix ?? SERVICE_PREFIX
    this.#layout = compileLayout(options.layout ?? '{name}/{id}')
    this.#log = options.log.component('service watch')
  }

  /** By key. */
  get services(): ReadonlyMap<string, FoundService> {
    return this.#found
  }

  /** Keys whose value cannot be used, with the reason. */
  get skipped(): ReadonlyMap<string, string> {
    return this.#skipped
  }

  /** True once a first list has come; before, an empty view means nothing. */
  get hasListed(): boolean {
    return this.#hasListed
  }

  /** Instances of one service, or of all, in the order of their keys. */
  instances(name?: string): ServiceInstance[] {
    return [...this.#found.values()]
      .filter(({ instance }) => name === undefined || instance.name === name)
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ instance }) => instance)
  }

  /**
   * Follows the registry until `signal` is aborted; never rejects for a failing one.
   * @param changed  what is different since the last call; also called, with nothing, after the first list
   */
  async run(changed: (change: ServiceChange) => void, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    let failures = 0
    while (!signal.aborted) {
      const isListed = await this.#list(changed, signal)
      if (signal.aborted) return
      if (!isListed) {
        await sleep(clock, backoffMs(failures++), signal)
        continue
      }
      const startMs = clock.monotonicMs()
      await this.#watch(changed, signal)
      // A watch that ends at once, again and again, must not become a storm of lists.
      failures = clock.monotonicMs() - startMs > RETRY_MS_MAX ? 0 : failures + 1
      await sleep(clock, backoffMs(Math.min(failures, 3)), signal)
    }
  }

  /** One list; false when it failed, and everything stays. */
  async #list(changed: (change: ServiceChange) => void, signal: AbortSignal): Promise<boolean> {
    const revisionBefore = this.#revision
    try {
      const { header, keys } = await this.#options.client.list(this.#prefix, { signal })
      if (signal.aborted) return false
      this.stats.lists++
      this.#told = ''
      const isReset =
        this.#hasListed &&
        (header.revision < revisionBefore || header.clusterId !== this.#clusterId)
      // The watch has seen more than this list: it has nothing to say.
      if (!isReset && header.revision < this.#revision) return true
      if (isReset) this.#noteReset(header.revision)
      this.#clusterId = header.clusterId
      this.#revision = header.revision
      this.#listRevision = header.revision
      const change = this.#applyList(keys)
      const isFirst = !this.#hasListed
      this.#hasListed = true
      if (isFirst || change.put.length > 0 || change.gone.length > 0) changed(change)
      return true
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      if (signal.aborted) return false
      this.stats.listFailures++
      this.#tellOnce('the registry cannot be listed; what was found stays', error)
      return false
    }
  }

  /** Watches from the last list on, and lists beside it, until the watch ends or is found to miss something. */
  async #watch(changed: (change: ServiceChange) => void, signal: AbortSignal): Promise<void> {
    const ends = new AbortController()
    const end = (): void => ends.abort()
    signal.addEventListener('abort', end, { once: true })
    const relisting = this.#relist(changed, ends)
    try {
      await this.#options.client.watch(this.#prefix, {
        startRevision: this.#revision + 1,
        signal: ends.signal,
        onCreated: () => {},
        onEvents: (events, revision) => {
          if (ends.signal.aborted) return
          const change = this.#applyEvents(events)
          this.#revision = Math.max(this.#revision, revision)
          this.#watchRevision = revision
          if (change.put.length > 0 || change.gone.length > 0) changed(change)
        },
      })
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      if (!ends.signal.aborted) {
        this.stats.watchFailures++
        this.#tellOnce('the watch has ended and is started again', error)
      }
    } finally {
      signal.removeEventListener('abort', end)
      ends.abort()
      await relisting
    }
  }

  async #relist(changed: (change: ServiceChange) => void, ends: AbortController): Promise<void> {
    const { clock, refreshMs } = this.#options
    while (!ends.signal.aborted) {
      await sleep(clock, this.#nextListMs(refreshMs ?? 30_000), ends.signal)
      if (ends.signal.aborted) return
      const [watchedBefore, resetsBefore] = [this.#watchRevision, this.stats.resets]
      let isChanged = false
      await this.#list((change) => {
        isChanged = change.put.length > 0 || change.gone.length > 0
        changed(change)
      }, ends.signal)
      if (this.stats.resets === resetsBefore) {
        if (!isChanged) continue
        // The list may just have been quicker than the watch, which then tells the same in a moment.
        await sleep(clock, WATCH_LAG_MS, ends.signal)
        if (ends.signal.aborted || this.#watchRevision !== watchedBefore) continue
        this.stats.missedEvents++
        this.#log.warn('a list found what the watch did not tell; the watch is started again')
      }
      ends.abort()
    }
  }

  #nextListMs(refreshMs: number): number {
    const nowMs = this.#options.clock.monotonicMs()
    let nextMs = refreshMs
    for (const untilMs of this.#missing.values())
      nextMs = Math.min(nextMs, Math.max(1, untilMs - nowMs))
    return nextMs
  }

  #applyList(keys: readonly KeyValue[]): ServiceChange {
    const put: FoundService[] = []
    const gone: string[] = []
    const present = new Set<string>()
    if (keys.length > INSTANCES_MAX)
      this.#tellOnce(
        'too many keys below the prefix',
        new OutsideError(
          'registry/too-many',
          `${keys.length} keys, only ${INSTANCES_MAX} are taken`,
        ),
      )
    for (const one of keys.slice(0, INSTANCES_MAX)) {
      present.add(one.key)
      this.#missing.delete(one.key)
      const found = this.#take(one)
      if (found !== undefined) put.push(found)
    }
    const nowMs = this.#options.clock.monotonicMs()
    for (const key of this.#found.keys()) {
      if (present.has(key)) continue
      const untilMs = this.#missing.get(key)
      if (untilMs !== undefined && nowMs < untilMs) continue
      this.#missing.delete(key)
      this.#found.delete(key)
      gone.push(key)
    }
    for (const key of this.#skipped.keys()) if (!present.has(key)) this.#skipped.delete(key)
    return { put, gone }
  }

  #applyEvents(events: readonly WatchEvent[]): ServiceChange {
    const put = new Map<string, FoundService>()
    const gone = new Set<string>()
    for (const { type, kv } of events) {
      if (!kv.key.startsWith(this.#prefix)) continue
      if (kv.modRevision <= this.#listRevision) continue
      this.#missing.delete(kv.key)
      if (type === 'delete') {
        this.#skipped.delete(kv.key)
        put.delete(kv.key)
        if (this.#found.delete(kv.key)) gone.add(kv.key)
        continue
      }
      const found = this.#take(kv)
      if (found === undefined) continue
      gone.delete(kv.key)
      put.set(kv.key, found)
    }
    return { put: [...put.values()], gone: [...gone] }
  }

  /** Takes a value up; gives it back when it is good and says something new. */
  #take(kv: KeyValue): FoundService | undefined {
    const before = this.#found.get(kv.key)
    if (before?.modRevision === kv.modRevision) return undefined
    const instance = readInstance(kv.value)
    const why =
      typeof instance === 'string'
        ? instance
        : this.#layout.mistake(kv.key.slice(this.#prefix.length), instance)
    if (why !== undefined || typeof instance === 'string') {
      this.#skip(kv.key, why ?? '', before !== undefined)
      return undefined
    }
    this.#skipped.delete(kv.key)
    const found = { key: kv.key, instance, lease: kv.lease, modRevision: kv.modRevision }
    this.#found.set(kv.key, found)
    // The same words again, as after a re-registration, change nothing for whoever listens.
    return before !== undefined && isSame(before.instance, instance) ? undefined : found
  }

  #skip(key: string, why: string, hasBefore: boolean): void {
    if (this.#skipped.get(key) === why) return
    this.#skipped.set(key, why)
    this.#log.warn('a registered value is skipped', {
      key,
      reason: why,
      ...(hasBefore ? { consequence: 'its last good value stays' } : {}),
    })
  }

  #noteReset(revision: number): void {
    this.stats.resets++
    const nowMs = this.#options.clock.monotonicMs()
    let graceMs = RESET_GRACE_MS
    for (const { instance } of this.#found.values())
      graceMs = Math.max(graceMs, Math.min(300_000, instance.leaseTime * 2_000))
    for (const [key, one] of this.#found) {
      this.#missing.set(key, nowMs + graceMs)
      // Revisions begin anew, so the old one says nothing about what is newer.
      this.#found.set(key, { ...one, modRevision: 0 })
    }
    this.#log.warn('the data of the registry was reset; what is missing may come back', {
      revisionBefore: this.#revision,
      revision,
      graceMs,
      instances: this.#found.size,
    })
  }

  /** Not the same failure in every round. */
  #tellOnce(message: string, error: Error): void {
    const text = messageOf(error)
    if (this.#told === text) return
    this.#told = text
    this.#log.warn(message, { err: text, instances: this.#found.size })
  }
}

function isSame(a: ServiceInstance, b: ServiceInstance): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function backoffMs(failures: number): number {
  return Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(failures, 10))
}

async function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
