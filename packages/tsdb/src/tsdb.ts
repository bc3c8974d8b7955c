// The store: appends go to the head and its WAL, queries see head and blocks as one.

import { background, messageOf, OutsideError, Pace } from '@pharos/base'
import type { Labels, Matcher, Metadata } from '@pharos/model'
import type { CellAppender, CellStore, GroupKind } from './appender.ts'
import { stepOf } from './block/block-format.ts'
import { cardinalityOf } from './cardinality.ts'
import type { StoredExemplar } from './head/exemplar-ring.ts'
import { GroupHandle } from './head/group-handle.ts'
import { EXEMPLARS, MAINTENANCE_MS, SLICE_MS } from './limits.ts'
import { walPath } from './open-wal.ts'
import { openStore, type Store, type TsdbWorld } from './open-store.ts'
import { headSnapshot } from './read/snapshot.ts'
import { ReadCache } from './read/read-cache.ts'
import { TsdbQuerier } from './read/tsdb-querier.ts'
import { Scrubber } from './scrubber.ts'
import type { StorageCost } from './storage-cost.ts'
import { SelectorRetention } from './selector-retention.ts'
import type { ReloadableOptions, TsdbOptions } from './tsdb-options.ts'
import type { BlockInfo, Cardinality, ReplayStatus, TsdbStats } from './tsdb-status.ts'

export class Tsdb implements CellStore {
  readonly #store: Store
  readonly #cache: ReadCache
  readonly #stop = new AbortController()
  readonly #loop: Promise<void>
  readonly #scrubbing: Promise<void>
  readonly #scrubber: Scrubber
  readonly #retention: SelectorRetention
  #isClosed = false

  /**
   * Opens a data directory, which is made when it is missing, and starts the store's own upkeep.
   * @param onReplay  called for each WAL file while the start goes on
   * @throws OutsideError `disk/locked` when another process has it, `tsdb/version` when a newer program wrote it,
   *   `disk/…` when it cannot be used
   */
  static async open(
    world: TsdbWorld,
    options: TsdbOptions,
    onReplay: (status: ReplayStatus) => void = () => {},
  ): Promise<Tsdb> {
    return new Tsdb(await openStore(world, options, onReplay))
  }

