// One column of a tile of version 1, which is read and not written any more.
//
//   column   := kind u8 …        bits 0-1: 0 absent throughout (nothing follows), 1 DEC, 2 BITS; bit 4 SPECIALS
//   DEC      := exponent u8 [specials] istream      value = int / 10^exponent, verified when encoding
//   BITS     := form u8                             0: one pattern u64 for all rows
//                                                   1: patterns as xor with the one before, see below
//   specials := count u16, count × (gap varint, run varint, pattern u64)       NaNs, infinities, −0, ≥ 2^50
//   xor      := u8 (skipped low bytes | bytes << 4), bytes …; 0: the same again

import { ByteReader, OutsideError } from '@pharos/base'
import { ABSENT } from '@pharos/model'
import { readIntegers } from './integer-stream.ts'

const Kind = { absent: 0, decimal: 1, bits: 2, kindMask: 3, specials: 16 } as const
const BitsForm = { constant: 0, xor: 1 } as const

const MAX_EXPONENT = 14
const POWERS: readonly number[] = Array.from({ length: MAX_EXPONENT + 1 }, (_, e) => 10 ** e)

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
