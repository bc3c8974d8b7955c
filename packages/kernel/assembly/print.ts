// Doubles as their shortest decimal digits, and rows of points as JSON. Twin: ../src/twin/print.ts.

const ABSENT: u64 = 0x7ff8000000000003
const SMALLEST_POWER: i32 = -324
const TEXT_OF_ZEROS: u64 = 0x3030303030303030

function multiplyHigh(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff
  const aHigh = a >> 32
  const bLow = b & 0xffffffff
  const bHigh = b >> 32
  const first = aLow * bHigh
  const middle = ((aLow * bLow) >> 32) + (first & 0xffffffff) + aHigh * bLow
  return aHigh * bHigh + (first >> 32) + (middle >> 32)
}

/** The number of 2^127s in high · 2^128 + middle · 2^64, and an odd one where something is left over. */
function roundToOdd(high: u64, middle: u64): u64 {
  const rest = ((middle & 0x7fffffffffffffff) + 0x7fffffffffffffff) >> 63
  return (high << 1) | (middle >> 63) | rest
}

/** Eight digits of a number below 10^8, the first one in the lowest byte, without the 48 that makes them text. */
function eightDigits(value: u64): u64 {
  const thousands = value / 10000
  const fours = thousands | ((value - thousands * 10000) << 32)
  const hundreds = ((fours * 10486) >> 20) & 0x0000007f0000007f
  const twos = hundreds | ((fours - hundreds * 100) << 16)
  const tens = ((twos * 103) >> 10) & 0x000f000f000f000f
  return tens | ((twos - tens * 10) << 8)
}

/** Writes the digits of a whole number so that they end at `end`, in room of 24 bytes; where they begin. */
function digitsBefore(whole: u64, end: usize): usize {
  if (whole < 10) {
    store<u8>(end - 1, <u8>(48 + whole))
    return end - 1
  }
  let f = whole
  let p = end - 8
  for (; f >= 100000000; p -= 8) {
    const q = f / 100000000
    store<u64>(p, eightDigits(f - q * 100000000) | TEXT_OF_ZEROS)
    f = q
  }
  const digits = eightDigits(f)
  store<u64>(p, digits | TEXT_OF_ZEROS)
  return p + (<usize>ctz(digits) >> 3)
}

function put(o: usize, text: u32, length: usize): usize {
  store<u32>(o, text)
  return o + length
}

/** The `n` digits at `start` as d.ddde±dd; zeros at their end are left out. */
function writeExponential(start: usize, n: i32, exponent: i32, out: usize): usize {
  let o = out
  let used = n
  while (used > 1 && load<u8>(start + <usize>(used - 1)) == 48) used--
  store<u8>(o++, load<u8>(start))
  if (used > 1) {
    store<u8>(o++, 46)
    memory.copy(o, start + 1, <usize>(used - 1))
    o += <usize>(used - 1)
  }
  let e = exponent
  o = put(o, e < 0 ? 0x2d65 : 0x2b65, 2)
  if (e < 0) e = -e
  if (e >= 100) {
    store<u8>(o++, <u8>(48 + e / 100))
    e %= 100
  }
  store<u8>(o, <u8>(48 + e / 10))
  store<u8>(o + 1, <u8>(48 + (e % 10)))
  return o + 2
}

