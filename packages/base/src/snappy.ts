// Snappy's block format, as remote write, remote read and pushes use it. What a peer sends is believed in nothing: the
// length that it claims is held against a cap before a byte is allocated, and every copy against what is there.
//
//   block   := length of the content, varint u32 | element …
//   element := tag u8, low two bits the kind
//     0 literal   length − 1 in the high six bits; 60 … 63: it follows in 1 … 4 bytes
//     1 copy      3 bits length − 4 | 3 bits offset ≫ 8 | offset u8
//     2, 3 copy   6 bits length − 1 | offset u16 or u32

import { OutsideError } from './errors.ts'

/** Compressed in pieces of this size, so that offsets fit two bytes. */
const PIECE_BYTES = 1 << 16
const HASH_BITS = 14
/** Shorter inputs are not worth looking for repetitions. */
const MIN_BYTES = 16
/** Up to there a loop copies faster than a call. */
const SHORT_BYTES = 48

/**
 * How long the content says it is.
 * @throws OutsideError `snappy/corrupt`
 */
export function snappyLength(block: Uint8Array): number {
  return header(block).length
}

/**
 * The content of a block.
 * @param maxBytes  more than this is refused before anything is allocated
 * @param out       used when it is long enough; the result is a view on it then
 * @throws OutsideError `snappy/corrupt`, `snappy/too-large`
 * @source Snappy's format_description.txt
 */
export function snappyDecode(
  block: Uint8Array,
  maxBytes: number,
  out?: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const { length, at } = header(block)
  if (length > maxBytes) {
    throw new OutsideError(
      'snappy/too-large',
      `${length} bytes uncompressed, allowed are ${maxBytes}`,
    )
  }
  // No element makes more than 64 bytes of 2: a claim beyond that is false and would only cost memory.
  if (length > block.length * 32) throw corrupt('its length cannot be true')
  const content =
    out !== undefined && out.length >= length ? out.subarray(0, length) : new Uint8Array(length)
  decodeElements(block, at, content)
  return content
}

function header(block: Uint8Array): { length: number; at: number } {
  let length = 0
  for (let at = 0; at < 5 && at < block.length; at++) {
    const byte = block[at]!
    length += (byte & 0x7f) * 2 ** (7 * at)
    if (byte >= 0x80) continue
    if (length > 0xffffffff) break
    return { length, at: at + 1 }
  }
  throw corrupt('it does not begin with a length')
}

function decodeElements(block: Uint8Array, start: number, out: Uint8Array): void {
  const end = block.length
  let at = start
  let to = 0
  while (at < end) {
    const tag = block[at++]!
    const kind = tag & 3
    if (kind === 0) {
      let count = tag >>> 2
      if (count >= 60) {
        const bytes = count - 59
        if (at + bytes > end) throw corrupt('a literal is cut')
        count = littleEndian(block, at, bytes)
        at += bytes
      }
      count++
      if (count > end - at || count > out.length - to) throw corrupt('a literal is too long')
      if (count <= 16) for (let i = 0; i < count; i++) out[to + i] = block[at + i]!
      else out.set(block.subarray(at, at + count), to)
      at += count
      to += count
      continue
    }
    const bytes = kind === 3 ? 4 : kind
    if (at + bytes > end) throw corrupt('a copy is cut')
    const count = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1
    const offset = kind === 1 ? ((tag >>> 5) << 8) | block[at]! : littleEndian(block, at, bytes)
    at += bytes
    if (offset === 0 || offset > to) throw corrupt('a copy begins before the start')
    if (count > out.length - to) throw corrupt('a copy is too long')
    // A copy may reach into what it makes itself: then it repeats.
    if (offset >= count && count > 16) out.copyWithin(to, to - offset, to - offset + count)
    else for (let i = 0; i < count; i++) out[to + i] = out[to + i - offset]!
    to += count
  }
  if (to !== out.length) throw corrupt(`it has ${to} bytes and claims ${out.length}`)
}

