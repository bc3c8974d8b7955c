// Rows of one tile that a selection wants, whatever the tile is made of.

import type { NativeHistogram } from '@pharos/model'
import type { OpenTile } from '../head/open-tile.ts'
import type { ColumnDecoder } from '../tile/column-decoder.ts'
import type { TileView } from '../tile/tile-view.ts'
import type { DecodedColumns } from './decoded-columns.ts'

export interface Part {
  /** Strictly ascending, ms. */
  readonly times: Float64Array
  /** Where another part has the same time it goes before this one. */
  readonly isLate: boolean
  /**
   * Values of a column of the tile into `out[at … at + times.length)`.
   * @returns false when neither ABSENT nor STALE is among them; true when they may be
   */
  readValues(column: number, out: Float64Array, at: number): boolean
  hasHistograms(column: number): boolean
  readHistograms(column: number, out: (NativeHistogram | undefined)[], at: number): void
  /** Missing where every sample is there. */
  readonly downsampled?: DownsampledPart
}

/** Numbers of a column's rows into `out[at … at + times.length)`. */
type ReadNumbers = (column: number, out: Float64Array, at: number) => void

interface DownsampledPart {
  readonly stepMs: number
  /** Values are of steps: what two parts say of one time holds for different samples. */
  readonly combine?: ((a: number, b: number) => number) | undefined
  /** See `querier.ts`; missing where nobody will ask. */
  readonly readCounts?: ReadNumbers | undefined
  readonly readLost?: ReadNumbers | undefined
}

/** Indexes [from, to) of the times in [startMs, endMs]. */
export function rowRange(
  times: Float64Array,
  count: number,
  startMs: number,
  endMs: number,
): readonly [from: number, to: number] {
  return [lowerBound(times, count, startMs), lowerBound(times, count, endMs + 1)]
}

function lowerBound(times: Float64Array, count: number, tMs: number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (times[middle]! < tMs) low = middle + 1
    else high = middle
  }
  return low
}

/** Rows of a tile of the head, as many as it had when the snapshot was taken. */
export function openPart(
  tile: OpenTile,
  rowCount: number,
  startMs: number,
  endMs: number,
): Part | undefined {
  const [from, to] = rowRange(tile.times, rowCount, startMs, endMs)
  if (from >= to) return undefined
  return {
    times: tile.times.slice(from, to),
    isLate: tile.isLate,
    readValues(column, out, at) {
      tile.readColumn(column, from, to, out, at)
      return true
    },
    hasHistograms: (column) => tile.histograms.has(column),
    readHistograms(column, out, at) {
      for (let row = from; row < to; row++) out[at + row - from] = tile.histogram(row, column)
    },
  }
}

/** How a column of a sealed tile is read: rows [from, to), with room for all of them in `whole`. */
type ReadRows = (
  column: number,
  from: number,
  to: number,
  whole: Float64Array,
  out: Float64Array,
  at: number,
) => boolean

/** Rows of a sealed tile, as they are decoded. */
export function sealedPart(
  view: TileView,
  startMs: number,
  endMs: number,
  decoder: ColumnDecoder,
): Part | undefined {
  return partOf(view, startMs, endMs, alone(view, decoder))
}

/** Reads each column for itself. */
function alone(view: TileView, decoder: ColumnDecoder): ReadRows {
  return (column, from, to, whole, out, at) => {
    if (from === 0 && to === view.times.length) return decoder.read(view, column, out, at)
    const hasMarkers = decoder.read(view, column, whole, 0)
    out.set(whole.subarray(from, to), at)
    return hasMarkers
  }
}

/** Columns that are decoded together: a chain of references is at most so long. */
const AHEAD_COLUMNS = 16

/**
 * The same for who reads one column after the other from several tiles in turn. A column may be the difference to the one
 * before it, and the decoder remembers that of one tile alone.
 */
export function sequentialPart(
  view: TileView,
  startMs: number,
  endMs: number,
  decoder: ColumnDecoder,
): Part | undefined {
  const rows = view.times.length
  const ahead = new Float64Array(AHEAD_COLUMNS * rows)
  const hasMarkers = new Uint8Array(AHEAD_COLUMNS)
  const readAlone = alone(view, decoder)
  let first = -AHEAD_COLUMNS
  let last = -1
  return partOf(view, startMs, endMs, (column, from, to, whole, out, at) => {
    const isNext = column === last + 1
    last = column
    if (column < first || column >= first + AHEAD_COLUMNS) {
      if (!isNext) return readAlone(column, from, to, whole, out, at)
      first = column
      const end = Math.min(column + AHEAD_COLUMNS, view.columnCount)
      for (let c = column; c < end; c++)
        hasMarkers[c - first] = decoder.read(view, c, ahead, (c - first) * rows) ? 1 : 0
    }
    const place = (column - first) * rows
    out.set(ahead.subarray(place + from, place + to), at)
    return hasMarkers[column - first] === 1
  })
}

/** The same for queries, who come again. */
export function cachedPart(
  view: TileView,
  startMs: number,
  endMs: number,
  columns: DecodedColumns,
): Part | undefined {
  return partOf(view, startMs, endMs, (column, from, to, whole, out, at) =>
    columns.read(view, column, from, to, whole, out, at),
  )
}

function partOf(view: TileView, startMs: number, endMs: number, read: ReadRows): Part | undefined {
  const [from, to] = rowRange(view.times, view.times.length, startMs, endMs)
  if (from >= to) return undefined
  const isWhole = from === 0 && to === view.times.length
  // One buffer for all columns of the part.
  let whole: Float64Array | undefined
  return {
    times: isWhole ? view.times : view.times.subarray(from, to),
    isLate: view.isLate,
    readValues(column, out, at) {
      if (isWhole) return read(column, from, to, out, out, at)
      whole ??= new Float64Array(view.times.length)
      return read(column, from, to, whole, out, at)
    },
    hasHistograms: (column) => view.hasHistograms(column),
    readHistograms(column, out, at) {
      const cells = view.readHistograms(column)
      for (let row = from; row < to; row++) out[at + row - from] = cells[row]
    },
  }
}
