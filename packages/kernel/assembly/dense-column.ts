// One column of a tile, f64[n], to bytes and back, every bit of it; drawn in docs/format/tile.md. A column may be stored
// as the difference to the integers of the column before it (REF): those live in the caller's work area.
//
//   work := exponent i32 of the last column's integers, −1: none | columns since a whole one i32 | 8 bytes free
//           integers i64[n + 1] | a column i64[n + 1] | scratch of integers.ts
//
// Twin: ../src/twin/dense-column.ts.

import { at, bitLength, putByte, putVarint, seek, takeByte, takeVarint, zigzag } from './bits'
import {
  isConstantPlan,
  planIntegers,
  putIntegers,
  putPlanAside,
  takeIntegers,
  takePlanBack,
  useScratch,
} from './integers'

const DECIMAL: u32 = 1
const BITS: u32 = 2
const KIND: u32 = 3
const ULP: u32 = 4
const REF: u32 = 8
const SPECIALS: u32 = 16

const LIMIT: f64 = 9007199254740992 // 2^53
const MINUS_ZERO: u64 = 0x8000000000000000
const EXPONENT_MAX: i32 = 14
const ULP_EXPONENT_MAX: i32 = 12
const CHAIN_MAX: i32 = 16

const POWERS = memory.data<f64>([
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14,
])

function power(e: i32): f64 {
  return load<f64>(POWERS + ((<usize>e) << 3))
}

function bitsAt(column: usize, i: i32): u64 {
  return load<u64>(column + ((<usize>i) << 3))
}

/** No decimal with an exponent: NaN, infinite, −0, or too large to count with. */
function isSpecial(bits: u64): bool {
  return !(abs(reinterpret<f64>(bits)) < LIMIT) || bits == MINUS_ZERO
}

function isDecimal(value: f64, e: i32): bool {
  const whole = nearest(value * power(e))
  return abs(whole) < LIMIT && whole / power(e) == value
}

function countSpecials(column: usize, n: i32): i32 {
  let count = 0
  for (let i = 0; i < n; i++) if (isSpecial(bitsAt(column, i))) count++
  return count
}

/** The smallest exponent with which every ordinary value is a decimal; −1 when there is none. */
function exponentOf(column: usize, n: i32): i32 {
  let e = 0
  for (let i = 0; i < n; i++) {
    const bits = bitsAt(column, i)
    if (isSpecial(bits)) continue
    while (!isDecimal(reinterpret<f64>(bits), e)) if (++e > EXPONENT_MAX) return -1
  }
  // A larger exponent than a value needs may be too large for it.
  for (let i = 0; i < n; i++) {
    const bits = bitsAt(column, i)
    if (!isSpecial(bits) && !isDecimal(reinterpret<f64>(bits), e)) return -1
  }
  return e
}

/** The exponent that leaves the least between values and their decimals, by a sample of pairs; −1 when there is none. */
function ulpExponentOf(column: usize, n: i32): i32 {
  const step = n > 24 ? n / 24 : 1
  let best: i64 = 0x7fffffffffffffff
  let bestExponent = -1
  let isTooLarge = false
  for (let e = 0; e <= ULP_EXPONENT_MAX && !isTooLarge; e++) {
    let cost: i64 = 0
    for (let i = 0; i + 1 < n; i += step) {
      const before = bitsAt(column, i)
      const after = bitsAt(column, i + 1)
      if (isSpecial(before) || isSpecial(after)) continue
      const m0 = nearest(reinterpret<f64>(before) * power(e))
      const m1 = nearest(reinterpret<f64>(after) * power(e))
      if (abs(m0) >= LIMIT || abs(m1) >= LIMIT) {
        isTooLarge = true
        break
      }
      const r0 = <i64>before - reinterpret<i64>(m0 / power(e))
      const r1 = <i64>after - reinterpret<i64>(m1 / power(e))
      cost += <i64>bitLength(zigzag(<i64>m1 - <i64>m0)) + <i64>bitLength(zigzag(r1 - r0))
    }
    if (cost < best && !isTooLarge) {
      best = cost
      bestExponent = e
    }
  }
  // What the sample did not see may be too large.
  if (bestExponent >= 0) {
    for (let i = 0; i < n; i++) {
      const bits = bitsAt(column, i)
      if (isSpecial(bits)) continue
      if (abs(nearest(reinterpret<f64>(bits) * power(bestExponent))) >= LIMIT) return -1
    }
  }
  return bestExponent
}

function putSpecials(column: usize, n: i32): void {
  const countAt = at
  seek(at + 2)
  let count = 0
  let behind = 0
  for (let i = 0; i < n;) {
    const bits = bitsAt(column, i)
    if (!isSpecial(bits)) {
      i++
      continue
    }
    let end = i + 1
    while (end < n && bitsAt(column, end) == bits) end++
    putVarint(<u64>(i - behind))
    putVarint(<u64>(end - i))
    store<u64>(at, bits)
    seek(at + 8)
    behind = end
    i = end
    count++
  }
  store<u16>(countAt, <u16>count)
}

/** Where a special stands the integers repeat their predecessor, which costs nothing. */
function fillIntegers(column: usize, n: i32, e: i32, integers: usize): void {
  let last: i64 = 0
  let isFirst = true
  for (let i = 0; i < n; i++) {
    const bits = bitsAt(column, i)
    if (!isSpecial(bits)) {
      last = <i64>nearest(reinterpret<f64>(bits) * power(e))
      if (isFirst) for (let j = 0; j < i; j++) store<i64>(integers + ((<usize>j) << 3), last)
      isFirst = false
    }
    store<i64>(integers + ((<usize>i) << 3), last)
  }
}

