// Rows of a group as a tile: immutable, compressed column by column, the same bytes in segments and blocks.
//
//   tile := magic 'TIL2' ('TIL1' in version 1) | length u32 | crc u32 (of the rest) | group u32 | layout u32
//           rows u16 | flags u16 (1 late, 2 has histogram columns, 4 aggregates) | columns u32 | t0 i64 | t1 i64
//           tsLength u32 | timestamps istream
//           skip u32 × ceil(columns / 256)     offset of column 256·i behind the directory
//           dir  varint × columns              byte length of each column
//           columns …
//   column with histograms := 0x20 u8 | length varint of the float column | float column
//                             count varint, count × (row varint, histogram)

import { ByteWriter, crc32c, type Pace } from '@pharos/base'
import { denseBytesMax, denseWorkBytes, type Kernel } from '@pharos/kernel'
import { ABSENT_LOW_WORD, type NativeHistogram } from '@pharos/model'
import { BLOCK_TILE_ROWS } from '../limits.ts'
import { FirstColumns } from './first-columns.ts'
import { writeHistogram } from './histogram-codec.ts'
import { writeIntegers } from './integer-stream.ts'
import {
  DENSE_TILE_MAGIC,
  DenseKind,
  HISTOGRAM_COLUMN,
  SKIP_COLUMNS,
  TileFlag,
} from './tile-format.ts'

/** Columns of the rows that become a tile. */
export interface TileSource {
  readonly times: Float64Array
  readonly rowCount: number
  readonly columnCount: number
  readonly isLate: boolean
  /** It is a tile of aggregates: columns without values stay, because their numbers say what they are. */
  readonly isAggregates?: boolean
  /** Each column has to be worked out, and takes longer than to encode it. */
  readonly isWorkedOut?: boolean
  /** Values of a column into `out[0 … rowCount)`. */
  readonly readColumn: (column: number, out: Float64Array) => void
  /** By row; undefined when the column has none. */
  readonly histograms: (column: number) => ReadonlyMap<number, NativeHistogram> | undefined
}

/** Values that are encoded between two looks at the clock, some 100 µs, and bytes that are summed up, some 200 µs. */
const LOOK_VALUES = 2_000
const LOOK_BYTES = 256 << 10

/** Encodes tiles, in two steps: the columns first, because only then it is known which of them hold samples. */
export class TileWriter {
  readonly #kernel: Kernel
  readonly #packSlack: number
  #rows = 0
  #valuesAt = 0
  #workAt = 0
  #outAt = 0
  /** Of columns that changed, by a hash of their values: equal ones are stored once. */
  readonly #first = new FirstColumns()
  #other = new Float64Array(0)
  #otherWords = new Uint32Array(0)
  readonly #columns = new ByteWriter(64 << 10)
  readonly #one = new ByteWriter(4096)
  #lengths = new Uint32Array(256)
  /** The column at hand, and the same as words. */
  #values = new Float64Array(0)
  #words = new Uint32Array(0)
  #hasHistograms = false
  /** Of the tile encoded last. */
  sampleCount = 0

  /** @param packSlack  fast fields may cost so many 32nds more than the smallest way: HOT_PACK_SLACK or 0 */
  constructor(kernel: Kernel, packSlack: number) {
    this.#kernel = kernel
    this.#packSlack = packSlack
  }

