// The segments of the head: where tiles go when they are full, and what a start finds of them.

import type { Disk, Logger, Pace } from '@pharos/base'
import type { BlockStore } from '../block/block-store.ts'
import { fileName } from '../block/block-store.ts'
import { readSegment, SEGMENT_NAME, SegmentWriter } from '../block/segment.ts'
import type { TileFile } from '../block/tile-file.ts'
import type { ShapeTable } from '../catalog/shape.ts'
import { readOrQuarantine } from '../open-wal.ts'
import type { Quarantine } from '../quarantine.ts'
import type { TileRef } from '../read/tile-ref.ts'
import type { TileCodec } from '../tile/tile-codec.ts'
import type { TileSource } from '../tile/tile-writer.ts'
import type { Head } from './head.ts'
import type { HeadGroup } from './head-group.ts'
import type { OpenTile } from './open-tile.ts'

/** Encoded tiles are written when they have this size together. */
const BATCH_BYTES = 64 << 10

interface SegmentsContext {
  readonly folder: string
  readonly disk: Disk
  readonly log: Logger
  readonly shapes: ShapeTable
  readonly codec: TileCodec
  readonly quarantine: Quarantine
  readonly head: Head
  readonly pace: Pace
}

interface Sealed {
  readonly group: HeadGroup
  readonly tile: OpenTile
  readonly ref: TileRef | undefined
}

export class Segments {
  readonly #context: SegmentsContext
  readonly #writers = new Map<number, SegmentWriter>()
  /** Files of each window. */
  readonly #files = new Map<number, TileFile[]>()
  /** Paths of files that the disk did not give back at the start; the next one reads them. */
  readonly #unread: string[] = []
  #nextNumber = 1

  constructor(context: SegmentsContext) {
    this.#context = context
  }

  /** Number of the next file. */
  get nextNumber(): number {
    return this.#nextNumber
  }

  /**
   * Reads every segment and gives its tiles to their groups.
   * @param usedNames   not given to new ones
   * @param pace        of a start
   * @param unfinished  files from this number on are of a start that did not end, and are removed
   */
  async open(
    blocks: BlockStore,
    usedNames: Iterable<string>,
    pace: Pace,
    unfinished: number = Infinity,
  ): Promise<void> {
    const { folder, disk, log, quarantine } = this.#context
    // A name that a block replaced, or that a deletion names, must not come back for another file.
    for (const name of usedNames) {
      const number = SEGMENT_NAME.exec(name)?.[2]
      if (number !== undefined) this.#nextNumber = Math.max(this.#nextNumber, Number(number) + 1)
    }
    for (const name of await disk.list(folder)) {
      const path = `${folder}/${name}`
      const number = SEGMENT_NAME.exec(name)?.[2]
      if (number === undefined) {
        await quarantine.move(path, 'no segment')
        continue
      }
      this.#nextNumber = Math.max(this.#nextNumber, Number(number) + 1)
      if (Number(number) >= unfinished) {
        log.warn('segment of an unfinished start removed; its rows are in the WAL', { file: path })
        await disk.remove(path)
        continue
      }
      if (await blocks.removeIfReplaced(path)) continue
      const bytes = await readOrQuarantine({ disk, log, quarantine }, path)
      if (bytes === 'unread') this.#unread.push(path)
      else if (bytes !== 'quarantined') await this.#openOne(path, bytes, pace)
    }
    for (const group of this.#context.head.groups) {
      group.sealed = group.sealed.toSorted((a, b) => a.firstMs - b.firstMs)
    }
  }

