// Rows of a group as a tile: immutable, compressed column by column, the same bytes in segments and blocks.
//
//   tile := magic 'TIL1' | length u32 | crc u32 (of the rest) | group u32 | layout u32
//           rows u16 | flags u16 (1 late, 2 has histogram columns) | columns u32 | t0 i64 | t1 i64
//           tsLength u32 | timestamps istream
//           skip u32 × ceil(columns / 256)     offset of column 256·i behind the directory
//           dir  varint × columns              byte length of each column
//           columns …
//   column with histograms := 0x20 u8 | length varint of the float column | float column
//                             count varint, count × (row varint, histogram)

import { ByteWriter, crc32c } from '@pharos/base'
import { ABSENT_LOW_WORD, lowWord, type NativeHistogram } from '@pharos/model'
import { encodeColumn } from './column-codec.ts'
import { writeHistogram } from './histogram-codec.ts'
import { writeIntegers } from './integer-stream.ts'

export const TILE_MAGIC = 0x314c4954
export const TileFlag = { late: 1, histograms: 2 } as const
export const HISTOGRAM_COLUMN = 0x20
export const SKIP_COLUMNS = 256

/** Columns of the rows that become a tile. */
export interface TileSource {
  readonly times: Float64Array
  readonly rowCount: number
  readonly columnCount: number
  readonly isLate: boolean
  /** Values of a column into `out[0 … rowCount)`. */
  readonly readColumn: (column: number, out: Float64Array) => void
  /** By row; undefined when the column has none. */
  readonly histograms: (column: number) => ReadonlyMap<number, NativeHistogram> | undefined
}

/** Encodes tiles, in two steps: the columns first, because only then it is known which of them hold samples. */
export class TileWriter {
  readonly #columns = new ByteWriter(64 << 10)
  readonly #one = new ByteWriter(4096)
  #lengths = new Uint32Array(256)
  #values = new Float64Array(512)
  #hasHistograms = false
  /** Of the tile encoded last. */
  sampleCount = 0

  /** Encodes the columns that hold samples. @returns which they are, ascending */
  encode({ rowCount, columnCount, readColumn, histograms }: TileSource): Int32Array {
    if (this.#lengths.length < columnCount) this.#lengths = new Uint32Array(columnCount * 2)
    if (this.#values.length < rowCount) this.#values = new Float64Array(rowCount)
    const values = this.#values
    const columns = this.#columns
    const kept = new Int32Array(columnCount)
    let keptCount = 0
    columns.clear()
    this.#hasHistograms = false
    this.sampleCount = 0
    for (let c = 0; c < columnCount; c++) {
      const before = columns.length
      readColumn(c, values)
      const own = histograms(c)
      const samples = countSamples(values, rowCount)
      if (own !== undefined && own.size > 0) this.#encodeHistograms(rowCount, own)
      else if (samples > 0) encodeColumn(values, rowCount, columns)
      else continue
      this.sampleCount += samples + (own?.size ?? 0)
      this.#lengths[keptCount] = columns.length - before
      kept[keptCount++] = c
    }
    return kept.subarray(0, keptCount)
  }

  /** Appends the tile of what was encoded last. Ids are those of the file it goes into. */
  finish(
    out: ByteWriter,
    groupId: number,
    layoutId: number,
    { times, rowCount, isLate }: TileSource,
    columnCount: number,
  ): void {
    const start = out.length
    out.u32(TILE_MAGIC)
    out.u32(0)
    out.u32(0)
    out.u32(groupId)
    out.u32(layoutId)
    out.u16(rowCount)
    out.u16((isLate ? TileFlag.late : 0) | (this.#hasHistograms ? TileFlag.histograms : 0))
    out.u32(columnCount)
    out.i64(times[0]!)
    out.i64(times[rowCount - 1]!)
    this.#one.clear()
    writeIntegers(this.#one, times, rowCount)
    out.u32(this.#one.length)
    out.raw(this.#one.bytes())
    let offset = 0
    for (let c = 0; c < columnCount; c++) {
      if (c % SKIP_COLUMNS === 0) out.u32(offset)
      offset += this.#lengths[c]!
    }
    for (let c = 0; c < columnCount; c++) out.varint(this.#lengths[c]!)
    out.raw(this.#columns.bytes())
    out.u32At(start + 4, out.length - start)
    out.u32At(start + 8, crc32c(out.bytes(), start + 12, out.length))
  }

  #encodeHistograms(rowCount: number, histograms: ReadonlyMap<number, NativeHistogram>): void {
    const columns = this.#columns
    this.#hasHistograms = true
    this.#one.clear()
    encodeColumn(this.#values, rowCount, this.#one)
    columns.u8(HISTOGRAM_COLUMN)
    columns.varint(this.#one.length)
    columns.raw(this.#one.bytes())
    columns.varint(histograms.size)
    for (const [row, histogram] of histograms) {
      columns.varint(row)
      writeHistogram(columns, histogram)
    }
  }
}

function countSamples(values: Float64Array, rowCount: number): number {
  let count = 0
  for (let i = 0; i < rowCount; i++) {
    const value = values[i]!
    if (value === value || lowWord(value) !== ABSENT_LOW_WORD) count++
  }
  return count
}
