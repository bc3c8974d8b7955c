// Single samples on their way into the log: those of one time are one record.

import type { ByteWriter } from '@pharos/base'
import type { NativeHistogram } from '@pharos/model'
import type { Layout } from '../catalog/layout.ts'
import { writeHistogram } from '../tile/histogram-codec.ts'
import { type Wal, WalRecord } from '../wal/wal.ts'
import type { HeadGroup } from './head-group.ts'

export type Sample = number | NativeHistogram
/** Samples of one time by column. */
export type LateRow = readonly (readonly [column: number, value: Sample])[]

/** Logs floats of the group's own layout: those of which `isIn` says so, `count` of them. */
export function logCells(
  wal: Wal,
  body: ByteWriter,
  group: HeadGroup,
  tMs: number,
  columns: Int32Array,
  values: Float64Array,
  isIn: (index: number) => boolean,
  count: number,
): void {
  begin(wal, body, group, group.layout!, group.columnCount, tMs)
  body.varint(count)
  for (let i = 0; i < columns.length; i++) {
    if (!isIn(i)) continue
    body.varint(columns[i]!)
    body.f64(values[i]!)
  }
  wal.add(WalRecord.cells, body.bytes())
}

/** Logs floats and histograms of one time. */
export function logSamples(
  wal: Wal,
  body: ByteWriter,
  group: HeadGroup,
  layout: Layout,
  columnCount: number,
  tMs: number,
  row: LateRow,
  isLate: boolean,
): void {
  const floats = row.filter((cell): cell is [number, number] => typeof cell[1] === 'number')
  if (floats.length > 0) {
    begin(wal, body, group, layout, columnCount, tMs)
    body.varint(floats.length)
    for (const [column, value] of floats) {
      body.varint(column)
      body.f64(value)
    }
    wal.add(isLate ? WalRecord.lateCells : WalRecord.cells, body.bytes())
  }
  for (const [column, value] of row) {
    if (typeof value === 'number') continue
    begin(wal, body, group, layout, columnCount, tMs)
    body.varint(column)
    writeHistogram(body, value)
    wal.add(isLate ? WalRecord.lateHistogram : WalRecord.histogram, body.bytes())
  }
}

function begin(
  wal: Wal,
  body: ByteWriter,
  group: HeadGroup,
  layout: Layout,
  columnCount: number,
  tMs: number,
): void {
  body.clear()
  body.varint(wal.definitions.group(group.key, group.kind))
  body.varint(wal.definitions.layout(layout, columnCount))
  body.zigzag(tMs)
}
