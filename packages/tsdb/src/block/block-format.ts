// A block: tiles, then everything that is needed to find and name them, then a footer. Immutable.
//
//   block     := 'PHB1' | version u16 | flags u16 | tiles … | catalog | directory | meta | footer
//   catalog   := definition stream (catalog/definition-writer.ts)
//   directory := groups varint, groups × (group varint | tiles varint, tiles × entry)
//   entry     := offset zz (to the end of the tile before) | length varint | t0 zz (to the t0 before) | t1 − t0 varint
//                rows varint | layout varint | flags varint
//   meta      := JSON: ulid, minTime, maxTime (exclusive), stats, compaction {level, sources}, as in the reference
//   footer    := 3 × (offset i64 | length u32 | crc u32) | version u16 | flags u16 | 0 u32 | crc u32 of these 56 | 'PHBE'

import { ByteReader, ByteWriter, crc32c, OutsideError } from '@pharos/base'

/** 1: tiles of samples alone; 2: downsampled ones too. Each is written where it is enough. */
export type BlockVersion = 1 | 2
const VERSIONS: readonly number[] = [1, 2]
export const BLOCK_HEADER_BYTES = 8
export const FOOTER_BYTES = 64

export interface BlockMeta {
  readonly version: BlockVersion
  readonly ulid: string
  readonly minTime: number
  /** Behind the newest sample. */
  readonly maxTime: number
  readonly stats: {
    readonly numSamples: number
    readonly numSeries: number
    readonly numChunks: number
  }
  readonly compaction: {
    readonly level: number
    /** Files that this block replaces: they may be removed when it is there. */
    readonly sources: readonly string[]
    /** Those of them that were damaged: they are kept in quarantine. */
    readonly damaged: readonly string[]
  }
  /** What its samples were thinned out to; missing in version 1. */
  readonly downsampling?: { readonly stepMs: number }
}

/** 0 for a block that has all of its samples. */
export function stepOf({ downsampling }: BlockMeta): number {
  return downsampling?.stepMs ?? 0
}

export interface Section {
  readonly offset: number
  readonly length: number
  readonly crc: number
}

interface Footer {
  readonly version: BlockVersion
  readonly catalog: Section
  readonly directory: Section
  readonly meta: Section
}

export function blockHeader(version: BlockVersion): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(BLOCK_HEADER_BYTES)
  writeLetters(out, 'PHB1')
  out.u16(version)
  out.u16(0)
  return out.bytes()
}

export function writeFooter({
  version,
  catalog,
  directory,
  meta,
}: Footer): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(FOOTER_BYTES)
  for (const { offset, length, crc } of [catalog, directory, meta]) {
    out.i64(offset)
    out.u32(length)
    out.u32(crc)
  }
  out.u16(version)
  out.u16(0)
  out.u32(0)
  out.u32(crc32c(out.bytes()))
  writeLetters(out, 'PHBE')
  return out.bytes()
}

/** @throws OutsideError `tsdb/corrupt`, or `tsdb/version` for a whole footer of another version */
export function readFooter(bytes: Uint8Array): Footer {
  if (bytes.length !== FOOTER_BYTES) throw corrupt('it is too short')
  const reader = new ByteReader(bytes)
  const section = (): Section => ({
    offset: reader.i64(),
    length: reader.u32(),
    crc: reader.u32(),
  })
  const sections = { catalog: section(), directory: section(), meta: section() }
  const version = reader.u16()
  reader.u16()
  reader.u32()
  if (reader.u32() !== crc32c(bytes, 0, 56)) throw corrupt('checksum of the footer does not match')
  if (String.fromCharCode(...reader.raw(4)) !== 'PHBE') throw corrupt('it has no end mark')
  if (!VERSIONS.includes(version)) {
    throw new OutsideError(
      'tsdb/version',
      `block of format version ${version}, this program reads ${VERSIONS.join(' and ')}`,
    )
  }
  return { ...sections, version: version as BlockVersion }
}

function writeLetters(out: ByteWriter, letters: string): void {
  for (const letter of letters) out.u8(letter.charCodeAt(0))
}

function corrupt(what: string): OutsideError {
  return new OutsideError('tsdb/corrupt', `damaged block: ${what}`)
}
