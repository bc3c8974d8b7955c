// Reads a tile. Its checksum is verified before anything else is believed.

import { ByteReader, crc32c, OutsideError } from '@pharos/base'
import type { NativeHistogram } from '@pharos/model'
import { decodeColumn } from './column-codec.ts'
import { readHistogram } from './histogram-codec.ts'
import { readIntegers } from './integer-stream.ts'
import {
  DENSE_TILE_MAGIC,
  HISTOGRAM_COLUMN,
  SKIP_COLUMNS,
  TILE_MAGIC,
  TileFlag,
} from './tile-format.ts'

export class TileView {
  readonly groupId: number
  readonly layoutId: number
  readonly columnCount: number
  readonly isLate: boolean
  /** It says what the steps of a downsampled tile held. */
  readonly isAggregates: boolean
  /** Version 2: only a ColumnDecoder reads its columns. */
  readonly isDense: boolean
  /** Strictly ascending, ms. */
  readonly times: Float64Array
  readonly bytes: Uint8Array
  /** Where each column begins, and where the last one ends. */
  readonly #offsets: Uint32Array

  /** @throws OutsideError `tsdb/corrupt` when the bytes are not exactly one whole tile */
  constructor(bytes: Uint8Array) {
    const reader = new ByteReader(bytes)
    const magic = bytes.length < 12 ? 0 : reader.u32()
    this.isDense = magic === DENSE_TILE_MAGIC
    if ((!this.isDense && magic !== TILE_MAGIC) || reader.u32() !== bytes.length) {
      throw new OutsideError('tsdb/corrupt', 'no tile where one should be')
    }
    if (reader.u32() !== crc32c(bytes, 12)) {
      throw new OutsideError('tsdb/corrupt', 'checksum of a tile does not match')
    }
    this.bytes = bytes
    this.groupId = reader.u32()
    this.layoutId = reader.u32()
    const rowCount = reader.u16()
    const flags = reader.u16()
    this.isLate = (flags & TileFlag.late) !== 0
    this.isAggregates = (flags & TileFlag.aggregates) !== 0
    this.columnCount = reader.u32()
    const firstMs = reader.i64()
    const lastMs = reader.i64()
    this.times = new Float64Array(rowCount)
    const timesAt = reader.u32() + reader.offset
    readIntegers(reader, rowCount, this.times, 0)
    if (
      reader.offset !== timesAt ||
      this.times[0] !== firstMs ||
      this.times[rowCount - 1] !== lastMs
    ) {
      throw new OutsideError('tsdb/corrupt', 'times of a tile do not match its header')
    }
    reader.raw(4 * Math.ceil(this.columnCount / SKIP_COLUMNS))
    this.#offsets = new Uint32Array(this.columnCount + 1)
    let offset = 0
    for (let c = 0; c < this.columnCount; c++) {
      this.#offsets[c] = offset
      offset += reader.varint()
    }
    this.#offsets[this.columnCount] = offset
    const start = reader.offset
    if (start + offset !== bytes.length) {
      throw new OutsideError('tsdb/corrupt', 'columns of a tile do not fill it')
    }
    for (let c = 0; c <= this.columnCount; c++) this.#offsets[c]! += start
  }

  /** Values of a column of version 1 into `out[at … at + rows)`. @returns true: ABSENT or STALE may be among them */
  readValues(column: number, out: Float64Array, at: number): boolean {
    let bytes = this.#column(column)
    if (bytes[0] === HISTOGRAM_COLUMN) {
      const reader = new ByteReader(bytes, 1)
      bytes = reader.raw(reader.varint())
    }
    decodeColumn(bytes, this.times.length, out, at)
    return true
  }

  /** Where the values of a column lie in `bytes`: those beside its histograms when it has some. */
  rangeOf(column: number): readonly [from: number, end: number] {
    const from = this.#offsets[column]!
    if (!this.isDense || this.bytes[from] !== HISTOGRAM_COLUMN) {
      return [from, this.#offsets[column + 1]!]
    }
    const reader = new ByteReader(this.bytes, from + 1)
    const length = reader.varint()
    return [reader.offset, reader.offset + length]
  }

  /** Bytes of one column. */
  columnLength(column: number): number {
    return this.#offsets[column + 1]! - this.#offsets[column]!
  }

  /** Bytes of all that is no column: head, times, directory. */
  get sharedLength(): number {
    return this.#offsets[0]!
  }

  hasHistograms(column: number): boolean {
    return this.bytes[this.#offsets[column]!] === HISTOGRAM_COLUMN
  }

  /** By row, undefined where there is none. */
  readHistograms(column: number): (NativeHistogram | undefined)[] {
    const found = Array.from<NativeHistogram | undefined>({ length: this.times.length })
    if (!this.hasHistograms(column)) return found
    const reader = new ByteReader(this.#column(column), 1)
    reader.raw(reader.varint())
    for (let left = reader.varint(); left > 0; left--) {
      const row = reader.varint()
      found[row] = readHistogram(reader)
    }
    return found
  }

  #column(column: number): Uint8Array {
    return this.bytes.subarray(this.#offsets[column]!, this.#offsets[column + 1]!)
  }
}