  get windows(): number[] {
    return [...this.#files.keys()].sort((a, b) => a - b)
  }

  get unread(): readonly string[] {
    return this.#unread
  }

  get files(): TileFile[] {
    return [...this.#files.values()].flat()
  }

  /** The files so far get no more tiles: what is sealed later goes into new ones. */
  endFiles(): void {
    this.#writers.clear()
  }

  filesOf(windowMs: number): readonly TileFile[] {
    return this.#files.get(windowMs) ?? []
  }

  /** Writes every waiting tile to its window's segment; they are on disk when this resolves. */
  async seal(): Promise<void> {
    const sealed: Sealed[] = []
    const writers = new Set<SegmentWriter>()
    const { head, disk, folder, codec, pace } = this.#context
    try {
      for (const group of head.groups) {
        for (const tile of group.waiting) {
          const writer = await this.#writerFor(head.windowOf(tile.firstMs))
          writers.add(writer)
          const ref = await writer.add(
            group,
            (tile.layout ?? group.layout!).shapes,
            sourceOf(tile),
            codec.hot,
            pace,
          )
          sealed.push({ group, tile, ref })
          if (pace.isDue) await pace.rest()
          if (writer.bufferedBytes >= BATCH_BYTES) await writer.write()
        }
      }
      for (const writer of writers) {
        await writer.write()
        await writer.sync()
      }
      if (writers.size > 0) await disk.syncDirectory(folder)
    } catch (error) {
      this.#giveUp(writers)
      throw error
    }
    // Whoever reads meanwhile sees each tile once: where it waits, or where it is sealed.
    for (const { group, tile, ref } of sealed) {
      if (pace.isDue) await pace.rest()
      if (ref !== undefined) group.sealed = withTile(group.sealed, ref)
      group.waiting = group.waiting.filter((one) => one !== tile)
      head.memory.retire(tile)
    }
  }

  /** Tiles of a window are in a block now. Its files are handed over to be removed. */
  release(windowMs: number): readonly TileFile[] {
    const files = this.filesOf(windowMs)
    const gone = new Set(files)
    this.#files.delete(windowMs)
    this.#writers.delete(windowMs)
    for (const group of this.#context.head.groups) {
      if (group.sealed.some((ref) => gone.has(ref.file))) {
        group.sealed = group.sealed.filter((ref) => !gone.has(ref.file))
      }
    }
    return files
  }

  close(): void {
    for (const files of this.#files.values()) for (const file of files) file.drop()
  }

  async #openOne(path: string, bytes: Uint8Array, pace: Pace): Promise<void> {
    const { disk, shapes, log, head, quarantine } = this.#context
    const segment = await readSegment(disk, path, bytes, shapes, log, pace)
    if (segment.tornBytes > 0) {
      log.warn('torn end of a segment ignored; its rows are in the WAL', {
        file: path,
        bytes: segment.tornBytes,
      })
    }
    for (const [from, to] of segment.damaged) {
      const name = `${fileName(path)}-${from}`
      await quarantine.keep(name, bytes.subarray(from, to), `damaged span of ${path}`)
    }
    this.#addFile(segment.windowMs, segment.file)
    for (const { group, ref } of segment.tiles) {
      head.takeSealed(group.key, group.kind, ref)
      if (pace.isDue) await pace.rest()
    }
  }

  #addFile(windowMs: number, file: TileFile): void {
    const files = this.#files.get(windowMs)
    if (files === undefined) this.#files.set(windowMs, [file])
    else files.push(file)
  }

  async #writerFor(windowMs: number): Promise<SegmentWriter> {
    const known = this.#writers.get(windowMs)
    if (known !== undefined) return known
    const { folder, disk, log } = this.#context
    const path = `${folder}/${windowMs}.${this.#nextNumber++}.seg`
    const writer = await SegmentWriter.create(disk, path, windowMs, log)
    this.#writers.set(windowMs, writer)
    this.#addFile(windowMs, writer.file)
    return writer
  }

  /**
   * After a failure nothing more goes into these files; what they should have taken goes into new ones. Tiles that
   * they got all the same are there twice then, which readers and compaction see through.
   */
  #giveUp(writers: ReadonlySet<SegmentWriter>): void {
    for (const [windowMs, one] of this.#writers) {
      if (writers.has(one)) this.#writers.delete(windowMs)
    }
  }
}

/** Oldest first: a late tile seldom is the newest. */
function withTile(sealed: readonly TileRef[], ref: TileRef): readonly TileRef[] {
  const tiles = [...sealed, ref]
  return ref.isLate ? tiles.sort((a, b) => a.firstMs - b.firstMs) : tiles
}

function sourceOf(tile: OpenTile): TileSource {
  return {
    times: tile.times,
    rowCount: tile.rowCount,
    columnCount: tile.columnCount,
    isLate: tile.isLate,
    readColumn: (column, out) => tile.readColumn(column, 0, tile.rowCount, out, 0),
    histograms(column) {
      const byTime = tile.histograms.get(column)
      if (byTime === undefined) return undefined
      return new Map([...byTime].map(([tMs, histogram]) => [tile.rowAtTime(tMs), histogram]))
    },
  }
}
