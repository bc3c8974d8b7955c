// Bits of a chunk, most significant first. Whatever is read past the end is damage.

import { OutsideError } from '@pharos/base'
import { NORMAL_NAN, STALE } from '@pharos/model'

export class BitReader {
  readonly #bytes: Uint8Array
  readonly #words = new Uint32Array(2)
  readonly #float = new Float64Array(this.#words.buffer)
  /** In bits. */
  #at: number
  readonly #end: number

  constructor(bytes: Uint8Array, fromByte: number) {
    this.#bytes = bytes
    this.#at = fromByte * 8
    this.#end = bytes.length * 8
  }

  bit(): number {
    const at = this.#take(1)
    return (this.#bytes[at >>> 3]! >>> (7 - (at & 7))) & 1
  }

  /** An unsigned number of up to 32 bits. */
  bits(count: number): number {
    let at = this.#take(count)
    let left = count
    let value = 0
    while (left > 0) {
      const room = 8 - (at & 7)
      const taken = Math.min(room, left)
      const part = (this.#bytes[at >>> 3]! >>> (room - taken)) & ((1 << taken) - 1)
      value = value * 2 ** taken + part
      at += taken
      left -= taken
    }
    return value
  }

  /** 64 bits as two words, the high one first. */
  word64(): readonly [high: number, low: number] {
    const high = this.bits(32)
    return [high, this.bits(32)]
  }

  float(): number {
    const [high, low] = this.word64()
    return this.floatOf(high, low)
  }

  /** With our own patterns of stale markers and NaNs. */
  floatOf(high: number, low: number): number {
    if ((high & 0x7ff00000) === 0x7ff00000 && ((high & 0xfffff) | low) !== 0) {
      return high === 0x7ff00000 && low === 2 ? STALE : NORMAL_NAN
    }
    this.#words[0] = low
    this.#words[1] = high
    return this.#float[0]!
  }

  /** A two's complement number of `count` bits; of 64 rounded beyond ±2^53. */
  signed(count: number): number {
    if (count <= 32) {
      const value = this.bits(count)
      return value > 2 ** (count - 1) ? value - 2 ** count : value
    }
    const high = this.bits(count - 32)
    const low = this.bits(32)
    const isNegative = count === 64 ? high >= 2 ** 31 : high * 2 ** 32 + low > 2 ** (count - 1)
    return (isNegative ? high - 2 ** (count - 32) : high) * 2 ** 32 + low
  }

  uvarint(): number {
    let value = 0
    for (let shift = 0; shift < 10; shift++) {
      const byte = this.bits(8)
      value += (byte & 0x7f) * 2 ** (7 * shift)
      if (byte < 0x80) return value
    }
    throw short()
  }

  varint(): number {
    const z = this.uvarint()
    return z % 2 === 0 ? z / 2 : -(z + 1) / 2
  }

  #take(count: number): number {
    const at = this.#at
    if (at + count > this.#end) throw short()
    this.#at = at + count
    return at
  }
}

function short(): OutsideError {
  return new OutsideError('blocks/corrupt', 'a chunk ends before its last sample')
}
