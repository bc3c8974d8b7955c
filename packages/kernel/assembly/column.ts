// One column of a tile to doubles: docs/format/tile.md. What is no sound column is left to the caller, whose decoder
// in TypeScript (tsdb's column-codec) says what is wrong with it, and is the oracle in tests.

const ABSENT: u64 = 0x7ff8000000000003
const UNDECIDED: i32 = -1
const PLAIN: i32 = 0
const SPECIALS: i32 = 1

const POWERS_OF_TEN = memory.data<f64>([
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14,
])

function isMarker(bits: u64): bool {
  const low = <u32>bits
  return bits >> 52 == 0x7ff && (low == 2 || low == 3)
}

/** Length of the varint at `p` in bytes, at most 8. */
function varintLength(p: usize): usize {
  const ends = ~load<u64>(p) & 0x8080808080808080
  return ends == 0 ? 8 : <usize>(ctz(ends) >> 3) + 1
}

function varint(p: usize): u64 {
  let value: u64 = 0
  let shift: u64 = 0
  let byte: u64 = 128
  for (let q = p; byte >= 128 && shift <= 49; shift += 7) {
    byte = <u64>load<u8>(q++)
    value |= (byte & 127) << shift
  }
  return value
}

function unzigzag(z: u64): i64 {
  return <i64>(z >> 1) ^ -(<i64>(z & 1))
}

/** Fields of `width` bits plus `minimum`, as i64. */
function unpack(p: usize, width: u32, minimum: i64, n: i32, out: usize): void {
  if (width == 0) {
    for (let i = 0; i < n; i++) store<i64>(out + ((<usize>i) << 3), minimum)
    return
  }
  const mask = ((<u64>1) << (<u64>width)) - 1
  let bit: usize = 0
  for (let i = 0; i < n; i++) {
    const field = (load<u64>(p + (bit >> 3)) >> <u64>(bit & 7)) & mask
    store<i64>(out + ((<usize>i) << 3), minimum + <i64>field)
    bit += <usize>width
  }
}

/** Reads an integer stream as i64; 0 when it is none, otherwise where it ends. */
function integers(from: usize, end: usize, n: i32, out: usize): usize {
  let p = from
  const head = <u32>load<u8>(p++)
  const order = <i32>(head & 3)
  const mode = (head >> 2) & 3
  if (order > 2 || order > n) return 0
  let first: i64 = 0
  let second: i64 = 0
  if (order > 0) {
    first = unzigzag(varint(p))
    p += varintLength(p)
  }
  if (order > 1) {
    second = unzigzag(varint(p))
    p += varintLength(p)
  }
  const count = n - order
  const rest = out + ((<usize>order) << 3)
  if (mode == 0) {
    memory.fill(rest, 0, (<usize>count) << 3)
  } else if (mode == 3) {
    const minimum = unzigzag(varint(p))
    p += varintLength(p)
    const width = <u32>load<u8>(p++)
    if (width > 53) return 0
    let patches = <i32>load<u16>(p)
    p += 2
    const patchesAt = p
    for (let i = 0; i < patches; i++) {
      if (p >= end) return 0
      p += varintLength(p)
      p += varintLength(p)
    }
    const bytes = (<usize>count * <usize>width + 7) >> 3
    if (p + bytes > end) return 0
    unpack(p, width, minimum, count, rest)
    let at = patchesAt
    let place: u64 = 0
    for (; patches > 0; patches--) {
      place += varint(at)
      at += varintLength(at)
      if (place >= <u64>count) return 0
      const cell = rest + ((<usize>place) << 3)
      store<i64>(cell, load<i64>(cell) + <i64>(varint(at) << (<u64>width)))
      at += varintLength(at)
    }
    p += bytes
  } else return 0
  if (order == 0) return p
  store<i64>(out, first)
  let value = first
  if (order == 1) {
    for (let i = 1; i < n; i++) {
      const cell = out + ((<usize>i) << 3)
      value += load<i64>(cell)
      store<i64>(cell, value)
    }
    return p
  }
  let delta = second
  value += delta
  store<i64>(out + 8, value)
  for (let i = 2; i < n; i++) {
    const cell = out + ((<usize>i) << 3)
    delta += load<i64>(cell)
    value += delta
    store<i64>(cell, value)
  }
  return p
}

function decimals(from: usize, end: usize, kind: u32, n: i32, out: usize): i32 {
  let p = from
  const exponent = <usize>load<u8>(p++)
  if (exponent > 14) return UNDECIDED
  let runs: i32 = 0
  let runsAt: usize = 0
  if (kind & 16) {
    runs = <i32>load<u16>(p)
    p += 2
    runsAt = p
    for (let i = 0; i < runs; i++) {
      if (p >= end) return UNDECIDED
      p += varintLength(p)
      p += varintLength(p)
      p += 8
    }
  }
  p = integers(p, end, n, out)
  if (p == 0 || p > end) return UNDECIDED
  if (exponent == 0) {
    for (let i = 0; i < n; i++) {
      const cell = out + ((<usize>i) << 3)
      store<f64>(cell, <f64>load<i64>(cell))
    }
  } else {
    const power = load<f64>(POWERS_OF_TEN + (exponent << 3))
    for (let i = 0; i < n; i++) {
      const cell = out + ((<usize>i) << 3)
      store<f64>(cell, <f64>load<i64>(cell) / power)
    }
  }
  let flags = PLAIN
  let row: u64 = 0
  for (; runs > 0; runs--) {
    row += varint(runsAt)
    runsAt += varintLength(runsAt)
    const last = row + varint(runsAt)
    runsAt += varintLength(runsAt)
    const bits = load<u64>(runsAt)
    runsAt += 8
    if (last > <u64>n) return UNDECIDED
    if (isMarker(bits)) flags = SPECIALS
    for (; row < last; row++) store<u64>(out + ((<usize>row) << 3), bits)
  }
  return flags
}

function patterns(from: usize, end: usize, n: i32, out: usize): i32 {
  let p = from
  const form = load<u8>(p++)
  if (form == 0) {
    if (p + 8 > end) return UNDECIDED
    const bits = load<u64>(p)
    for (let i = 0; i < n; i++) store<u64>(out + ((<usize>i) << 3), bits)
    return isMarker(bits) ? SPECIALS : PLAIN
  }
  if (form != 1) return UNDECIDED
  let bits: u64 = 0
  let flags = PLAIN
  for (let i = 0; i < n; i++) {
    if (p >= end) return UNDECIDED
    const head = <u32>load<u8>(p++)
    if (head != 0) {
      const skipped = head & 15
      const count = head >> 4
      if (skipped + count > 8) return UNDECIDED
      let x = load<u64>(p)
      if (count < 8) x &= ((<u64>1) << (<u64>(count << 3))) - 1
      if (count > 0) bits ^= x << (<u64>(skipped << 3))
      p += <usize>count
    }
    if (isMarker(bits)) flags = SPECIALS
    store<u64>(out + ((<usize>i) << 3), bits)
  }
  return p > end ? UNDECIDED : flags
}

export function columnDecode(from: usize, end: usize, n: i32, out: usize): i32 {
  if (from >= end || n < 1) return UNDECIDED
  const kind = <u32>load<u8>(from)
  if (kind & ~(<u32>19)) return UNDECIDED
  switch (kind & 3) {
    case 0:
      for (let i = 0; i < n; i++) store<u64>(out + ((<usize>i) << 3), ABSENT)
      return SPECIALS
    case 1:
      return decimals(from + 1, end, kind, n, out)
    case 2:
      return patterns(from + 1, end, n, out)
    default:
      return UNDECIDED
  }
}
