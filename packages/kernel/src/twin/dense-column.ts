// Twin of assembly/dense-column.ts.

import type { KernelMemory } from '../kernel-memory.ts'
import { BitCursor, bitLength, i64, nearest, zigzag } from './bit-cursor.ts'
import { isConstantPlan, planIntegers, putIntegers, takeIntegers } from './integers.ts'

const Kind = { decimal: 1, bits: 2, mask: 3, ulp: 4, ref: 8, specials: 16 } as const
const LIMIT = 2 ** 53
const EXPONENT_MAX = 14
const ULP_EXPONENT_MAX = 12
const CHAIN_MAX = 16

/** Bits of a double and back. */
class Doubles {
  readonly #f64 = new Float64Array(1)
  readonly #i64 = new BigInt64Array(this.#f64.buffer)

  bits(value: number): bigint {
    this.#f64[0] = value
    return this.#i64[0]!
  }
}

function isSpecial(value: number): boolean {
  return !(Math.abs(value) < LIMIT) || Object.is(value, -0)
}

function isDecimal(value: number, e: number): boolean {
  const whole = nearest(value * 10 ** e)
  return Math.abs(whole) < LIMIT && whole / 10 ** e === value
}

function exponentOf(values: readonly number[]): number {
  let e = 0
  for (const value of values) while (!isDecimal(value, e)) if (++e > EXPONENT_MAX) return -1
  return values.every((value) => isDecimal(value, e)) ? e : -1
}

/** Bits of a sample of pairs as decimals with an exponent and what is left; undefined when one is too large. */
function ulpCost(values: Float64Array, e: number, doubles: Doubles): number | undefined {
  const step = values.length > 24 ? Math.floor(values.length / 24) : 1
  let cost = 0
  for (let i = 0; i + 1 < values.length; i += step) {
    const pair = [values[i]!, values[i + 1]!]
    if (pair.some(isSpecial)) continue
    const [m0, m1] = pair.map((v) => nearest(v * 10 ** e)) as [number, number]
    if (Math.abs(m0) >= LIMIT || Math.abs(m1) >= LIMIT) return undefined
    const [r0, r1] = [m0, m1].map((m, j) => doubles.bits(pair[j]!) - doubles.bits(m / 10 ** e))
    cost += bitLength(zigzag(BigInt(m1) - BigInt(m0))) + bitLength(zigzag(i64(r1! - r0!)))
  }
  return cost
}

function ulpExponentOf(values: Float64Array, doubles: Doubles): number {
  let best = Infinity
  let exponent = -1
  for (let e = 0; e <= ULP_EXPONENT_MAX; e++) {
    const cost = ulpCost(values, e, doubles)
    if (cost === undefined) break
    if (cost >= best) continue
    best = cost
    exponent = e
  }
  const isTooLarge = (v: number): boolean =>
    !isSpecial(v) && Math.abs(nearest(v * 10 ** exponent)) >= LIMIT
  return exponent >= 0 && values.some(isTooLarge) ? -1 : exponent
}

function putSpecials(out: BitCursor, values: Float64Array, bits: BigInt64Array): void {
  const runs: [gap: number, length: number, pattern: bigint][] = []
  let behind = 0
  for (let i = 0; i < values.length;) {
    if (!isSpecial(values[i]!)) {
      i++
      continue
    }
    let end = i + 1
    while (end < values.length && bits[end] === bits[i]) end++
    runs.push([i - behind, end - i, bits[i]!])
    behind = end
    i = end
  }
  out.putU16(runs.length)
  for (const [gap, length, pattern] of runs) {
    out.putVarint(BigInt(gap))
    out.putVarint(BigInt(length))
    for (let b = 0n; b < 64n; b += 8n) out.putByte(Number((pattern >> b) & 255n))
  }
}

/** Each value's integer; where a special stands, that of its predecessor or of the first that has one. */
function filled(values: Float64Array, integerOf: (value: number, i: number) => bigint): bigint[] {
  const first = values.findIndex((value) => !isSpecial(value))
  let last = first < 0 ? 0n : integerOf(values[first]!, first)
  return Array.from(values, (value, i) => (last = isSpecial(value) ? last : integerOf(value, i)))
}

function workColumn(memory: KernelMemory, work: number, n: number): BigInt64Array {
  return new BigInt64Array(memory.u8.buffer, work + 16, n)
}

