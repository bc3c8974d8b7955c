// Joins the tiles of a group into longer ones. Tiles that overlap become one in which every time stands once.

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

type TileSink = (
  definition: GroupDefinition,
  shapes: readonly Shape[],
  source: TileSource,
) => Promise<void>

/**
 * Hands the group's samples to `sink` in tiles of up to 480 rows, in the order of time.
 * @param damaged  called for a tile that cannot be read; the others are joined without it
 */
export async function joinTiles(
  { definition, tiles }: StoredTiles,
  decoder: ColumnDecoder,
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
    const times = joined(pending, decoder, startMs, Infinity).view.times
    const cuts = cutsOf(times.length, isLast)
    for (let c = 0; c + 1 < cuts.length; c++) {
      const [from, to] = [times[cuts[c]!]!, times[cuts[c + 1]! - 1]!]
      const { shapes, view, isLate } = joined(pending, decoder, from, to)
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

function joined(
  pending: readonly Pending[],
  decoder: ColumnDecoder,
  fromMs: number,
  toMs: number,
): { shapes: readonly Shape[]; view: GroupView; isLate: boolean } {
  const shapes: Shape[] = []
  const seriesOf = new Map<Shape, number>()
  const parts: { part: Part; layout: Layout }[] = []
  for (const { layout, view, masks } of pending) {
    const part = sealedPart(view, fromMs, toMs, decoder)
    if (part === undefined) continue
    parts.push({ part: maskedPart(part, masks), layout })
    for (const shape of layout.shapes) {
      if (shape === undefined || seriesOf.has(shape)) continue
      seriesOf.set(shape, shapes.length)
      shapes.push(shape)
    }
  }
  const pieces = parts.map(({ part, layout }) => {
    const columns = new Int32Array(shapes.length).fill(-1)
    layout.shapes.forEach((shape, column) => {
      if (shape !== undefined) columns[seriesOf.get(shape)!] = column
    })
    return { part, columns }
  })
  return {
    shapes,
    view: new GroupView({ common: Labels.EMPTY, shapes }, pieces),
    isLate: parts.every(({ part }) => part.isLate),
  }
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
