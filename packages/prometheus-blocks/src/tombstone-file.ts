// Deletions of a block: 0x0130BA30 u32 | version 1 u8 | × (series uvarint | from varint | to varint) | crc u32 of what is
// between version and crc

import { crc32c } from '@pharos/base'
import { corrupt, SectionReader, SectionWriter } from './big-endian.ts'

const MAGIC = 0x0130ba30

export interface DeletedRange {
  /** Both inclusive, ms. */
  readonly fromMs: number
  readonly toMs: number
}

/** Deleted ranges by series. @throws OutsideError `blocks/corrupt` */
export function readTombstones(bytes: Uint8Array): ReadonlyMap<number, readonly DeletedRange[]> {
  const reader = new SectionReader(bytes, 0, Math.max(5, bytes.length - 4), 'the tombstones')
  if (reader.u32() !== MAGIC) throw corrupt('no file of tombstones')
  const version = reader.u8()
  if (version !== 1) throw corrupt(`tombstones of format version ${version}, this program reads 1`)
  const end = bytes.length - 4
  if (
    new SectionReader(bytes, end, bytes.length, 'the tombstones').u32() !== crc32c(bytes, 5, end)
  ) {
    throw corrupt('checksum of the tombstones does not match')
  }
  const found = new Map<number, DeletedRange[]>()
  while (reader.at < end) {
    const ref = reader.uvarint()
    const range = { fromMs: reader.varint(), toMs: reader.varint() }
    const known = found.get(ref)
    if (known === undefined) found.set(ref, [range])
    else known.push(range)
  }
  return found
}

/** A file without deletions: every block has one. */
export function noTombstones(): Uint8Array<ArrayBuffer> {
  const out = new SectionWriter(16)
  out.u32be(MAGIC)
  out.u8(1)
  out.u32be(crc32c(new Uint8Array(0)))
  return out.bytes()
}
