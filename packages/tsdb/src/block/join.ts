// Joins the tiles of a group into longer ones. Tiles that overlap become one in which every time stands once.

import type { Pace, Task } from '@pharos/base'
import { Labels } from '@pharos/model'
import type { GroupDefinition } from '../catalog/definition-reader.ts'
import type { Layout } from '../catalog/layout.ts'
import type { Shape } from '../catalog/shape.ts'
import { BLOCK_TILE_ROWS } from '../limits.ts'
import { Column } from '../querier.ts'
import { GroupView } from '../read/group-view.ts'
import { type Mask, maskedPart, Masks } from '../read/mask.ts'
import { type Part, sealedPart } from '../read/part.ts'
import { readTile } from '../read/tile-cache.ts'
import type { TileRef } from '../read/tile-ref.ts'
import type { ColumnDecoder } from '../tile/column-decoder.ts'
import type { TileView } from '../tile/tile-view.ts'
import type { NativeHistogram } from '@pharos/model'
import type { TileSource } from '../tile/tile-writer.ts'

export interface StoredTiles {
  readonly definition: GroupDefinition
  readonly tiles: readonly TileRef[]
}

interface Pending {
  readonly layout: Layout
  readonly view: TileView
  /** What was deleted of it, and is left out. */
  readonly masks: readonly Mask[]
}

export type TileSink = (
  definition: GroupDefinition,
  shapes: readonly Shape[],
  source: TileSource,
  aggregatesOf?: (columns: Int32Array) => TileSource,
) => Promise<void>

/** Columns between two stops, some 100 µs. */
const STOP_COLUMNS = 1024

/**
 * Hands the group's samples to `sink` in tiles of up to 480 rows, in the order of time.
 * @param pace     others have their turns
 * @param damaged  called for a tile that cannot be read; the others are joined without it
 */
export async function joinTiles(
  { definition, tiles }: StoredTiles,
  decoder: ColumnDecoder,
  pace: Pace,
  damaged: (ref: TileRef, error: unknown) => void,
  sink: TileSink,
): Promise<void> {
  const masks = new Masks()
  const ordered = tiles.toSorted((a, b) => a.firstMs - b.firstMs)
  let pending: Pending[] = []
  let rowCount = 0
  let startMs = -Infinity
  let endMs = -Infinity
  for (let i = 0; i < ordered.length; i++) {
    const ref = ordered[i]!
    if (pace.isDue) await pace.rest()
    try {
      const view = readTile(ref)
      pending.push({ layout: ref.layout, view, masks: masks.of(ref, definition.key) })
    } catch (error) {
      damaged(ref, error)
    }
    rowCount += ref.rowCount
    endMs = Math.max(endMs, ref.lastMs)
    const next = ordered[i + 1]
    const isLast = next === undefined
    if (!isLast && (rowCount < BLOCK_TILE_ROWS || next.firstMs <= endMs)) continue
    const times = timesOf(pending, decoder, startMs)
    const cuts = cutsOf(times.length, isLast)
    for (let c = 0; c + 1 < cuts.length; c++) {
      const [from, to] = [times[cuts[c]!]!, times[cuts[c + 1]! - 1]!]
      const { shapes, view, isLate } = await pace.drive(joined(pending, decoder, from, to))
      await sink(definition, shapes, sourceOf(view, isLate))
    }
    const written = cuts.at(-1)!
    if (written === times.length) {
      pending = []
      startMs = -Infinity
    } else {
      startMs = times[written]!
      pending = pending.filter(({ view }) => view.times.at(-1)! >= startMs)
    }
    rowCount = times.length - written
  }
}

