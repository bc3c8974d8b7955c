// Writes protobuf's wire format, field by field, without generated code.

import { bug } from './errors.ts'
import { Wire } from './proto-reader.ts'

const utf8 = new TextEncoder()

/** Fields come out in the order of the calls. Zero values are written too: leaving them out is the caller's choice. */
export class ProtoWriter {
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

  /** View on what was written so far: copy to keep. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#length)
  }

  clear(): void {
    this.#length = 0
  }

  /** An integer in [0, 2^53]. */
  uint64(field: number, value: number): void {
    this.#tag(field, Wire.varint)
    this.#varint(value)
  }

  /** An integer in ±2^53, in two's complement (int32, int64, enum). */
  int64(field: number, value: number): void {
    this.#tag(field, Wire.varint)
    this.#int64(value)
  }

  /** A zigzag integer in ±2^52. */
  sint64(field: number, value: number): void {
    this.#tag(field, Wire.varint)
    this.#varint(zigzag(value))
  }

  double(field: number, value: number): void {
    this.#tag(field, Wire.fixed64)
    this.#double(value)
  }

  text(field: number, value: string): void {
    this.#tag(field, Wire.bytes)
    // Three bytes are the most that a UTF-16 unit takes.
    this.#grow(10 + value.length * 3)
    const start = this.#length
    const { written } = utf8.encodeInto(value, this.#buffer.subarray(start + 5))
    this.#varint(written)
    this.#buffer.copyWithin(this.#length, start + 5, start + 5 + written)
    this.#length += written
  }

  raw(field: number, bytes: Uint8Array): void {
    this.#tag(field, Wire.bytes)
    this.#varint(bytes.length)
    this.#grow(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** Eight bytes as they are, little endian: for patterns that a number may lose. */
  fixed64(field: number, bytes: Uint8Array): void {
    this.#tag(field, Wire.fixed64)
    this.#grow(8)
    this.#buffer.set(bytes, this.#length)
    this.#length += 8
  }

  packedUint64(field: number, values: readonly number[]): void {
    this.message(field, () => values.forEach((value) => this.#varint(value)))
  }

  packedSint64(field: number, values: readonly number[]): void {
    this.message(field, () => values.forEach((value) => this.#varint(zigzag(value))))
  }

  packedDouble(field: number, values: readonly number[]): void {
    this.message(field, () => values.forEach((value) => this.#double(value)))
  }

  /** A nested message: what `fill` writes. */
  message(field: number, fill: () => void): void {
    this.#tag(field, Wire.bytes)
    const start = this.#length
    this.#grow(1)
    this.#length++
    fill()
    const length = this.#length - start - 1
    // Most messages are short and are in place already.
    const more = varintBytes(length) - 1
    // Room for what #varint asks for, while all of the message still counts as written: growing keeps no more than that.
    this.#grow(10)
    if (more > 0) this.#buffer.copyWithin(start + 1 + more, start + 1, this.#length)
    this.#length = start
    this.#varint(length)
    this.#length += length
  }

  #tag(field: number, wire: number): void {
    this.#varint(field * 8 + wire)
  }

  #double(value: number): void {
    this.#grow(8)
    this.#view.setFloat64(this.#length, value, true)
    this.#length += 8
  }

  #int64(value: number): void {
    if (value >= 0) return this.#varint(value)
    let rest = BigInt.asUintN(64, BigInt(value))
    this.#grow(10)
    for (; rest >= 0x80n; rest >>= 7n) {
      this.#buffer[this.#length++] = Number(rest & 0x7fn) | 0x80
    }
    this.#buffer[this.#length++] = Number(rest)
  }

  #varint(value: number): void {
    if (value < 0 || !Number.isInteger(value)) bug(`varint of ${value}`)
    this.#grow(10)
    let rest = value
    while (rest >= 0x80) {
      this.#buffer[this.#length++] = (rest % 128) | 0x80
      rest = rest < 0x80000000 ? rest >>> 7 : Math.floor(rest / 128)
    }
    this.#buffer[this.#length++] = rest
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

function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1
}

function varintBytes(value: number): number {
  let bytes = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 128)) bytes++
  return bytes
}
