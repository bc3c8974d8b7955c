// Chunks of floats, encoding 1 (Gorilla):
//
//   samples u16 | t0 varint | v0 64 bits | t1 − t0 uvarint | v1 | then for each: delta of delta, value
//   delta of delta: 0 | 10 14 bits | 110 17 bits | 1110 20 bits | 1111 64 bits

import { BitReader } from './bit-reader.ts'
import { BitWriter } from './bit-writer.ts'
import { readFirst, readXor, writeFirst, writeXor, xorState } from './xor-value.ts'

interface FloatSamples {
  /** ms, ascending. */
  readonly times: Float64Array
  readonly values: Float64Array
}

const DOD_WIDTHS: readonly number[] = [0, 14, 17, 20, 64]

/** @throws OutsideError `blocks/corrupt` */
export function readXorChunk(bytes: Uint8Array): FloatSamples {
  const reader = new BitReader(bytes, 0)
  const count = reader.bits(16)
  const times = new Float64Array(count)
  const values = new Float64Array(count)
  const state = xorState()
  let [tMs, delta] = [0, 0]
  for (let i = 0; i < count; i++) {
    if (i === 0) {
      tMs = reader.varint()
      values[0] = readFirst(reader, state)
    } else {
      delta = i === 1 ? reader.uvarint() : delta + readDod(reader)
      tMs += delta
      values[i] = readXor(reader, state)
    }
    times[i] = tMs
  }
  return { times, values }
}

function readDod(reader: BitReader): number {
  let ones = 0
  while (ones < 4 && reader.bit() === 1) ones++
  return ones === 0 ? 0 : reader.signed(DOD_WIDTHS[ones]!)
}

/** Rows [from, to), at most 65,535, as a chunk. */
export function writeXorChunk(
  { times, values }: FloatSamples,
  from: number,
  to: number,
): Uint8Array<ArrayBuffer> {
  const writer = new BitWriter()
  writer.bits(to - from, 16)
  const state = xorState()
  let delta = 0
  for (let i = from; i < to; i++) {
    if (i === from) {
      writer.varint(times[i]!)
      writeFirst(writer, values[i]!, state)
      continue
    }
    const next = times[i]! - times[i - 1]!
    if (i === from + 1) writer.uvarint(next)
    else writeDod(writer, next - delta)
    delta = next
    writeXor(writer, values[i]!, state)
  }
  return writer.bytes()
}

function writeDod(writer: BitWriter, dod: number): void {
  let ones = 0
  if (dod !== 0) ones = 1
  while (ones > 0 && ones < 4) {
    const half = 2 ** (DOD_WIDTHS[ones]! - 1)
    if (dod > -half && dod <= half) break
    ones++
  }
  if (ones === 4) writer.bits(0xf, 4)
  else writer.bits(2 ** (ones + 1) - 2, ones + 1)
  if (ones > 0) writer.signed(dod, DOD_WIDTHS[ones]!)
}
