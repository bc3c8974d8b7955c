// Rows of the head on their way into the WAL.

import type { ByteWriter } from '@pharos/base'
import type { NativeHistogram } from '@pharos/model'
import type { Layout } from '../catalog/layout.ts'
import { writeHistogram } from '../tile/histogram-codec.ts'
import type { RowCodec } from '../wal/row-record.ts'
import { type Wal, WalRecord } from '../wal/wal.ts'
import type { HeadGroup } from './head-group.ts'
import type { OpenTile } from './open-tile.ts'

export class RowLog {
  readonly #rows: RowCodec
  readonly #scratch: ByteWriter

  /** `scratch` is used inside each call and free between them. */
  constructor(rows: RowCodec, scratch: ByteWriter) {
    this.#rows = rows
    this.#scratch = scratch
  }

  /** Logs the first `n` values of a row, and its histograms by column. */
  row(
    wal: Wal,
    group: HeadGroup,
    layout: Layout,
    tMs: number,
    row: Float64Array,
    n: number,
    histograms: ReadonlyMap<number, NativeHistogram> | undefined,
  ): void {
    const groupId = wal.definitions.group(group.key, group.kind)
    const layoutId = wal.definitions.layout(layout, n)
    const hasHistograms = histograms !== undefined && histograms.size > 0
    const out = wal.begin()
    this.#rows.write(
      out,
      wal.sequence,
      groupId,
      layoutId,
      tMs,
      row,
      n,
      group.keyframe,
      hasHistograms,
    )
    if (hasHistograms) {
      const body = this.#scratch
      body.clear()
      body.varint(histograms.size)
      for (const [column, h] of histograms) {
        body.varint(column)
        writeHistogram(body, h)
      }
      out.append(body.bytes())
    }
    wal.commit(WalRecord.row)
  }

  /** Logs all rows of a tile once more. */
  tile(wal: Wal, group: HeadGroup, tile: OpenTile): void {
    const row = new Float64Array(tile.columnCount)
    for (let r = 0; r < tile.rowCount; r++) {
      tile.readRow(r, row)
      const histograms = new Map<number, NativeHistogram>()
      for (const column of tile.histograms.keys()) {
        const h = tile.histogram(r, column)
        if (h !== undefined) histograms.set(column, h)
      }
      const layout = tile.layout ?? group.layout!
      this.row(wal, group, layout, tile.times[r]!, row, tile.columnCount, histograms)
    }
  }
}
