// Walks protobuf's wire format in place: no object per message, no generated code. Nested messages are entered and left,
// so that a deep one costs no stack; every length is held against what is there before anything is made of it.

import { OutsideError } from './errors.ts'

export const Wire = {
  varint: 0,
  fixed64: 1,
  bytes: 2,
  groupStart: 3,
  groupEnd: 4,
  fixed32: 5,
} as const

/** Groups inside groups, which only unknown fields may have. */
const GROUP_DEPTH = 100

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * A cursor over the fields of a message. After `next()` returned true, `field` and `wire` say what follows; read it with
 * the method of its type or `skip()` it before the next call.
 * @throws OutsideError `proto/corrupt` from every method
 */
export class ProtoReader {
  readonly bytes: Uint8Array
  readonly #view: DataView
  #at: number
  #end: number
  field = 0
  wire = 0

  constructor(bytes: Uint8Array, from: number = 0, to: number = bytes.length) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#at = from
    this.#end = to
  }

  /** Where the next byte is read from. */
  get offset(): number {
    return this.#at
  }

  get end(): number {
    return this.#end
  }

  /** False at the end of the message. */
  next(): boolean {
    if (this.#at >= this.#end) return false
    const tag = this.#u32()
    this.field = tag >>> 3
    this.wire = tag & 7
    if (this.field === 0) throw corrupt('field number 0')
    return true
  }

  /** An unsigned integer; above 2^53 it is rounded. */
  uint64(): number {
    this.#expect(Wire.varint)
    return this.#varint(false)
  }

  /** A signed integer in two's complement (int32, int64, enum); beyond ±2^53 it is rounded. */
  int64(): number {
    this.#expect(Wire.varint)
    return this.#varint(true)
  }

  /** A zigzag integer (sint32, sint64). */
  sint64(): number {
    this.#expect(Wire.varint)
    const z = this.#varint(false)
    return z % 2 === 0 ? z / 2 : -(z + 1) / 2
  }

  double(): number {
    this.#expect(Wire.fixed64)
    const at = this.#take(8)
    return this.#view.getFloat64(at, true)
  }

  /** All 64 bits, as sfixed64 or fixed64. */
  fixed64(isSigned: boolean): bigint {
    this.#expect(Wire.fixed64)
    const at = this.#take(8)
    return isSigned ? this.#view.getBigInt64(at, true) : this.#view.getBigUint64(at, true)
  }

  float(): number {
    this.#expect(Wire.fixed32)
    const at = this.#take(4)
    return this.#view.getFloat32(at, true)
  }

  /** View, not copy. */
  raw(): Uint8Array {
    const end = this.#rangeEnd()
    const from = this.#at
    this.#at = end
    return this.bytes.subarray(from, end)
  }

  /** @throws OutsideError `proto/corrupt` also for what is not UTF-8 */
  text(): string {
    const bytes = this.raw()
    try {
      return utf8.decode(bytes)
    } catch (cause) {
      throw new OutsideError('proto/corrupt', 'protobuf: text is not valid UTF-8', { cause })
    }
  }

  /**
   * Goes into a nested message, or a list of packed values: until `leave`, `next()` and `isAtEnd` know only of it.
   * @returns what `leave` wants
   */
  enter(): number {
    const end = this.#rangeEnd()
    const outer = this.#end
    this.#end = end
    return outer
  }

  /** Goes on behind what was entered, wherever the cursor stands in it. */
  leave(outer: number): void {
    this.#at = this.#end
    this.#end = outer
  }

  /**
   * Calls for each value of a repeated number, packed or not.
   * @param read  reads one of them, with the reader's methods for packed values
   */
  repeated(wire: number, read: (reader: ProtoReader) => void): void {
    if (this.wire === wire) return read(this)
    const { field } = this
    const outer = this.enter()
    this.wire = wire
    while (this.#at < this.#end) read(this)
    this.field = field
    this.leave(outer)
  }

  skip(): void {
    this.#skip(this.wire)
    if (this.wire !== Wire.groupStart) return
    // Counted, not called: a stranger decides how deep it goes.
    for (let depth = 1; depth > 0;) {
      if (this.#at >= this.#end) throw corrupt('a group without end')
      const wire = this.#u32() & 7
      if (wire === Wire.groupStart) depth++
      else if (wire === Wire.groupEnd) depth--
      else this.#skip(wire)
      if (depth > GROUP_DEPTH) throw corrupt(`groups nested deeper than ${GROUP_DEPTH}`)
    }
  }

  #skip(wire: number): void {
    if (wire === Wire.varint) this.#varint(false)
    else if (wire === Wire.fixed64) this.#take(8)
    else if (wire === Wire.fixed32) this.#take(4)
    else if (wire === Wire.bytes) {
      const length = this.#length()
      this.#at += length
    } else if (wire !== Wire.groupStart) throw corrupt(`wire type ${wire}`)
  }

  #expect(wire: number): void {
    if (this.wire !== wire) {
      throw corrupt(`field ${this.field} has wire type ${this.wire} instead of ${wire}`)
    }
  }

  #rangeEnd(): number {
    this.#expect(Wire.bytes)
    const length = this.#length()
    return this.#at + length
  }

  #length(): number {
    const length = this.#varint(false)
    if (length > this.#end - this.#at) {
      throw corrupt(`length ${length} where ${this.#end - this.#at} bytes are left`)
    }
    return length
  }

  #take(count: number): number {
    const at = this.#at
    if (count > this.#end - at) throw corrupt('unexpected end')
    this.#at = at + count
    return at
  }

  #u32(): number {
    const value = this.#varint(false)
    if (value > 0xffffffff) throw corrupt('a tag over 32 bits')
    return value
  }

  #varint(isSigned: boolean): number {
    const { bytes } = this
    let at = this.#at
    const end = this.#end
    let low = 0
    for (let shift = 0; shift < 28; shift += 7) {
      if (at >= end) throw corrupt('unexpected end')
      const byte = bytes[at++]!
      low |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        this.#at = at
        return low
      }
    }
    let high = 0
    let scale = 1
    for (let i = 4; i < 10; i++) {
      if (at >= end) throw corrupt('unexpected end')
      const byte = bytes[at++]!
      // The last of ten bytes has one bit.
      if (i === 9 && byte > 1) break
      high += (byte & 0x7f) * scale
      scale *= 128
      if (byte < 0x80) {
        this.#at = at
        // `high` counts units of 2^28; the top bit of 64 is the sign.
        if (isSigned && i === 9 && byte === 1) return -(2 ** 36 - high) * 2 ** 28 + low
        return high * 2 ** 28 + low
      }
    }
    throw corrupt('a varint over 64 bits')
  }
}

function corrupt(what: string): OutsideError {
  return new OutsideError('proto/corrupt', `protobuf: ${what}`)
}
