import { OutsideError } from './errors.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads what ByteWriter wrote. Input is never trusted: reading past the end throws OutsideError
 * `bytes/short`, a varint over 2^53 throws `bytes/varint`.
 */
export class ByteReader {
  readonly bytes: Uint8Array
  #view: DataView
  #at: number

  constructor(bytes: Uint8Array, offset = 0) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#at = offset
  }

  get offset(): number {
    return this.#at
  }

  get remaining(): number {
    return this.bytes.length - this.#at
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1))
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true)
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  i64(): number {
    return Number(this.#view.getBigInt64(this.#take(8), true))
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true)
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < 8; i++) {
      const byte = this.u8()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break
        return value
      }
      scale *= 128
    }
    throw new OutsideError('bytes/varint', `varint over 2^53 at byte ${this.#at}`)
  }

  zigzag(): number {
    const z = this.varint()
    return z % 2 === 0 ? z / 2 : -(z + 1) / 2
  }

  /** View, not copy. */
  raw(count: number): Uint8Array {
    const start = this.#take(count)
    return this.bytes.subarray(start, start + count)
  }

  text(): string {
    return utf8.decode(this.raw(this.varint()))
  }

  #take(count: number): number {
    const start = this.#at
    if (count < 0 || start + count > this.bytes.length) {
      throw new OutsideError(
        'bytes/short',
        `wanted ${count} bytes at ${start}, have ${this.bytes.length - start}`,
      )
    }
    this.#at = start + count
    return start
  }
}
