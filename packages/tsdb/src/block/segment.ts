// A segment: tiles of one window of the head, in the order in which they were sealed. Never indexed on disk; when its
// window is over it becomes a block.
//
//   segment := header (wal/file-header.ts, magic 'PHS1', start of the window) | records (wal/record-framing.ts)
//   record  := type 1: definition stream; type 2: one tile

import {
  ByteWriter,
  type Disk,
  type Logger,
  messageOf,
  type OpenFile,
  OutsideError,
  type Pace,
} from '@pharos/base'
import { DefinitionReader, type GroupDefinition } from '../catalog/definition-reader.ts'
import { DefinitionWriter } from '../catalog/definition-writer.ts'
import { LayoutIndex } from '../catalog/layout-index.ts'
import type { Shape, ShapeTable } from '../catalog/shape.ts'
import type { HeadGroup } from '../head/head-group.ts'
import type { TileRef } from '../read/tile-ref.ts'
import { TileView } from '../tile/tile-view.ts'
import type { TileSource, TileWriter } from '../tile/tile-writer.ts'
import { FILE_HEADER_BYTES, fileHeader, readFileHeader } from '../wal/file-header.ts'
import { RecordBuffer } from '../wal/record-buffer.ts'
import { RECORD_HEADER_BYTES, scanRecords } from '../wal/record-framing.ts'
import { TileFile } from './tile-file.ts'

const SegmentRecord = { definitions: 1, tile: 2 } as const

/** `<start of the window>.<number>.seg`; the number makes names unique for good. */
export const SEGMENT_NAME: RegExp = /^(-?\d+)\.(\d+)\.seg$/

export class SegmentWriter {
  readonly path: string
  readonly file: TileFile
  readonly #file: OpenFile
  readonly #definitions = new DefinitionWriter()
  readonly #layouts = new LayoutIndex()
  readonly #buffer = new RecordBuffer(256 << 10)
  readonly #scratch = new ByteWriter(64 << 10)
  #writtenBytes = 0

  private constructor(file: OpenFile, log: Logger, header: Uint8Array) {
    this.path = file.path
    this.#file = file
    this.file = new TileFile(file, log)
    this.#buffer.append(header)
  }

  static async create(
    disk: Disk,
    path: string,
    windowMs: number,
    log: Logger,
  ): Promise<SegmentWriter> {
    return new SegmentWriter(await disk.open(path, 'create'), log, fileHeader('PHS1', windowMs))
  }

  get bufferedBytes(): number {
    return this.#buffer.length
  }

  /** Encodes a tile into the buffer; the reference holds once `write` and `sync` resolved. */
  async add(
    group: HeadGroup,
    shapes: readonly (Shape | undefined)[],
    source: TileSource,
    writer: TileWriter,
    pace: Pace,
  ): Promise<TileRef | undefined> {
    const kept = await writer.encode(source, pace)
    if (kept.length === 0) return undefined
    const layout = await pace.drive(this.#layouts.of(kept, shapes))
    const groupId = this.#definitions.group(group.key, group.kind)
    const layoutId = await pace.drive(this.#definitions.numbered(layout))
    if (this.#definitions.hasNews) {
      this.#scratch.clear()
      await pace.drive(this.#definitions.flushed(this.#scratch))
      this.#buffer.add(SegmentRecord.definitions, this.#scratch.bytes())
    }
    this.#scratch.clear()
    await writer.finish(this.#scratch, groupId, layoutId, source, kept.length, pace)
    const offset = this.#writtenBytes + this.#buffer.length + RECORD_HEADER_BYTES
    this.#buffer.add(SegmentRecord.tile, this.#scratch.bytes())
    return {
      file: this.file,
      offset,
      length: this.#scratch.length,
      firstMs: source.times[0]!,
      lastMs: source.times[source.rowCount - 1]!,
      rowCount: source.rowCount,
      isLate: source.isLate,
      layout,
    }
  }

  async write(): Promise<void> {
    const bytes = this.#buffer.bytes.slice(0, this.#buffer.length)
    this.#buffer.length = 0
    await this.#file.append(bytes)
    this.#writtenBytes += bytes.length
  }

  sync(): Promise<void> {
    return this.#file.sync()
  }
}

interface ReadSegment {
  readonly windowMs: number
  readonly file: TileFile
  readonly tiles: readonly { readonly group: GroupDefinition; readonly ref: TileRef }[]
  /** What could not be read, as spans; the torn end is not among them. */
  readonly damaged: readonly (readonly [from: number, to: number])[]
  readonly tornBytes: number
}

/** @throws OutsideError `tsdb/version`, or what the disk throws */
export async function readSegment(
  disk: Disk,
  path: string,
  bytes: Uint8Array,
  shapes: ShapeTable,
  log: Logger,
  pace: Pace,
): Promise<ReadSegment> {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const headerMs = readFileHeader(bytes, 'PHS1', path)
  if (headerMs === undefined) {
    log.warn('header of a segment is damaged or cut; its records are read', { file: path })
  }
  const windowMs = headerMs ?? Number(SEGMENT_NAME.exec(name)![1])
  const file = new TileFile(await disk.open(path, 'read'), log)
  const definitions = new DefinitionReader(shapes)
  const tiles: { group: GroupDefinition; ref: TileRef }[] = []
  const damaged: [number, number][] = []
  const start = headerMs === undefined ? 0 : FILE_HEADER_BYTES
  /** type, from, to of each. */
  const found: number[] = []
  const scan = scanRecords(bytes, start, {
    record: (type, from, to) => void found.push(type, from, to),
    damaged: (from, to) => void damaged.push([from, to]),
  })
  const end = await pace.drive(scan)
  for (let i = 0; i < found.length; i += 3) {
    const [type, from, to] = [found[i]!, found[i + 1]!, found[i + 2]!]
    try {
      if (type === SegmentRecord.definitions) {
        await pace.drive(definitions.applied(bytes.subarray(from, to)))
      } else {
        tiles.push(tileAt(bytes, from, to, file, definitions))
      }
    } catch (error) {
      damaged.push([from, to])
      log.error('tile of a segment cannot be used', { file: path, from, err: messageOf(error) })
    }
    if (pace.isDue) await pace.rest()
  }
  return { windowMs, file, tiles, damaged, tornBytes: bytes.length - end }
}

function tileAt(
  bytes: Uint8Array,
  from: number,
  to: number,
  file: TileFile,
  definitions: DefinitionReader,
): { group: GroupDefinition; ref: TileRef } {
  const view = new TileView(bytes.subarray(from, to))
  const group = definitions.groups[view.groupId]
  const layout = definitions.layouts[view.layoutId]
  if (group === undefined || layout === undefined || layout.shapes.length !== view.columnCount) {
    throw new OutsideError('tsdb/corrupt', 'definitions of a tile are lost')
  }
  return {
    group,
    ref: {
      file,
      offset: from,
      length: to - from,
      firstMs: view.times[0]!,
      lastMs: view.times.at(-1)!,
      rowCount: view.times.length,
      isLate: view.isLate,
      layout,
    },
  }
}
