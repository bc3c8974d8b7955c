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
}
