// What PromQL does with one column at all steps: rate and its kind, the latest sample, and adding a row to a sum.
// Steps come as arrays of equal length, made once for all columns that share their times. Order of operations is the
// reference's, so results are equal bit for bit. Twin: ../src/twin/roll.ts.

const ABSENT: u64 = 0x7ff8000000000003
const MINUS_ZERO: u64 = 0x8000000000000000
const INFINITE: u64 = 0x7ff0000000000000
const SIZE_BITS: u64 = 0x7fffffffffffffff

function at(p: usize, i: usize): f64 {
  return load<f64>(p + (i << 3))
}

/** The latest sample of each step, ABSENT where its index is negative. */
export function rollLatest(vs: usize, latest: usize, steps: i32, out: usize): void {
  for (let s: usize = 0; s < <usize>steps; s++) {
    const i = load<i32>(latest + (s << 2))
    store<u64>(out + (s << 3), i < 0 ? ABSENT : load<u64>(vs + ((<usize>i) << 3)))
  }
}

/** True when some value is below the one before it. */
function drops(vs: usize, n: i32): bool {
  const last = <usize>n - 1
  let found = i64x2.splat(0)
  let i: usize = 0
  for (; i + 2 <= last; i += 2) {
    const p = vs + (i << 3)
    found = v128.or(found, f64x2.lt(v128.load(p, 8), v128.load(p)))
  }
  if (i < last && at(vs, i + 1) < at(vs, i)) return true
  return v128.any_true(found)
}

/**
 * (vs[last] − vs[first]) · factor at each step, ABSENT where first equals last; for counters with extrapolation ending
 * at their zero point.
 * @param constants  i32 first[even], i32 last[even], f64 factor, sampled, toStart, toEnd, each of `even` numbers, which
 *   is `steps` rounded up to an even number
 */
export function rollRate(
  vs: usize,
  n: i32,
  constants: usize,
  steps: i32,
  isCounter: i32,
  divisor: f64,
  out: usize,
): i32 {
  if (isCounter && n > 1 && drops(vs, n)) return 0
  const even = (<usize>steps + 1) & ~(<usize>1)
  const firsts = constants
  const lasts = firsts + (even << 2)
  const factors = lasts + (even << 2)
  const sampled = factors + (even << 3)
  const toStart = sampled + (even << 3)
  const toEnd = toStart + (even << 3)
  const absent = i64x2.splat(ABSENT)
  const zero = f64x2.splat(0)
  const two = f64x2.splat(2)
  for (let s: usize = 0; s < even; s += 2) {
    const a = load<u64>(firsts + (s << 2))
    const b = load<u64>(lasts + (s << 2))
    const first = v128.load64_lane(
      vs + ((<usize>(a >> 32)) << 3),
      v128.load64_zero(vs + ((<usize>(<u32>a)) << 3)),
      1,
    )
    const last = v128.load64_lane(
      vs + ((<usize>(b >> 32)) << 3),
      v128.load64_zero(vs + ((<usize>(<u32>b)) << 3)),
      1,
    )
    const rise = f64x2.sub(last, first)
    const value = f64x2.mul(rise, v128.load(factors + (s << 3)))
    const isEmpty = i64x2.eq(
      i64x2.extend_low_i32x4_u(i64x2(a, 0)),
      i64x2.extend_low_i32x4_u(i64x2(b, 0)),
    )
    v128.store(out + (s << 3), v128.bitselect(absent, value, isEmpty))
    if (!isCounter) continue
    // Only a counter that would have been below zero within `toStart` needs the division; a factor of two leaves
    // room for rounding in this test.
    const isLow = f64x2.lt(
      f64x2.mul(v128.load(sampled + (s << 3)), first),
      f64x2.mul(f64x2.mul(two, v128.load(toStart + (s << 3))), rise),
    )
    const mayEnd = v128.and(v128.and(f64x2.gt(rise, zero), f64x2.ge(first, zero)), isLow)
    const ends = v128.andnot(mayEnd, isEmpty)
    if (!v128.any_true(ends)) continue
    for (let k: usize = s; k < s + 2; k++) {
      const lane = k == s ? i64x2.extract_lane(ends, 0) : i64x2.extract_lane(ends, 1)
      if (lane == 0) continue
      const start = k == s ? f64x2.extract_lane(first, 0) : f64x2.extract_lane(first, 1)
      const d = k == s ? f64x2.extract_lane(rise, 0) : f64x2.extract_lane(rise, 1)
      const interval = at(sampled, k)
      const toZero = interval * (start / d)
      const left = at(toStart, k)
      const factor =
        (interval + (toZero < left ? toZero : left) + at(toEnd, k)) / interval / divisor
      store<f64>(out + (k << 3), d * factor)
    }
  }
  return 1
}

/**
 * Adds a row to sums with their compensations and counts its samples; ABSENT adds nothing. A sum that becomes infinite
 * loses its compensation.
 */
export function rollAdd(row: usize, steps: i32, sums: usize, parts: usize, counts: usize): void {
  const even = ((<usize>steps + 1) & ~(<usize>1)) << 3
  const absent = i64x2.splat(ABSENT)
  const minusZero = i64x2.splat(MINUS_ZERO)
  const infinite = i64x2.splat(INFINITE)
  const size = i64x2.splat(SIZE_BITS)
  const one = f64x2.splat(1)
  for (let o: usize = 0; o < even; o += 16) {
    const given = v128.load(row + o)
    const isAbsent = i64x2.eq(given, absent)
    // −0 is what adding leaves everything as it is.
    const x = v128.bitselect(minusZero, given, isAbsent)
    const sum = v128.load(sums + o)
    const t = f64x2.add(sum, x)
    const b = f64x2.sub(t, sum)
    const rest = f64x2.add(f64x2.sub(sum, f64x2.sub(t, b)), f64x2.sub(x, b))
    const part = f64x2.add(v128.load(parts + o), rest)
    const isInfinite = i64x2.eq(v128.and(t, size), infinite)
    v128.store(parts + o, v128.andnot(part, isInfinite))
    v128.store(sums + o, t)
    v128.store(counts + o, f64x2.add(v128.load(counts + o), v128.andnot(one, isAbsent)))
  }
}
