// An open block: its catalog and directory in memory, its tiles on disk.

import {
  ByteReader,
  crc32c,
  type Disk,
  type Logger,
  type OpenFile,
  OutsideError,
  type Pace,
  type Task,
} from '@pharos/base'
import { DefinitionReader, type GroupDefinition } from '../catalog/definition-reader.ts'
import type { ShapeTable } from '../catalog/shape.ts'
import { groupName } from '../head/head-group.ts'
import type { TileRef } from '../read/tile-ref.ts'
import type { BlockInfo } from '../tsdb-status.ts'
import {
  BLOCK_HEADER_BYTES,
  blockHeader,
  type BlockMeta,
  FOOTER_BYTES,
  readFooter,
  type Section,
  stepOf,
} from './block-format.ts'
import { TileFlag } from '../tile/tile-format.ts'
import { TileFile } from './tile-file.ts'

/** Of a section whose checksum is worked out in one go, some 200 µs; and groups of the directory between two stops. */
const LOOK_BYTES = 256 << 10
const STOP_GROUPS = 64

interface BlockGroup {
  readonly name: string
  readonly key: GroupDefinition['key']
  readonly definition: GroupDefinition
  readonly tiles: readonly TileRef[]
}

export class Block {
  readonly path: string
  readonly meta: BlockMeta
  readonly bytes: number
  readonly file: TileFile
  readonly groups: readonly BlockGroup[]

  private constructor(
    path: string,
    meta: BlockMeta,
    bytes: number,
    file: TileFile,
    groups: readonly BlockGroup[],
  ) {
    this.path = path
    this.meta = meta
    this.bytes = bytes
    this.file = file
    this.groups = groups
  }

  /**
   * @param pace   others have their turns
   * @param named  the name that the file gets once it is checked
   * @throws OutsideError `tsdb/corrupt`, `tsdb/version`, or what the disk throws; the message names no path
   */
  static async open(
    disk: Disk,
    path: string,
    shapes: ShapeTable,
    log: Logger,
    pace: Pace,
    named: string = path,
  ): Promise<Block> {
    const file = await disk.open(path, 'read')
    try {
      const bytes = file.size()
      const footer = readFooter(readAt(file, Math.max(0, bytes - FOOTER_BYTES), FOOTER_BYTES))
      const header = readAt(file, 0, BLOCK_HEADER_BYTES)
      // The footer says the same under a checksum: a block is not given up for its first eight bytes.
      if (Buffer.compare(header, blockHeader(footer.version)) !== 0) {
        log.error('first bytes of a block are damaged; it is read all the same', { file: path })
      }
      const definitions = new DefinitionReader(shapes)
      const catalog = await pace.drive(readSection(file, footer.catalog, 'catalog'))
      await pace.drive(definitions.applied(catalog))
      const meta = metaOf(await pace.drive(readSection(file, footer.meta, 'meta')))
      const tileFile = new TileFile(file, log, named)
      const directory = await pace.drive(readSection(file, footer.directory, 'directory'))
      const stepMs = stepOf(meta)
      const groups = await pace.drive(readDirectory(directory, definitions, tileFile, stepMs))
      return new Block(named, meta, bytes, tileFile, groups)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  get info(): BlockInfo {
    const { ulid, minTime, maxTime, stats, compaction } = this.meta
    return {
      ulid,
      minTimeMs: minTime,
      maxTimeMs: maxTime,
      numSamples: stats.numSamples,
      numSeries: stats.numSeries,
      numTiles: stats.numChunks,
      bytes: this.bytes,
      level: compaction.level,
      stepMs: stepOf(this.meta),
    }
  }
}

function readAt(file: OpenFile, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  return bytes.subarray(0, file.readAtSync(bytes, offset))
}

function* readSection(
  file: OpenFile,
  { offset, length, crc }: Section,
  name: string,
): Task<Uint8Array> {
  const bytes = readAt(file, offset, length)
  yield
  let sum = 0
  for (let at = 0; at < bytes.length; at += LOOK_BYTES) {
    sum = crc32c(bytes, at, Math.min(at + LOOK_BYTES, bytes.length), sum)
    yield
  }
  if (bytes.length !== length || sum !== crc) {
    throw new OutsideError('tsdb/corrupt', `damaged block: checksum of its ${name} does not match`)
  }
  return bytes
}

/** Its checksum was right, so it is what this program wrote. */
function metaOf(bytes: Uint8Array): BlockMeta {
  return JSON.parse(new TextDecoder().decode(bytes)) as BlockMeta
}

function* readDirectory(
  bytes: Uint8Array,
  { groups, layouts }: DefinitionReader,
  file: TileFile,
  stepMs: number,
): Task<BlockGroup[]> {
  const reader = new ByteReader(bytes)
  const found: BlockGroup[] = []
  let end = 0
  for (let left = reader.varint(); left > 0; left--) {
    if (left % STOP_GROUPS === 0) yield
    const definition = groups[reader.varint()]
    const tiles: TileRef[] = []
    let firstMs = 0
    for (let tile = reader.varint(); tile > 0; tile--) {
      const offset = end + reader.zigzag()
      const length = reader.varint()
      firstMs += reader.zigzag()
      const lastMs = firstMs + reader.varint()
      const rowCount = reader.varint()
      const layout = layouts[reader.varint()]
      const flags = reader.varint()
      const isLate = (flags & TileFlag.late) !== 0
      const isAggregates = (flags & TileFlag.aggregates) !== 0
      end = offset + length
      if (layout === undefined) throw new OutsideError('tsdb/corrupt', 'tile of unknown layout')
      const place = { file, offset, length, firstMs, lastMs, rowCount, layout, isLate }
      if (!isAggregates) {
        tiles.push(place)
        continue
      }
      const samples = tiles.pop()
      if (samples === undefined) throw new OutsideError('tsdb/corrupt', 'aggregates of no tile')
      tiles.push({ ...samples, downsampled: { stepMs, aggregates: { ...place, isAggregates } } })
    }
    if (definition === undefined) throw new OutsideError('tsdb/corrupt', 'tiles of unknown group')
    const { key, kind } = definition
    found.push({ name: groupName(key, kind), key, definition, tiles })
  }
  return found
}