export function denseEncode(
  memory: KernelMemory,
  column: number,
  n: number,
  packSlack: number,
  work: number,
  outAt: number,
): number {
  const values = memory.f64.slice(column / 8, column / 8 + n)
  const bits = new BigInt64Array(values.buffer)
  const doubles = new Doubles()
  const slack = BigInt(packSlack)
  const out = new BitCursor(memory.u8, outAt)
  const rows = bits.every((one) => one === bits[0]) ? 1 : n
  const ordinary = [...values.subarray(0, rows)].filter((value) => !isSpecial(value))
  const specials = rows - ordinary.length
  let e = specials * 4 > rows ? -1 : exponentOf(ordinary)
  let kind: number = Kind.decimal
  if (e < 0 && specials * 4 <= rows && rows > 1) {
    e = ulpExponentOf(values, doubles)
    kind |= Kind.ulp
  }
  if (e < 0) {
    memory.i32[work / 4] = -1
    out.putByte(Kind.bits)
    putIntegers(out, [...bits], planIntegers([...bits], slack))
    return out.at
  }
  if (specials > 0) kind |= Kind.specials
  const mine = filled(values, (value) => BigInt(nearest(value * 10 ** e)))
  let stream = mine
  let plan = planIntegers(mine, slack)
  const chain = memory.i32[work / 4 + 1]!
  const before = workColumn(memory, work, n)
  if (memory.i32[work / 4] === e && chain < CHAIN_MAX && !isConstantPlan(plan)) {
    const other = mine.map((v, i) => i64(v - before[i]!))
    const otherPlan = planIntegers(other, slack)
    if (otherPlan.all < plan.all) {
      kind |= Kind.ref
      stream = other
      plan = otherPlan
    }
  }
  out.putByte(kind)
  out.putByte(e)
  if (specials > 0) putSpecials(out, values, bits)
  putIntegers(out, stream, plan)
  if ((kind & Kind.ulp) !== 0) {
    const ulp = (value: number, i: number): bigint =>
      i64(doubles.bits(value) - doubles.bits(Number(mine[i]!) / 10 ** e))
    let last = 0n
    const ulps = Array.from(values, (v, i) => (last = isSpecial(v) ? last : ulp(v, i)))
    putIntegers(out, ulps, planIntegers(ulps, slack))
  }
  before.set(mine)
  memory.i32[work / 4] = e
  memory.i32[work / 4 + 1] = (kind & Kind.ref) !== 0 ? chain + 1 : 0
  return out.at
}

export function denseDecode(
  memory: KernelMemory,
  from: number,
  n: number,
  work: number,
  outAt: number,
): number {
  const input = new BitCursor(memory.u8, from)
  const out = memory.f64.subarray(outAt / 8, outAt / 8 + n)
  const patterns = new BigInt64Array(memory.u8.buffer, outAt, n)
  const kind = input.takeByte()
  if ((kind & Kind.mask) === Kind.bits) {
    memory.i32[work / 4] = -1
    const bits = takeIntegers(input, n)
    if (bits === undefined) return 0
    patterns.set(bits)
    return input.at
  }
  if ((kind & Kind.mask) !== Kind.decimal) return 0
  const e = input.takeByte()
  if (e > EXPONENT_MAX) return 0
  const specials = (kind & Kind.specials) !== 0 ? takeSpecials(input, n) : []
  if (specials === undefined) return 0
  const stream = takeIntegers(input, n)
  if (stream === undefined) return 0
  const integers = workColumn(memory, work, n)
  if ((kind & Kind.ref) !== 0) {
    if (memory.i32[work / 4] !== e) return 0
    stream.forEach((v, i) => (integers[i] = i64(integers[i]! + v)))
  } else integers.set(stream)
  memory.i32[work / 4] = e
  for (let i = 0; i < n; i++) out[i] = Number(integers[i]!) / 10 ** e
  if ((kind & Kind.ulp) !== 0) {
    const ulps = takeIntegers(input, n)
    if (ulps === undefined) return 0
    ulps.forEach((ulp, i) => (patterns[i] = i64(patterns[i]! + ulp)))
  }
  let row = 0n
  for (const [gap, length, pattern] of specials) {
    row += gap
    const end = row + length
    if (end > BigInt(n)) return 0
    for (; row < end; row++) patterns[Number(row)] = pattern
  }
  return input.at
}

function takeSpecials(
  input: BitCursor,
  n: number,
): [gap: bigint, length: bigint, pattern: bigint][] | undefined {
  const count = input.takeU16()
  if (count > n) return undefined
  return Array.from({ length: count }, () => {
    const gap = input.takeVarint()
    const length = input.takeVarint()
    let pattern = 0n
    for (let b = 0n; b < 64n; b += 8n) pattern |= BigInt(input.takeByte()) << b
    return [gap, length, i64(pattern)]
  })
}
