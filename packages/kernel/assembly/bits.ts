// A cursor over bytes and bits. Globals are registers of one call here: they mean nothing between calls.

/** Where the next byte is written or read. */
export let at: usize = 0
let buffer: u64 = 0
let held: u32 = 0

/** Zeros in front of a Rice code's remainder; one more, and the number stands in full. */
export const ESCAPE: u32 = 24

export function seek(to: usize): void {
  at = to
}

export function putByte(value: u32): void {
  store<u8>(at++, <u8>value)
}

export function takeByte(): u32 {
  return <u32>load<u8>(at++)
}

export function putVarint(value: u64): void {
  let v = value
  while (v >= 128) {
    store<u8>(at++, <u8>(v | 128))
    v >>= 7
  }
  store<u8>(at++, <u8>v)
}

export function takeVarint(): u64 {
  let shift: u64 = 0
  let value: u64 = 0
  let byte = <u64>load<u8>(at++)
  while (byte >= 128 && shift < 63) {
    value |= (byte & 127) << shift
    shift += 7
    byte = <u64>load<u8>(at++)
  }
  return value | (byte << shift)
}

export function zigzag(value: i64): u64 {
  return <u64>((value << 1) ^ (value >> 63))
}

export function unzigzag(value: u64): i64 {
  return <i64>(value >> 1) ^ -(<i64>(value & 1))
}

export function bitLength(value: u64): u32 {
  return <u32>(64 - clz(value))
}

/** Bits of a varint. */
export function varintBits(value: u64): u64 {
  return 8 * <u64>((bitLength(value) + 6) / 7)
}

export function beginBits(): void {
  buffer = 0
  held = 0
}

/** At most 31 bits. */
function putFew(value: u64, count: u32): void {
  buffer |= value << held
  held += count
  if (held >= 32) {
    store<u32>(at, <u32>buffer)
    at += 4
    buffer >>= 32
    held -= 32
  }
}

export function putBits(value: u64, count: u32): void {
  let v = value
  let left = count
  while (left > 31) {
    putFew(v & 0x7fffffff, 31)
    v >>= 31
    left -= 31
  }
  if (left) putFew(v & (((<u64>1) << left) - 1), left)
}

/** The last byte is filled with zeros. */
export function endBits(): void {
  store<u64>(at, buffer)
  at += (held + 7) >> 3
}

export function putRice(z: u64, k: u32): void {
  const high = z >> k
  if (high < ESCAPE) {
    putFew((<u64>1) << high, <u32>high + 1)
    putBits(z, k)
  } else {
    putFew((<u64>1) << ESCAPE, ESCAPE + 1)
    const width = bitLength(z)
    putFew(width, 7)
    putBits(z, width)
  }
}

/** At least 56 bits are held afterwards. */
function refill(): void {
  buffer |= load<u64>(at) << held
  at += (63 - held) >> 3
  held |= 56
}

function takeBits(count: u32): u64 {
  let value: u64 = 0
  let shift: u32 = 0
  let left = count
  while (left > 0) {
    const some: u32 = left > 31 ? 31 : left
    if (held < some) refill()
    value |= (buffer & (((<u64>1) << some) - 1)) << shift
    buffer >>= some
    held -= some
    shift += some
    left -= some
  }
  return value
}

export function takeRice(k: u32): u64 {
  if (held < 56) refill()
  const high = <u32>ctz(buffer)
  if (high < ESCAPE) {
    buffer >>= high + 1
    held -= high + 1
    if (k > 31) return ((<u64>high) << k) | takeBits(k)
    const low = buffer & (((<u64>1) << k) - 1)
    buffer >>= k
    held -= k
    return ((<u64>high) << k) | low
  }
  buffer >>= ESCAPE + 1
  held -= ESCAPE + 1
  const width = <u32>takeBits(7)
  return takeBits(width > 64 ? 64 : width)
}

/** Behind the bits that were taken, at a whole byte. */
export function leaveBits(): void {
  at -= held >> 3
}
