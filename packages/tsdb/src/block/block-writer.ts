// Writes a block beside its place, checks it, and only then gives it its name.

import {
  ByteWriter,
  crc32c,
  type Disk,
  messageOf,
  type Logger,
  type OpenFile,
  type Pace,
  type Task,
} from '@pharos/base'
import { DefinitionWriter } from '../catalog/definition-writer.ts'
import type { Layout } from '../catalog/layout.ts'
import { LayoutIndex } from '../catalog/layout-index.ts'
import type { Shape } from '../catalog/shape.ts'
import type { GroupDefinition } from '../catalog/definition-reader.ts'
import { TileFlag } from '../tile/tile-format.ts'
import type { TileSource, TileWriter } from '../tile/tile-writer.ts'
import {
  type BlockMeta,
  type BlockVersion,
  blockHeader,
  type Section,
  writeFooter,
} from './block-format.ts'

/** Tiles are written when they have this size together. */
const WRITE_BYTES = 64 << 10

/** Of a section whose checksum is worked out in one go, some 200 µs; and groups of the directory between two stops. */
const LOOK_BYTES = 256 << 10
const STOP_GROUPS = 64

interface Entry {
  readonly offset: number
  readonly length: number
  readonly firstMs: number
  readonly lastMs: number
  readonly rowCount: number
  readonly flags: number
  readonly layoutId: number
}

export class BlockWriter {
  readonly #file: OpenFile
  readonly #stepMs: number
  readonly #version: BlockVersion
  readonly #definitions = new DefinitionWriter()
  readonly #layouts = new LayoutIndex()
  readonly #tiles: TileWriter
  readonly #pace: Pace
  readonly #out = new ByteWriter(WRITE_BYTES + (64 << 10))
  readonly #entries = new Map<number, Entry[]>()
  /** Of the group that comes at the moment. */
  #groupId = -1
  readonly #groupLayouts = new Set<Layout>()
  readonly #groupShapes = new Set<Shape>()
  #seriesCount = 0
  #writtenBytes = 0
  #sampleCount = 0
  #tileCount = 0
  #minMs = Infinity
  #maxMs = -Infinity

  private constructor(file: OpenFile, tiles: TileWriter, pace: Pace, stepMs: number) {
    this.#file = file
    this.#stepMs = stepMs
    this.#version = stepMs > 0 ? 2 : 1
    this.#tiles = tiles
    this.#pace = pace
    this.#out.raw(blockHeader(this.#version))
  }

  /**
   * @param pace    others have their turns
   * @param stepMs  what samples were thinned out to, 0 where all are there
   */
  static async create(
    disk: Disk,
    path: string,
    tiles: TileWriter,
    pace: Pace,
    stepMs = 0,
  ): Promise<BlockWriter> {
    return new BlockWriter(await disk.open(path, 'create'), tiles, pace, stepMs)
  }

  get tileCount(): number {
    return this.#tileCount
  }