function fillUlps(column: usize, n: i32, e: i32, integers: usize, ulps: usize): void {
  let last: i64 = 0
  for (let i = 0; i < n; i++) {
    const bits = bitsAt(column, i)
    if (!isSpecial(bits)) {
      last = <i64>bits - reinterpret<i64>(<f64>load<i64>(integers + ((<usize>i) << 3)) / power(e))
    }
    store<i64>(ulps + ((<usize>i) << 3), last)
  }
}

function isConstant(column: usize, n: i32): bool {
  const bits = load<u64>(column)
  for (let i = 1; i < n; i++) if (bitsAt(column, i) != bits) return false
  return true
}

function encodeBits(column: usize, n: i32, work: usize): usize {
  store<i32>(work, -1)
  putByte(BITS)
  planIntegers(column, n)
  putIntegers(column, n)
  return at
}

/**
 * Encodes f64[n], n ≥ 1.
 * @param packSlack  PACK, which is read fastest, may cost so many 32nds more than the smallest
 * @param work  room as drawn above; −1 in its first i32 begins a tile
 * @param out  room for 64 + 32 n bytes; less is written
 * @returns where the column ends
 */
export function denseEncode(column: usize, n: i32, packSlack: u32, work: usize, out: usize): usize {
  const room = (<usize>(n + 1)) << 3
  const integers = work + 16
  const other = integers + room
  const mine = other + room
  useScratch(mine + room, n, packSlack)
  seek(out)
  const rows = isConstant(column, n) ? 1 : n
  const specials = countSpecials(column, rows)
  let e = specials * 4 > rows ? -1 : exponentOf(column, rows)
  let kind = DECIMAL
  if (e < 0 && specials * 4 <= rows && rows > 1) {
    e = ulpExponentOf(column, n)
    kind |= ULP
  }
  if (e < 0) return encodeBits(column, n, work)
  if (specials > 0) kind |= SPECIALS
  fillIntegers(column, n, e, mine)
  const kindAt = at
  seek(at + 2)
  if (specials > 0) putSpecials(column, n)
  const bits = planIntegers(mine, n)
  const chain = load<i32>(work, 4)
  let stream = mine
  if (load<i32>(work) == e && chain < CHAIN_MAX && !isConstantPlan()) {
    for (let i: usize = 0; i < (<usize>n) << 3; i += 8) {
      store<i64>(other + i, load<i64>(mine + i) - load<i64>(integers + i))
    }
    putPlanAside()
    if (planIntegers(other, n) < bits) {
      kind |= REF
      stream = other
    } else takePlanBack()
  }
  store<u8>(kindAt, <u8>kind)
  store<u8>(kindAt, <u8>e, 1)
  putIntegers(stream, n)
  if (kind & ULP) {
    fillUlps(column, n, e, mine, other)
    planIntegers(other, n)
    putIntegers(other, n)
  }
  memory.copy(integers, mine, (<usize>n) << 3)
  store<i32>(work, e)
  store<i32>(work, kind & REF ? chain + 1 : 0, 4)
  return at
}

function applySpecials(n: i32, out: usize): bool {
  let row: u64 = 0
  const count = <i32>load<u16>(at)
  seek(at + 2)
  for (let left = count; left > 0; left--) {
    row += takeVarint()
    const end = row + takeVarint()
    const bits = load<u64>(at)
    seek(at + 8)
    if (end > <u64>n || end < row) return false
    for (; row < end; row++) store<u64>(out + ((<usize>row) << 3), bits)
  }
  return true
}

function skipSpecials(n: i32): bool {
  const count = <i32>load<u16>(at)
  seek(at + 2)
  if (count > n) return false
  for (let left = count; left > 0; left--) {
    takeVarint()
    takeVarint()
    seek(at + 8)
  }
  return true
}

/**
 * Decodes a column of n rows into f64[n]. A column with REF wants the one before it decoded right before, with the same
 * work area.
 * @returns where the column ends, 0 when the bytes are none
 */
export function denseDecode(from: usize, n: i32, work: usize, out: usize): usize {
  const room = (<usize>(n + 1)) << 3
  const bytes = (<usize>n) << 3
  const integers = work + 16
  const other = integers + room
  seek(from)
  const kind = takeByte()
  if ((kind & KIND) == BITS) {
    store<i32>(work, -1)
    return takeIntegers(out, n) ? at : 0
  }
  if ((kind & KIND) != DECIMAL) return 0
  const e = <i32>takeByte()
  if (e > EXPONENT_MAX) return 0
  const specialsAt = at
  if (kind & SPECIALS && !skipSpecials(n)) return 0
  if (kind & REF) {
    if (load<i32>(work) != e || !takeIntegers(other, n)) return 0
    for (let i: usize = 0; i < bytes; i += 8) {
      store<i64>(integers + i, load<i64>(integers + i) + load<i64>(other + i))
    }
  } else if (!takeIntegers(integers, n)) return 0
  store<i32>(work, e)
  if (e == 0) {
    for (let i: usize = 0; i < bytes; i += 8) store<f64>(out + i, <f64>load<i64>(integers + i))
  } else {
    const p = power(e)
    for (let i: usize = 0; i < bytes; i += 8) store<f64>(out + i, <f64>load<i64>(integers + i) / p)
  }
  if (kind & ULP) {
    if (!takeIntegers(other, n)) return 0
    for (let i: usize = 0; i < bytes; i += 8) {
      store<i64>(out + i, load<i64>(out + i) + load<i64>(other + i))
    }
  }
  const end = at
  if (kind & SPECIALS) {
    seek(specialsAt)
    if (!applySpecials(n, out)) return 0
  }
  return end
}
