// Fields of a fixed width, least significant bit first, without the help of 64-bit integers: values are whole
// numbers below 2^53 in doubles, moved 24 bits at a time.

import type { ByteWriter } from '@pharos/base'

/** Appends `values[from … from + count) − offset`, of which only the low `width` (0…53) bits are written. */
export function packBits(
  out: ByteWriter,
  values: Float64Array,
  from: number,
  count: number,
  offset: number,
  width: number,
): void {
  if (width === 0) return
  let buffered = 0
  let bits = 0
  const put = (value: number, n: number): void => {
    buffered |= value << bits
    bits += n
    while (bits >= 8) {
      out.u8(buffered & 0xff)
      buffered >>>= 8
      bits -= 8
    }
  }
  for (let i = from; i < from + count; i++) {
    let rest = values[i]! - offset
    let left = width
    while (left > 24) {
      put(rest % 0x1000000, 24)
      rest = Math.floor(rest / 0x1000000)
      left -= 24
    }
    put(rest % 2 ** left, left)
  }
  if (bits > 0) out.u8(buffered & 0xff)
}

/** Bytes that `count` fields take. */
export function packedBytes(count: number, width: number): number {
  return Math.ceil((count * width) / 8)
}

/** Reads fields back into `out[from … from + count)`, adding `offset`. */
export function unpackBits(
  bytes: Uint8Array,
  start: number,
  out: Float64Array,
  from: number,
  count: number,
  offset: number,
  width: number,
): void {
  if (width === 0) {
    out.fill(offset, from, from + count)
    return
  }
  let at = start
  let buffered = 0
  let bits = 0
  for (let i = from; i < from + count; i++) {
    let value = 0
    let scale = 1
    let left = width
    while (left > 0) {
      const n = left > 24 ? 24 : left
      while (bits < n) {
        buffered |= bytes[at++]! << bits
        bits += 8
      }
      value += (buffered & ((1 << n) - 1)) * scale
      buffered >>>= n
      bits -= n
      scale *= 2 ** n
      left -= n
    }
    out[i] = value + offset
  }
}
