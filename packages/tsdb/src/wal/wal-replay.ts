// Puts what the WAL holds back into the head. Whole records count wherever they stand; what cannot be read, and
// rows whose keyframe or definitions were in a damaged span, are counted and never guessed.

import { ByteReader, type Logger, messageOf, type Pace } from '@pharos/base'
import { ABSENT, type Metadata, type NativeHistogram } from '@pharos/model'
import { DefinitionReader } from '../catalog/definition-reader.ts'
import type { Layout } from '../catalog/layout.ts'
import { Selector } from '../catalog/selector.ts'
import type { ShapeTable } from '../catalog/shape.ts'
import { readExemplar, type StoredExemplar } from '../head/exemplar-ring.ts'
import type { Head } from '../head/head.ts'
import type { HeadGroup } from '../head/head-group.ts'
import type { Tombstone } from '../tombstones.ts'
import { readHistogram } from '../tile/histogram-codec.ts'
import { FILE_HEADER_BYTES, readFileHeader } from './file-header.ts'
import { scanRecords } from './record-framing.ts'
import { emptyKeyframe, type Keyframe, type RowCodec, RowFlag } from './row-record.ts'
import { WalRecord } from './wal.ts'

export interface ReplayTarget {
  readonly head: Head
  readonly shapes: ShapeTable
  readonly log: Logger
  exemplar(stored: StoredExemplar): void
  metadata(entries: ReadonlyMap<string, Metadata>): void
  readonly rows: RowCodec
}

export interface ReplayedFile {
  /** Where the last whole record ends; what is behind it is a torn tail. */
  readonly validBytes: number
  /** Spans with whole records behind them. */
  readonly damaged: readonly (readonly [from: number, to: number])[]
  readonly records: number
  /** Whole records that nothing can be made of, because what they refer to was lost. */
  readonly lost: number
  /** `took` wanted no more before the end. */
  readonly isStopped: boolean
}

/** Bytes of records between two calls of `took`. */
const TOOK_BYTES = 1 << 10

/**
 * @param tombstones  what was deleted of the file's rows
 * @param pace        others have their turns
 * @param took        called now and then with bytes of records that were taken; resolves with whether to go on
 * @throws OutsideError `tsdb/version` for a file of a newer program
 */
export async function replayWalFile(
  bytes: Uint8Array,
  path: string,
  target: ReplayTarget,
  tombstones: readonly Tombstone[],
  pace: Pace,
  took: (bytes: number) => Promise<boolean> = () => Promise.resolve(true),
): Promise<ReplayedFile> {
  const damaged: [number, number][] = []
  const createdMs = readFileHeader(bytes, 'PHW1', path)
  const start = createdMs === undefined ? 0 : FILE_HEADER_BYTES
  if (createdMs === undefined && bytes.length > 0) {
    target.log.warn('header of a WAL file is damaged or cut; its records are read', { file: path })
  }
  const replay = new FileReplay(target, tombstones)
  /** type, from, to of each. */
  const found: number[] = []
  const scan = scanRecords(bytes, start, {
    record: (type, from, to) => void found.push(type, from, to),
    damaged: (from, to) => void damaged.push([from, to]),
  })
  const validBytes = await pace.drive(scan)
  let lost = 0
  let isStopped = false
  let takenTo = start
  for (let i = 0; i < found.length && !isStopped; i += 3) {
    const to = found[i + 2]!
    try {
      const body = bytes.subarray(found[i + 1]!, to)
      if (found[i] === WalRecord.definitions) await pace.drive(replay.definitions.applied(body))
      else if (!replay.apply(found[i]!, body)) lost++
    } catch (error) {
      lost++
      target.log.warn('record of the WAL makes no sense', { file: path, err: messageOf(error) })
    }
    if (to - takenTo < TOOK_BYTES && i + 3 < found.length) continue
    isStopped = !(await took(to - takenTo))
    takenTo = to
    if (pace.isDue) await pace.rest()
  }
  target.metadata(replay.definitions.metadata)
  return { validBytes, damaged, records: found.length / 3, lost, isStopped }
}

class FileReplay {
  readonly definitions: DefinitionReader
  readonly #target: ReplayTarget
  readonly #keyframes = new Map<number, Keyframe>()
  readonly #columns = new Map<HeadGroup, Map<Layout, Int32Array>>()
  #row = new Float64Array(256)
  #words = new Uint32Array(this.#row.buffer)

  readonly #hidden: readonly { readonly tombstone: Tombstone; readonly selector: Selector }[]

