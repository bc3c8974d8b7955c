// Columns of tiles decoded by the kernel, some ten times faster than in TypeScript. In a tile of version 2 a column may
// be that of another one (ALIAS), or the difference to the one before it (REF): reading columns in their order then
// decodes each of them once, and reading one alone decodes its chain, of at most 16.

import { OutsideError } from '@pharos/base'
import { denseBytesMax, denseWorkBytes, type Kernel } from '@pharos/kernel'
import { ABSENT } from '@pharos/model'
import { BLOCK_TILE_ROWS } from '../limits.ts'
import { DenseKind } from './tile-format.ts'
import type { TileView } from './tile-view.ts'

/** Columns of version 1 that are larger are rare (480 doubles without any pattern are 4.3 KB). */
const COLUMN_BYTES = 8 * 1024

export class ColumnDecoder {
  readonly #kernel: Kernel
  #rows = 0
  #bytesAt = 0
  #valuesAt = 0
  #workAt = 0
  /** The column whose integers are in the work area. */
  #view: TileView | undefined
  #column = -1

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  /**
   * Values of a column into `out[at … at + rows)`.
   * @returns false when neither ABSENT nor STALE is among them; true when they may be
   * @throws OutsideError `tsdb/corrupt` or `bytes/…`
   */
  read(view: TileView, column: number, out: Float64Array, at: number): boolean {
    this.#reserve(view.times.length)
    return view.isDense ? this.#readDense(view, column, out, at) : this.#read(view, column, out, at)
  }

  #read(view: TileView, column: number, out: Float64Array, at: number): boolean {
    const [from, end] = view.rangeOf(column)
    const rows = view.times.length
    if (end - from > COLUMN_BYTES) return view.readValues(column, out, at)
    this.#copy(view.bytes, from, end)
    const bytesAt = this.#bytesAt
    const flags = this.#kernel.columnDecode(bytesAt, bytesAt + end - from, rows, this.#valuesAt)
    // What it leaves undecided (histograms, damage) goes the way of TileView, which says what is wrong.
    if (flags < 0) return view.readValues(column, out, at)
    this.#give(rows, out, at)
    return flags !== 0
  }

  #readDense(view: TileView, asked: number, out: Float64Array, at: number): boolean {
    const rows = view.times.length
    const column = aliased(view, asked)
    const kind = view.bytes[view.rangeOf(column)[0]]!
    if ((kind & DenseKind.mask) === DenseKind.absent) {
      out.fill(ABSENT, at, at + rows)
      return true
    }
    let first = column
    while (isReference(view, first)) {
      const prior = before(view, first)
      if (this.#view === view && this.#column === prior) break
      first = prior
    }
    for (let c = first; c <= column; c++) if (c === column || isOwn(view, c)) this.#decode(view, c)
    this.#give(rows, out, at)
    return (kind & DenseKind.specials) !== 0 || (kind & DenseKind.mask) === DenseKind.bits
  }

  #decode(view: TileView, column: number): void {
    const [from, end] = view.rangeOf(column)
    const rows = view.times.length
    this.#view = undefined
    if (end - from > denseBytesMax(rows)) throw damaged(column)
    this.#copy(view.bytes, from, end)
    const bytesAt = this.#bytesAt
    const ended = this.#kernel.denseDecode(bytesAt, rows, this.#workAt, this.#valuesAt)
    if (ended !== bytesAt + end - from) throw damaged(column)
    this.#view = view
    this.#column = column
  }

  #copy(bytes: Uint8Array, from: number, end: number): void {
    const { u8 } = this.#kernel.memory
    const at = this.#bytesAt
    if (end - from < 24) for (let i = from; i < end; i++) u8[at + i - from] = bytes[i]!
    else u8.set(bytes.subarray(from, end), at)
  }

  #give(rows: number, out: Float64Array, at: number): void {
    const from = this.#valuesAt / 8
    out.set(this.#kernel.memory.f64.subarray(from, from + rows), at)
  }

  #reserve(rows: number): void {
    if (rows <= this.#rows) return
    const { memory } = this.#kernel
    if (this.#rows > 0) {
      for (const at of [this.#bytesAt, this.#valuesAt, this.#workAt]) memory.free(at)
    }
    this.#view = undefined
    this.#rows = Math.max(rows, BLOCK_TILE_ROWS)
    this.#bytesAt = memory.allocate(Math.max(COLUMN_BYTES, denseBytesMax(this.#rows)))
    this.#valuesAt = memory.allocate(8 * this.#rows)
    this.#workAt = memory.allocate(denseWorkBytes(this.#rows))
    memory.i32[this.#workAt / 4] = -1
  }
}

function aliased(view: TileView, column: number): number {
  const [at, end] = view.rangeOf(column)
  if (view.bytes[at] !== DenseKind.alias) return column
  let other = 0
  let scale = 1
  for (let i = at + 1; i < end; i++) {
    other += (view.bytes[i]! & 127) * scale
    scale *= 128
  }
  const isSound = other < column && view.bytes[view.rangeOf(other)[0]] !== DenseKind.alias
  if (!isSound) throw damaged(column)
  return other
}

function isReference(view: TileView, column: number): boolean {
  const kind = view.bytes[view.rangeOf(column)[0]]!
  return (kind & DenseKind.mask) === DenseKind.decimal && (kind & DenseKind.ref) !== 0
}

/** Whether a column has integers of its own. */
function isOwn(view: TileView, column: number): boolean {
  const kind = view.bytes[view.rangeOf(column)[0]]! & DenseKind.mask
  return kind !== DenseKind.absent && kind !== DenseKind.alias
}

/** The column that a reference is to. */
function before(view: TileView, column: number): number {
  let other = column - 1
  while (other >= 0 && !isOwn(view, other)) other--
  if (other < 0) throw damaged(column)
  return other
}

function damaged(column: number): OutsideError {
  return new OutsideError('tsdb/corrupt', `column ${column} of a tile is damaged`)
}
