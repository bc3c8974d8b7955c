// What queriers leave behind for the next one: tiles that were verified, columns that were decoded, selectors with what they found, and what is
// known of the labels of a list of columns. All of it can be worked out anew at any time.

import type { Layout } from '../catalog/layout.ts'
import { SelectorCache } from '../catalog/selector.ts'
import { ColumnLabels } from './column-labels.ts'
import type { ColumnDecoder } from '../tile/column-decoder.ts'
import { DecodedColumns } from './decoded-columns.ts'
import { SortedUnions } from './sorted-unions.ts'
import { TileCache } from './tile-cache.ts'

export class ReadCache {
  readonly tiles: TileCache = new TileCache()
  readonly selectors: SelectorCache = new SelectorCache()
  readonly unions: SortedUnions = new SortedUnions()
  /** Lists of columns belong to selectors, and go with them. */
  readonly #facts = new WeakMap<Int32Array, ColumnLabels>()
  readonly columns: DecodedColumns
  readonly #cut = new WeakMap<Int32Array, Int32Array>()

  constructor(decoder: ColumnDecoder) {
    this.columns = new DecodedColumns(decoder)
  }

  facts(layout: Layout, columns: Int32Array): ColumnLabels {
    let facts = this.#facts.get(columns)
    if (facts === undefined) {
      facts = new ColumnLabels(layout, columns)
      this.#facts.set(columns, facts)
    }
    return facts
  }

  /** The columns below `columnCount`; the same array as last time when that is right. */
  firstColumns(columns: Int32Array, columnCount: number): Int32Array {
    let end = columns.length
    while (end > 0 && columns[end - 1]! >= columnCount) end--
    let cut = this.#cut.get(columns)
    if (cut?.length !== end) this.#cut.set(columns, (cut = columns.slice(0, end)))
    return cut
  }
}
