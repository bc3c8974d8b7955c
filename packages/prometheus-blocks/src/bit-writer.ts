// The counterpart of BitReader.

import { isStale } from '@pharos/model'

export class BitWriter {
  #bytes = new Uint8Array(256)
  readonly #words = new Uint32Array(2)
  readonly #float = new Float64Array(this.#words.buffer)
  #at = 0

  /** What was written, filled up to whole bytes. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, (this.#at + 7) >>> 3)
  }

  /** Overwrites a byte that was written. */
  setByte(at: number, value: number): void {
    this.#bytes[at] = value
  }

  /** The lowest `count` ≤ 32 bits of an unsigned number. */
  bits(value: number, count: number): void {
    if (this.#at + count > this.#bytes.length * 8) {
      const larger = new Uint8Array(this.#bytes.length * 2)
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    let left = count
    while (left > 0) {
      const room = 8 - (this.#at & 7)
      const taken = Math.min(room, left)
      const part = Math.floor(value / 2 ** (left - taken)) & ((1 << taken) - 1)
      this.#bytes[this.#at >>> 3]! |= part << (room - taken)
      this.#at += taken
      left -= taken
    }
  }

  word64(high: number, low: number): void {
    this.bits(high, 32)
    this.bits(low, 32)
  }

  float(value: number): void {
    const [high, low] = this.wordsOf(value)
    this.word64(high, low)
  }

  /** As it stands outside of our own store: stale markers and NaNs have their patterns. */
  wordsOf(value: number): readonly [high: number, low: number] {
    if (value !== value) return isStale(value) ? [0x7ff00000, 2] : [0x7ff80000, 1]
    this.#float[0] = value
    return [this.#words[1]!, this.#words[0]!]
  }

  /** A number in ±2^53 in two's complement of `count` bits. */
  signed(value: number, count: number): void {
    if (count <= 32) return this.bits(value < 0 ? value + 2 ** count : value, count)
    const high = Math.floor(value / 2 ** 32)
    const low = value - high * 2 ** 32
    this.bits(high < 0 ? high + 2 ** (count - 32) : high, count - 32)
    this.bits(low, 32)
  }

  uvarint(value: number): void {
    let rest = value
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) this.bits((rest % 128) | 0x80, 8)
    this.bits(rest, 8)
  }

  varint(value: number): void {
    this.uvarint(value >= 0 ? value * 2 : -value * 2 - 1)
  }
}
