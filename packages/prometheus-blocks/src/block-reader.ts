// One block directory of Prometheus, read: `meta.json`, `index`, `chunks/`, `tombstones`. Every checksum is looked at.

import type { Disk, OpenFile } from '@pharos/base'
import type { Labels, NativeHistogram } from '@pharos/model'
import { corrupt } from './big-endian.ts'
import { type BlockMeta, readMeta } from './block-meta.ts'
import { checkChunksHeader, chunkAt, CHUNKS_HEADER_BYTES, type RawChunk } from './chunk-file.ts'
import { type ChunkMeta, readIndex } from './index-file.ts'
import { readChunk, type SeriesSamples } from './sample-chunks.ts'
import { SampleRows } from './sample-rows.ts'
import { type DeletedRange, readTombstones } from './tombstone-file.ts'

/** Largest index that is read, in one piece. */
const INDEX_BYTES = 2 ** 31 - 1
/** Read at once where a chunk begins: most are shorter. */
const CHUNK_BYTES = 2048

export interface BlockSeries {
  readonly labels: Labels
  /**
   * Its samples in [fromMs, toMs).
   * @throws OutsideError `blocks/corrupt` or what the disk throws; the others can be read all the same
   */
  readonly read: (fromMs: number, toMs: number) => SeriesSamples
}

interface StoredSeries extends BlockSeries {
  /** Where its chunks begin and end, ms. */
  readonly firstMs: number
  readonly lastMs: number
  /** How many samples each of its chunks has. @throws as `read` */
  readonly chunkSamples: () => number[]
}

export class PrometheusBlock {
  readonly path: string
  readonly meta: BlockMeta
  readonly #index: Uint8Array
  readonly #tombstones: ReadonlyMap<number, readonly DeletedRange[]>
  readonly #segments: readonly OpenFile[]

  private constructor(
    path: string,
    meta: BlockMeta,
    index: Uint8Array,
    tombstones: ReadonlyMap<number, readonly DeletedRange[]>,
    segments: readonly OpenFile[],
  ) {
    this.path = path
    this.meta = meta
    this.#index = index
    this.#tombstones = tombstones
    this.#segments = segments
  }

  /** @throws OutsideError `blocks/corrupt`, `blocks/version`, or what the disk throws */
  static async open(disk: Disk, path: string): Promise<PrometheusBlock> {
    const meta = readMeta(await disk.readFile(`${path}/meta.json`, 64 << 20), path)
    const index = await disk.readFile(`${path}/index`, INDEX_BYTES)
    const hasTombstones = (await disk.stat(`${path}/tombstones`)) !== undefined
    const tombstones = hasTombstones
      ? readTombstones(await disk.readFile(`${path}/tombstones`, INDEX_BYTES))
      : new Map<number, readonly DeletedRange[]>()
    const segments: OpenFile[] = []
    try {
      for (const name of (await disk.list(`${path}/chunks`))
        .filter((one) => /^\d+$/.test(one))
        .sort()) {
        const file = await disk.open(`${path}/chunks/${name}`, 'read')
        segments.push(file)
        checkChunksHeader(readAt(file, 0, CHUNKS_HEADER_BYTES))
      }
    } catch (error) {
      for (const file of segments) await file.close()
      throw error
    }
    return new PrometheusBlock(path, meta, index, tombstones, segments)
  }

  /** All series, in the order of their labels. @throws OutsideError `blocks/corrupt` for a damaged index */
  *series(): Generator<StoredSeries> {
    for (const { ref, labels, chunks } of readIndex(this.#index)) {
      yield {
        labels,
        firstMs: chunks[0]?.minMs ?? 0,
        lastMs: chunks.at(-1)?.maxMs ?? 0,
        read: (fromMs, toMs) => this.#read(ref, chunks, fromMs, toMs),
        // All encodings begin with it, u16 big-endian.
        chunkSamples: () =>
          chunks.map((chunk) => {
            const [high = 0, low = 0] = this.#chunk(chunk).data
            return high * 256 + low
          }),
      }
    }
  }

  async close(): Promise<void> {
    for (const file of this.#segments) await file.close()
  }

  #read(ref: number, chunks: readonly ChunkMeta[], fromMs: number, toMs: number): SeriesSamples {
    const deleted = this.#tombstones.get(ref) ?? []
    const rows = new SampleRows()
    const add = (tMs: number, value: number | NativeHistogram): void => {
      // Chunks of a block may overlap when samples came late; the first of a time stays.
      if (tMs < fromMs || tMs >= toMs || tMs <= rows.lastMs) return
      if (deleted.some(({ fromMs, toMs }) => tMs >= fromMs && tMs <= toMs)) return
      rows.add(tMs, value)
    }
    for (const chunk of chunks) {
      if (chunk.minMs < toMs && chunk.maxMs >= fromMs) readChunk(this.#chunk(chunk), add)
    }
    return rows.samples()
  }

  #chunk({ segment, offset }: ChunkMeta): RawChunk {
    const file = this.#segments[segment]
    if (file === undefined) throw corrupt(`chunks/${segment + 1} is missing`)
    const start = readAt(file, offset, CHUNK_BYTES)
    // Five bytes of length, encoding, checksum: what a chunk has around its data.
    let length = 0
    for (let i = 0; i < 5 && i < start.length; i++) {
      length += (start[i]! & 0x7f) * 2 ** (7 * i)
      if (start[i]! < 0x80) break
    }
    const wanted = length + 10
    if (wanted <= start.length || start.length < CHUNK_BYTES) return chunkAt(start, 0)
    if (offset + wanted > file.size() + 10) throw corrupt(`the chunk at byte ${offset} ends early`)
    return chunkAt(readAt(file, offset, wanted), 0)
  }
}

function readAt(file: OpenFile, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  return bytes.subarray(0, file.readAtSync(bytes, offset))
}