function littleEndian(bytes: Uint8Array, at: number, count: number): number {
  let value = 0
  for (let i = count - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!
  return value
}

/** The content as a block that every snappy reader takes. */
export function snappyEncode(content: Uint8Array): Uint8Array<ArrayBuffer> {
  return new SnappyEncoder().encode(content)
}

const NOTHING = new Uint8Array(0)

/** Packs one content after the other, and keeps its scratch memory for the next. */
export class SnappyEncoder {
  #content: Uint8Array = NOTHING
  #view: DataView = new DataView(NOTHING.buffer)
  readonly #table = new Uint32Array(1 << HASH_BITS)
  #out: Uint8Array<ArrayBuffer> = NOTHING
  #to = 0

  /** @returns a copy, which is the caller's */
  encode(content: Uint8Array): Uint8Array<ArrayBuffer> {
    // The worst case: literals throughout, with their tags.
    const most = 32 + content.length + Math.ceil(content.length / 6)
    if (this.#out.length < most) this.#out = new Uint8Array(most)
    this.#content = content
    this.#view = new DataView(content.buffer, content.byteOffset, content.byteLength)
    this.#to = 0
    let rest = content.length
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) this.#put((rest & 0x7f) | 0x80)
    this.#put(rest)
    for (let from = 0; from < content.length; from += PIECE_BYTES) {
      this.#piece(from, Math.min(from + PIECE_BYTES, content.length))
    }
    this.#content = NOTHING
    return this.#out.slice(0, this.#to)
  }

  #piece(from: number, end: number): void {
    let literalFrom = from
    if (end - from >= MIN_BYTES) {
      this.#table.fill(from)
      const last = end - 8
      let at = from + 1
      // The longer nothing repeats, the larger the steps.
      for (let misses = 32; at < last; at += misses++ >>> 5) {
        const word = this.#view.getUint32(at, true)
        const slot = Math.imul(word, 0x1e35a7bd) >>> (32 - HASH_BITS)
        const candidate = this.#table[slot]!
        this.#table[slot] = at
        if (candidate >= at || this.#view.getUint32(candidate, true) !== word) continue
        let length = 4
        while (
          at + length < end &&
          this.#content[candidate + length] === this.#content[at + length]
        )
          length++
        this.#literal(literalFrom, at)
        this.#copy(at - candidate, length)
        at += length
        literalFrom = at
        misses = 32
      }
    }
    this.#literal(literalFrom, end)
  }

  #literal(from: number, end: number): void {
    const count = end - from
    if (count === 0) return
    const n = count - 1
    if (n < 60) this.#put(n << 2)
    else if (n < 256) {
      this.#put(60 << 2)
      this.#put(n)
    } else {
      this.#put(61 << 2)
      this.#put(n & 0xff)
      this.#put(n >>> 8)
    }
    if (count <= SHORT_BYTES) {
      for (let i = 0; i < count; i++) this.#out[this.#to + i] = this.#content[from + i]!
    } else this.#out.set(this.#content.subarray(from, end), this.#to)
    this.#to += count
  }

  #copy(offset: number, length: number): void {
    let left = length
    // What is left for the last copy is at least four bytes.
    for (; left > 64; left -= left >= 68 ? 64 : 60) this.#copy2(offset, left >= 68 ? 64 : 60)
    if (left >= 12 || offset >= 2048) return this.#copy2(offset, left)
    this.#put(1 | ((left - 4) << 2) | ((offset >>> 8) << 5))
    this.#put(offset & 0xff)
  }

  #copy2(offset: number, length: number): void {
    this.#put(2 | ((length - 1) << 2))
    this.#put(offset & 0xff)
    this.#put(offset >>> 8)
  }

  #put(byte: number): void {
    this.#out[this.#to++] = byte
  }
}

function corrupt(what: string): OutsideError {
  return new OutsideError('snappy/corrupt', `snappy: corrupt input: ${what}`)
}
