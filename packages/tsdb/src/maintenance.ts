// What the store does on its own, in rounds: recover, seal, cut blocks, compact, apply retention, tidy up. Each step
// stands alone: when one fails it is logged and counted, and the next round tries again.

import {
  type Clock,
  type Disk,
  type Logger,
  messageOf,
  OutsideError,
  type Pace,
  type Task,
} from '@pharos/base'
import type { Block } from './block/block.ts'
import type { BlockStore } from './block/block-store.ts'
import { fileName, nextLevel } from './block/block-store.ts'
import { stepOf } from './block/block-format.ts'
import {
  expiredBySize,
  expiredByTime,
  planCompaction,
  planDownsampling,
} from './block/compaction-plan.ts'
import { uploadedBlocks } from './block/uploaded-blocks.ts'
import type { GroupDefinition } from './catalog/definition-reader.ts'
import type { Layout } from './catalog/layout.ts'
import type { ShapeTable } from './catalog/shape.ts'
import { noteBlocks } from './head/coverage.ts'
import type { Head } from './head/head.ts'
import type { Segments } from './head/segments.ts'
import type { TileRef } from './read/tile-ref.ts'
import { LATE_BLOCK_MS } from './limits.ts'
import { walPath, walSequences } from './open-wal.ts'
import type { Quarantine } from './quarantine.ts'
import type { ReplayBudget } from './replay-budget.ts'
import type { Tombstones } from './tombstones.ts'
import type { TsdbOptions } from './tsdb-options.ts'
import type { TsdbStats } from './tsdb-status.ts'
import type { Wal } from './wal/wal.ts'
import type { WalHeader } from './wal/wal-header.ts'

const FOLDERS = ['wal', 'head', 'blocks'] as const

/** Steps of a round that write blocks. */
const COMPACTIONS: ReadonlySet<string> = new Set(['block', 'compaction', 'downsampling'])

/** A tile is sealed early when its rows hold back so many WAL files. */
const WAL_FILES = 4

/** Columns between two stops of a collection, some 100 µs. */
const STOP_COLUMNS = 1024

/** A block that expired takes at least so many label sets with it, for a guess. */
const SHAPES_OF_BLOCK = 1_000

/** New series are taken again below this share of the memory limit. */
const MEMORY_ROOM = 0.9

interface MaintenanceContext {
  readonly clock: Clock
  readonly disk: Disk
  readonly log: Logger
  readonly options: TsdbOptions
  readonly stats: TsdbStats
  readonly head: Head
  readonly wal: Wal
  readonly segments: Segments
  readonly blocks: BlockStore
  readonly shapes: ShapeTable
  readonly quarantine: Quarantine
  readonly tombstones: Tombstones
  /** WAL files that the start could not read: the next one will. */
  readonly unreadWal: ReadonlySet<number>
  readonly budget: ReplayBudget
  readonly pace: Pace
  readonly header: WalHeader
}

export class Maintenance {
  readonly #context: MaintenanceContext
  #lacksSpace = false
  /** When late samples were first seen of a window that is a block already, by the monotonic clock. */
  readonly #lateSinceMs = new Map<number, number>()
  /** What had gone when label sets were last forgotten. */
  #gainsBefore = 0
  #running: Promise<void> = Promise.resolve()
  #isEnding = false

  constructor(context: MaintenanceContext) {
    this.#context = context
  }

  /** Why no samples are taken; undefined while they are. */
  get readOnlyReason(): string | undefined {
    const { wal, options } = this.#context
    if (this.#lacksSpace) {
      return `less than ${options.minFreeDiskBytes} bytes of disk space are free`
    }
    return wal.failure?.message
  }

  /** One round; rounds do not overlap, and there is none after `end`. Never rejects. */
  round(): Promise<void> {
    return this.#isEnding ? Promise.resolve() : this.exclusive(() => this.#round())
  }

