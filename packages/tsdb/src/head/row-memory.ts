// Memory of the rows of open tiles, taken again and again. Left to the collector, each sealed tile would be a reason for
// V8 to mark the whole heap: a quarter of the CPU of a server that scrapes. A piece is given back when its tile is in a
// segment and no reader is at work that may have seen the tile.

import { FREE_ROW_VALUES } from '../limits.ts'

/** Rows that fit into one piece, at least. */
const PIECE_ROWS = 4
const PIECE_VALUES_MIN = 64

/** Tiles that wait for a reader. One that is never closed must not keep them all: the collector has them then. */
const WAITING_TILES = 1_000

/** Whoever holds rows until nobody reads them any more. */
interface RowHolder {
  /** Hands its memory over; it cannot be read after that. */
  surrender(): readonly Float64Array[]
}

export class RowMemory {
  /** By length. What is in them is what was in them before. */
  readonly #free = new Map<number, Float64Array[]>()
  #freeValues = 0
  /** Numbers of the readers at work, ascending. */
  readonly #readers = new Set<number>()
  #nextReader = 0
  /** Tiles in the order in which they were retired, and the first reader that has not seen them. */
  #waiting: { readonly holder: RowHolder; readonly nextReader: number }[] = []

  /** A piece for some rows of this width. Its values are anything. */
  take(width: number): Float64Array {
    let length = PIECE_VALUES_MIN
    while (length < width * PIECE_ROWS) length *= 2
    const piece = this.#free.get(length)?.pop()
    if (piece === undefined) return new Float64Array(length)
    this.#freeValues -= length
    return piece
  }

  /** A reader begins, which may see every tile that is not retired. @returns to be called when it is through */
  enter(): () => void {
    const reader = this.#nextReader++
    this.#readers.add(reader)
    return () => {
      if (this.#readers.delete(reader)) this.#release()
    }
  }

  /** No new reader sees these rows. */
  retire(holder: RowHolder): void {
    this.#waiting.push({ holder, nextReader: this.#nextReader })
    if (this.#waiting.length > WAITING_TILES) this.#waiting.shift()
    this.#release()
  }

  #release(): void {
    const [oldest = Infinity] = this.#readers
    let count = 0
    while (count < this.#waiting.length && this.#waiting[count]!.nextReader <= oldest) {
      for (const piece of this.#waiting[count++]!.holder.surrender()) this.#give(piece)
    }
    if (count > 0) this.#waiting = this.#waiting.slice(count)
  }

  #give(piece: Float64Array): void {
    if (this.#freeValues + piece.length > FREE_ROW_VALUES) return
    this.#freeValues += piece.length
    const same = this.#free.get(piece.length)
    if (same === undefined) this.#free.set(piece.length, [piece])
    else same.push(piece)
  }
}
