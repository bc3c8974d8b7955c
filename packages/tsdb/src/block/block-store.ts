// The blocks of the store: opening them, adding one, dropping those that were replaced or have expired.

import {
  type Clock,
  type Disk,
  type Logger,
  messageOf,
  OutsideError,
  type Pace,
  type Random,
  ULID,
  ulid,
} from '@pharos/base'
import type { ShapeTable } from '../catalog/shape.ts'
import { isDamage, type Quarantine } from '../quarantine.ts'
import { type TileRef, tilesAtRest } from '../read/tile-ref.ts'
import type { TsdbStats } from '../tsdb-status.ts'
import { Block } from './block.ts'
import { type BlockMeta, stepOf } from './block-format.ts'
import { BlockWriter } from './block-writer.ts'
import { readTile } from '../read/tile-cache.ts'
import { joinTiles, type StoredTiles, type TileSink } from './join.ts'
import { downsampleTiles } from '../downsampling/downsample-tiles.ts'
import type { TileCodec } from '../tile/tile-codec.ts'
import type { TileFile } from './tile-file.ts'

/** Rounds of maintenance in which a tile may be unreadable before it is left out of a new block. */
const READ_ATTEMPTS = 5

interface BlockStoreContext {
  readonly folder: string
  readonly disk: Disk
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly stats: TsdbStats
  readonly shapes: ShapeTable
  readonly codec: TileCodec
  readonly quarantine: Quarantine
  readonly pace: Pace
}

export class BlockStore {
  readonly #context: BlockStoreContext
  /** Blocks that may have got their name although writing them failed: a start would take them for good. */
  readonly #orphans = new Set<string>()
  readonly #failedReads = new Map<string, number>()
  /** Names of files that are replaced or expired and could not be removed: the next block says so too, should theirs go. */
  readonly #unremoved = new Set<string>()
  /** Paths of blocks that the disk did not give back. They stay where they are. */
  readonly #unread = new Set<string>()
  /** Oldest first. Replaced, never changed. */
  blocks: readonly Block[] = []

  constructor(context: BlockStoreContext) {
    this.#context = context
  }

  /**
   * Opens every block of the folder; damaged and unknown files go to the quarantine, unread ones stay.
   * @param pace  of a start
   */
  async open(pace: Pace): Promise<void> {
    const { folder, disk, quarantine } = this.#context
    const found: Block[] = []
    for (const name of await disk.list(folder)) {
      const path = `${folder}/${name}`
      if (name.endsWith('.tmp')) await this.#remove(path, 'unfinished')
      else if (!name.endsWith('.blk') || !ULID.test(name.slice(0, -4))) {
        await quarantine.move(path, 'no block')
      } else {
        const block = await this.#openOne(path, pace)
        if (block !== undefined) found.push(block)
      }
    }
    const replaced = new Set(found.flatMap((block) => block.meta.compaction.sources))
    this.#set(found.filter((block) => !replaced.has(fileName(block.path))))
    for (const block of found) {
      if (replaced.has(fileName(block.path)) && (await this.removeIfReplaced(block.path))) {
        block.file.drop()
      }
    }
    for (const path of this.#unread) {
      if (await this.removeIfReplaced(path)) this.#unread.delete(path)
    }
  }

  get unread(): ReadonlySet<string> {
    return this.#unread
  }

  /** Opens what the disk did not give back before. Queries see a block once `ready` was called with it. */
  async reopen(ready: (block: Block) => void): Promise<void> {
    const { disk, log, pace } = this.#context
    for (const path of this.#unread) {
      if ((await disk.stat(path)) === undefined) this.#unread.delete(path)
      const block = this.#unread.has(path) ? await this.#openOne(path, pace) : undefined
      if (block === undefined) continue
      log.info('block could be opened after all', { file: path })
      ready(block)
      const { sources } = block.meta.compaction
      const replaced = this.blocks.filter((one) => sources.includes(fileName(one.path)))
      this.replace(replaced, block)
      for (const one of replaced) {
        await this.removeIfReplaced(one.path)
        one.file.drop()
      }
    }
  }