/** Row numbers at which tiles begin and end. What does not fill a tile waits for more, except at the end. */
function cutsOf(rowCount: number, isLast: boolean): number[] {
  const tiles = isLast
    ? Math.ceil(rowCount / BLOCK_TILE_ROWS)
    : Math.floor(rowCount / BLOCK_TILE_ROWS)
  // At the end the rest is spread evenly: 240 and 240 read better than 480 and 1.
  const rows = isLast ? Math.ceil(rowCount / Math.max(1, tiles)) : BLOCK_TILE_ROWS
  return Array.from({ length: tiles + 1 }, (_, i) => Math.min(i * rows, rowCount))
}

/** When the rows are, each time once. */
function timesOf(
  pending: readonly Pending[],
  decoder: ColumnDecoder,
  fromMs: number,
): Float64Array {
  const columns = new Int32Array(0)
  const pieces = []
  for (const { view } of pending) {
    const part = sealedPart(view, fromMs, Infinity, decoder)
    if (part !== undefined) pieces.push({ part, columns })
  }
  return new GroupView({ common: Labels.EMPTY, shapes: [] }, pieces).times
}

function* joined(
  pending: readonly Pending[],
  decoder: ColumnDecoder,
  fromMs: number,
  toMs: number,
): Task<{ shapes: readonly Shape[]; view: GroupView; isLate: boolean }> {
  const parts: { part: Part; layout: Layout }[] = []
  for (const { layout, view, masks } of pending) {
    const part = sealedPart(view, fromMs, toMs, decoder)
    if (part === undefined) continue
    parts.push({ part: maskedPart(part, masks), layout })
  }
  const { shapes, columnsOf } = yield* columnsTogether(parts.map(({ layout }) => layout))
  const pieces = parts.map(({ part, layout }) => ({ part, columns: columnsOf.get(layout)! }))
  return {
    shapes,
    view: new GroupView({ common: Labels.EMPTY, shapes }, pieces),
    isLate: parts.every(({ part }) => part.isLate),
  }
}

/** The series of all layouts, each once, and the column that each layout has for them: −1 where it has none. */
export function* columnsTogether(
  layouts: readonly Layout[],
): Task<{ shapes: readonly Shape[]; columnsOf: ReadonlyMap<Layout, Int32Array> }> {
  const distinct = new Set(layouts)
  const [first] = distinct
  if (distinct.size === 1 && !first!.shapes.includes(undefined)) {
    const columns = Int32Array.from(first!.shapes.keys())
    return { shapes: first!.shapes as readonly Shape[], columnsOf: new Map([[first!, columns]]) }
  }
  const shapes: Shape[] = []
  const seriesOf = new Map<Shape, number>()
  for (const layout of distinct) {
    for (let column = 0; column < layout.shapes.length; column++) {
      if (column % STOP_COLUMNS === 0) yield
      const shape = layout.shapes[column]
      if (shape === undefined || seriesOf.has(shape)) continue
      seriesOf.set(shape, shapes.length)
      shapes.push(shape)
    }
  }
  const columnsOf = new Map<Layout, Int32Array>()
  for (const layout of distinct) {
    const columns = new Int32Array(shapes.length).fill(-1)
    for (let column = 0; column < layout.shapes.length; column++) {
      if (column % STOP_COLUMNS === 0) yield
      const shape = layout.shapes[column]
      if (shape !== undefined) columns[seriesOf.get(shape)!] = column
    }
    columnsOf.set(layout, columns)
  }
  return { shapes, columnsOf }
}

function sourceOf(view: GroupView, isLate: boolean): TileSource {
  let flags = 0
  return {
    times: view.times,
    rowCount: view.times.length,
    columnCount: view.seriesCount,
    isLate,
    readColumn(column, out) {
      flags = view.readValues(column, out)
    },
    histograms(column) {
      if ((flags & Column.histograms) === 0) return undefined
      const all: (NativeHistogram | undefined)[] = []
      view.readHistograms(column, all)
      const found = new Map<number, NativeHistogram>()
      all.forEach((histogram, row) => {
        if (histogram !== undefined) found.set(row, histogram)
      })
      return found
    },
  }
}
