// Puts samples that are there already (another store's blocks, a file of samples) into a data directory as blocks, without a
// server. Their tiles are flagged late: they say nothing of what came in order around them, and of two samples of one time
// the store's own stays.

import { type Logger, OutsideError, Pace, silentLogger, ulid } from '@pharos/base'
import { ABSENT, type Labels, type NativeHistogram } from '@pharos/model'
import { Block } from './block/block.ts'
import { BlockWriter } from './block/block-writer.ts'
import { type Shape, ShapeTable } from './catalog/shape.ts'
import { makeDurableDirectory } from './durable-directory.ts'
import { groupKeyOf } from './group-key.ts'
import { BLOCK_TILE_ROWS, SLICE_MS } from './limits.ts'
import type { TsdbWorld } from './open-store.ts'
import { readTile } from './read/tile-cache.ts'
import { TileCodec } from './tile/tile-codec.ts'
import type { TileSource } from './tile/tile-writer.ts'
import type { BlockInfo } from './tsdb-status.ts'

/** Samples of a series, ascending. */
export interface BackfillSamples {
  /** ms */
  readonly times: Float64Array
  /** ABSENT where a histogram stands. */
  readonly values: Float64Array
  /** By row. */
  readonly histograms: ReadonlyMap<number, NativeHistogram>
}

export interface BackfillSeries {
  readonly labels: Labels
  /** Its samples in [fromMs, toMs). */
  readonly read: (fromMs: number, toMs: number) => BackfillSamples
}

export class Backfill {
  readonly #world: TsdbWorld
  readonly #log: Logger = silentLogger
  readonly #codec = new TileCodec()
  readonly #folder: string
  readonly #lock: { release(): Promise<void> }

  /**
   * Takes a data directory, which is made when it is missing.
   * @throws OutsideError `disk/locked` while a server has it, or what the disk throws
   */
  static async open(world: TsdbWorld, path: string): Promise<Backfill> {
    const { disk } = world
    await makeDurableDirectory(disk, path)
    const lock = await disk.lock(`${path}/lock`)
    for (const name of ['wal', 'head', 'blocks'])
      await makeDurableDirectory(disk, `${path}/${name}`)
    return new Backfill(world, `${path}/blocks`, lock)
  }

  private constructor(world: TsdbWorld, folder: string, lock: { release(): Promise<void> }) {
    this.#world = world
    this.#folder = folder
    this.#lock = lock
  }