  /**
   * Groups come one after the other, the tiles of each in the order of their times.
   * @param aggregatesOf  of downsampled samples: what the steps of these columns held
   */
  async add(
    group: GroupDefinition,
    shapes: readonly Shape[],
    source: TileSource,
    aggregatesOf?: (columns: Int32Array) => TileSource,
  ): Promise<void> {
    const pace = this.#pace
    const kept = await this.#tiles.encode(source, pace)
    if (kept.length === 0) return
    const sampleCount = this.#tiles.sampleCount
    const groupId = this.#definitions.group(group.key, group.kind)
    const layout = await pace.drive(this.#layouts.of(kept, shapes))
    const layoutId = await pace.drive(this.#definitions.numbered(layout))
    this.#countSeries(groupId, layout)
    const aggregates = aggregatesOf?.(kept)
    await this.#finishTile(groupId, layoutId, source, kept.length)
    if (aggregates !== undefined) {
      await this.#tiles.encode(aggregates, pace)
      await this.#finishTile(groupId, layoutId, aggregates, aggregates.columnCount)
    }
    this.#tileCount++
    this.#sampleCount += sampleCount
    this.#minMs = Math.min(this.#minMs, source.times[0]!)
    this.#maxMs = Math.max(this.#maxMs, source.times[source.rowCount - 1]!)
    if (this.#out.length >= WRITE_BYTES) await this.#write()
  }

  /** Appends the tile of what was encoded last. */
  async #finishTile(
    groupId: number,
    layoutId: number,
    source: TileSource,
    columnCount: number,
  ): Promise<void> {
    const { times, rowCount, isLate, isAggregates = false } = source
    const offset = this.#writtenBytes + this.#out.length
    await this.#tiles.finish(this.#out, groupId, layoutId, source, columnCount, this.#pace)
    const entry = {
      offset,
      length: this.#writtenBytes + this.#out.length - offset,
      firstMs: times[0]!,
      lastMs: times[rowCount - 1]!,
      rowCount,
      flags: (isLate ? TileFlag.late : 0) | (isAggregates ? TileFlag.aggregates : 0),
      layoutId,
    }
    const entries = this.#entries.get(groupId)
    if (entries === undefined) this.#entries.set(groupId, [entry])
    else entries.push(entry)
  }

  /** Ends the file and syncs it. */
  async finish(ulid: string, compaction: BlockMeta['compaction']): Promise<BlockMeta> {
    const meta: BlockMeta = {
      version: this.#version,
      ulid,
      minTime: this.#minMs,
      maxTime: this.#maxMs + 1,
      stats: {
        numSamples: this.#sampleCount,
        numSeries: this.#seriesCount,
        numChunks: this.#tileCount,
      },
      compaction,
      ...(this.#stepMs > 0 ? { downsampling: { stepMs: this.#stepMs } } : {}),
    }
    const body = new ByteWriter(64 << 10)
    const section = async (fill: Task<void>): Promise<Section> => {
      body.clear()
      await this.#pace.drive(fill)
      const offset = this.#writtenBytes + this.#out.length
      this.#out.raw(body.bytes())
      return { offset, length: body.length, crc: await this.#pace.drive(sumOf(body.bytes())) }
    }
    const footer = {
      version: this.#version,
      catalog: await section(this.#definitions.flushed(body)),
      directory: await section(writeDirectory(body, this.#entries)),
      meta: await section(writeMeta(body, meta)),
    }
    this.#out.raw(writeFooter(footer))
    await this.#write()
    await this.#file.sync()
    await this.#file.close()
    return meta
  }

  /** Gives the file up. */
  async abandon(disk: Disk, log: Logger): Promise<void> {
    try {
      await this.#file.close()
      await disk.remove(this.#file.path)
    } catch (error) {
      log.warn('unfinished block stays until the next start', {
        file: this.#file.path,
        err: messageOf(error),
      })
    }
  }

  async #write(): Promise<void> {
    const bytes = this.#out.bytes().slice()
    this.#out.clear()
    await this.#file.append(bytes)
    this.#writtenBytes += bytes.length
  }

  /** Most groups have one layout: nobody needs a set of their series then. */
  #countSeries(groupId: number, layout: Layout): void {
    const layouts = this.#groupLayouts
    if (groupId !== this.#groupId) {
      this.#groupId = groupId
      layouts.clear()
      this.#groupShapes.clear()
    }
    if (layouts.has(layout)) return
    const shapes = this.#groupShapes
    if (layouts.size === 0) {
      this.#seriesCount += layout.shapes.length
    } else {
      if (layouts.size === 1) for (const one of layouts) addAll(shapes, one)
      const before = shapes.size
      addAll(shapes, layout)
      this.#seriesCount += shapes.size - before
    }
    layouts.add(layout)
  }
}

function addAll(shapes: Set<Shape>, layout: Layout): void {
  for (const shape of layout.shapes) if (shape !== undefined) shapes.add(shape)
}

function* sumOf(bytes: Uint8Array): Task<number> {
  let crc = 0
  for (let at = 0; at < bytes.length; at += LOOK_BYTES) {
    crc = crc32c(bytes, at, Math.min(at + LOOK_BYTES, bytes.length), crc)
    yield
  }
  return crc
}

function* writeMeta(out: ByteWriter, meta: BlockMeta): Task<void> {
  out.raw(new TextEncoder().encode(JSON.stringify(meta)))
  yield
}

function* writeDirectory(
  out: ByteWriter,
  groups: ReadonlyMap<number, readonly Entry[]>,
): Task<void> {
  out.varint(groups.size)
  let end = 0
  let count = 0
  for (const [groupId, entries] of groups) {
    if (++count % STOP_GROUPS === 0) yield
    out.varint(groupId)
    out.varint(entries.length)
    let firstMs = 0
    for (const entry of entries) {
      out.zigzag(entry.offset - end)
      out.varint(entry.length)
      out.zigzag(entry.firstMs - firstMs)
      out.varint(entry.lastMs - entry.firstMs)
      out.varint(entry.rowCount)
      out.varint(entry.layoutId)
      out.varint(entry.flags)
      end = entry.offset + entry.length
      firstMs = entry.firstMs
    }
  }
}
