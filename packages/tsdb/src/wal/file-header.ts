// The first twenty bytes of WAL files and segments.
//
//   magic 4 | version u16 | flags u16 | time i64 (created, or start of the window; ms) | crc u32 of the sixteen before

import { ByteReader, ByteWriter, crc32c, OutsideError } from '@pharos/base'

export const FILE_HEADER_BYTES = 20
export const FILE_VERSION = 1

export type FileMagic = 'PHW1' | 'PHS1'

export function fileHeader(magic: FileMagic, timeMs: number): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(FILE_HEADER_BYTES)
  for (const letter of magic) writer.u8(letter.charCodeAt(0))
  writer.u16(FILE_VERSION)
  writer.u16(0)
  writer.i64(timeMs)
  writer.u32(crc32c(writer.bytes()))
  return writer.bytes()
}

/**
 * The time in a file's header; undefined when the header is damaged or missing.
 * @throws OutsideError `tsdb/version` for a whole header of a version that this program does not know
 */
export function readFileHeader(
  bytes: Uint8Array,
  magic: FileMagic,
  path: string,
): number | undefined {
  if (bytes.length < FILE_HEADER_BYTES) return undefined
  const reader = new ByteReader(bytes)
  const found = String.fromCharCode(...reader.raw(4))
  const version = reader.u16()
  reader.u16()
  const timeMs = reader.i64()
  if (found !== magic || reader.u32() !== crc32c(bytes, 0, 16)) return undefined
  if (version !== FILE_VERSION) {
    throw new OutsideError(
      'tsdb/version',
      `${path}: format version ${version}, this program reads ${FILE_VERSION}; nothing was changed`,
    )
  }
  return timeMs
}
