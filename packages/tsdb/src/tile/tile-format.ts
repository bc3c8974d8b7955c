// Numbers of the tile format that writer and readers share: docs/format/tile.md.

export const TILE_MAGIC = 0x314c4954
export const DENSE_TILE_MAGIC = 0x324c4954
export const TileFlag = { late: 1, histograms: 2, aggregates: 4 } as const
export const HISTOGRAM_COLUMN = 0x20
export const SKIP_COLUMNS = 256

/** What is kept of the samples of one step, in the order of columns: docs/format/tile.md, "Aggregates". */
export const Aggregate = { count: 0, sum: 1, min: 2, max: 3, lost: 4 } as const
export type Aggregate = (typeof Aggregate)[keyof typeof Aggregate]
export const AGGREGATES = 5

/** Kinds of columns of version 2, as far as they are not the kernel's alone. */
export const DenseKind = {
  absent: 0,
  decimal: 1,
  bits: 2,
  alias: 3,
  mask: 3,
  ref: 8,
  specials: 16,
} as const
