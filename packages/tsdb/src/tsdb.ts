// The store: appends go to the head and its WAL, queries see head and blocks as one.

import { type Logger, OutsideError, type World } from '@pharos/base'
import type { Labels, Metadata } from '@pharos/model'
import type { Appender, GroupAppender, GroupKind } from './appender.ts'
import { ShapeTable } from './catalog/shape.ts'
import { makeDurableDirectory } from './durable-directory.ts'
import { ExemplarRing } from './head/exemplar-ring.ts'
import { GroupHandle } from './head/group-handle.ts'
import { Head } from './head/head.ts'
import { MetadataStore } from './metadata-store.ts'
import { replayWal } from './open-wal.ts'
import { Quarantine } from './quarantine.ts'
import type { Querier } from './querier.ts'
import { headSnapshot } from './read/snapshot.ts'
import { TileCache } from './read/tile-cache.ts'
import { TsdbQuerier } from './read/tsdb-querier.ts'
import type { TsdbOptions } from './tsdb-options.ts'
import { emptyStats, type ReplayStatus, type TsdbStats } from './tsdb-status.ts'
import { Wal } from './wal/wal.ts'

/** What the store uses of the outside world. */
export type TsdbWorld = Pick<World, 'clock' | 'disk' | 'log'>

export class Tsdb implements Appender {
  readonly stats: TsdbStats
  readonly #log: Logger
  readonly #head: Head
  readonly #wal: Wal
  readonly #exemplars: ExemplarRing
  readonly #metadata: MetadataStore
  readonly #cache = new TileCache()
  readonly #lock: { release(): Promise<void> }
  #isClosed = false

  static async open(
    world: TsdbWorld,
    options: TsdbOptions,
    onReplay: (status: ReplayStatus) => void = () => {},
  ): Promise<Tsdb> {
    const { disk, clock } = world
    const log = world.log.component('tsdb')
    const { path } = options
    for (const folder of [path, `${path}/wal`]) await makeDurableDirectory(disk, folder)
    const lock = await disk.lock(`${path}/lock`)
    try {
      const stats = emptyStats()
      const shapes = new ShapeTable()
      const head = new Head({ clock, options, stats, shapes })
      const exemplars = new ExemplarRing()
      const metadata = new MetadataStore()
      const quarantine = new Quarantine(`${path}/quarantine`, disk, log)
      const sequence = await replayWal(
        { path: `${path}/wal`, disk, log, stats, quarantine },
        {
          head,
          shapes,
          log,
          exemplar: (series, exemplar) => exemplars.add(series, exemplar),
          metadata(entries) {
            for (const [name, one] of entries) metadata.set(name, one, undefined)
          },
        },
        (current, last) => onReplay({ current, last, isDone: false }),
      )
      const wal: Wal = new Wal(`${path}/wal`, sequence, options.walSync, {
        clock,
        disk,
        log,
        stats,
        relog: () => head.relog(),
        relogHeader: () => metadata.logAll(wal),
      })
      head.wal = wal
      return new Tsdb(stats, log, head, wal, exemplars, metadata, lock)
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  private constructor(
    stats: TsdbStats,
    log: Logger,
    head: Head,
    wal: Wal,
    exemplars: ExemplarRing,
    metadata: MetadataStore,
    lock: { release(): Promise<void> },
  ) {
    this.stats = stats
    this.#log = log
    this.#head = head
    this.#wal = wal
    this.#exemplars = exemplars
    this.#metadata = metadata
    this.#lock = lock
  }

  group(key: Labels, kind: GroupKind): GroupAppender {
    return new GroupHandle(this.#head, this.#head.group(key, kind), this.#exemplars)
  }

  setMetadata(metric: string, metadata: Metadata): void {
    this.#metadata.set(metric, metadata, this.#wal)
  }

  sync(): Promise<void> {
    if (this.#isClosed) return Promise.reject(new OutsideError('tsdb/closed', 'store is closed'))
    return this.#wal.sync()
  }

  querier(minMs: number, maxMs: number): Querier {
    const groups = headSnapshot(this.#head, minMs, maxMs)
    return new TsdbQuerier(groups, minMs, maxMs, this.#cache, this.#log)
  }

  metadata(metric?: string, limit: number = 0): Map<string, Metadata> {
    return this.#metadata.entries(metric, limit)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#wal.close()
    await this.#lock.release()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
