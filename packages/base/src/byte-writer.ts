import { bug } from './errors.ts'

const utf8 = new TextEncoder()
/** Up to there a loop copies faster than a call. */
const SHORT_BYTES = 64

/** A growing little-endian buffer. `bytes()` is a view that the next write may move: copy to keep. */
export class ByteWriter {
  #buffer: Uint8Array<ArrayBuffer>
  #view: DataView
  #length = 0

  constructor(initialBytes = 256) {
    this.#buffer = new Uint8Array(initialBytes)
    this.#view = new DataView(this.#buffer.buffer)
  }

  get length(): number {
    return this.#length
  }

  /** View on what was written so far. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#length)
  }

  clear(): void {
    this.#length = 0
  }

  u8(value: number): void {
    this.#grow(1)
    this.#buffer[this.#length++] = value
  }

  u16(value: number): void {
    this.#grow(2)
    this.#view.setUint16(this.#length, value, true)
    this.#length += 2
  }

  u32(value: number): void {
    this.#grow(4)
    this.#view.setUint32(this.#length, value, true)
    this.#length += 4
  }

  /** Overwrites four bytes written earlier. */
  u32At(offset: number, value: number): void {
    if (offset + 4 > this.#length) bug(`u32At(${offset}) behind ${this.#length} written bytes`)
    this.#view.setUint32(offset, value, true)
  }

  /** An integer up to ±2^53 as i64. */
  i64(value: number): void {
    this.#grow(8)
    this.#view.setBigInt64(this.#length, BigInt(value), true)
    this.#length += 8
  }

  f64(value: number): void {
    this.#grow(8)
    this.#view.setFloat64(this.#length, value, true)
    this.#length += 8
  }

  /** LEB128 of an integer in [0, 2^53]. */
  varint(value: number): void {
    if (value < 0 || !Number.isInteger(value)) bug(`varint of ${value}`)
    this.#grow(8)
    let rest = value
    while (rest >= 0x80) {
      this.#buffer[this.#length++] = (rest & 0x7f) | 0x80
      rest = rest < 0x80000000 ? rest >>> 7 : Math.floor(rest / 128)
    }
    this.#buffer[this.#length++] = rest
  }

  /** Zigzag varint of an integer in ±2^52. */
  zigzag(value: number): void {
    this.varint(value >= 0 ? value * 2 : -value * 2 - 1)
  }

  raw(bytes: Uint8Array): void {
    const { length } = bytes
    this.#grow(length)
    if (length <= SHORT_BYTES) {
      const [buffer, at] = [this.#buffer, this.#length]
      for (let i = 0; i < length; i++) buffer[at + i] = bytes[i]!
    } else this.#buffer.set(bytes, this.#length)
    this.#length += length
  }

  /** Length as varint, then UTF-8. */
  text(value: string): void {
    const bytes = utf8.encode(value)
    this.varint(bytes.length)
    this.raw(bytes)
  }

  /** UTF-8 without its length. @returns how many bytes it took */
  utf8(value: string): number {
    this.#grow(value.length * 3)
    const { written } = utf8.encodeInto(value, this.#buffer.subarray(this.#length))
    this.#length += written
    return written
  }

  #grow(count: number): void {
    const wanted = this.#length + count
    if (wanted <= this.#buffer.length) return
    const larger = new Uint8Array(Math.max(wanted, this.#buffer.length * 2))
    larger.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = larger
    this.#view = new DataView(larger.buffer)
  }
}