  /**
   * Writes a block out of the tiles of other files. It is on disk under its name, checked, when this resolves.
   * @param stepMs  what samples are thinned out to, never less than they are already; 0: they all stay
   * @returns no block when there was no sample in them, and the names of sources with tiles that could not be read
   */
  async write(
    groups: Iterable<StoredTiles>,
    sources: readonly TileFile[],
    level: number,
    stepMs = 0,
  ): Promise<{ readonly block: Block | undefined; readonly damaged: ReadonlySet<string> }> {
    const { folder, disk, clock, random, log, codec, pace } = this.#context
    const id = ulid(clock.now(), random)
    const path = `${folder}/${id}.blk`
    const writer = await BlockWriter.create(disk, `${path}.tmp`, codec.cold, pace, stepMs)
    const damaged = new Set<string>()
    try {
      for (const group of groups) {
        const isDamaged = (ref: TileRef, error: unknown): void => {
          this.#tolerate(ref, error)
          damaged.add(fileName(ref.file.path))
          log.error('tile left out of a new block', { err: messageOf(error) })
        }
        const { decoder } = codec
        const sink: TileSink = (...tile) => writer.add(...tile)
        if (stepMs > 0) await downsampleTiles(group, stepMs, decoder, pace, isDamaged, sink)
        else await joinTiles(group, decoder, pace, isDamaged, sink)
      }
      if (writer.tileCount === 0) {
        await writer.abandon(disk, log)
        return { block: undefined, damaged }
      }
      const names = [...sources.map((file) => fileName(file.path)), ...this.#unremoved]
      await writer.finish(id, { level, sources: names, damaged: [...damaged] })
      const block = await this.#checked(`${path}.tmp`, path)
      try {
        await disk.rename(`${path}.tmp`, path)
        await disk.syncDirectory(folder)
      } catch (error) {
        block.file.drop()
        throw error
      }
      return { block, damaged }
    } catch (error) {
      await writer.abandon(disk, log)
      this.#orphans.add(path)
      await this.removeOrphans().catch((cause: unknown) => {
        log.warn('a block that was given up stays for now', { err: messageOf(cause) })
      })
      throw error
    }
  }

  /** A block of what can be read of another one and was not deleted, thinned out to `stepMs`; see `write`. */
  rewrite(
    { groups, file, meta }: Block,
    stepMs: number = stepOf(meta),
  ): ReturnType<BlockStore['write']> {
    return this.write(groups, [file], meta.compaction.level, stepMs)
  }

  /** @throws what the disk throws while one of them cannot be removed */
  async removeOrphans(): Promise<void> {
    const { disk, folder } = this.#context
    for (const path of this.#orphans) {
      if ((await disk.stat(path)) !== undefined) await disk.remove(path)
      await disk.syncDirectory(folder)
      this.#orphans.delete(path)
    }
  }

  /** From now on queries see `added` and no longer `dropped`. */
  replace(dropped: readonly Block[], added: Block | undefined): void {
    const rest = this.blocks.filter((block) => !dropped.includes(block))
    this.#set(added === undefined ? rest : [...rest, added])
  }

  /** Removes a file whose replacement is on disk; readers that hold it go on reading. A damaged one is kept. */
  async removeReplaced(file: TileFile, damaged: ReadonlySet<string>): Promise<void> {
    await this.#removeSource(file.path, damaged.has(fileName(file.path)))
    file.drop()
  }

  /** The same for a file that a start finds beside its replacement. @returns whether there is a replacement */
  async removeIfReplaced(path: string): Promise<boolean> {
    const name = fileName(path)
    const by = this.blocks.find(({ meta }) => meta.compaction.sources.includes(name))
    if (by === undefined) return false
    await this.#removeSource(path, by.meta.compaction.damaged.includes(name))
    return true
  }

  async drop(block: Block, why: string): Promise<void> {
    this.replace([block], undefined)
    await this.#remove(block.path, why)
    block.file.drop()
  }

  close(): void {
    for (const block of this.blocks) block.file.drop()
  }

  #set(blocks: readonly Block[]): void {
    const { stats } = this.#context
    this.blocks = blocks.toSorted((a, b) => a.meta.minTime - b.meta.minTime)
    stats.blocksLoaded = blocks.length
    stats.blockBytes = blocks.reduce((sum, block) => sum + block.bytes, 0)
  }

  /** A disk that fails may work again; only after some rounds is what it does not give back given up. */
  #tolerate({ file, offset }: TileRef, error: unknown): void {
    if (!(error instanceof OutsideError) || !error.code.startsWith('disk/')) return
    const place = `${file.path} ${offset}`
    const attempts = (this.#failedReads.get(place) ?? 0) + 1
    this.#failedReads.set(place, attempts)
    if (attempts < READ_ATTEMPTS) throw error
    this.#failedReads.delete(place)
  }

  async #removeSource(path: string, isDamaged: boolean): Promise<void> {
    const { quarantine } = this.#context
    if (isDamaged) await quarantine.move(path, 'damaged tiles; the others were kept')
    else await this.#remove(path, 'replaced by a block')
  }

  async #openOne(path: string, pace: Pace): Promise<Block | undefined> {
    const { disk, log, shapes, quarantine } = this.#context
    for (let attempt = 1; ; attempt++) {
      try {
        const block = await Block.open(disk, path, shapes, log, pace)
        this.#unread.delete(path)
        return block
      } catch (error) {
        if (error instanceof OutsideError && /version|emfile|enfile|eacces/.test(error.code)) {
          throw new OutsideError(error.code, `${path}: ${error.message}`, { cause: error })
        }
        log.warn('block could not be opened', { file: path, attempt, err: messageOf(error) })
        if (attempt < 2) continue
        if (isDamage(error)) {
          this.#unread.delete(path)
          await quarantine.move(path, messageOf(error))
        } else this.#unread.add(path)
        return undefined
      }
    }
  }

  /**
   * Reads the file back, every tile of it: what is wrong now is wrong for good.
   * @param named  the name that it gets then
   */
  async #checked(path: string, named: string): Promise<Block> {
    const { disk, shapes, log, pace } = this.#context
    const block = await Block.open(disk, path, shapes, log, pace, named)
    try {
      for (const { tiles } of block.groups) {
        for (const ref of tilesAtRest(tiles)) {
          readTile(ref)
          if (pace.isDue) await pace.rest()
        }
      }
      return block
    } catch (error) {
      block.file.drop()
      throw error
    }
  }

  async #remove(path: string, why: string): Promise<void> {
    const { disk, log } = this.#context
    try {
      await disk.remove(path)
      // A name that comes back after a power cut would bring back what is replaced or expired.
      await disk.syncDirectory(path.slice(0, path.lastIndexOf('/')))
      log.info('file removed', { file: path, reason: why })
      this.#unremoved.delete(fileName(path))
    } catch (error) {
      this.#unremoved.add(fileName(path))
      log.warn('file could not be removed', { file: path, reason: why, err: messageOf(error) })
    }
  }
}

export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

export function nextLevel(blocks: readonly { readonly meta: BlockMeta }[]): number {
  return 1 + Math.max(0, ...blocks.map(({ meta }) => meta.compaction.level))
}
