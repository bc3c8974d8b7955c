// Writes a block beside its place, checks it, and only then gives it its name.

import { ByteWriter, crc32c, type Disk, messageOf, type Logger, type OpenFile } from '@pharos/base'
import { DefinitionWriter } from '../catalog/definition-writer.ts'
import { Layout } from '../catalog/layout.ts'
import type { Shape } from '../catalog/shape.ts'
import type { GroupDefinition } from '../catalog/definition-reader.ts'
import { TileFlag } from '../tile/tile-format.ts'
import type { TileSource, TileWriter } from '../tile/tile-writer.ts'
import {
  type BlockMeta,
  BLOCK_VERSION,
  blockHeader,
  type Section,
  writeFooter,
} from './block-format.ts'

/** Some 10 ms of joining and encoding; while it is written others have their turn. */
const WRITE_BYTES = 64 << 10

interface Entry {
  readonly offset: number
  readonly length: number
  readonly firstMs: number
  readonly lastMs: number
  readonly rowCount: number
  readonly isLate: boolean
  readonly layoutId: number
}

export class BlockWriter {
  readonly #file: OpenFile
  readonly #definitions = new DefinitionWriter()
  readonly #layouts = new Map<string, Layout>()
  readonly #tiles: TileWriter
  readonly #turn: () => Promise<void>
  readonly #out = new ByteWriter(WRITE_BYTES + (64 << 10))
  readonly #entries = new Map<number, Entry[]>()
  readonly #series = new Set<string>()
  #writtenBytes = 0
  #sampleCount = 0
  #tileCount = 0
  #minMs = Infinity
  #maxMs = -Infinity

  private constructor(file: OpenFile, tiles: TileWriter, turn: () => Promise<void>) {
    this.#file = file
    this.#tiles = tiles
    this.#turn = turn
    this.#out.raw(blockHeader())
  }

  /** @param turn  lets others run */
  static async create(
    disk: Disk,
    path: string,
    tiles: TileWriter,
    turn: () => Promise<void>,
  ): Promise<BlockWriter> {
    return new BlockWriter(await disk.open(path, 'create'), tiles, turn)
  }

  get tileCount(): number {
    return this.#tileCount
  }

  /** Tiles of one group come in the order of their times. */
  async add(group: GroupDefinition, shapes: readonly Shape[], source: TileSource): Promise<void> {
    const kept = await this.#tiles.encode(source, this.#turn)
    if (kept.length === 0) return
    const own = Array.from(kept, (column) => shapes[column]!)
    const groupId = this.#definitions.group(group.key, group.kind)
    const layoutId = this.#definitions.layout(this.#layoutOf(own))
    for (const shape of own) this.#series.add(`${groupId} ${shape.id}`)
    const offset = this.#writtenBytes + this.#out.length
    this.#tiles.finish(this.#out, groupId, layoutId, source, kept.length)
    const firstMs = source.times[0]!
    const lastMs = source.times[source.rowCount - 1]!
    const entry = {
      offset,
      length: this.#writtenBytes + this.#out.length - offset,
      firstMs,
      lastMs,
      rowCount: source.rowCount,
      isLate: source.isLate,
      layoutId,
    }
    const entries = this.#entries.get(groupId)
    if (entries === undefined) this.#entries.set(groupId, [entry])
    else entries.push(entry)
    this.#tileCount++
    this.#sampleCount += this.#tiles.sampleCount
    this.#minMs = Math.min(this.#minMs, firstMs)
    this.#maxMs = Math.max(this.#maxMs, lastMs)
    if (this.#out.length >= WRITE_BYTES) await this.#write()
  }

  /** Ends the file and syncs it. */
  async finish(ulid: string, compaction: BlockMeta['compaction']): Promise<BlockMeta> {
    const meta: BlockMeta = {
      version: BLOCK_VERSION,
      ulid,
      minTime: this.#minMs,
      maxTime: this.#maxMs + 1,
      stats: {
        numSamples: this.#sampleCount,
        numSeries: this.#series.size,
        numChunks: this.#tileCount,
      },
      compaction,
    }
    const body = new ByteWriter(64 << 10)
    const section = (fill: () => void): Section => {
      body.clear()
      fill()
      const offset = this.#writtenBytes + this.#out.length
      this.#out.raw(body.bytes())
      return { offset, length: body.length, crc: crc32c(body.bytes()) }
    }
    const footer = {
      catalog: section(() => this.#definitions.flush(body)),
      directory: section(() => writeDirectory(body, this.#entries)),
      meta: section(() => body.raw(new TextEncoder().encode(JSON.stringify(meta)))),
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

  #layoutOf(shapes: readonly Shape[]): Layout {
    const key = shapes.map((shape) => shape.id).join()
    let layout = this.#layouts.get(key)
    if (layout === undefined) this.#layouts.set(key, (layout = Layout.of(shapes)))
    return layout
  }
}

function writeDirectory(out: ByteWriter, groups: ReadonlyMap<number, readonly Entry[]>): void {
  out.varint(groups.size)
  let end = 0
  for (const [groupId, entries] of groups) {
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
      out.varint(entry.isLate ? TileFlag.late : 0)
      end = entry.offset + entry.length
      firstMs = entry.firstMs
    }
  }
}
