// Writes a block that Prometheus and promtool open: beside its place, synced, then renamed.

import { crc32c, type Disk, type OpenFile, type Random, ulid } from '@pharos/base'
import { SectionWriter } from './big-endian.ts'
import { type BlockMeta, metaBytes } from './block-meta.ts'
import type { BlockSeries } from './block-reader.ts'
import { CHUNKS_HEADER_BYTES, CHUNKS_MAGIC, SEGMENT_BYTES } from './chunk-file.ts'
import { IndexWriter } from './index-writer.ts'
import { chunksOf, type SeriesSamples } from './sample-chunks.ts'
import { noTombstones } from './tombstone-file.ts'

/** Written at once. */
const WRITE_BYTES = 1 << 20

interface BlockWriterWorld {
  readonly disk: Disk
  readonly random: Random
  readonly nowMs: number
}

interface WrittenChunk {
  readonly minMs: number
  readonly maxMs: number
  /** Segment in the high 32 bits, offset in the low ones. */
  readonly place: number
}

/**
 * Writes series, which are in the order of their labels and have no equals, into a new directory below `folder`.
 * @param fromMs, toMs  the time range that the block says it covers, the end exclusive; samples outside are left out
 * @returns undefined when there was no sample in it: no block is there then
 */
export async function writeBlock(
  { disk, random, nowMs }: BlockWriterWorld,
  folder: string,
  series: readonly BlockSeries[],
  fromMs: number,
  toMs: number,
): Promise<BlockMeta | undefined> {
  const id = ulid(nowMs, random)
  const path = `${folder}/${id}`
  const aside = `${path}.tmp-for-creation`
  await disk.makeDirectory(`${aside}/chunks`)
  try {
    const chunks = new ChunkWriter(disk, `${aside}/chunks`)
    const index = new IndexWriter(series.map(({ labels }) => labels))
    let [sampleCount, seriesCount] = [0, 0]
    for (const { labels, read } of series) {
      const samples = read(fromMs, toMs)
      if (samples.times.length === 0) continue
      index.add(labels, await chunks.add(samples))
      sampleCount += samples.times.length
      seriesCount++
    }
    await chunks.finish()
    if (seriesCount === 0) {
      await disk.removeTree(aside)
      return undefined
    }
    const meta: BlockMeta = {
      ulid: id,
      minTime: fromMs,
      maxTime: toMs,
      version: 1,
      stats: { numSamples: sampleCount, numSeries: seriesCount, numChunks: chunks.count },
      compaction: { level: 1, sources: [id] },
    }
    await writeSynced(disk, `${aside}/index`, index.bytes())
    await writeSynced(disk, `${aside}/tombstones`, noTombstones())
    await writeSynced(disk, `${aside}/meta.json`, metaBytes(meta))
    await disk.syncDirectory(`${aside}/chunks`)
    await disk.syncDirectory(aside)
    await disk.rename(aside, path)
    await disk.syncDirectory(folder)
    return meta
  } catch (error) {
    await disk.removeTree(aside)
    throw error
  }
}

async function writeSynced(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  const file = await disk.open(path, 'create')
  try {
    await file.append(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Appends chunks to segment after segment. */
class ChunkWriter {
  readonly #disk: Disk
  readonly #folder: string
  readonly #out = new SectionWriter(WRITE_BYTES)
  #file: OpenFile | undefined
  #segment = -1
  #offset = 0
  count = 0

  constructor(disk: Disk, folder: string) {
    this.#disk = disk
    this.#folder = folder
  }

  async add(samples: SeriesSamples): Promise<WrittenChunk[]> {
    const written: WrittenChunk[] = []
    for (const { from, to, encoding, data } of chunksOf(samples)) {
      if (this.#file === undefined || this.#offset + data.length > SEGMENT_BYTES)
        await this.#begin()
      const place = this.#segment * 2 ** 32 + this.#offset
      const before = this.#out.length
      this.#out.varint(data.length)
      const at = this.#out.length
      this.#out.u8(encoding)
      this.#out.raw(data)
      this.#out.u32be(crc32c(this.#out.bytes(), at, this.#out.length))
      this.#offset += this.#out.length - before
      this.count++
      written.push({ minMs: samples.times[from]!, maxMs: samples.times[to - 1]!, place })
      if (this.#out.length >= WRITE_BYTES) await this.#flush()
    }
    return written
  }

  async finish(): Promise<void> {
    if (this.#file === undefined) return
    await this.#flush()
    await this.#file.sync()
    await this.#file.close()
    this.#file = undefined
  }

  async #begin(): Promise<void> {
    await this.finish()
    this.#segment++
    const name = String(this.#segment + 1).padStart(6, '0')
    this.#file = await this.#disk.open(`${this.#folder}/${name}`, 'create')
    this.#out.u32be(CHUNKS_MAGIC)
    this.#out.u8(1)
    for (let i = 0; i < 3; i++) this.#out.u8(0)
    this.#offset = CHUNKS_HEADER_BYTES
  }

  async #flush(): Promise<void> {
    await this.#file!.append(this.#out.bytes().slice())
    this.#out.clear()
  }
}
