// The index of a block, version 2, as far as series and their chunks need it: which labels, which chunks, where.
//
//   0xBAAAD700 | version u8 | symbols | series … | label indices | postings … | label offsets | postings offsets | contents
//   symbols   := length u32 | count u32 | count × text | crc
//   series    := at multiples of 16: length uvarint | labels uvarint, × (name, value symbols) | chunks uvarint, × chunk | crc
//   chunk     := first: mint varint, maxt − mint uvarint, ref uvarint
//                then: mint − maxt of the one before uvarint, maxt − mint uvarint, ref − the one before varint
//   contents  := 6 × offset u64 | crc      the last 52 bytes

import { crc32c } from '@pharos/base'
import { Labels } from '@pharos/model'
import { corrupt, SectionReader, sectionAt } from './big-endian.ts'

export const INDEX_MAGIC = 0xbaaad700
const CONTENTS_BYTES = 52

export interface ChunkMeta {
  readonly minMs: number
  readonly maxMs: number
  /** Number of the segment, from 0, and the offset in it. */
  readonly segment: number
  readonly offset: number
}

interface IndexedSeries {
  /** What tombstones call it: its offset in 16 bytes. */
  readonly ref: number
  readonly labels: Labels
  readonly chunks: readonly ChunkMeta[]
}

/**
 * All series of an index, in the order of their labels.
 * @throws OutsideError `blocks/corrupt`, `blocks/version`
 * @source tsdb/docs/format/index.md
 */
export function* readIndex(bytes: Uint8Array): Generator<IndexedSeries> {
  const header = new SectionReader(bytes, 0, bytes.length, 'the header of the index')
  if (header.u32() !== INDEX_MAGIC) throw corrupt('no index of a block')
  const version = header.u8()
  if (version !== 2) throw corrupt(`index of format version ${version}, this program reads 2`)
  const contentsAt = bytes.length - CONTENTS_BYTES
  const contents = new SectionReader(bytes, contentsAt, bytes.length, 'the table of contents')
  const [symbolsAt, seriesAt, labelIndicesAt, , postingsAt] = Array.from({ length: 6 }, () =>
    contents.u64(),
  ) as [number, number, number, number, number]
  if (contents.u32() !== crc32c(bytes, contentsAt, bytes.length - 4)) {
    throw corrupt('checksum of the table of contents does not match')
  }
  const symbols = readSymbols(bytes, symbolsAt)
  const end = labelIndicesAt > 0 ? labelIndicesAt : postingsAt
  for (let at = seriesAt; at < end;) {
    // What fills up to the next multiple of 16 is zeros.
    at = Math.ceil(at / 16) * 16
    if (at >= end) break
    const series = new SectionReader(bytes, at, end, 'a series of the index')
    const length = series.uvarint()
    if (length === 0) break
    const from = series.at
    const to = from + length
    if (
      new SectionReader(bytes, to, to + 4, 'a series of the index').u32() !==
      crc32c(bytes, from, to)
    ) {
      throw corrupt(`checksum of a series at byte ${at} of the index does not match`)
    }
    yield readSeries(new SectionReader(bytes, from, to, 'a series of the index'), at / 16, symbols)
    at = to + 4
  }
}

function readSymbols(bytes: Uint8Array, at: number): readonly string[] {
  const section = sectionAt(bytes, at, 'the symbols of the index')
  const count = section.u32()
  if (count > section.end - section.at) throw corrupt('more symbols than bytes in the index')
  return Array.from({ length: count }, () => section.text())
}

function readSeries(series: SectionReader, ref: number, symbols: readonly string[]): IndexedSeries {
  const pairs: [string, string][] = []
  const symbol = (): string => {
    const text = symbols[series.uvarint()]
    if (text === undefined) throw corrupt('a series of unknown symbols')
    return text
  }
  for (let left = series.uvarint(); left > 0; left--) pairs.push([symbol(), symbol()])
  const chunks: ChunkMeta[] = []
  let [minMs, maxMs, place] = [0, 0, 0]
  for (let left = series.uvarint(); left > 0; left--) {
    minMs = chunks.length === 0 ? series.varint() : maxMs + series.uvarint()
    maxMs = minMs + series.uvarint()
    place = chunks.length === 0 ? series.uvarint() : place + series.varint()
    chunks.push({ minMs, maxMs, segment: Math.floor(place / 2 ** 32), offset: place % 2 ** 32 })
  }
  return { ref, labels: Labels.of(pairs), chunks }
}
