// A float as its difference to the one before: one bit when it is the same, else the bits between the zeros on both sides
// of their xor, whose number is said anew when it does not fit the one before.

import { OutsideError } from '@pharos/base'
import type { BitReader } from './bit-reader.ts'
import type { BitWriter } from './bit-writer.ts'

/** What is remembered from float to float, the same in reading and in writing. */
export interface XorState {
  high: number
  low: number
  /** 255: not said yet. */
  leading: number
  trailing: number
}

export function xorState(): XorState {
  return { high: 0, low: 0, leading: 255, trailing: 0 }
}

export function readFirst(reader: BitReader, state: XorState): number {
  const [high, low] = reader.word64()
  state.high = high
  state.low = low
  return reader.floatOf(high, low)
}

export function readXor(reader: BitReader, state: XorState): number {
  if (reader.bit() === 1) {
    if (reader.bit() === 1) {
      state.leading = reader.bits(5)
      const significant = reader.bits(6)
      // 64 does not fit six bits and is written as 0, which cannot be.
      state.trailing = 64 - state.leading - (significant === 0 ? 64 : significant)
      if (state.trailing < 0) throw new OutsideError('blocks/corrupt', 'a float of over 64 bits')
    } else if (state.leading === 255) {
      throw new OutsideError('blocks/corrupt', 'a float of unknown width')
    }
    const { leading, trailing } = state
    const [high, low] = readMiddle(reader, 64 - leading - trailing, trailing)
    state.high = (state.high ^ high) >>> 0
    state.low = (state.low ^ low) >>> 0
  }
  return reader.floatOf(state.high, state.low)
}

/** `count` bits, `trailing` zeros behind them. */
function readMiddle(
  reader: BitReader,
  count: number,
  trailing: number,
): readonly [high: number, low: number] {
  if (trailing >= 32) return [(reader.bits(count) << (trailing - 32)) >>> 0, 0]
  const inHigh = Math.max(0, count + trailing - 32)
  const high = inHigh > 0 ? reader.bits(inHigh) : 0
  return [high, (reader.bits(count - inHigh) << trailing) >>> 0]
}

export function writeFirst(writer: BitWriter, value: number, state: XorState): void {
  const [high, low] = writer.wordsOf(value)
  state.high = high
  state.low = low
  writer.word64(high, low)
}

export function writeXor(writer: BitWriter, value: number, state: XorState): void {
  const [high, low] = writer.wordsOf(value)
  const [xHigh, xLow] = [(high ^ state.high) >>> 0, (low ^ state.low) >>> 0]
  state.high = high
  state.low = low
  if (xHigh === 0 && xLow === 0) return writer.bits(0, 1)
  const leading = Math.min(31, xHigh !== 0 ? Math.clz32(xHigh) : 31)
  const trailing = xLow !== 0 ? trailingZeros(xLow) : 32 + trailingZeros(xHigh)
  if (state.leading !== 255 && leading >= state.leading && trailing >= state.trailing) {
    writer.bits(0b10, 2)
  } else {
    state.leading = leading
    state.trailing = trailing
    const significant = 64 - leading - trailing
    writer.bits(0b11, 2)
    writer.bits(leading, 5)
    writer.bits(significant === 64 ? 0 : significant, 6)
  }
  const count = 64 - state.leading - state.trailing
  if (state.trailing >= 32) return writer.bits(xHigh >>> (state.trailing - 32), count)
  const inHigh = Math.max(0, count + state.trailing - 32)
  if (inHigh > 0) writer.bits(xHigh & (inHigh === 32 ? -1 : (1 << inHigh) - 1), inHigh)
  writer.bits(xLow >>> state.trailing, count - inHigh)
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word)
}
