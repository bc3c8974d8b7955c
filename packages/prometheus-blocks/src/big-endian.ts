// How Prometheus writes its index and tombstones: big-endian, with Go's varints and CRC-32C.

import { ByteWriter, crc32c, OutsideError } from '@pharos/base'

export function corrupt(what: string): OutsideError {
  return new OutsideError('blocks/corrupt', what)
}

/** Reads one section; whatever is missing is damage. */
export class SectionReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #what: string
  at: number
  readonly end: number

  constructor(bytes: Uint8Array, from: number, to: number, what: string) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#what = what
    this.at = from
    this.end = to
    if (from < 0 || to > bytes.length || from > to)
      throw corrupt(`${what} lies outside of its file`)
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1))
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4))
  }

  u64(): number {
    const at = this.#take(8)
    return this.#view.getUint32(at) * 2 ** 32 + this.#view.getUint32(at + 4)
  }

  uvarint(): number {
    let value = 0
    for (let i = 0; i < 10; i++) {
      const byte = this.u8()
      value += (byte & 0x7f) * 2 ** (7 * i)
      if (byte < 0x80) return value
    }
    throw corrupt(`${this.#what}: a number over 64 bits`)
  }

  varint(): number {
    const z = this.uvarint()
    return z % 2 === 0 ? z / 2 : -(z + 1) / 2
  }

  raw(count: number): Uint8Array {
    const at = this.#take(count)
    return this.#bytes.subarray(at, at + count)
  }

  /** Length and UTF-8; what is not UTF-8 is replaced. */
  text(): string {
    return new TextDecoder().decode(this.raw(this.uvarint()))
  }

  #take(count: number): number {
    const at = this.at
    if (count > this.end - at) throw corrupt(`${this.#what} ends early`)
    this.at = at + count
    return at
  }
}

/** A section `length u32 | body | crc u32` at an offset. @throws OutsideError `blocks/corrupt` */
export function sectionAt(bytes: Uint8Array, offset: number, what: string): SectionReader {
  const head = new SectionReader(bytes, offset, bytes.length, what)
  const from = offset + 4
  const to = from + head.u32()
  if (new SectionReader(bytes, to, to + 4, what).u32() !== crc32c(bytes, from, to)) {
    throw corrupt(`checksum of ${what} does not match`)
  }
  return new SectionReader(bytes, from, to, what)
}

export class SectionWriter extends ByteWriter {
  u32be(value: number): void {
    this.u8(value >>> 24)
    this.u8((value >>> 16) & 0xff)
    this.u8((value >>> 8) & 0xff)
    this.u8(value & 0xff)
  }

  u64be(value: number): void {
    this.u32be(Math.floor(value / 2 ** 32))
    this.u32be(value % 2 ** 32)
  }
}
