// A data directory as it lies on disk, for looking at: nothing is repaired, moved or written. What the store would log
// or set aside at a start is collected instead.

import {
  type Clock,
  type Disk,
  type Logger,
  messageOf,
  OutsideError,
  Pace,
  silentLogger,
} from '@pharos/base'
import { createKernel } from '@pharos/kernel'
import { Block } from './block/block.ts'
import { fileName } from './block/block-store.ts'
import { readSegment, SEGMENT_NAME } from './block/segment.ts'
import type { TileFile } from './block/tile-file.ts'
import { ShapeTable } from './catalog/shape.ts'
import { Head } from './head/head.ts'
import { FILE_BYTES, START_SLICE_MS, TIME_MS } from './limits.ts'
import { noteBlocks } from './head/coverage.ts'
import { isWalName } from './open-wal.ts'
import type { Querier } from './querier.ts'
import { headSnapshot } from './read/snapshot.ts'
import { ColumnDecoder } from './tile/column-decoder.ts'
import { ReadCache } from './read/read-cache.ts'
import { readTile } from './read/tile-cache.ts'
import { tilesAtRest } from './read/tile-ref.ts'
import { TsdbQuerier } from './read/tsdb-querier.ts'
import { readTombstones, type Tombstone } from './tombstones.ts'
import { type BlockInfo, emptyStats } from './tsdb-status.ts'
import { RowCodec } from './wal/row-record.ts'
import { replayWalFile } from './wal/wal-replay.ts'

const HOUR_MS = 3_600_000

export interface Damage {
  readonly file: string
  readonly what: string
}

export interface ReadOnlyWorld {
  readonly clock: Clock
  readonly disk: Disk
}

export class ReadOnlyTsdb {
  /** What is not whole, files in the order of reading; `verify` adds to it. */
  readonly damages: Damage[] = []
  readonly #path: string
  readonly #disk: Disk
  readonly #pace: Pace
  readonly #head: Head
  readonly #kernel = createKernel()
  readonly #decoder = new ColumnDecoder(this.#kernel)
  readonly #rows = new RowCodec(this.#kernel)
  readonly #shapes = new ShapeTable()
  readonly #files: TileFile[] = []
  /** Those that a later block replaced are checked, and not queried. */
  readonly #allBlocks: Block[] = []
  #blocks: readonly Block[] = []
  #tombstones: readonly Tombstone[] = []
  #fileCount = 0

