// Writes columns of version 1, so that reading them can be tested on more than the golden file.

import type { ByteWriter } from '@pharos/base'
import { ABSENT_LOW_WORD } from '@pharos/model'
import { WHOLE_LIMIT, writeIntegers } from '../tile/integer-stream.ts'

const Kind = { absent: 0, decimal: 1, bits: 2, specials: 16 } as const
const BitsForm = { constant: 0, xor: 1 } as const

const MAX_EXPONENT = 14
const POWERS: readonly number[] = Array.from({ length: MAX_EXPONENT + 1 }, (_, e) => 10 ** e)

/**
 * Appends the first `n` ≥ 1 of `values`; what `decodeColumn` gives back is the same bit for bit.
 * @param values  columns are read only; ABSENT and STALE are values like others
 */
export function encodeColumn(values: Float64Array, n: number, out: ByteWriter): void {
  const words = new Uint32Array(values.buffer, values.byteOffset, n * 2)
  const isConstant = isOneBitPattern(words)
  if (isConstant && words[0] === ABSENT_LOW_WORD && isAbsentWord(words[1]!)) {
    out.u8(Kind.absent)
    return
  }
  if (isConstant && writeConstant(out, values[0]!)) return
  const exponent = exponentOf(values, n)
  const specials = exponent < 0 ? 0 : countSpecials(values, n)
  if (exponent < 0 || specials * 4 > n) writeBits(out, words, n, isConstant)
  else writeDecimals(out, values, words, n, exponent, specials)
}

function isOneBitPattern(words: Uint32Array): boolean {
  for (let i = 2; i < words.length; i += 2) {
    if (words[i] !== words[0] || words[i + 1] !== words[1]) return false
  }
  return true
}

function isAbsentWord(high: number): boolean {
  return high === 0x7ff80000
}

/** Not a decimal with an exponent: NaN, infinite, −0, or too large to count with. */
function isSpecial(value: number): boolean {
  return !(value < WHOLE_LIMIT && value > -WHOLE_LIMIT) || (value === 0 && 1 / value < 0)
}

function countSpecials(values: Float64Array, n: number): number {
  let count = 0
  for (let i = 0; i < n; i++) if (isSpecial(values[i]!)) count++
  return count
}

/** The smallest exponent with which every ordinary value is int / 10^e; −1 when there is none. */
function exponentOf(values: Float64Array, n: number): number {
  let e = 0
  for (let i = 0; i < n; i++) {
    const value = values[i]!
    if (isSpecial(value)) continue
    while (!isDecimal(value, e)) if (++e > MAX_EXPONENT) return -1
  }
  // A larger exponent than a value needs may be too large for it.
  for (let i = 0; i < n; i++) {
    const value = values[i]!
    if (!isSpecial(value) && !isDecimal(value, e)) return -1
  }
  return e
}

function isDecimal(value: number, e: number): boolean {
  const whole = Math.round(value * POWERS[e]!)
  return whole < WHOLE_LIMIT && whole > -WHOLE_LIMIT && whole / POWERS[e]! === value
}

/** Most columns of real exporters do not change within a tile. @returns false when the value is no decimal */
function writeConstant(out: ByteWriter, value: number): boolean {
  if (isSpecial(value)) return false
  let e = 0
  while (!isDecimal(value, e)) if (++e > MAX_EXPONENT) return false
  out.u8(Kind.decimal)
  out.u8(e)
  writeIntegers(out, Float64Array.of(Math.round(value * POWERS[e]!) + 0), 1)
  return true
}

function writeDecimals(
  out: ByteWriter,
  values: Float64Array,
  words: Uint32Array,
  n: number,
  exponent: number,
  specials: number,
): void {
  out.u8(Kind.decimal | (specials > 0 ? Kind.specials : 0))
  out.u8(exponent)
  if (specials > 0) writeSpecials(out, values, words, n)
  const ints = new Float64Array(n)
  const power = POWERS[exponent]!
  // Where a special stands the stream repeats its predecessor, which costs nothing.
  let last = 0
  let isFirst = true
  for (let i = 0; i < n; i++) {
    if (!isSpecial(values[i]!)) {
      // + 0 turns the −0 that rounding may make into 0.
      last = Math.round(values[i]! * power) + 0
      if (isFirst) ints.fill(last, 0, i)
      isFirst = false
    }
    ints[i] = last
  }
  writeIntegers(out, ints, n)
}

function writeSpecials(out: ByteWriter, values: Float64Array, words: Uint32Array, n: number): void {
  const runs: [gap: number, run: number, row: number][] = []
  let behind = 0
  for (let i = 0; i < n;) {
    if (!isSpecial(values[i]!)) {
      i++
      continue
    }
    let end = i + 1
    while (end < n && words[2 * end] === words[2 * i] && words[2 * end + 1] === words[2 * i + 1])
      end++
    runs.push([i - behind, end - i, i])
    behind = end
    i = end
  }
  out.u16(runs.length)
  for (const [gap, run, row] of runs) {
    out.varint(gap)
    out.varint(run)
    out.u32(words[2 * row]!)
    out.u32(words[2 * row + 1]!)
  }
}

function writeBits(out: ByteWriter, words: Uint32Array, n: number, isConstant: boolean): void {
  out.u8(Kind.bits)
  if (isConstant) {
    out.u8(BitsForm.constant)
    out.u32(words[0]!)
    out.u32(words[1]!)
    return
  }
  out.u8(BitsForm.xor)
  let lastLow = 0
  let lastHigh = 0
  for (let i = 0; i < n; i++) {
    const low = (words[2 * i]! ^ lastLow) >>> 0
    const high = (words[2 * i + 1]! ^ lastHigh) >>> 0
    lastLow = words[2 * i]!
    lastHigh = words[2 * i + 1]!
    if (low === 0 && high === 0) {
      out.u8(0)
      continue
    }
    const skipped = low !== 0 ? lowZeroBytes(low) : 4 + lowZeroBytes(high)
    const end = high !== 0 ? 8 - (Math.clz32(high) >>> 3) : 4 - (Math.clz32(low) >>> 3)
    out.u8(skipped | ((end - skipped) << 4))
    for (let b = skipped; b < end; b++) {
      out.u8((b < 4 ? low >>> (8 * b) : high >>> (8 * (b - 4))) & 0xff)
    }
  }
}

function lowZeroBytes(word: number): number {
  return (31 - Math.clz32(word & -word)) >>> 3
}