  /**
   * Writes one block of what the series have in [fromMs, toMs). It is on disk and read back when this resolves.
   * @returns undefined when there was nothing
   */
  async write(
    series: readonly BackfillSeries[],
    fromMs: number,
    toMs: number,
  ): Promise<BlockInfo | undefined> {
    const { disk, clock, random, log } = this.#world
    const id = ulid(clock.now(), random)
    const path = `${this.#folder}/${id}.blk`
    const shapes = new ShapeTable()
    const pace = new Pace(clock, SLICE_MS)
    const writer = await BlockWriter.create(disk, `${path}.tmp`, this.#codec.cold, pace)
    try {
      for (const [key, members] of groupsOf(series)) {
        await writeGroup(writer, shapes, key, members, fromMs, toMs)
      }
      if (writer.tileCount === 0) {
        await writer.abandon(disk, log)
        return undefined
      }
      await writer.finish(id, { level: 1, sources: [], damaged: [] })
      const info = await this.#checked(`${path}.tmp`, pace)
      await disk.rename(`${path}.tmp`, path)
      await disk.syncDirectory(this.#folder)
      return info
    } catch (error) {
      await writer.abandon(disk, log)
      throw error
    }
  }

  /** Gives the directory back. */
  async close(): Promise<void> {
    await this.#lock.release()
  }

  async #checked(path: string, pace: Pace): Promise<BlockInfo> {
    const block = await Block.open(this.#world.disk, path, new ShapeTable(), this.#log, pace)
    try {
      for (const { tiles } of block.groups) for (const ref of tiles) readTile(ref)
      return block.info
    } finally {
      block.file.drop()
    }
  }
}

function groupsOf(series: readonly BackfillSeries[]): Map<Labels, BackfillSeries[]> {
  const byKey = new Map<string, { key: Labels; members: BackfillSeries[] }>()
  for (const one of series) {
    const key = groupKeyOf(one.labels)
    const known = byKey.get(key.key)
    if (known === undefined) byKey.set(key.key, { key, members: [one] })
    else known.members.push(one)
  }
  return new Map([...byKey.values()].map(({ key, members }) => [key, members]))
}

async function writeGroup(
  writer: BlockWriter,
  shapes: ShapeTable,
  key: Labels,
  members: readonly BackfillSeries[],
  fromMs: number,
  toMs: number,
): Promise<void> {
  const own: Shape[] = []
  const columns: BackfillSamples[] = []
  for (const { labels, read } of members) {
    const samples = read(fromMs, toMs)
    if (samples.times.length === 0) continue
    checkOrder(labels, samples.times, fromMs, toMs)
    own.push(shapes.shapeOf(labels, key))
    columns.push(samples)
  }
  const times = unionOf(columns)
  /** The row that each column goes on with. */
  const next = new Uint32Array(columns.length)
  for (let from = 0; from < times.length; from += BLOCK_TILE_ROWS) {
    const rows = times.subarray(from, from + BLOCK_TILE_ROWS)
    await writer.add({ key, kind: 'remote' }, own, sourceOf(rows, columns, next))
    const last = rows.at(-1)!
    columns.forEach((column, c) => {
      while (next[c]! < column.times.length && column.times[next[c]!]! <= last) next[c]!++
    })
  }
}

function checkOrder(labels: Labels, times: Float64Array, fromMs: number, toMs: number): void {
  for (let i = 0; i < times.length; i++) {
    const isInOrder = i === 0 || times[i]! > times[i - 1]!
    if (isInOrder && times[i]! >= fromMs && times[i]! < toMs && Number.isInteger(times[i])) continue
    throw new OutsideError(
      'tsdb/backfill',
      `${labels.key}: sample ${i} at ${times[i]} is out of order or range`,
    )
  }
}

function unionOf(columns: readonly BackfillSamples[]): Float64Array {
  const first = columns[0]?.times ?? new Float64Array(0)
  // Series of one target were scraped together: then there is nothing to sort.
  if (columns.every(({ times }) => isSame(times, first))) return first
  const all = new Float64Array(columns.reduce((sum, { times }) => sum + times.length, 0))
  let at = 0
  for (const { times } of columns) {
    all.set(times, at)
    at += times.length
  }
  all.sort()
  let count = 0
  for (let i = 0; i < all.length; i++) if (i === 0 || all[i] !== all[i - 1]) all[count++] = all[i]!
  return all.subarray(0, count)
}

function isSame(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

function sourceOf(
  times: Float64Array,
  columns: readonly BackfillSamples[],
  next: Uint32Array,
): TileSource {
  /** Calls for each sample of a column in these rows. */
  const visit = (c: number, found: (row: number, at: number) => void): void => {
    const own = columns[c]!.times
    let at = next[c]!
    for (let row = 0; row < times.length && at < own.length; row++) {
      if (own[at] === times[row]) found(row, at++)
    }
  }
  return {
    times,
    rowCount: times.length,
    columnCount: columns.length,
    isLate: true,
    readColumn(c, out) {
      out.fill(ABSENT, 0, times.length)
      const { values } = columns[c]!
      visit(c, (row, at) => (out[row] = values[at]!))
    },
    histograms(c) {
      const { histograms } = columns[c]!
      if (histograms.size === 0) return undefined
      const found = new Map<number, NativeHistogram>()
      visit(c, (row, at) => {
        const histogram = histograms.get(at)
        if (histogram !== undefined) found.set(row, histogram)
      })
      return found
    },
  }
}
