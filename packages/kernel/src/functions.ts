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
}
