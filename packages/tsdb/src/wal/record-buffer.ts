// Bytes of records on their way to the WAL. The hot path writes into `bytes` itself after `reserve`.

import { RECORD_HEADER_BYTES, sealRecord } from './record-framing.ts'

export class RecordBuffer {
  bytes: Uint8Array<ArrayBuffer>
  /** Where the next byte goes. */
  length = 0
  recordCount = 0
  #recordAt = 0

  constructor(initialBytes: number) {
    this.bytes = new Uint8Array(initialBytes)
  }

  /** Makes room for `count` more bytes; `bytes` may be another array afterwards. */
  reserve(count: number): void {
    const wanted = this.length + count
    if (wanted <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(wanted, this.bytes.length * 2))
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
  }

  begin(): void {
    this.reserve(RECORD_HEADER_BYTES)
    this.#recordAt = this.length
    this.length += RECORD_HEADER_BYTES
  }

  end(type: number): void {
    sealRecord(this.bytes, this.#recordAt, type, this.length)
    this.recordCount++
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  /** A whole record at once. */
  add(type: number, body: Uint8Array): void {
    this.begin()
    this.append(body)
    this.end(type)
  }

  /** LEB128 of an integer in [0, 2^53]; room is reserved. */
  varint(value: number): void {
    const bytes = this.bytes
    let rest = value
    let at = this.length
    while (rest >= 0x80000000) {
      bytes[at++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    while (rest >= 0x80) {
      bytes[at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    bytes[at++] = rest
    this.length = at
  }
}