  /**
   * Runs work while no round runs, and no other such work.
   * @throws OutsideError `tsdb/closed` after `end`, or what the work throws
   */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isEnding) return Promise.reject(new OutsideError('tsdb/closed', 'store is closed'))
    const done = this.#running.then(() => {
      this.#context.pace.begin()
      return work()
    })
    this.#running = done.then(
      () => undefined,
      () => undefined,
    )
    return done
  }

  /** Writes everything that only memory and the WAL hold into segments, once all work that was asked for before is done. */
  end(): Promise<void> {
    const ended = this.exclusive(() => this.#flush())
    this.#isEnding = true
    return ended
  }

  async #flush(): Promise<void> {
    const { head, segments, wal, header, budget } = this.#context
    if (wal.failure !== undefined) return
    for (const group of head.groups) {
      head.closeTile(group)
      head.closeLate(group)
    }
    await this.#step('seal', () => segments.seal())
    wal.rotate()
    await header.through()
    await this.#step('WAL', () => wal.sync())
    if (!(await budget.settle())) return
    await this.#step('WAL truncation', () => this.#truncateWal())
  }

  async #round(): Promise<void> {
    const { wal, segments } = this.#context
    await this.#step('disk space', () => this.#checkSpace())
    this.#checkMemory()
    await this.#step('unread blocks', () => this.#reopen())
    await this.#step('size retention', () => this.#retain())
    if (wal.failure !== undefined && !this.#lacksSpace) {
      await this.#step('WAL recovery', () => this.#recover())
    }
    this.#closeTiles()
    await this.#step('seal', () => segments.seal())
    const isSettled = await this.#context.budget.settle()
    if (isSettled) await this.#step('block', () => this.#cutBlocks())
    await this.#step('compaction', () => this.#compact())
    await this.#step('downsampling', () => this.#downsample())
    await this.#step('retention', () => this.#retain())
    if (isSettled) await this.#step('WAL truncation', () => this.#truncateWal())
    await this.#step('deletions', () => this.forgetFiles())
    await this.#forget()
    await this.measure()
  }

  /** Brings what `stats` says of sizes up to date. Never rejects. */
  measure(): Promise<void> {
    return this.#step('sizes', () => this.#measure())
  }

  async #measure(): Promise<void> {
    const { stats, head, shapes } = this.#context
    let tiles = 0
    for (const { sealed, waiting, open, late } of head.groups) {
      tiles += sealed.length + waiting.length
      tiles += (open === undefined ? 0 : 1) + (late === undefined ? 0 : 1)
    }
    stats.headTiles = tiles
    stats.labelSets = shapes.size
    stats.headMinTimeMs = head.minTimeMs
    stats.walStorageBytes = await this.#folderBytes('wal')
    stats.segmentBytes = await this.#folderBytes('head')
  }

  async #step(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (COMPACTIONS.has(name)) this.#context.stats.compactionsFailed++
      this.#context.log.error('maintenance failed; it is tried again', {
        step: name,
        err: messageOf(error),
      })
    }
  }

  /** Deletions hold for blocks that come later, and samples before their ends are not taken twice. */
  async #reopen(): Promise<void> {
    const { blocks, tombstones, head } = this.#context
    if (blocks.unread.size === 0) return
    await blocks.reopen((block) => {
      block.file.tombstones = tombstones.of(fileName(block.path))
      noteBlocks(head, [block])
      // Rows that only the WAL holds, in the range of a block, would count as stored at the next start.
      for (const group of head.groups) head.closeTile(group)
    })
  }

  async #recover(): Promise<void> {
    const { wal, log } = this.#context
    if (await wal.retry()) log.info('WAL stands again; samples are taken')
  }

  async #checkSpace(): Promise<void> {
    const { disk, options, log } = this.#context
    if (options.minFreeDiskBytes <= 0) return
    const { freeBytes } = await disk.space(options.path)
    const lacks = freeBytes < options.minFreeDiskBytes
    if (lacks === this.#lacksSpace) return
    this.#lacksSpace = lacks
    if (lacks) log.error('disk is full; samples are refused until space returns', { freeBytes })
    else log.info('disk space has returned', { freeBytes })
    this.updateReadOnly()
  }

  /** Near the limit what is in memory goes to disk, once, and no new series are taken until there is room again. */
  #checkMemory(): void {
    const { options, stats, head, log } = this.#context
    if (options.memory === undefined) return
    const { limitBytes } = options.memory
    const usedBytes = options.memory.usedBytes()
    const isShort = usedBytes >= limitBytes * (stats.isMemoryShort ? MEMORY_ROOM : 1)
    if (isShort === stats.isMemoryShort) return
    stats.isMemoryShort = isShort
    if (!isShort) {
      log.info('memory is free again; new series are taken', { usedBytes, limitBytes })
      return
    }
    log.error('memory is short; new series are refused until some is free', {
      usedBytes,
      limitBytes,
      series: stats.headSeries,
    })
    // Where samples come one by one the newest rows stay open for those that are behind.
    for (const group of head.groups) if (group.open?.hasCells !== true) head.closeTile(group)
  }

  /** Sets the switch that appends look at. */
  updateReadOnly(): void {
    const { stats, wal } = this.#context
    stats.isReadOnly = this.#lacksSpace || wal.failure !== undefined
  }

  /** Data time: what the newest sample says, unless it is ahead of the clock. */
  #newestMs(): number {
    const { head, clock } = this.#context
    return Math.min(head.maxTimeMs, clock.now())
  }

  /** A window is over for good a quarter of its length after its end. */
  #isOver(windowMs: number): boolean {
    const { minBlockMs } = this.#context.options
    return this.#newestMs() >= windowMs + minBlockMs + minBlockMs / 4
  }

  #closeTiles(): void {
    const { head, wal } = this.#context
    for (const group of head.groups) {
      const { late } = group
      if (late !== undefined && wal.sequence - late.walSequence >= WAL_FILES) head.closeLate(group)
      const tile = group.open
      if (tile === undefined) continue
      const isBehind = wal.sequence - tile.walSequence >= WAL_FILES
      if (isBehind || this.#isOver(head.windowOf(tile.firstMs))) head.closeTile(group)
    }
  }

  async #cutBlocks(): Promise<void> {
    const { head, segments, wal } = this.#context
    let cut = 0
    for (const windowMs of segments.windows) {
      if (!this.#isOver(windowMs) || this.#mayGrow(windowMs)) continue
      const isWaiting = [...head.groups].some(({ waiting }) =>
        waiting.some((tile) => head.windowOf(tile.firstMs) === windowMs),
      )
      if (isWaiting) continue
      await this.cutBlock(windowMs)
      cut++
    }
    // A new WAL file each window: what is in the old one is sealed soon, and then the file can go.
    if (cut > 0) wal.rotate()
  }

  /** Late samples of a window that is a block already are collected for a while: each block costs a compaction. */
  #mayGrow(windowMs: number): boolean {
    const { blocks, clock, options } = this.#context
    const endMs = windowMs + options.minBlockMs
    const isBlock = blocks.blocks.some(
      ({ meta }) => meta.minTime < endMs && meta.maxTime > windowMs,
    )
    if (!isBlock) return false
    const sinceMs = this.#lateSinceMs.get(windowMs) ?? clock.monotonicMs()
    this.#lateSinceMs.set(windowMs, sinceMs)
    if (clock.monotonicMs() - sinceMs < LATE_BLOCK_MS) return true
    this.#lateSinceMs.delete(windowMs)
    return false
  }

  /** Makes a block of the segments of a window. What is sealed into the window later becomes another one. */
  async cutBlock(windowMs: number): Promise<void> {
    const { head, segments, blocks, stats, pace } = this.#context
    const files = [...segments.filesOf(windowMs)]
    const wanted = new Set(files)
    const groups: { definition: GroupDefinition; tiles: TileRef[] }[] = []
    for (const { key, kind, sealed } of head.groups) {
      if (pace.isDue) await pace.rest()
      const tiles = sealed.filter((ref) => wanted.has(ref.file))
      if (tiles.length > 0) groups.push({ definition: { key, kind }, tiles })
    }
    const { block, damaged } = await blocks.write(groups, files, 1)
    segments.release(windowMs)
    blocks.replace([], block)
    for (const file of files) await blocks.removeReplaced(file, damaged)
    stats.compactions++
  }

  /** Deletions forget the files that are gone for good: a name that a power cut brings back is still theirs. */
  async forgetFiles(): Promise<void> {
    const { tombstones, disk, options } = this.#context
    if (tombstones.all.length === 0) return tombstones.forget(() => true)
    const names = new Set<string>()
    for (const folder of FOLDERS) {
      const path = `${options.path}/${folder}`
      await disk.syncDirectory(path)
      for (const name of await disk.list(path)) names.add(name)
    }
    return tombstones.forget((file) => names.has(file))
  }

  async #compact(): Promise<void> {
    const { blocks, options, stats } = this.#context
    for (;;) {
      const { minBlockMs, maxBlockMs } = options
      const together = planCompaction(await this.#joinable(), minBlockMs, maxBlockMs)
      if (together === undefined) return
      if (!(await this.#hasSpaceFor(together))) return
      const groups = new Map<string, { definition: GroupDefinition; tiles: TileRef[] }>()
      for (const block of together) {
        for (const { name, definition, tiles } of block.groups) {
          const known = groups.get(name)
          if (known === undefined) groups.set(name, { definition, tiles: [...tiles] })
          else known.tiles.push(...tiles)
        }
      }
      const files = together.map((block) => block.file)
      const { block, damaged } = await blocks.write(
        groups.values(),
        files,
        nextLevel(together),
        stepOf(together[0]!.meta),
      )
      blocks.replace(together, block)
      for (const file of files) await blocks.removeReplaced(file, damaged)
      stats.compactions++
    }
  }

  /** Thins out what is old enough, a block after the other. */
  async #downsample(): Promise<void> {
    const { blocks, options, stats } = this.#context
    for (;;) {
      const tiers = options.downsampling ?? []
      if (tiers.length === 0) return
      const next = planDownsampling(await this.#joinable(), tiers, this.#newestMs())
      if (next === undefined || !(await this.#hasSpaceFor([next.block]))) return
      const { block, damaged } = await blocks.rewrite(next.block, next.stepMs)
      blocks.replace([next.block], block)
      await blocks.removeReplaced(next.block.file, damaged)
      stats.downsamplings++
    }
  }

  /** Whether there is space for a block that replaces these. */
  async #hasSpaceFor(sources: readonly Block[]): Promise<boolean> {
    const { disk, options, log } = this.#context
    const bytes = sources.reduce((sum, block) => sum + block.bytes, 0)
    const { freeBytes } = await disk.space(options.path)
    const hasSpace = freeBytes >= bytes + options.minFreeDiskBytes
    if (!hasSpace) log.warn('compaction waits for disk space', { freeBytes, wantedBytes: bytes })
    return hasSpace
  }

  /** Blocks that may be joined: first ones wait for whoever copies them away. */
  async #joinable(): Promise<readonly Block[]> {
    const { blocks, options, disk, log } = this.#context
    const path = options.delayCompactFile ?? ''
    if (path === '') return blocks.blocks
    const uploaded = await uploadedBlocks(disk, path, log)
    return blocks.blocks.filter(({ meta }) => meta.compaction.level > 1 || uploaded.has(meta.ulid))
  }

  async #retain(): Promise<void> {
    const { blocks, options, stats } = this.#context
    const { retentionMs } = options
    const retentionBytes = await this.#retentionBytes()
    const byTime = expiredByTime(blocks.blocks, retentionMs, this.#newestMs())
    for (const block of byTime) await this.#expire(block, 'older than the retention time')
    if (retentionBytes <= 0) return
    await this.#measure()
    const otherBytes = stats.walStorageBytes + stats.segmentBytes
    const bySize = expiredBySize(blocks.blocks, retentionBytes, otherBytes)
    for (const block of bySize) await this.#expire(block, 'over the retention size')
    stats.blocksLoaded = blocks.blocks.length
  }

  /** A share of the disk goes before a size, as in the reference. */
  async #retentionBytes(): Promise<number> {
    const { options, disk } = this.#context
    const { retentionPercentage = 0 } = options
    if (retentionPercentage <= 0) return options.retentionBytes
    const { totalBytes } = await disk.space(options.path)
    return Math.floor((totalBytes * retentionPercentage) / 100)
  }

  async #expire(block: Parameters<BlockStore['drop']>[0], why: string): Promise<void> {
    await this.#context.blocks.drop(block, why)
    this.#context.stats.retentionDeletedBlocks++
  }

  async #folderBytes(name: string): Promise<number> {
    const { disk, options } = this.#context
    let bytes = 0
    for (const file of await disk.list(`${options.path}/${name}`)) {
      bytes += (await disk.stat(`${options.path}/${name}/${file}`))?.bytes ?? 0
    }
    return bytes
  }

  /** Removes WAL files all of whose rows are in segments or blocks. */
  async #truncateWal(): Promise<void> {
    const { head, wal, header, disk, log, quarantine, options, stats, unreadWal } = this.#context
    let needed = Math.min(wal.sequence, header.sequence)
    for (const { open, late, waiting } of head.groups) {
      if (late !== undefined) needed = Math.min(needed, late.walSequence)
      if (open !== undefined) needed = Math.min(needed, open.walSequence)
      for (const tile of waiting) needed = Math.min(needed, tile.walSequence)
    }
    const path = `${options.path}/wal`
    const sequences = await walSequences({ path, disk, log, stats, quarantine })
    // What is newest on disk may still be growing.
    for (const sequence of sequences.slice(0, -1)) {
      if (sequence < needed && !unreadWal.has(sequence)) await disk.remove(walPath(path, sequence))
    }
  }

  /** Forgets groups without rows and writers, and shapes that nothing refers to. */
  async #forget(): Promise<void> {
    const { head, shapes, options, stats, pace } = this.#context
    const gone = [...head.groups].filter(
      ({ handleCount, open, late, waiting, sealed }) =>
        handleCount === 0 &&
        open === undefined &&
        late === undefined &&
        waiting.length === 0 &&
        sealed.length === 0,
    )
    for (const group of gone) head.dropGroup(group)
    // A group that may still be written to must not take late samples for new ones: a block's tiles span the gaps between.
    const writableMs = Math.max(options.minBlockMs, options.outOfOrderMs)
    head.forgetClosed(this.#newestMs() - writableMs)
    // To look through all of them pays when some are gone.
    const gains = stats.seriesRemoved + stats.retentionDeletedBlocks * SHAPES_OF_BLOCK
    if (gains - this.#gainsBefore < Math.max(SHAPES_OF_BLOCK, shapes.size / 10)) return
    this.#gainsBefore = gains
    await pace.drive(this.#collectShapes())
  }

  /** Series come and go meanwhile: the table itself keeps what is taken from it. */
  *#collectShapes(): Task<void> {
    const { head, blocks, shapes } = this.#context
    shapes.beginCollection()
    const seen = new Set<Layout>()
    function* keep(layout: Layout | undefined): Task<void> {
      if (layout === undefined || seen.has(layout)) return
      seen.add(layout)
      for (let column = 0; column < layout.shapes.length; column++) {
        if (column % STOP_COLUMNS === 0) yield
        const shape = layout.shapes[column]
        if (shape !== undefined) shapes.keep(shape)
      }
    }
    for (const { layout, sealed, waiting } of head.groups) {
      yield* keep(layout)
      for (const tile of waiting) yield* keep(tile.layout)
      for (const ref of sealed) yield* keep(ref.layout)
    }
    for (const block of blocks.blocks) {
      for (const { tiles } of block.groups) for (const ref of tiles) yield* keep(ref.layout)
    }
    yield* shapes.collected()
  }
}
