// What chosen series take up: their columns in sealed tiles, their cells in open ones.

import type { Task } from '@pharos/base'
import type { Shape } from './catalog/shape.ts'
import { COST_TILES_READ } from './limits.ts'
import type { OpenSnapshot, SnapshotGroup } from './read/snapshot.ts'
import { readTile } from './read/tile-cache.ts'
import type { TileRef } from './read/tile-ref.ts'

/** A series that two groups have counts in each of them. */
export interface StorageCost {
  readonly series: number
  /** Of them those with rows in the newest five minutes of the store. */
  readonly activeSeries: number
  /** Rows of their columns; those in which a series has no sample are among them. */
  readonly samples: number
  /** Compressed, with their part of what a tile's columns share. The log is not among it. */
  readonly diskBytes: number
  /** Rows that are not sealed yet. */
  readonly memoryBytes: number
  /** Oldest and newest row, ms; undefined when there is none. */
  readonly minTimeMs: number | undefined
  readonly maxTimeMs: number | undefined
  /** There are so many tiles that bytes were counted in some of them and scaled up. */
  readonly isEstimate: boolean
}

/** Columns of one tile that are asked for. */
export interface TileShare {
  readonly group: SnapshotGroup
  readonly tile: TileRef | OpenSnapshot
  readonly columns: Int32Array
}

const ACTIVE_MS = 5 * 60 * 1000
const CELL_BYTES = 8

/**
 * Stops after every tile.
 * @param newestMs  time of the store's newest sample
 * @throws OutsideError when a tile cannot be read
 */
export function* storageCost(shares: readonly TileShare[], newestMs: number): Task<StorageCost> {
  const all = new SeriesCount()
  const active = new SeriesCount()
  const stride = Math.ceil(shares.length / COST_TILES_READ)
  let samples = 0
  let memoryBytes = 0
  let sealedBytes = 0
  let readBytes = 0
  let foundBytes = 0
  let minTimeMs = Infinity
  let maxTimeMs = -Infinity
  for (const [index, { group, tile, columns }] of shares.entries()) {
    yield
    const { rowCount } = tile
    samples += rowCount * columns.length
    const isOpen = 'tile' in tile
    const [firstMs, lastMs] = isOpen
      ? [tile.tile.times[0]!, tile.tile.times[rowCount - 1]!]
      : [tile.firstMs, tile.lastMs]
    minTimeMs = Math.min(minTimeMs, firstMs)
    maxTimeMs = Math.max(maxTimeMs, lastMs)
    all.add(group, tile, columns)
    if (lastMs >= newestMs - ACTIVE_MS) active.add(group, tile, columns)
    if (isOpen) {
      memoryBytes += rowCount * columns.length * CELL_BYTES
      continue
    }
    const tileBytes = tile.length + (tile.downsampled?.aggregates.length ?? 0)
    const evenShare = (tileBytes * columns.length) / tile.layout.shapes.length
    sealedBytes += evenShare
    if (index % stride !== 0) continue
    readBytes += evenShare
    foundBytes += bytesOf(tile, columns)
  }
  return {
    series: all.count,
    activeSeries: active.count,
    samples,
    diskBytes: readBytes === 0 ? 0 : Math.round((foundBytes * sealedBytes) / readBytes),
    memoryBytes,
    minTimeMs: Number.isFinite(minTimeMs) ? minTimeMs : undefined,
    maxTimeMs: Number.isFinite(maxTimeMs) ? maxTimeMs : undefined,
    isEstimate: stride > 1,
  }
}

/** Bytes of these columns, and their part of the head, times and directory of the tile. */
function bytesOf(ref: TileRef, columns: Int32Array): number {
  const { downsampled } = ref
  const aggregates = downsampled === undefined ? 0 : columnBytes(downsampled.aggregates, columns)
  return columnBytes(ref, columns) + aggregates
}

function columnBytes(ref: TileRef, columns: Int32Array): number {
  const view = readTile(ref)
  const each = view.columnCount / ref.layout.shapes.length
  let own = 0
  for (const column of columns)
    for (let i = 0; i < each; i++) own += view.columnLength(each * column + i)
  return own + (view.sharedLength * columns.length * each) / view.columnCount
}

/** Counts the series of a group once, in however many tiles they are. */
class SeriesCount {
  readonly #shapes = new Map<string, Set<Shape>>()
  #lastColumns: Int32Array | undefined
  #lastName = ''

  add({ name }: SnapshotGroup, { layout }: TileShare['tile'], columns: Int32Array): void {
    // Tiles of a group nearly always have the same list of columns.
    if (columns === this.#lastColumns && name === this.#lastName) return
    this.#lastColumns = columns
    this.#lastName = name
    let shapes = this.#shapes.get(name)
    if (shapes === undefined) this.#shapes.set(name, (shapes = new Set()))
    for (let i = 0; i < columns.length; i++) shapes.add(layout.shapes[columns[i]!]!)
  }

  get count(): number {
    let count = 0
    for (const shapes of this.#shapes.values()) count += shapes.size
    return count
  }
}
