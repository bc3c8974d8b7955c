// The newest rows of a group, row by row, only the columns that changed. A column gets a slot the first time
// it differs from its base; older rows are shorter and need no change. A column without slot costs nothing.
//
//   base[c]   the first row's value, ABSENT for a column that came later
//   slot[c]   −1: the same in all rows                    row r:  [ slot 0 | slot 1 | … | slot w(r)−1 ]
//   value(r, c) = slot[c] < 0 || slot[c] ≥ w(r)  ?  base[c]  :  row r[slot[c]]
//
// Rows that were written stay as they are, so a reader that remembers the number of rows has a snapshot. Only
// cells (single samples) change rows afterwards; the group copies a tile that a reader holds before it does so.

import { AppendOutcome } from '../appender.ts'
import type { Layout } from '../catalog/layout.ts'
import { ABSENT, isAbsent, lowWord, type NativeHistogram } from '@pharos/model'
import { copyHistogram } from '../tile/histogram-codec.ts'
import type { RowMemory } from './row-memory.ts'

export class OpenTile {
  rowCount = 0
  columnCount = 0
  times: Float64Array = new Float64Array(8)
  /** A reader holds this tile: copy it before changing a row. */
  isCaptured = false
  /** It was filled by single samples. */
  hasCells = false
  /** Its samples came late: those of other tiles go before them. */
  isLate = false
  /** Sequence number of the oldest WAL file that holds rows of this tile. */
  readonly walSequence: number
  /** Its columns, once it is closed: the group may begin new ones then. */
  layout: Layout | undefined
  /** By column, then by time. */
  readonly histograms: Map<number, Map<number, NativeHistogram>> = new Map()
  #base = new Float64Array(0)
  #baseWords = new Uint32Array(0)
  #slot = new Int32Array(0)
  /** The column of each slot. */
  #columnOfSlot = new Int32Array(0)
  #slotCount = 0
  readonly #memory: RowMemory
  /** All that it took from the memory, the last of them in use. */
  #pieces: Float64Array[] = []
  #rowPiece: Float64Array[] = []
  readonly #rowAt: number[] = []
  readonly #rowWidth: number[] = []
  #piece: Float64Array = new Float64Array(0)
  #pieceUsed = 0

  constructor(walSequence: number, memory: RowMemory) {
    this.walSequence = walSequence
    this.#memory = memory
  }

  get firstMs(): number {
    return this.times[0]!
  }

  get lastMs(): number {
    return this.times[this.rowCount - 1]!
  }

  /**
   * Appends a row later than all others.
   * @param row    one value a column, at least `columnCount`
   * @param words  the same memory as 32-bit words, low one first
   */
  append(tMs: number, row: Float64Array, words: Uint32Array, columnCount: number): void {
    this.#ensureColumns(columnCount)
    if (this.rowCount === 0) {
      for (let c = 0; c < columnCount; c++) this.#base[c] = row[c]!
      this.#addRow(0, tMs, 0)
      return
    }
    const slot = this.#slot
    const base = this.#baseWords
    for (let c = 0; c < columnCount; c++) {
      if (slot[c]! >= 0) continue
      if (words[2 * c] !== base[2 * c] || words[2 * c + 1] !== base[2 * c + 1]) this.#giveSlot(c)
    }
    const width = this.#slotCount
    this.#addRow(this.rowCount, tMs, width)
    const piece = this.#rowPiece[this.rowCount - 1]!
    const at = this.#rowAt[this.rowCount - 1]!
    const columns = this.#columnOfSlot
    for (let s = 0; s < width; s++) {
      const c = columns[s]!
      // A group may be given a shorter row than it has columns only while replaying an older layout.
      piece[at + s] = c < columnCount ? row[c]! : ABSENT
    }
  }

  value(row: number, column: number): number {
    if (column >= this.columnCount) return ABSENT
    const slot = this.#slot[column]!
    return slot < 0 || slot >= this.#rowWidth[row]!
      ? this.#base[column]!
      : this.#rowPiece[row]![this.#rowAt[row]! + slot]!
  }

