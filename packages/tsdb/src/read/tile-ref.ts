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
}
