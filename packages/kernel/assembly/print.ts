// Doubles as their shortest decimal digits, and rows of points as JSON. Twin: ../src/twin/print.ts.

const ABSENT: u64 = 0x7ff8000000000003
const SMALLEST_POWER: i32 = -324

/** "00" to "99". */
const PAIRS = memory.data(200)

function fillPairs(): void {
  for (let i: usize = 0; i < 100; i++) {
    store<u8>(PAIRS + (i << 1), <u8>(48 + i / 10))
    store<u8>(PAIRS + (i << 1), <u8>(48 + (i % 10)), 1)
  }
}

function multiplyHigh(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff
  const aHigh = a >> 32
  const bLow = b & 0xffffffff
  const bHigh = b >> 32
  const first = aLow * bHigh
  const middle = ((aLow * bLow) >> 32) + (first & 0xffffffff) + aHigh * bLow
  return aHigh * bHigh + (first >> 32) + (middle >> 32)
}

/** g · c / 2^127 rounded to odd. */
function roundToOdd(high: u64, low: u64, c: u64): u64 {
  const x = multiplyHigh(low, c)
  const y = high * c
  const z = (y >> 1) + x
  const w = multiplyHigh(high, c) + (z >> 63)
  return w | (((z & 0x7fffffffffffffff) + 0x7fffffffffffffff) >> 63)
}

/** Writes the digits of a whole number so that they end at `end`; where they begin. */
function digitsBefore(whole: u64, end: usize): usize {
  let p = end
  let f = whole
  while (f >= 100) {
    const q = f / 100
    p -= 2
    store<u16>(p, load<u16>(PAIRS + ((<usize>(f - q * 100)) << 1)))
    f = q
  }
  if (f >= 10) {
    p -= 2
    store<u16>(p, load<u16>(PAIRS + ((<usize>f) << 1)))
  } else store<u8>(--p, <u8>(48 + f))
  return p
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
  store<u16>(o, load<u16>(PAIRS + ((<usize>e) << 1)))
  return o + 2
}

/** digits · 10^power as JavaScript and the reference write it, with two digits of exponent at least. */
function writeDecimal(digits: u64, tens: i32, out: usize): usize {
  let f = digits
  let k = tens
  if (k < 0) {
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
  }
  // A digit 0 at the end is never printed as part of the digits.
  for (;;) {
    const q = f / 10
    if (k >= 0 || q * 10 != f) break
    f = q
    k++
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
  const middle = c << 2
  const upper = middle + 2
  let lower: u64
  let k: i32
  if (c != 0x10000000000000 || exponent <= 1) {
    lower = middle - 2
    k = <i32>((<i64>q * 661971961083) >> 41)
  } else {
    lower = middle - 1
    k = <i32>((<i64>q * 661971961083 - 274743187321) >> 41)
  }
  const h = <u64>(q + <i32>((<i64>-k * 913124641741) >> 38) + 2)
  const entry = powers + ((<usize>(k - SMALLEST_POWER)) << 4)
  const high = load<u64>(entry)
  const low = load<u64>(entry, 8)
  const v = roundToOdd(high, low, middle << h)
  const vl = roundToOdd(high, low, lower << h)
  const vr = roundToOdd(high, low, upper << h)
  const s = v >> 2
  if (s >= 10) {
    const under = (s / 10) * 10
    const over = under + 10
    const takesUnder = vl + odd <= under << 2
    const takesOver = (over << 2) + odd <= vr
    if (takesUnder != takesOver) return writeDecimal(takesUnder ? under : over, k, o)
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
  if (load<u8>(PAIRS) == 0) fillPairs()
  return number(value, powers, out)
}

/**
 * `[time,"value"],…` of a row's samples without the brackets around them.
 * @param heads  32 bytes a step: `,[time,"` and in the last byte its length
 * @returns where the text ends; it begins with a comma
 */
export function printPoints(
  row: usize,
  steps: i32,
  heads: usize,
  powers: usize,
  out: usize,
): usize {
  if (load<u8>(PAIRS) == 0) fillPairs()
  let o = out
  for (let s: usize = 0; s < <usize>steps; s++) {
    const cell = row + (s << 3)
    if (load<u64>(cell) == ABSENT) continue
    const head = heads + (s << 5)
    v128.store(o, v128.load(head))
    v128.store(o, v128.load(head, 16), 16)
    o += <usize>load<u8>(head, 31)
    o = number(load<f64>(cell), powers, o)
    store<u16>(o, 0x5d22)
    o += 2
  }
  return o
}
