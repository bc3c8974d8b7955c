// Columns that queries have read more than once, decoded. Decoding is more than half of what a sum of rates costs, and
// dashboards and rules read the same columns over and over. What is kept lies in a ring of blocks: the place a column got
// is a number that only grows, and it is gone when the ring has gone round.

import type { ColumnDecoder } from '../tile/column-decoder.ts'
import type { TileView } from '../tile/tile-view.ts'
import { DECODED_BYTES } from '../limits.ts'

/** Numbers in a block; a column never spans two. */
const BLOCK = 1 << 17
/** Instead of a place. */
const UNREAD = 0
const READ_ONCE = 1

export class DecodedColumns {
  readonly #decoder: ColumnDecoder
  readonly #blockCount: number
  /** Made when the first column comes to lie there. */
  readonly #blocks: Float64Array<ArrayBuffer>[] = []
  /** By tile and column: twice the place, and one more where markers may be among the values. */
  readonly #places = new WeakMap<TileView, Float64Array>()
  /** Where the next column goes. The first block is left out, so that no place looks like a mark. */
  #next = BLOCK

  constructor(decoder: ColumnDecoder, maxBytes: number = DECODED_BYTES) {
    this.#decoder = decoder
    this.#blockCount = Math.max(2, Math.floor(maxBytes / (8 * BLOCK)))
  }

  /**
   * Rows [from, to) of a column into `out[at …]`.
   * @param whole  room for all rows of the tile
   * @returns false when neither ABSENT nor STALE is among them; true when they may be
   * @throws OutsideError like ColumnDecoder
   */
  read(
    view: TileView,
    column: number,
    from: number,
    to: number,
    whole: Float64Array,
    out: Float64Array,
    at: number,
  ): boolean {
    let places = this.#places.get(view)
    if (places === undefined) {
      places = new Float64Array(view.columnCount)
      this.#places.set(view, places)
    }
    const entry = places[column]!
    if (entry > READ_ONCE) {
      const place = Math.floor(entry / 2)
      if (this.#isThere(place)) {
        this.#give(place, from, to, out, at)
        return entry % 2 === 1
      }
    }
    const rows = view.times.length
    const isWhole = from === 0 && to === rows
    const hasMarkers = isWhole
      ? this.#decoder.read(view, column, out, at)
      : this.#decoder.read(view, column, whole, 0)
    if (!isWhole) copy(whole, from, to, out, at)
    if (entry === UNREAD || rows > BLOCK) places[column] = READ_ONCE
    else {
      const place = isWhole ? this.#keep(out, at, rows) : this.#keep(whole, 0, rows)
      places[column] = 2 * place + (hasMarkers ? 1 : 0)
    }
    return hasMarkers
  }

  /** Blocks before the one that is being filled, but for as many as there are. */
  #isThere(place: number): boolean {
    return Math.floor(place / BLOCK) > Math.floor(this.#next / BLOCK) - this.#blockCount
  }

  #give(place: number, from: number, to: number, out: Float64Array, at: number): void {
    const start = place % BLOCK
    copy(this.#blockOf(place), start + from, start + to, out, at)
  }

  #keep(values: Float64Array, at: number, rows: number): number {
    if ((this.#next % BLOCK) + rows > BLOCK) this.#next += BLOCK - (this.#next % BLOCK)
    const place = this.#next
    copy(values, at, at + rows, this.#blockOf(place), place % BLOCK)
    this.#next += rows
    return place
  }

  #blockOf(place: number): Float64Array<ArrayBuffer> {
    const i = Math.floor(place / BLOCK) % this.#blockCount
    return (this.#blocks[i] ??= new Float64Array(BLOCK))
  }
}

/** For a few hundred numbers a loop is faster than making a view to be set. */
function copy(values: Float64Array, from: number, to: number, out: Float64Array, at: number): void {
  for (let i = from; i < to; i++) out[at + i - from] = values[i]!
}
