// Every function of the kernel. Each is exported by assembly/index.ts and has a twin in twin/.

/** Pointers are byte addresses in `memory`; f64 and u64 columns lie at multiples of 8. */
export interface KernelFunctions {
  /**
   * Bitmap of the columns in which a row differs from its base, then their values: docs/format/wal.md.
   * @param base, row  f64[n]
   * @param out  room for ⌈n / 8⌉ + 9 n bytes
   * @returns where the values end
   */
  rowEncode(base: number, row: number, n: number, out: number): number
  /**
   * Reads what `rowEncode` wrote.
   * @param end  of the record
   * @returns where the values end, or 0 when the bytes are no row or end behind `end`
   */
  rowDecode(from: number, end: number, base: number, n: number, row: number): number
  /**
   * Reads one number in decimal as Go's ParseFloat does and rounds it exactly.
   * @param powers  `powersOfFive()`
   * @param out  f64
   * @returns where it ends; 0 when it is none, or has more than 19 digits, or is too small, too large or too close to
   *   the middle between two doubles: then the caller decides
   */
  parseNumber(from: number, powers: number, out: number): number
  /**
   * Matches a text body with its template: literal, number, line feed, literal, number, line feed, …, one last literal.
   * @param end  of the body; the byte there is no digit
   * @param literals  n + 1 of them, one behind the other
   * @param lengths  u32[n + 1]
   * @param powers  `powersOfFive()`
   * @param out  f64[n]
   * @returns how many literals matched: n + 1 when all of the body did
   */
  scan(
    body: number,
    end: number,
    literals: number,
    lengths: number,
    n: number,
    powers: number,
    out: number,
  ): number
  /**
   * Decodes one column of a tile: docs/format/tile.md.
   * @param from, end  the bytes of the column
   * @param n  its rows, ≥ 1
   * @param out  f64[n]
   * @returns 0: no marker occurs; 1: ABSENT or STALE may occur; −1: not decoded, the caller's own decoder has to
   */
  columnDecode(from: number, end: number, n: number, out: number): number
  /**
   * The latest sample of each step.
   * @param vs  f64 values of a column
   * @param latest  i32[steps], indexes into `vs`, negative where there is none
   * @param out  f64[steps], ABSENT where there is none
   */
  rollLatest(vs: number, latest: number, steps: number, out: number): void
  /**
   * rate, increase and delta of one column without markers: (vs[last] − vs[first]) · factor, and for counters the
   * extrapolation that ends at their zero point.
   * @param vs  f64[n]
   * @param constants  i32 first[even], i32 last[even], f64 factor[even], sampled[even], toStart[even], toEnd[even];
   *   `even` is `steps` rounded up; first equals last where a step has no value
   * @param divisor  seconds of the range, or 1
   * @param out  f64[even]
   * @returns 0 when a counter was reset, and nothing is written; otherwise 1
   */
  rollRate(
    vs: number,
    n: number,
    constants: number,
    steps: number,
    isCounter: number,
    divisor: number,
    out: number,
  ): number
  /**
   * Adds a row to compensated sums; ABSENT adds nothing. Sums begin as −0.
   * @param row, sums, parts, counts  f64[even], where `even` is `steps` rounded up
   */
  rollAdd(row: number, steps: number, sums: number, parts: number, counts: number): void
  /**
   * The shortest text of a number that reads back as it, as Prometheus' JSON has it.
   * @param powers  of `writeShortestPowers`
   * @param out  room for 96 bytes
   * @returns where the text ends
   */
  printNumber(value: number, powers: number, out: number): number
  /**
   * Points of a row as JSON, `,[time,"value"]` for each sample that is not ABSENT.
   * @param row  f64[steps]
   * @param heads  32 bytes for each step: `,[time,"`, and its length in the last byte
   * @param texts  `PRINTED_BYTES` of zeros at first, which live from row to row: texts of numbers that were printed
   * @param out  room for 64 bytes a step and 96 more
   * @returns where the text ends
   */
  printPoints(
    row: number,
    steps: number,
    heads: number,
    powers: number,
    texts: number,
    out: number,
  ): number
  /**
   * What `printPoints` writes before each value: `,[time,"`, the time in seconds, with three digits of fraction where it
   * has any.
   * @param times  f64[steps], whole ms since 1970
   * @param heads  32 bytes for each step
   * @param room  scratch of 24 bytes
   */
  printHeads(times: number, steps: number, heads: number, room: number): void
  /**
   * Encodes a column of a tile of version 2: docs/format/tile.md.
   * @param column  f64[n], n ≥ 1
   * @param packSlack  PACK, which is read fastest, may cost so many 32nds more than the smallest way
   * @param work  `denseWorkBytes(n)` that live from column to column of a tile; begin one with −1 in the first i32
   * @param out  room for `denseBytesMax(n)`
   * @returns where the column ends
   */
  denseEncode(column: number, n: number, packSlack: number, work: number, out: number): number
  /**
   * Decodes a column of n rows. One that refers to the column before it wants that decoded right before.
   * @param from  the column's bytes, with room for `denseBytesMax(n)` behind its start
   * @param work  as for encoding
   * @param out  f64[n]
   * @returns where the column ends, or 0 when the bytes are none
   */
  denseDecode(from: number, n: number, work: number, out: number): number
  /**
   * Unpacks the elements of a snappy block: packages/base/src/snappy.ts draws them.
   * @param from, end  the elements
   * @param out, outEnd  room for exactly what they claim to be
   * @returns 1; 0 when they are damaged or are not that long, with anything in `out`
   */
  snappyDecode(from: number, end: number, out: number, outEnd: number): number
  /**
   * The entry of labels in a table, which assembly/write-walk.ts draws.
   * @param from, to  bytes of the labels
   * @returns −1 when they have none
   */
  labelsFind(table: number, from: number, to: number): number
  /**
   * Gives an entry a slot. Its labels, which no other entry has, stand where it says.
   * @returns 1; 0 when there is no free slot near enough
   */
  labelsAdd(table: number, entry: number): number
  /**
   * Walks a message of remote write 1.0 and writes down the samples of series that the table knows: entry, time in ms,
   * value with NaNs in our own patterns.
   * @param from, end  whole fields of a WriteRequest
   * @returns `end`; or where a field begins that is the caller's: an unknown series, one that holds more than samples of
   *   usual length, one for whose samples there is no room, damage
   */
  writeWalk(from: number, end: number, table: number): number
}

/** Texts that `printPoints` remembers. */
export const PRINTED_BYTES: number = 256 * 32

/** Memory that the dense functions need beside the column: integers, differences, codes. */
export function denseWorkBytes(n: number): number {
  return 16 + 7 * 8 * (n + 1) + 4 * 66
}

/** No dense column of n rows is longer, nor is any garbage read further. */
export function denseBytesMax(n: number): number {
  return 64 + 160 * n
}