  private constructor(store: Store) {
    this.#store = store
    this.#scrubber = new Scrubber(store)
    this.#retention = new SelectorRetention({
      ...store,
      deleteSeries: (sets, fromMs, toMs) => this.deleteSeries(sets, fromMs, toMs),
    })
    this.#cache = new ReadCache(store.codec.decoder)
    this.#loop = this.#maintain()
    background('tsdb maintenance', this.#loop, store.log)
    this.#scrubbing = this.#scrubber.run(this.#stop.signal)
    background('tsdb scrubber', this.#scrubbing, store.log)
  }

  get stats(): TsdbStats {
    return this.#store.stats
  }

  get replayStatus(): ReplayStatus {
    return this.#store.replayStatus
  }

  /** Why samples are refused at the moment; undefined when they are taken. */
  get readOnlyReason(): string | undefined {
    return this.#store.maintenance.readOnlyReason
  }

  /** Oldest sample, ms; Infinity when there is none. */
  get minTimeMs(): number {
    const { head, blocks } = this.#store
    return blocks.blocks.reduce((min, { meta }) => Math.min(min, meta.minTime), head.minTimeMs)
  }

  /** Newest sample, ms; −Infinity when there is none. */
  get maxTimeMs(): number {
    return this.#store.head.maxTimeMs
  }

  group(key: Labels, kind: GroupKind): CellAppender {
    const { head, exemplars } = this.#store
    const group = head.group(key, kind)
    head.renewColumns(group)
    return new GroupHandle(head, group, exemplars)
  }

  setMetadata(metric: string, metadata: Metadata): void {
    this.#store.metadata.set(metric, metadata, this.#store.wal)
  }

  sync(): Promise<void> {
    if (this.#isClosed) return Promise.reject(new OutsideError('tsdb/closed', 'store is closed'))
    return this.#store.wal.sync()
  }

  /** What a reload of the configuration may change; it holds from now on. */
  reconfigure(changes: Partial<ReloadableOptions>): void {
    const { options, exemplars } = this.#store
    Object.assign(options, changes)
    exemplars.resize(options.maxExemplars ?? EXEMPLARS)
  }

  /**
   * A consistent view of the samples in [minMs, maxMs], as `promql` wants it. Close it. What it shows outlives this process:
   * it answers when the operating system has it.
   */
  querier(minMs: number, maxMs: number): TsdbQuerier {
    const { head, blocks, log, wal } = this.#store
    const groups = headSnapshot(head, minMs, maxMs)
    for (const block of blocks.blocks) {
      // The latest downsampled sample before a time may be as old as a step.
      const fromMs = minMs - stepOf(block.meta)
      if (block.meta.minTime > maxMs || block.meta.maxTime <= fromMs) continue
      for (const group of block.groups) groups.push(group)
    }
    const leave = head.memory.enter()
    const unread = this.#unread()
    const written = wal.written()
    return new TsdbQuerier(groups, minMs, maxMs, this.#cache, log, leave, unread, written)
  }

  /**
   * What the series that satisfy all matchers take up in this store.
   * @throws OutsideError when a tile cannot be read
   */
  async storageCost(matchers: readonly Matcher[]): Promise<StorageCost> {
    const { clock } = this.#store
    const querier = this.querier(-Infinity, Infinity)
    try {
      const cost = querier.storageCost(matchers, this.maxTimeMs)
      return await new Pace(clock, SLICE_MS).drive(cost)
    } finally {
      querier.close()
    }
  }

  /** Metadata by metric name, of one or of all. `limit` 0: no limit. */
  metadata(metric?: string, limit: number = 0): Map<string, Metadata> {
    return this.#store.metadata.entries(metric, limit)
  }

  /** Exemplars in memory, oldest first. */
  exemplars(): StoredExemplar[] {
    return this.#store.exemplars.all()
  }

  /** Blocks, oldest first. */
  blocks(): BlockInfo[] {
    return this.#store.blocks.blocks.map(({ info }) => info)
  }

  cardinality(limit: number): Promise<Cardinality> {
    const { clock, head } = this.#store
    return new Pace(clock, SLICE_MS).drive(cardinalityOf(head, limit))
  }

  /**
   * Hides the samples of all series that satisfy one of the matcher sets, in [fromMs, toMs]. Samples that are written
   * later are not touched. On disk when it resolves; `undelete` takes it back until the files are rewritten.
   * @throws OutsideError when the disk fails; nothing is hidden then
   */
  deleteSeries(
    matcherSets: readonly (readonly Matcher[])[],
    fromMs: number,
    toMs: number,
  ): Promise<void> {
    return this.#store.administration.deleteSeries(matcherSets, fromMs, toMs)
  }

  /** Takes deletions back whose matchers are one of the sets. @returns how many there were */
  undeleteSeries(matcherSets: readonly (readonly Matcher[])[]): Promise<number> {
    return this.#store.administration.undeleteSeries(matcherSets)
  }

  /** Rewrites every file with hidden samples; they are gone for good then. */
  cleanTombstones(): Promise<void> {
    return this.#store.administration.cleanTombstones()
  }

  /**
   * Reads every tile at rest and rewrites the files with such as cannot be read: the others are kept, the damaged files set
   * aside in `quarantine/`.
   * @returns the names of those files
   */
  repair(): Promise<readonly string[]> {
    return this.#store.administration.repair()
  }

  /** One pass of the scrubber at its own pace. */
  scrub(): Promise<void> {
    return this.#scrubber.pass(this.#stop.signal)
  }

  /**
   * A copy of the store as of now by hard links, in `snapshots/<name>` of the data directory: a data directory itself.
   * @param skipHead  blocks alone
   * @returns the name
   */
  snapshot(skipHead: boolean): Promise<string> {
    return this.#store.administration.snapshot(skipHead)
  }

  /** One round of upkeep at once: seal, cut, compact, retain. */
  async maintain(): Promise<void> {
    const { maintenance, log } = this.#store
    await maintenance.round()
    await this.#retention.run().catch((error: unknown) => {
      log.error('retention of chosen series failed; it is tried again', { err: messageOf(error) })
    })
  }

  /** Writes what is in memory into segments, syncs and gives the directory back. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#stop.abort()
    await Promise.all([this.#loop, this.#scrubbing])
    const { maintenance, wal, segments, blocks, lock, log } = this.#store
    await maintenance.end()
    await wal.close()
    segments.close()
    blocks.close()
    await lock.release().catch((error: unknown) => {
      log.warn('lock could not be given back', { err: messageOf(error) })
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** A warning for each file that the disk does not give back: nobody knows what samples are in it. */
  #unread(): string[] {
    const { blocks, segments, unreadWal, options } = this.#store
    const files = [...blocks.unread, ...segments.unread]
    for (const sequence of unreadWal) files.push(walPath(`${options.path}/wal`, sequence))
    return files.map((path) => `samples of ${path} are missing: the disk does not give it back`)
  }

  async #maintain(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      await this.#store.clock.sleep(MAINTENANCE_MS, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
      if (!signal.aborted) await this.maintain()
    }
  }
}