/** digits · 10^power as JavaScript and the reference write it, with two digits of exponent at least. */
function writeDecimal(digits: u64, tens: i32, out: usize): usize {
  let f = digits
  let k = tens
  // A digit 0 at the end is never printed as part of the digits.
  if (k < 0 && (f / 10) * 10 == f) {
    let q = f / 100000000
    if (k <= -8 && q * 100000000 == f) {
      f = q
      k += 8
    }
    q = f / 10000
    if (k <= -4 && q * 10000 == f) {
      f = q
      k += 4
    }
    for (;;) {
      q = f / 10
      if (k >= 0 || q * 10 != f) break
      f = q
      k++
    }
  }
  // Scratch behind the longest text; the caller has room for it.
  const end = out + 64
  const start = digitsBefore(f, end)
  const n = <i32>(end - start)
  const point = n + k
  let o = out
  if (point > 21 || point < -5) return writeExponential(start, n, point - 1, o)
  if (k >= 0) {
    memory.copy(o, start, <usize>n)
    o += <usize>n
    for (; k > 0; k--) store<u8>(o++, 48)
    return o
  }
  if (point > 0) {
    v128.store(o, v128.load(start))
    store<u64>(o, load<u64>(start, 16), 16)
    store<u8>(o + <usize>point, 46)
    const rest = start + <usize>point
    const behind = o + <usize>point + 1
    v128.store(behind, v128.load(rest))
    store<u64>(behind, load<u64>(rest, 16), 16)
    return o + <usize>n + 1
  }
  store<u16>(o, 0x2e30)
  o += 2
  for (let z = point; z < 0; z++) store<u8>(o++, 48)
  v128.store(o, v128.load(start))
  store<u64>(o, load<u64>(start, 16), 16)
  return o + <usize>n
}

/**
 * @param powers  the 617 pairs of `roundToOdd`
 * @source Giulietti, The Schubfach way to render doubles, 2021
 */
function number(value: f64, powers: usize, out: usize): usize {
  let o = out
  let bits = reinterpret<u64>(value)
  const exponent = <i32>((bits >> 52) & 2047)
  let c = bits & 0xfffffffffffff
  if (exponent == 2047) {
    if (c) return put(o, 0x4e614e, 3)
    return put(o, bits >> 63 ? 0x666e492d : 0x666e492b, 4)
  }
  if (bits >> 63) store<u8>(o++, 45)
  let q: i32
  if (exponent != 0) {
    c |= 0x10000000000000
    q = exponent - 1075
    if (q <= 0 && q > -53) {
      const whole = c >> <u64>-q
      if (whole << (<u64>-q) == c) return writeDecimal(whole, 0, o)
    }
  } else {
    if (c == 0) return put(o, 48, 1)
    q = -1074
  }
  const odd = c & 1
  const isEven = c != 0x10000000000000 || exponent <= 1
  // A power of two is as close to the number below as to a quarter of the one above.
  const k = isEven
    ? <i32>((<i64>q * 661971961083) >> 41)
    : <i32>((<i64>q * 661971961083 - 274743187321) >> 41)
  const h = <u64>(q + <i32>((<i64>-k * 913124641741) >> 38) + 2)
  const entry = powers + ((<usize>(k - SMALLEST_POWER)) << 4)
  const high = load<u64>(entry)
  const low = load<u64>(entry, 8)
  // The product of the power and 4c is p; those of the borders between this number and its neighbours are less by
  // `under` and more by `over`.
  const middle = c << (h + 2)
  const bottom = low * middle
  const lower = multiplyHigh(low, middle)
  const p1 = lower + high * middle
  const p2 = multiplyHigh(high, middle) + <u64>(p1 < lower)
  const over = h + 1
  const over0 = low << over
  const over1 = (high << over) | (low >> (64 - over))
  const over2 = high >> (64 - over)
  const under = isEven ? over : h
  const under0 = low << under
  const under1 = (high << under) | (low >> (64 - under))
  const under2 = high >> (64 - under)
  const v = roundToOdd(p2, p1)
  const r1 = p1 + over1
  const carry = <u64>(bottom + over0 < bottom)
  const vr = roundToOdd(p2 + over2 + <u64>(r1 < p1) + <u64>(r1 + carry < r1), r1 + carry)
  const l1 = p1 - under1
  const borrow = <u64>(bottom < under0)
  const vl = roundToOdd(p2 - under2 - <u64>(p1 < under1) - <u64>(l1 < borrow), l1 - borrow)
  const s = v >> 2
  if (s >= 10) {
    const tensBelow = (s / 10) * 10
    const tensAbove = tensBelow + 10
    const takesBelow = vl + odd <= tensBelow << 2
    const takesAbove = (tensAbove << 2) + odd <= vr
    if (takesBelow != takesAbove) return writeDecimal(takesBelow ? tensBelow : tensAbove, k, o)
  }
  const t = s + 1
  const takesS = vl + odd <= s << 2
  const takesT = (t << 2) + odd <= vr
  if (takesS != takesT) return writeDecimal(takesS ? s : t, k, o)
  const order = <i64>(v - ((s + t) << 1))
  return writeDecimal(order < 0 || (order == 0 && (s & 1) == 0) ? s : t, k, o)
}