  /**
   * Encodes the columns that hold samples.
   * @param pace  others have their turns
   * @returns which columns they are, ascending
   */
  async encode(source: TileSource, pace: Pace): Promise<Int32Array> {
    const { rowCount, columnCount, isAggregates = false, readColumn, histograms } = source
    this.#beginTile(rowCount, columnCount)
    const lookColumns = source.isWorkedOut === true ? 1 : Math.ceil(LOOK_VALUES / rowCount)
    if (this.#lengths.length < columnCount) this.#lengths = new Uint32Array(columnCount * 2)
    const columns = this.#columns
    const kept = new Int32Array(columnCount)
    let keptCount = 0
    columns.clear()
    this.#hasHistograms = false
    this.sampleCount = 0
    for (let c = 0; c < columnCount; c++) {
      if (c % lookColumns === 0 && pace.isDue) await pace.rest()
      const before = columns.length
      readColumn(c, this.#values)
      const own = histograms(c)
      const samples = countSamples(this.#words, rowCount)
      if (own !== undefined && own.size > 0) this.#encodeHistograms(rowCount, own)
      else if (samples > 0) this.#encodeOrAlias(source, kept, keptCount)
      else if (isAggregates) columns.u8(DenseKind.absent)
      else continue
      this.sampleCount += samples + (own?.size ?? 0)
      this.#lengths[keptCount] = columns.length - before
      kept[keptCount++] = c
    }
    return kept.subarray(0, keptCount)
  }

  /** Appends the tile of what was encoded last. Ids are those of the file it goes into. */
  async finish(
    out: ByteWriter,
    groupId: number,
    layoutId: number,
    { times, rowCount, isLate, isAggregates }: TileSource,
    columnCount: number,
    pace: Pace,
  ): Promise<void> {
    const start = out.length
    out.u32(DENSE_TILE_MAGIC)
    out.u32(0)
    out.u32(0)
    out.u32(groupId)
    out.u32(layoutId)
    out.u16(rowCount)
    out.u16(
      (isLate ? TileFlag.late : 0) |
        (this.#hasHistograms ? TileFlag.histograms : 0) |
        (isAggregates === true ? TileFlag.aggregates : 0),
    )
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
    let crc = 0
    for (let at = start + 12; at < out.length; at += LOOK_BYTES) {
      crc = crc32c(out.bytes(), at, Math.min(at + LOOK_BYTES, out.length), crc)
      if (pace.isDue) await pace.rest()
    }
    out.u32At(start + 8, crc)
  }

  #beginTile(rowCount: number, columnCount: number): void {
    const { memory } = this.#kernel
    if (rowCount > this.#rows) {
      if (this.#rows > 0) {
        for (const at of [this.#valuesAt, this.#workAt, this.#outAt]) memory.free(at)
      }
      this.#rows = Math.max(rowCount, BLOCK_TILE_ROWS)
      this.#values = new Float64Array(this.#rows)
      this.#words = new Uint32Array(this.#values.buffer)
      this.#other = new Float64Array(this.#rows)
      this.#otherWords = new Uint32Array(this.#other.buffer)
      this.#valuesAt = memory.allocate(8 * this.#rows)
      this.#workAt = memory.allocate(denseWorkBytes(this.#rows))
      this.#outAt = memory.allocate(denseBytesMax(this.#rows))
    }
    memory.i32[this.#workAt / 4] = -1
    this.#first.begin(columnCount)
  }

  /** @param kept  columns so far, `keptCount` of them; the one at hand is the next */
  #encodeOrAlias({ rowCount, readColumn }: TileSource, kept: Int32Array, keptCount: number): void {
    const hash = hashOf(this.#words, rowCount)
    const same = hash < 0 ? -1 : this.#first.firstOf(hash, keptCount)
    if (same >= 0) {
      readColumn(kept[same]!, this.#other)
      if (areSame(this.#words, this.#otherWords, rowCount)) {
        this.#columns.u8(DenseKind.alias)
        this.#columns.varint(same)
        return
      }
    }
    this.#encode(rowCount, this.#columns)
  }

  #encode(rowCount: number, out: ByteWriter): void {
    const { memory } = this.#kernel
    const { u32 } = memory
    const words = this.#words
    const at = this.#valuesAt / 4
    // A view for `set` is garbage, a column is short, and as words NaNs keep their bits.
    for (let i = 0; i < 2 * rowCount; i++) u32[at + i] = words[i]!
    const end = this.#kernel.denseEncode(
      this.#valuesAt,
      rowCount,
      this.#packSlack,
      this.#workAt,
      this.#outAt,
    )
    out.raw(memory.u8.subarray(this.#outAt, end))
  }

  #encodeHistograms(rowCount: number, histograms: ReadonlyMap<number, NativeHistogram>): void {
    const columns = this.#columns
    this.#hasHistograms = true
    this.#one.clear()
    // No column refers to one with histograms, nor that to another.
    this.#kernel.memory.i32[this.#workAt / 4] = -1
    this.#encode(rowCount, this.#one)
    this.#kernel.memory.i32[this.#workAt / 4] = -1
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

/** Of the values' bits; −1 when they are all the same, which costs less than an alias. */
function hashOf(words: Uint32Array, rowCount: number): number {
  const [low, high] = [words[0], words[1]]
  let hash = 0x811c9dc5
  let isConstant = true
  for (let i = 0; i < 2 * rowCount; i += 2) {
    if (words[i] !== low || words[i + 1] !== high) isConstant = false
    hash = Math.imul(hash ^ words[i]!, 0x01000193)
    hash = Math.imul(hash ^ words[i + 1]! ^ (hash >>> 15), 0x85ebca6b)
  }
  return isConstant ? -1 : hash >>> 0
}

function areSame(a: Uint32Array, b: Uint32Array, rowCount: number): boolean {
  for (let i = 0; i < 2 * rowCount; i++) if (a[i] !== b[i]) return false
  return true
}

function countSamples(words: Uint32Array, rowCount: number): number {
  let absent = 0
  for (let i = 0; i < 2 * rowCount; i += 2)
    if (words[i] === ABSENT_LOW_WORD && (words[i + 1]! & NAN_BITS) === NAN_BITS) absent++
  return rowCount - absent
}

/** Exponent bits of the high word: with a low word that is not 0 they are a NaN. */
const NAN_BITS = 0x7ff00000