  /** Values of one column in rows [from, to) into `out[at …]`. */
  readColumn(column: number, from: number, to: number, out: Float64Array, at: number): void {
    if (column >= this.columnCount) {
      out.fill(ABSENT, at, at + to - from)
      return
    }
    const slot = this.#slot[column]!
    const base = this.#base[column]!
    if (slot < 0) {
      out.fill(base, at, at + to - from)
      return
    }
    for (let row = from; row < to; row++) {
      out[at + row - from] =
        slot >= this.#rowWidth[row]! ? base : this.#rowPiece[row]![this.#rowAt[row]! + slot]!
    }
  }

  /** All values of one row into `out[0 … columnCount)`. */
  readRow(row: number, out: Float64Array): void {
    for (let c = 0; c < this.columnCount; c++) out[c] = this.#base[c]!
    const piece = this.#rowPiece[row]!
    const at = this.#rowAt[row]!
    for (let s = 0; s < this.#rowWidth[row]!; s++) out[this.#columnOfSlot[s]!] = piece[at + s]!
  }

  /** The row at a time, or −1 − (the place where it would stand). */
  rowAtTime(tMs: number): number {
    let low = 0
    let high = this.rowCount
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.times[middle]! < tMs) low = middle + 1
      else high = middle
    }
    return low < this.rowCount && this.times[low] === tMs ? low : -1 - low
  }

  /** Makes an empty row anywhere: every column of it is ABSENT. */
  insertRow(place: number, tMs: number, columnCount: number): void {
    this.#ensureColumns(columnCount)
    if (this.rowCount === 0) {
      this.#base.fill(ABSENT, 0, columnCount)
      this.#addRow(0, tMs, 0)
      return
    }
    for (let c = 0; c < this.columnCount; c++) {
      if (this.#slot[c]! < 0 && !isAbsent(this.#base[c]!)) this.#giveSlot(c)
    }
    const width = this.#slotCount
    this.#addRow(place, tMs, width)
    const at = this.#rowAt[place]!
    this.#rowPiece[place]!.fill(ABSENT, at, at + width)
  }

  setCell(row: number, column: number, value: number): void {
    this.#ensureColumns(column + 1)
    if (this.#slot[column]! < 0) {
      if (sameBits(this.#base[column]!, value)) return
      this.#giveSlot(column)
    }
    const slot = this.#slot[column]!
    if (slot >= this.#rowWidth[row]!) this.#widen(row)
    this.#rowPiece[row]![this.#rowAt[row]! + slot] = value
  }

  /**
   * Sets cells of one row where nothing is yet.
   * @param columnCount  more than any of `columns`
   * @param outcomes     ok as it comes in; filled for those where something is
   * @returns how many were set
   */
  setFreeCells(
    row: number,
    columnCount: number,
    columns: Int32Array,
    values: Float64Array,
    outcomes: Uint8Array,
  ): number {
    this.#ensureColumns(columnCount)
    // All slots first: the row is moved at most once then.
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!
      if (this.#slot[column]! < 0 && isAbsent(this.#base[column]!)) this.#giveSlot(column)
    }
    if (this.#slotCount > this.#rowWidth[row]!) this.#widen(row)
    const slots = this.#slot
    const piece = this.#rowPiece[row]!
    const at = this.#rowAt[row]!
    const hasHistograms = this.histograms.size > 0
    let taken = 0
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!
      const slot = slots[column]!
      const there = slot < 0 ? this.#base[column]! : piece[at + slot]!
      const histogram = hasHistograms ? this.histogram(row, column) : undefined
      if (isAbsent(there) && histogram === undefined) {
        piece[at + slot] = values[i]!
        taken++
      } else {
        const isSame = sameSample(histogram ?? there, values[i]!)
        outcomes[i] = isSame ? AppendOutcome.duplicateSame : AppendOutcome.duplicateDiffers
      }
    }
    return taken
  }

  setHistogram(tMs: number, column: number, histogram: NativeHistogram): void {
    this.#ensureColumns(column + 1)
    let byTime = this.histograms.get(column)
    if (byTime === undefined) this.histograms.set(column, (byTime = new Map()))
    byTime.set(tMs, histogram)
  }

  histogram(row: number, column: number): NativeHistogram | undefined {
    return this.histograms.get(column)?.get(this.times[row]!)
  }

  /** Its rows are in a segment and nobody reads them: gives their memory back, and cannot be read after that. */
  surrender(): readonly Float64Array[] {
    const pieces = this.#pieces
    this.#pieces = []
    this.#rowPiece = []
    this.#piece = new Float64Array(0)
    this.#pieceUsed = 0
    return pieces
  }

  /** Rows [from, to) as a tile of their own. */
  copy(from: number, to: number): OpenTile {
    const copy = new OpenTile(this.walSequence, this.#memory)
    copy.hasCells = this.hasCells
    copy.isLate = this.isLate
    const row = new Float64Array(this.columnCount)
    const words = new Uint32Array(row.buffer)
    for (let r = from; r < to; r++) {
      this.readRow(r, row)
      copy.append(this.times[r]!, row, words, this.columnCount)
    }
    for (const [column, byTime] of this.histograms) {
      for (const [tMs, histogram] of byTime) {
        if (tMs >= this.times[from]! && tMs <= this.times[to - 1]!) {
          copy.setHistogram(tMs, column, histogram)
        }
      }
    }
    return copy
  }

  #addRow(place: number, tMs: number, width: number): void {
    if (this.rowCount === this.times.length) {
      const larger = new Float64Array(this.rowCount * 2)
      larger.set(this.times)
      this.times = larger
    }
    const at = this.#room(width)
    if (place === this.rowCount) {
      this.#rowPiece.push(this.#piece)
      this.#rowAt.push(at)
      this.#rowWidth.push(width)
    } else {
      this.times.copyWithin(place + 1, place, this.rowCount)
      this.#rowPiece.splice(place, 0, this.#piece)
      this.#rowAt.splice(place, 0, at)
      this.#rowWidth.splice(place, 0, width)
    }
    this.times[place] = tMs
    this.rowCount++
  }

  /** Gives a row a place in which every slot fits. */
  #widen(row: number): void {
    const width = this.#slotCount
    const oldPiece = this.#rowPiece[row]!
    const oldAt = this.#rowAt[row]!
    const oldWidth = this.#rowWidth[row]!
    const at = this.#room(width)
    for (let s = 0; s < width; s++) {
      this.#piece[at + s] =
        s < oldWidth ? oldPiece[oldAt + s]! : this.#base[this.#columnOfSlot[s]!]!
    }
    this.#rowPiece[row] = this.#piece
    this.#rowAt[row] = at
    this.#rowWidth[row] = width
  }

  #room(width: number): number {
    if (this.#pieceUsed + width > this.#piece.length) {
      this.#piece = this.#memory.take(width)
      this.#pieces.push(this.#piece)
      this.#pieceUsed = 0
    }
    const at = this.#pieceUsed
    this.#pieceUsed += width
    return at
  }

  #giveSlot(column: number): void {
    if (this.#slotCount === this.#columnOfSlot.length) {
      const larger = new Int32Array(Math.min(this.#slot.length, this.#slotCount * 2 + 16))
      larger.set(this.#columnOfSlot)
      this.#columnOfSlot = larger
    }
    this.#slot[column] = this.#slotCount
    this.#columnOfSlot[this.#slotCount++] = column
  }

  #ensureColumns(count: number): void {
    if (count <= this.columnCount) return
    if (count > this.#slot.length) {
      // The first row usually has all columns: no room to spare then.
      const room = this.columnCount === 0 ? count : Math.max(count, this.#slot.length * 2)
      const base = new Float64Array(room)
      base.set(this.#base)
      this.#base = base
      this.#baseWords = new Uint32Array(base.buffer)
      const slot = new Int32Array(room).fill(-1)
      slot.set(this.#slot)
      this.#slot = slot
    }
    this.#base.fill(ABSENT, this.columnCount, count)
    this.columnCount = count
  }
}

export function hasCell(tile: OpenTile, row: number, column: number): boolean {
  return !isAbsent(tile.value(row, column)) || tile.histogram(row, column) !== undefined
}

export function sameSample(a: number | NativeHistogram, b: number | NativeHistogram): boolean {
  if (typeof a === 'number' || typeof b === 'number') {
    return typeof a === 'number' && typeof b === 'number' && sameBits(a, b)
  }
  return JSON.stringify(copyHistogram(a)) === JSON.stringify(copyHistogram(b))
}

/** Equal bit for bit: NaNs of one payload are equal, 0 and −0 are not. */
export function sameBits(a: number, b: number): boolean {
  // By way of a typed array: an array literal of two NaNs loses their payloads, at times.
  if (a !== a) return b !== b && lowWord(a) === lowWord(b)
  return a === b && (a !== 0 || 1 / a === 1 / b)
}
