// Numbers in as few bits as they need: a prefix of ones says how many follow.
//
//   0                zero
//   10 … 11111110    3, 6, 9, 12, 18, 25, 56 bits
//   11111111         64 bits

import type { BitReader } from './bit-reader.ts'
import type { BitWriter } from './bit-writer.ts'

const WIDTHS: readonly number[] = [0, 3, 6, 9, 12, 18, 25, 56, 64]

function readWidth(reader: BitReader): number {
  let ones = 0
  while (ones < 8 && reader.bit() === 1) ones++
  return WIDTHS[ones]!
}

function writePrefix(writer: BitWriter, ones: number): void {
  if (ones === 8) writer.bits(0xff, 8)
  else writer.bits(2 ** (ones + 1) - 2, ones + 1)
}

export function readVarbitInt(reader: BitReader): number {
  const width = readWidth(reader)
  return width === 0 ? 0 : reader.signed(width)
}

export function readVarbitUint(reader: BitReader): number {
  const width = readWidth(reader)
  if (width === 0) return 0
  if (width <= 32) return reader.bits(width)
  const high = reader.bits(width - 32)
  return high * 2 ** 32 + reader.bits(32)
}

/** A width holds −(2^(w−1) − 1) … 2^(w−1), one more than two's complement at the upper end. */
export function writeVarbitInt(writer: BitWriter, value: number): void {
  if (value === 0) return writer.bits(0, 1)
  let ones = 1
  while (ones < 8 && !(value > -(2 ** (WIDTHS[ones]! - 1)) && value <= 2 ** (WIDTHS[ones]! - 1))) {
    ones++
  }
  writePrefix(writer, ones)
  writer.signed(value, WIDTHS[ones]!)
}

export function writeVarbitUint(writer: BitWriter, value: number): void {
  if (value === 0) return writer.bits(0, 1)
  let ones = 1
  while (ones < 8 && value >= 2 ** WIDTHS[ones]!) ones++
  writePrefix(writer, ones)
  const width = WIDTHS[ones]!
  if (width <= 32) return writer.bits(value, width)
  writer.bits(Math.floor(value / 2 ** 32), width - 32)
  writer.bits(value % 2 ** 32, 32)
}
