// Text to f64, exactly. Up to 19 digits are gathered in a u64; where mantissa and power of ten are exact doubles
// (Clinger) one operation rounds as it should, otherwise the algorithm of Eisel and Lemire decides with 128-bit powers
// of five. What neither can decide is left to the caller. Twin: ../src/twin/number.ts.

const MINUS: u64 = 0x8000000000000000
const INFINITE: u64 = 0x7ff0000000000000
const NORMAL_NAN: u64 = 0x7ff8000000000001
const UNDECIDED: u64 = 0xffffffffffffffff

const SMALLEST_POWER: i32 = -342
const LARGEST_POWER: i32 = 308

const POWERS_OF_TEN = memory.data<f64>([
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
  1e18, 1e19, 1e20, 1e21, 1e22,
])

/** Upper half of the product. */
function multiplyHigh(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff
  const aHigh = a >> 32
  const bLow = b & 0xffffffff
  const bHigh = b >> 32
  const low = aLow * bLow
  const first = aLow * bHigh
  const second = aHigh * bLow
  const middle = (low >> 32) + (first & 0xffffffff) + (second & 0xffffffff)
  return aHigh * bHigh + (first >> 32) + (second >> 32) + (middle >> 32)
}

/**
 * Bits of digits · 10^power, or UNDECIDED.
 * @source Lemire, Number Parsing at a Gigabyte per Second, 2021, algorithm 1
 */
function eiselLemire(power: i32, digits: u64, powers: usize): u64 {
  if (power < SMALLEST_POWER || power > LARGEST_POWER) return UNDECIDED
  const shift = clz(digits)
  const w = digits << shift
  const entry = powers + ((<usize>(power - SMALLEST_POWER)) << 4)
  let high = multiplyHigh(w, load<u64>(entry))
  let low = w * load<u64>(entry)
  if ((high & 0x1ff) == 0x1ff) {
    const more = low + multiplyHigh(w, load<u64>(entry, 8))
    if (more < low) high++
    low = more
    if (low == UNDECIDED) return UNDECIDED
  }
  const upper = high >> 63
  let mantissa = high >> (upper + 9)
  let exponent = <i64>((217706 * power) >> 16) + 1086 + <i64>upper - <i64>shift
  if (exponent <= 0) return UNDECIDED
  const isHalfWay = low <= 1 && power >= -4 && power <= 23 && (mantissa & 3) == 1
  if (isHalfWay && mantissa << (upper + 9) == high) mantissa &= ~(<u64>1)
  mantissa += mantissa & 1
  mantissa >>= 1
  if (mantissa >= (<u64>1) << 53) {
    mantissa = (<u64>1) << 52
    exponent++
  }
  if (exponent >= 0x7ff) return UNDECIDED
  return (mantissa & ~((<u64>1) << 52)) | ((<u64>exponent) << 52)
}

function isDigit(byte: u32): bool {
  return byte - 48 < 10
}

/** `NaN`, `Inf` after an optional sign that is gone already. */
function parseName(p: usize, hasSign: bool, sign: u64, out: usize): usize {
  const word = load<u32>(p) & 0xffffff
  if (word == 0x4e614e && !hasSign) {
    store<u64>(out, NORMAL_NAN)
    return p + 3
  }
  if (word == 0x666e49) {
    store<u64>(out, INFINITE | sign)
    return p + 3
  }
  return 0
}

/** Zeros in front are no digits: counts those of a number of more than 19. */
function significant(from: usize, count: i32): i32 {
  let left = count
  let z = from
  while (load<u8>(z) == 48 || load<u8>(z) == 46) if (load<u8>(z++) == 48) left--
  return left
}

/**
 * Reads one number as Go's ParseFloat does for decimal texts; stores its f64 at `out`.
 * @param powers  128-bit powers of five: `powersOfFive()`
 * @returns where it ends, or 0 when it is no such number or cannot be decided here
 */
export function parseNumber(from: usize, powers: usize, out: usize): usize {
  let p = from
  let byte = <u32>load<u8>(p)
  let sign: u64 = 0
  const hasSign = byte == 45 || byte == 43
  if (byte == 45) sign = MINUS
  if (hasSign) byte = load<u8>(++p)
  let w: u64 = 0
  const start = p
  while (isDigit(byte)) {
    w = w * 10 + <u64>(byte - 48)
    byte = load<u8>(++p)
  }
  let count = <i32>(p - start)
  let power: i32 = 0
  if (byte == 46) {
    const point = ++p
    byte = load<u8>(p)
    while (isDigit(byte)) {
      w = w * 10 + <u64>(byte - 48)
      byte = load<u8>(++p)
    }
    power = <i32>(point - p)
    count -= power
  }
  if (count == 0) return p == start ? parseName(p, hasSign, sign, out) : 0
  if (count > 19 && significant(start, count) > 19) return 0
  if ((byte | 32) == 101) {
    byte = load<u8>(++p)
    const isNegative = byte == 45
    if (isNegative || byte == 43) byte = load<u8>(++p)
    const exponentStart = p
    let exponent: i32 = 0
    while (isDigit(byte)) {
      exponent = exponent * 10 + <i32>(byte - 48)
      byte = load<u8>(++p)
      if (p - exponentStart > 4) return 0
    }
    if (p == exponentStart) return 0
    power += isNegative ? -exponent : exponent
  }
  if (w == 0) {
    store<u64>(out, sign)
    return p
  }
  if (w < (<u64>1) << 53 && power >= -22 && power <= 22) {
    let v = <f64>w
    if (power < 0) v /= load<f64>(POWERS_OF_TEN + ((<usize>-power) << 3))
    else v *= load<f64>(POWERS_OF_TEN + ((<usize>power) << 3))
    store<u64>(out, reinterpret<u64>(v) | sign)
    return p
  }
  const bits = eiselLemire(power, w, powers)
  if (bits == UNDECIDED) return 0
  store<u64>(out, bits | sign)
  return p
}
