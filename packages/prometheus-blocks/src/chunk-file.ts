// Segments of chunks, `chunks/000001` …:
//
//   0x85BD40DD u32 | version 1 u8 | 3 × 0 | chunk …        chunk := length uvarint | encoding u8 | data | crc u32 (encoding and data)

import { crc32c } from '@pharos/base'
import { corrupt, SectionReader } from './big-endian.ts'

export const CHUNKS_MAGIC = 0x85bd40dd
export const CHUNKS_HEADER_BYTES = 8
/** A segment is ended at this size, as in the reference. */
export const SEGMENT_BYTES: number = 512 << 20

export const Encoding = { xor: 1, histogram: 2, floatHistogram: 3 } as const

export interface RawChunk {
  readonly encoding: number
  readonly data: Uint8Array
}

/** @throws OutsideError `blocks/corrupt` */
export function checkChunksHeader(bytes: Uint8Array): void {
  const header = new SectionReader(bytes, 0, bytes.length, 'a segment of chunks')
  if (header.u32() !== CHUNKS_MAGIC) throw corrupt('no segment of chunks')
  const version = header.u8()
  if (version !== 1) throw corrupt(`chunks of format version ${version}, this program reads 1`)
}

/** @throws OutsideError `blocks/corrupt` */
export function chunkAt(bytes: Uint8Array, offset: number): RawChunk {
  const what = `the chunk at byte ${offset}`
  const reader = new SectionReader(bytes, offset, bytes.length, what)
  const length = reader.uvarint()
  const from = reader.at
  const encoding = reader.u8()
  const data = reader.raw(length)
  if (reader.u32() !== crc32c(bytes, from, from + 1 + length)) {
    throw corrupt(`checksum of ${what} does not match`)
  }
  return { encoding, data }
}