  /**
   * Reads all that a start would read.
   * @throws OutsideError `disk/locked` when a server has the directory, `tsdb/open` when it is none of ours,
   *   `tsdb/version` when a newer program wrote it
   */
  static async open(world: ReadOnlyWorld, path: string): Promise<ReadOnlyTsdb> {
    await refuseIfOpen(world.disk, path)
    const store = new ReadOnlyTsdb(world, path)
    await store.#readTombstones()
    await store.#readBlocks()
    const coverage = noteBlocks(store.#head, store.#blocks)
    await store.#readSegments()
    store.#head.beginReplay(coverage)
    await store.#readWal()
    store.#head.endReplay()
    return store
  }

  private constructor({ clock, disk }: ReadOnlyWorld, path: string) {
    this.#path = path
    this.#disk = disk
    this.#pace = new Pace(clock, START_SLICE_MS)
    const options = {
      path,
      retentionMs: 0,
      retentionBytes: 0,
      minBlockMs: 2 * HOUR_MS,
      maxBlockMs: 2 * HOUR_MS,
      walSync: 'never' as const,
      maxFutureMs: 0,
      outOfOrderMs: 0,
      maxHeadSeries: 0,
      minFreeDiskBytes: 0,
    }
    this.#head = new Head({
      clock,
      options,
      stats: emptyStats(),
      shapes: this.#shapes,
      decoder: this.#decoder,
      rows: this.#rows,
    })
  }

  /** Files that were read. */
  get fileCount(): number {
    return this.#fileCount
  }

  /** Oldest first. */
  get blocks(): BlockInfo[] {
    return this.#blocks.map(({ info }) => info)
  }

  /** Oldest sample, ms; Infinity when there is none. */
  get minTimeMs(): number {
    return this.#blocks.reduce((min, { meta }) => Math.min(min, meta.minTime), this.#head.minTimeMs)
  }

  /** Newest sample, ms; −Infinity when there is none. */
  get maxTimeMs(): number {
    return this.#blocks.reduce(
      (max, { meta }) => Math.max(max, meta.maxTime - 1),
      this.#head.maxTimeMs,
    )
  }

  get tombstones(): readonly Tombstone[] {
    return this.#tombstones
  }

  /** Reads every tile of every block and compares its checksum. @returns how many there were */
  verify(): number {
    let count = 0
    for (const block of this.#allBlocks) {
      for (const { tiles } of block.groups) {
        for (const ref of tilesAtRest(tiles)) {
          count++
          try {
            readTile(ref)
          } catch (error) {
            if (!(error instanceof OutsideError)) throw error
            // The message begins with the path, as everywhere; it is told once.
            this.#damaged(block.path, error.message.replace(`${block.path} `, ''))
          }
        }
      }
    }
    return count
  }

  querier(minMs: number, maxMs: number): Querier {
    const groups = headSnapshot(this.#head, minMs, maxMs)
    for (const { groups: stored } of this.#blocks) {
      for (const group of stored) groups.push(group)
    }
    return new TsdbQuerier(
      groups,
      minMs,
      maxMs,
      new ReadCache(this.#decoder),
      silentLogger,
      () => {},
    )
  }

  /** Of one block alone. @throws OutsideError `tsdb/open` when there is none of that name */
  blockQuerier(ulid: string): Querier {
    const block = this.#blocks.find(({ info }) => info.ulid === ulid)
    if (block === undefined) throw new OutsideError('tsdb/open', `block ${ulid} not found`)
    return new TsdbQuerier(
      [...block.groups],
      -TIME_MS,
      TIME_MS,
      new ReadCache(this.#decoder),
      silentLogger,
      () => {},
    )
  }

  close(): void {
    for (const file of this.#files) file.drop()
  }

  #damaged(file: string, what: string): void {
    this.damages.push({ file, what })
  }

  /** What is told to an operator at a start is damage here. */
  #logOf(file: string): Logger {
    const note = (message: string): void => this.#damaged(file, message)
    const log: Logger = { ...silentLogger, warn: note, error: note, component: () => log }
    return log
  }

  async #names(folder: string): Promise<string[]> {
    const path = `${this.#path}/${folder}`
    return (await this.#disk.stat(path)) === undefined ? [] : this.#disk.list(path)
  }

  /** Calls for a file; a failure that is not ours is damage. */
  async #read(path: string, work: (log: Logger) => Promise<void>): Promise<void> {
    this.#fileCount++
    try {
      await work(this.#logOf(path))
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      if (error.code === 'tsdb/version') {
        throw new OutsideError(error.code, `${path}: ${error.message}`, { cause: error })
      }
      this.#damaged(path, messageOf(error))
    }
  }

  async #readTombstones(): Promise<void> {
    const path = `${this.#path}/tombstones`
    if ((await this.#disk.stat(path)) === undefined) return
    await this.#read(path, async () => {
      const read = readTombstones(await this.#disk.readFile(path, FILE_BYTES), path)
      this.#tombstones = read.tombstones
      if (read.damagedLines > 0) this.#damaged(path, `${read.damagedLines} damaged lines`)
    })
  }

  #use(file: TileFile): void {
    const name = fileName(file.path)
    file.tombstones = this.#tombstones.filter(({ files }) => files.has(name))
    this.#files.push(file)
  }

  async #readBlocks(): Promise<void> {
    for (const name of await this.#names('blocks')) {
      const path = `${this.#path}/blocks/${name}`
      // What was not finished is removed by the next start; its sources are all there.
      if (!name.endsWith('.blk')) continue
      await this.#read(path, async (log) => {
        const block = await Block.open(this.#disk, path, this.#shapes, log, this.#pace)
        this.#use(block.file)
        this.#allBlocks.push(block)
      })
    }
    const replaced = this.#replaced()
    this.#blocks = this.#allBlocks
      .filter(({ path }) => !replaced.has(fileName(path)))
      .toSorted((a, b) => a.meta.minTime - b.meta.minTime)
  }

  #replaced(): ReadonlySet<string> {
    return new Set(this.#allBlocks.flatMap(({ meta }) => meta.compaction.sources))
  }

  async #readSegments(): Promise<void> {
    const replaced = this.#replaced()
    for (const name of await this.#names('head')) {
      const path = `${this.#path}/head/${name}`
      if (!SEGMENT_NAME.test(name)) continue
      await this.#read(path, async (log) => {
        const bytes = await this.#disk.readFile(path, FILE_BYTES)
        const segment = await readSegment(this.#disk, path, bytes, this.#shapes, log, this.#pace)
        this.#use(segment.file)
        for (const [from, to] of segment.damaged) this.#damaged(path, span(from, to))
        if (segment.tornBytes > 0) {
          this.#damaged(path, torn(bytes.length - segment.tornBytes, bytes.length))
        }
        if (replaced.has(name)) return
        for (const { group, ref } of segment.tiles) {
          this.#head.takeSealed(group.key, group.kind, ref)
        }
      })
    }
    for (const group of this.#head.groups) {
      group.sealed = group.sealed.toSorted((a, b) => a.firstMs - b.firstMs)
    }
  }

  async #readWal(): Promise<void> {
    for (const name of await this.#names('wal')) {
      const path = `${this.#path}/wal/${name}`
      if (!isWalName(name)) continue
      await this.#read(path, async (log) => {
        const bytes = await this.#disk.readFile(path, FILE_BYTES)
        const target = {
          head: this.#head,
          shapes: this.#shapes,
          log,
          exemplar: () => {},
          metadata: () => {},
          rows: this.#rows,
        }
        const hidden = this.#tombstones.filter(({ files }) => files.has(name))
        const replayed = await replayWalFile(bytes, path, target, hidden, this.#pace)
        const { validBytes, damaged, lost } = replayed
        for (const [from, to] of damaged) this.#damaged(path, span(from, to))
        if (validBytes < bytes.length) this.#damaged(path, torn(validBytes, bytes.length))
        if (lost > 0) this.#damaged(path, `${lost} records refer to what is damaged`)
      })
    }
  }
}

function span(from: number, to: number): string {
  return `damaged from byte ${from} to ${to}`
}

function torn(from: number, to: number): string {
  return `no whole record from byte ${from} to the end at ${to}; a crash leaves this, and the next start cuts it off`
}

async function refuseIfOpen(disk: Disk, path: string): Promise<void> {
  const names = (await disk.stat(path)) === undefined ? [] : await disk.list(path)
  if (!names.includes('blocks') && !names.includes('wal') && !names.includes('head')) {
    throw new OutsideError('tsdb/open', `${path}: no data directory`)
  }
  if (!names.includes('lock')) return
  try {
    await (await disk.lock(`${path}/lock`)).release()
  } catch (error) {
    // Where nothing can be written no server can be at work either.
    if (error instanceof OutsideError && error.code === 'disk/locked') throw error
  }
}