/** Text of one number. */
export function printNumber(value: f64, powers: usize, out: usize): usize {
  return number(value, powers, out)
}

/**
 * `[time,"value"],…` of a row's samples without the brackets around them.
 * @param heads  32 bytes a step: `,[time,"` and in the last byte its length
 * @param texts  256 entries of 32 bytes: a number's bits, its text of up to 23 bytes, the text's length
 * @returns where the text ends; it begins with a comma
 */
export function printPoints(
  row: usize,
  steps: i32,
  heads: usize,
  powers: usize,
  texts: usize,
  out: usize,
): usize {
  let o = out
  // Rates and gauges take few values in a row, and copying a text takes a fifth of the time of working it out. A row
  // whose numbers are all different soon stops looking.
  let credit = 24
  for (let s: usize = 0; s < <usize>steps; s++) {
    const cell = row + (s << 3)
    const bits = load<u64>(cell)
    if (bits == ABSENT) continue
    const head = heads + (s << 5)
    v128.store(o, v128.load(head))
    v128.store(o, v128.load(head, 16), 16)
    o += <usize>load<u8>(head, 31)
    if (credit < 0) o = number(load<f64>(cell), powers, o)
    else {
      const mixed = (<u32>bits ^ <u32>(bits >> 32)) * 0x9e3779b1
      const entry = texts + ((<usize>(mixed >> 24)) << 5)
      const known = <usize>load<u8>(entry, 31)
      if (known != 0 && load<u64>(entry) == bits) {
        v128.store(o, v128.load(entry, 8))
        store<u64>(o, load<u64>(entry, 24), 16)
        o += known
        credit++
      } else {
        const end = number(load<f64>(cell), powers, o)
        if (end - o <= 23) {
          store<u64>(entry, bits)
          v128.store(entry, v128.load(o), 8)
          store<u64>(entry, load<u64>(o, 16), 24)
          store<u8>(entry, <u8>(end - o), 31)
        }
        o = end
        credit--
      }
    }
    store<u16>(o, 0x5d22)
    o += 2
  }
  return o
}

/**
 * What stands before each value of a row: `,[time,"`, the time in seconds with three digits of fraction where it has any.
 * @param times  f64 whole ms
 * @param heads  32 bytes a step, the text's length in the last one
 */
export function printHeads(times: usize, steps: i32, heads: usize, room: usize): void {
  const end = room + 24
  for (let s: usize = 0; s < <usize>steps; s++) {
    const time = load<f64>(times + (s << 3))
    const size = <u64>abs(time)
    const seconds = size / 1000
    const rest = size - seconds * 1000
    const head = heads + (s << 5)
    let o = put(head, 0x5b2c, 2)
    if (time < 0) store<u8>(o++, 45)
    const start = digitsBefore(seconds, end)
    memory.copy(o, start, end - start)
    o += end - start
    if (rest > 0) {
      store<u8>(o, 46)
      store<u8>(o + 1, <u8>(48 + rest / 100))
      store<u8>(o + 2, <u8>(48 + ((rest / 10) % 10)))
      store<u8>(o + 3, <u8>(48 + (rest % 10)))
      o += 4
    }
    store<u16>(o, 0x222c)
    store<u8>(head, <u8>(o + 2 - head), 31)
  }
}
