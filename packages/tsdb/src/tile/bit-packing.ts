// Fields of a fixed width, least significant bit first, without the help of 64-bit integers: values are whole
// numbers below 2^53 in doubles, moved 24 bits at a time.

const POWERS: readonly number[] = Array.from({ length: 25 }, (_, n) => 2 ** n)

/** The low `width` (0…53) bits of `values[from … from + count) − offset`. */
export function packBits(
  values: Float64Array,
  from: number,
  count: number,
  offset: number,
  width: number,
): Uint8Array {
  const bytes = new Uint8Array(packedBytes(count, width))
  let at = 0
  let buffered = 0
  let bits = 0
  for (let i = from; i < from + count; i++) {
    let rest = values[i]! - offset
    let left = width
    while (left > 0) {
      const n = left > 24 ? 24 : left
      // The quotient is a whole number below 2^53, so both parts of it are exact.
      const high = Math.floor(rest / POWERS[n]!)
      buffered |= (rest - high * POWERS[n]!) << bits
      rest = high
      left -= n
      bits += n
      while (bits >= 8) {
        bytes[at++] = buffered
        buffered >>>= 8
        bits -= 8
      }
    }
  }
  if (bits > 0) bytes[at] = buffered
  return bytes
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