  constructor(target: ReplayTarget, tombstones: readonly Tombstone[]) {
    this.#target = target
    this.#hidden = tombstones.map((tombstone) => ({
      tombstone,
      selector: new Selector(tombstone.matchers),
    }))
    this.definitions = new DefinitionReader(target.shapes)
  }

  /** @returns whether anything could be made of the record, which is no definition */
  apply(type: number, body: Uint8Array): boolean {
    const reader = new ByteReader(body)
    if (type === WalRecord.exemplar) {
      this.#target.exemplar(readExemplar(reader))
      return true
    }
    const groupId = reader.varint()
    const layoutId = reader.varint()
    const definition = this.definitions.groups[groupId]
    const layout = this.definitions.layouts[layoutId]
    if (definition === undefined || layout === undefined) return false
    const group = this.#target.head.group(definition.key, definition.kind)
    if (type === WalRecord.row) return this.#readRow(reader, group, groupId, layout)
    const isLate = type === WalRecord.lateCells || type === WalRecord.lateHistogram
    if (type === WalRecord.cells || type === WalRecord.lateCells) {
      return this.#cells(reader, group, layout, isLate)
    }
    if (type === WalRecord.histogram || type === WalRecord.lateHistogram) {
      return this.#histogram(reader, group, layout, isLate)
    }
    return false
  }

  #readRow(reader: ByteReader, group: HeadGroup, groupId: number, layout: Layout): boolean {
    const { bytes } = reader
    const flags = reader.varint()
    const number = reader.varint()
    const dt = reader.zigzag()
    const n = layout.shapes.length
    let keyframe = this.#keyframes.get(groupId)
    const isKeyframe = (flags & RowFlag.isDifference) === 0
    if (isKeyframe) {
      keyframe = { ...emptyKeyframe(), number, tMs: dt }
      this.#keyframes.set(groupId, keyframe)
    } else if (keyframe === undefined || keyframe.number !== number) {
      return false
    }
    if (this.#row.length < n) {
      this.#row = new Float64Array(n * 2)
      this.#words = new Uint32Array(this.#row.buffer)
    }
    const row = this.#row
    const at = this.#target.rows.read(bytes, reader.offset, bytes.length, n, keyframe, row)
    if (isKeyframe) keyframe.values = row.slice(0, n)
    let histograms: Map<number, NativeHistogram> | undefined
    const columns = this.#columnsOf(group, layout)
    if ((flags & RowFlag.hasHistograms) !== 0) {
      histograms = new Map()
      const rest = new ByteReader(bytes, at)
      for (let left = rest.varint(); left > 0; left--) {
        const column = columns[rest.varint()] ?? -1
        const histogram = readHistogram(rest)
        if (column >= 0) histograms.set(column, histogram)
      }
    }
    const tMs = isKeyframe ? dt : keyframe.tMs + dt
    this.#hide(group, layout, tMs, (column) => {
      row[column] = ABSENT
      histograms?.delete(columns[column]!)
    })
    this.#take(group, tMs, row, n, columns, histograms)
    return true
  }

  #take(
    group: HeadGroup,
    tMs: number,
    row: Float64Array,
    n: number,
    columns: Int32Array,
    histograms: Map<number, NativeHistogram> | undefined,
  ): void {
    const { head } = this.#target
    let isSame = n === group.columnCount
    for (let c = 0; c < n && isSame; c++) isSame = columns[c] === c
    if (isSame) {
      head.replayRow(group, tMs, row, this.#words, n, histograms)
      return
    }
    const spread = new Float64Array(group.columnCount).fill(ABSENT)
    for (let c = 0; c < n; c++) if (columns[c]! >= 0) spread[columns[c]!] = row[c]!
    const words = new Uint32Array(spread.buffer)
    head.replayRow(group, tMs, spread, words, group.columnCount, histograms)
  }

  /** Calls for each column of a layout in the file whose sample of that time was deleted. */
  #hide(group: HeadGroup, layout: Layout, tMs: number, hidden: (column: number) => void): void {
    for (const { tombstone, selector } of this.#hidden) {
      if (tMs < tombstone.fromMs || tMs > tombstone.toMs) continue
      selector.columns(layout, selector.groupMask(group.key)).forEach(hidden)
    }
  }

  #isHidden(group: HeadGroup, layout: Layout, tMs: number, column: number): boolean {
    let isHidden = false
    this.#hide(group, layout, tMs, (one) => {
      if (one === column) isHidden = true
    })
    return isHidden
  }

  #cells(reader: ByteReader, group: HeadGroup, layout: Layout, isLate: boolean): boolean {
    const tMs = reader.zigzag()
    const columns = this.#columnsOf(group, layout)
    let isWhole = true
    for (let left = reader.varint(); left > 0; left--) {
      const own = reader.varint()
      const column = columns[own] ?? -1
      const value = reader.f64()
      if (this.#isHidden(group, layout, tMs, own)) continue
      if (column < 0) isWhole = false
      else this.#takeCell(group, tMs, column, value, isLate)
    }
    return isWhole
  }

  #histogram(reader: ByteReader, group: HeadGroup, layout: Layout, isLate: boolean): boolean {
    const tMs = reader.zigzag()
    const own = reader.varint()
    const column = this.#columnsOf(group, layout)[own] ?? -1
    const histogram = readHistogram(reader)
    if (this.#isHidden(group, layout, tMs, own)) return true
    if (column < 0) return false
    this.#takeCell(group, tMs, column, histogram, isLate)
    return true
  }

  #takeCell(
    group: HeadGroup,
    tMs: number,
    column: number,
    value: number | NativeHistogram,
    isLate: boolean,
  ): void {
    const { head } = this.#target
    if (isLate) head.replayLate(group, tMs, column, value)
    else head.replayCell(group, tMs, column, value)
  }

  /** The group's column of each column of a layout in the file; −1 where its definition was lost. */
  #columnsOf(group: HeadGroup, layout: Layout): Int32Array {
    let byLayout = this.#columns.get(group)
    if (byLayout === undefined) this.#columns.set(group, (byLayout = new Map()))
    let columns = byLayout.get(layout)
    if (columns === undefined) {
      const { head } = this.#target
      columns = Int32Array.from(layout.shapes, (shape) =>
        shape === undefined ? -1 : head.columnOfShape(group, shape),
      )
      byLayout.set(layout, columns)
    }
    return columns
  }
}
