// One column of a tile: doubles to bytes and back, every bit of them. This is the door behind which the encoding
// may get better; kinds and bits that are not listed are kept for that (ALIAS 3, ULP 4, REF 8).
//
//   column   := kind u8 …        bits 0-1: 0 absent throughout (nothing follows), 1 DEC, 2 BITS; bit 4 SPECIALS
//   DEC      := exponent u8 [specials] istream      value = int / 10^exponent, verified when encoding
//   BITS     := form u8                             0: one pattern u64 for all rows
//                                                   1: patterns as xor with the one before, see below
//   specials := count u16, count × (gap varint, run varint, pattern u64)       NaNs, infinities, −0, ≥ 2^50
//   xor      := u8 (skipped low bytes | bytes << 4), bytes …; 0: the same again

import { ByteReader, type ByteWriter, OutsideError } from '@pharos/base'
import { ABSENT, ABSENT_LOW_WORD } from '@pharos/model'
import { readIntegers, WHOLE_LIMIT, writeIntegers, writeSame } from './integer-stream.ts'

const Kind = { absent: 0, decimal: 1, bits: 2, kindMask: 3, specials: 16 } as const
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

/**
 * Reads a column of `n` rows into `out[at … at + n)`.
 * @param bytes  the column and nothing else
 * @throws OutsideError `tsdb/corrupt` or `bytes/…`
 */
export function decodeColumn(bytes: Uint8Array, n: number, out: Float64Array, at: number): void {
  const reader = new ByteReader(bytes)
  const kind = reader.u8()
  if ((kind & Kind.kindMask) === Kind.absent) out.fill(ABSENT, at, at + n)
  else if ((kind & Kind.kindMask) === Kind.decimal) readDecimals(reader, kind, n, out, at)
  else if ((kind & Kind.kindMask) === Kind.bits) readBits(reader, n, out, at)
  else throw new OutsideError('tsdb/corrupt', `column of unknown kind ${kind}`)
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
  writeSame(out, Math.round(value * POWERS[e]!) + 0)
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

function readDecimals(
  reader: ByteReader,
  kind: number,
  n: number,
  out: Float64Array,
  at: number,
): void {
  const exponent = reader.u8()
  if (exponent > MAX_EXPONENT) throw new OutsideError('tsdb/corrupt', `exponent ${exponent}`)
  const specials: number[] = []
  if ((kind & Kind.specials) !== 0) {
    for (let left = reader.u16(); left > 0; left--) {
      specials.push(reader.varint(), reader.varint(), reader.u32(), reader.u32())
    }
  }
  readIntegers(reader, n, out, at)
  if (exponent > 0) {
    const power = POWERS[exponent]!
    for (let i = at; i < at + n; i++) out[i] = out[i]! / power
  }
  const words = new Uint32Array(out.buffer, out.byteOffset, out.length * 2)
  let row = at
  for (let s = 0; s < specials.length; s += 4) {
    row += specials[s]!
    const end = row + specials[s + 1]!
    if (end > at + n) throw new OutsideError('tsdb/corrupt', 'special values behind the last row')
    for (; row < end; row++) {
      words[2 * row] = specials[s + 2]!
      words[2 * row + 1] = specials[s + 3]!
    }
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

function readBits(reader: ByteReader, n: number, out: Float64Array, at: number): void {
  const words = new Uint32Array(out.buffer, out.byteOffset, out.length * 2)
  const form = reader.u8()
  let low = 0
  let high = 0
  if (form === BitsForm.constant) {
    low = reader.u32()
    high = reader.u32()
  } else if (form !== BitsForm.xor) {
    throw new OutsideError('tsdb/corrupt', `bits of unknown form ${form}`)
  }
  for (let i = at; i < at + n; i++) {
    const head = form === BitsForm.xor ? reader.u8() : 0
    const skipped = head & 15
    const end = skipped + (head >>> 4)
    if (end > 8) throw new OutsideError('tsdb/corrupt', 'pattern of more than eight bytes')
    for (let b = skipped; b < end; b++) {
      const byte = reader.u8()
      if (b < 4) low ^= byte << (8 * b)
      else high ^= byte << (8 * (b - 4))
    }
    words[2 * i] = low
    words[2 * i + 1] = high
  }
}
