// Tiles that were read and verified, the latest ones kept for the next query.

import { OutsideError } from '@pharos/base'
import { TILE_CACHE_BYTES } from '../limits.ts'
import { AGGREGATES } from '../tile/tile-format.ts'
import { TileView } from '../tile/tile-view.ts'
import type { TileRef } from './tile-ref.ts'

export class TileCache {
  readonly #views = new Map<TileRef, TileView>()
  readonly #maxBytes: number
  #bytes = 0

  constructor(maxBytes: number = TILE_CACHE_BYTES) {
    this.#maxBytes = maxBytes
  }

  /** @throws OutsideError when the disk fails or the tile is damaged; the message names file and offset */
  view(ref: TileRef): TileView {
    const cached = this.#views.get(ref)
    if (cached !== undefined) {
      this.#views.delete(ref)
      this.#views.set(ref, cached)
      return cached
    }
    const view = readTile(ref)
    this.#views.set(ref, view)
    this.#bytes += ref.length
    for (const [oldest] of this.#views) {
      if (this.#bytes <= this.#maxBytes) break
      this.#views.delete(oldest)
      this.#bytes -= oldest.length
    }
    return view
  }
}

/** @throws OutsideError, see TileCache.view */
export function readTile(ref: TileRef): TileView {
  const { file, offset, length, layout, isAggregates = false } = ref
  const columnCount = layout.shapes.length * (isAggregates ? AGGREGATES : 1)
  try {
    const view = new TileView(file.read(offset, length))
    if (
      view.columnCount !== columnCount ||
      view.isAggregates !== isAggregates ||
      view.times[0] !== ref.firstMs ||
      view.times.at(-1) !== ref.lastMs
    ) {
      throw new OutsideError('tsdb/corrupt', 'a tile is not the one that was looked for')
    }
    return view
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error
    throw new OutsideError(error.code, `${file.path} at byte ${offset}: ${error.message}`, {
      cause: error,
    })
  }
}
