// A row of the WAL as differences to its keyframe; drawn in docs/format/wal.md. Twin: ../src/twin/row.ts.

const WHOLE: f64 = 1125899906842624 // 2^50
const MINUS_ZERO: u64 = 0x8000000000000000

function isWhole(value: f64): bool {
  return abs(value) < WHOLE && floor(value) == value
}

/**
 * Bitmap of the columns that differ from the base row, then their values.
 * @param out  room for ⌈n / 8⌉ + 9 n bytes
 * @returns where the values end
 */
export function rowEncode(base: usize, row: usize, n: i32, out: usize): usize {
  const bitmapBytes = <usize>((n + 7) >>> 3)
  memory.fill(out, 0, bitmapBytes)
  let o = out + bitmapBytes
  for (let c = 0; c < n; c++) {
    const at = (<usize>c) << 3
    const before = load<u64>(base + at)
    const now = load<u64>(row + at)
    if (before == now) continue
    const bits = out + <usize>(c >> 3)
    store<u8>(bits, <u8>(<u32>load<u8>(bits) | (1 << (c & 7))))
    const b = reinterpret<f64>(before)
    const v = reinterpret<f64>(now)
    if (isWhole(v) && isWhole(b) && now != MINUS_ZERO) {
      const d = <i64>v - <i64>b
      let rest = (<u64>((d << 1) ^ (d >> 63))) << 1
      while (rest >= 128) {
        store<u8>(o++, <u8>(rest | 128))
        rest >>= 7
      }
      store<u8>(o++, <u8>rest)
      continue
    }
    const x = before ^ now
    const skipped = ctz(x) >> 3
    const length = 8 - skipped - (clz(x) >> 3)
    store<u8>(o++, <u8>(1 | (skipped << 1) | ((length - 1) << 4)))
    store<u64>(o, x >> (skipped << 3))
    o += <usize>length
  }
  return o
}

/**
 * Reads what `rowEncode` wrote.
 * @param end   of the record; up to 8 bytes behind it are read
 * @returns where the values end, or 0 when they end behind `end`
 */
export function rowDecode(from: usize, end: usize, base: usize, n: i32, row: usize): usize {
  let o = from + <usize>((n + 7) >>> 3)
  if (o > end) return 0
  memory.copy(row, base, (<usize>n) << 3)
  for (let c = 0; c < n; c += 8) {
    let bits = <u32>load<u8>(from + <usize>(c >> 3))
    while (bits) {
      const column = c + ctz(bits)
      bits &= bits - 1
      if (column >= n || o >= end) return 0
      const at = row + ((<usize>column) << 3)
      const first = <u32>load<u8>(o)
      if (first & 1) {
        const skipped = (first >> 1) & 7
        const length = (first >> 4) + 1
        if (skipped + length > 8) return 0
        let x = load<u64>(o + 1)
        if (length < 8) x &= ((<u64>1) << (length << 3)) - 1
        store<u64>(at, load<u64>(at) ^ (x << (skipped << 3)))
        o += 1 + <usize>length
      } else {
        let z: u64 = 0
        let shift: u64 = 0
        let byte: u64
        do {
          if (o >= end || shift > 49) return 0
          byte = <u64>load<u8>(o++)
          z |= (byte & 127) << shift
          shift += 7
        } while (byte >= 128)
        const value = load<f64>(at)
        if (z >= (<u64>1) << 54 || !isWhole(value)) return 0
        z >>= 1
        store<f64>(at, <f64>(<i64>value + (<i64>(z >> 1) ^ -(<i64>(z & 1)))))
      }
    }
  }
  return o > end ? 0 : o
}
