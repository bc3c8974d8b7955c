// Where a sealed tile is: in a segment of the head or in a block.

import type { Layout } from '../catalog/layout.ts'
import type { TileFile } from '../block/tile-file.ts'

export interface TileRef {
  readonly file: TileFile
  readonly offset: number
  readonly length: number
  readonly firstMs: number
  readonly lastMs: number
  readonly rowCount: number
  /** Its samples came late: those of other tiles go before them. */
  readonly isLate: boolean
  readonly layout: Layout
  /** What was left of more samples: the first and the last of each step, and what was in it. */
  readonly downsampled?: Downsampled
  /** Its columns are the aggregates of another tile's. */
  readonly isAggregates?: boolean
}

interface Downsampled {
  readonly stepMs: number
  /** Of the same layout. One row a step, at the last of the rows that the step has in the tile of samples. */
  readonly aggregates: TileRef
}

/** All tiles that lie on disk for these, those of aggregates too. */
export function* tilesAtRest(tiles: Iterable<TileRef>): Generator<TileRef, void> {
  for (const ref of tiles) {
    yield ref
    if (ref.downsampled !== undefined) yield ref.downsampled.aggregates
  }
}
