// Snappy's framing format: blocks of at most 64 KiB, each with a checksum. Pushes are packed so.
//
//   stream := chunk …, the first one the identifier
//   chunk  := type u8 | length u24 | content
//     0xff          identifier, "sNaPpY"
//     0x00          masked CRC-32C u32 of the bytes | block
//     0x01          masked CRC-32C u32 of the bytes | the bytes as they are
//     0x80 … 0xfe   padding and what may be skipped
//     0x02 … 0x7f   what may not

import { crc32c } from './crc32c.ts'
import { OutsideError } from './errors.ts'
import { snappyDecode, snappyLength } from './snappy.ts'

const IDENTIFIER = Uint8Array.of(0xff, 6, 0, 0, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59)
const CHUNK_BYTES_MAX = 65_536
const HEAD_BYTES = 4
const CRC_BYTES = 4

/** Whether bytes begin as a framed stream does; those of a bare block do not. */
export function isSnappyFramed(bytes: Uint8Array): boolean {
  return IDENTIFIER.every((byte, i) => bytes[i] === byte)
}

/**
 * The content of a framed stream.
 * @param maxBytes  more than this is refused before anything is allocated
 * @throws OutsideError `snappy/corrupt`, `snappy/too-large`
 * @source Snappy's framing_format.txt
 */
export function snappyUnframe(stream: Uint8Array, maxBytes: number): Uint8Array<ArrayBuffer> {
  if (!isSnappyFramed(stream)) throw corrupt('it does not begin with the identifier')
  let length = 0
  for (const { bytes, isPacked } of chunksOf(stream)) {
    const chunkLength = isPacked ? snappyLength(bytes) : bytes.length
    if (chunkLength > CHUNK_BYTES_MAX) throw corrupt(`a chunk has ${chunkLength} bytes`)
    length += chunkLength
    if (length > maxBytes)
      throw new OutsideError(
        'snappy/too-large',
        `${length} bytes uncompressed or more, allowed are ${maxBytes}`,
      )
  }
  const content = new Uint8Array(length)
  let at = 0
  for (const { bytes, isPacked, crc } of chunksOf(stream)) {
    const to = at + (isPacked ? snappyLength(bytes) : bytes.length)
    if (isPacked) snappyDecode(bytes, CHUNK_BYTES_MAX, content.subarray(at, to))
    else content.set(bytes, at)
    if (masked(crc32c(content, at, to)) !== crc) throw corrupt('a checksum is wrong')
    at = to
  }
  return content
}

interface Chunk {
  readonly bytes: Uint8Array
  readonly isPacked: boolean
  readonly crc: number
}

/** The chunks that hold content. */
function* chunksOf(stream: Uint8Array): Iterable<Chunk> {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength)
  let at = 0
  while (at < stream.length) {
    if (stream.length - at < HEAD_BYTES) throw corrupt('a chunk is cut')
    const type = view.getUint8(at)
    const from = at + HEAD_BYTES
    const to = from + (view.getUint32(at, true) >>> 8)
    if (to > stream.length) throw corrupt('a chunk is cut')
    if (type <= 1) {
      if (to - from < CRC_BYTES) throw corrupt('a checksum is cut')
      yield {
        bytes: stream.subarray(from + CRC_BYTES, to),
        isPacked: type === 0,
        crc: view.getUint32(from, true),
      }
    } else if (type < 0x80) throw corrupt(`a chunk is of the unknown kind ${type}`)
    else if (type === 0xff && !isSnappyFramed(stream.subarray(at, to)))
      throw corrupt('an identifier is wrong')
    at = to
  }
}

/** As the format stores a checksum, so that one over bytes with checksums in them stays a good one. */
function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}

function corrupt(why: string): OutsideError {
  return new OutsideError('snappy/corrupt', `snappy: corrupt input: ${why}`)
}
