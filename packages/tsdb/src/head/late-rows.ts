// Samples that come when newer ones of their group are closed already, or after newer ones of their own series. They
// collect in a second open tile of the group, whose rows come in any order, and take the way of the others from there:
// late tile → segment → block. Readers put them where they belong, joining folds them in.
//
// Two kinds come here. A series that lags behind the others of its group is in its own order and is always taken; a
// sample older than its series is taken within `out_of_order_time_window`.

import { type ByteWriter, OutsideError } from '@pharos/base'
import { isAbsent } from '@pharos/model'
import { AppendOutcome } from '../appender.ts'
import { LATE_TILE_ROWS } from '../limits.ts'
import { TileCache } from '../read/tile-cache.ts'
import type { TileRef } from '../read/tile-ref.ts'
import type { ColumnDecoder } from '../tile/column-decoder.ts'
import type { TileView } from '../tile/tile-view.ts'
import { copyHistogram } from '../tile/histogram-codec.ts'
import type { TsdbStats } from '../tsdb-status.ts'
import type { Wal } from '../wal/wal.ts'
import { type LateRow, logSamples, type Sample } from './cell-log.ts'
import type { HeadGroup } from './head-group.ts'
import { hasCell, OpenTile, sameSample } from './open-tile.ts'
import type { RowMemory } from './row-memory.ts'

/** Verified tiles kept while series of a group are looked up one after the other. */
const LOOKUP_BYTES = 8 << 20

interface LateContext {
  readonly stats: TsdbStats
  readonly decoder: ColumnDecoder
  readonly memory: RowMemory
  readonly scratch: ByteWriter
  /** Start of the window that a time belongs to. */
  readonly windowOf: (tMs: number) => number
  readonly minBlockMs: number
}

export class LateRows {
  readonly #context: LateContext
  readonly #cache = new TileCache(LOOKUP_BYTES)

  constructor(context: LateContext) {
    this.#context = context
  }

  /**
   * One sample that its group cannot take in order.
   * @param oldestMs  start of the out-of-order window, Infinity when there is none
   */
  appendSample(
    wal: Wal,
    group: HeadGroup,
    tMs: number,
    column: number,
    value: Sample,
    oldestMs: number,
  ): AppendOutcome {
    const { stats } = this.#context
    const newestMs = this.#newestMs(group, column)
    const isLagging = tMs > newestMs
    if (!isLagging && tMs < oldestMs) {
      const there = tMs === newestMs ? this.#sampleAt(group, column, tMs) : undefined
      if (there !== undefined) {
        stats.duplicateSamples++
        return sameSample(there, value)
          ? AppendOutcome.duplicateSame
          : AppendOutcome.duplicateDiffers
      }
      return this.#refuse(1, oldestMs)
    }
    const taken = this.#take(wal, group, tMs, [[column, value]])
    if (!isLagging) stats.lateSamples += taken
    return taken === 1 ? AppendOutcome.ok : AppendOutcome.duplicateSame
  }

  /** A row older than the newest of its group. @param oldestMs  see appendSample */
  appendRow(
    wal: Wal,
    group: HeadGroup,
    tMs: number,
    row: LateRow,
    oldestMs: number,
  ): AppendOutcome {
    if (tMs < oldestMs) return this.#refuse(row.length, oldestMs)
    const taken = this.#take(wal, group, tMs, row)
    this.#context.stats.lateSamples += taken
    return taken > 0 || row.length === 0 ? AppendOutcome.ok : AppendOutcome.duplicateSame
  }

  /** Takes a sample from the WAL unless it is there. What a file has already is there twice then, until tiles are joined. */
  replay(group: HeadGroup, tMs: number, column: number, value: Sample, sequence: number): void {
    this.#set(this.#tile(group, tMs, sequence), group, tMs, column, value)
  }

  /** The late tile waits for its segments: one tile for each window that it reaches into. */
  close(group: HeadGroup): void {
    const { late, layout } = group
    if (late === undefined) return
    group.late = undefined
    const { windowOf, minBlockMs } = this.#context
    for (let from = 0; from < late.rowCount;) {
      const endMs = windowOf(late.times[from]!) + minBlockMs
      let to = from + 1
      while (to < late.rowCount && late.times[to]! < endMs) to++
      const tile = from === 0 && to === late.rowCount ? late : late.copy(from, to)
      tile.layout = layout
      group.waiting = [...group.waiting, tile]
      from = to
    }
  }

  /** Logs a late tile's samples. */
  relog(wal: Wal, group: HeadGroup, tile: OpenTile): void {
    const layout = tile.layout ?? group.layout!
    for (let r = 0; r < tile.rowCount; r++) {
      const row: [number, Sample][] = []
      for (let c = 0; c < tile.columnCount; c++) {
        const value = tile.histogram(r, c) ?? tile.value(r, c)
        if (typeof value !== 'number' || !isAbsent(value)) row.push([c, value])
      }
      logSamples(
        wal,
        this.#context.scratch,
        group,
        layout,
        tile.columnCount,
        tile.times[r]!,
        row,
        true,
      )
    }
  }

  #refuse(samples: number, oldestMs: number): AppendOutcome {
    if (oldestMs === Infinity) {
      this.#context.stats.outOfOrderSamples += samples
      return AppendOutcome.outOfOrder
    }
    this.#context.stats.tooOldSamples += samples
    return AppendOutcome.tooOld
  }

  /** @returns how many of them were not there yet; of two samples of one time the first stays */
  #take(wal: Wal, group: HeadGroup, tMs: number, row: LateRow): number {
    const { stats } = this.#context
    const tile = this.#tile(group, tMs, wal.sequence)
    const fresh = row.filter(([column, value]) => this.#set(tile, group, tMs, column, value))
    stats.duplicateSamples += row.length - fresh.length
    stats.appendedSamples += fresh.length
    logSamples(
      wal,
      this.#context.scratch,
      group,
      group.layout!,
      group.columnCount,
      tMs,
      fresh,
      true,
    )
    return fresh.length
  }

  #set(tile: OpenTile, group: HeadGroup, tMs: number, column: number, value: Sample): boolean {
    let row = tile.rowAtTime(tMs)
    if (row < 0) {
      row = -1 - row
      tile.insertRow(row, tMs, group.columnCount)
    } else if (hasCell(tile, row, column)) return false
    if (typeof value === 'number') tile.setCell(row, column, value)
    else tile.setHistogram(tMs, column, copyHistogram(value))
    noteNewest(group, column, tMs)
    return true
  }

  /** The late tile, not shared with a reader, with room for a row. */
  #tile(group: HeadGroup, tMs: number, sequence: number): OpenTile {
    const { late } = group
    if (late !== undefined && late.rowCount >= LATE_TILE_ROWS && late.rowAtTime(tMs) < 0) {
      this.close(group)
    }
    if (group.late === undefined) {
      group.late = new OpenTile(sequence, this.#context.memory)
      group.late.isLate = true
    } else if (group.late.isCaptured) {
      group.late = group.late.copy(0, group.late.rowCount)
    }
    return group.late
  }

  /** Time of a series' newest sample in memory and segments, ms; −Infinity when there is none. */
  #newestMs(group: HeadGroup, column: number): number {
    let { newest } = group
    if (newest === undefined || newest.length < group.columnCount) {
      const wider = new Float64Array(group.columnCount * 2).fill(NaN)
      if (newest !== undefined) wider.set(newest)
      group.newest = newest = wider
    }
    const known = newest[column]!
    if (known === known) return known
    let newestMs = -Infinity
    for (const tile of [group.open, group.late, ...group.waiting]) {
      if (tile === undefined) continue
      for (let row = tile.rowCount - 1; row >= 0 && tile.times[row]! > newestMs; row--) {
        if (hasCell(tile, row, column)) newestMs = tile.times[row]!
      }
    }
    for (const ref of group.sealed.toSorted((a, b) => b.lastMs - a.lastMs)) {
      if (ref.lastMs <= newestMs) break
      const own = ref.layout.columnOf(group.layout!.shapes[column]!)
      if (own < 0) continue
      const view = this.#view(ref)
      if (view === undefined) {
        // What cannot be read is taken for as new as it may be.
        newestMs = ref.lastMs
        break
      }
      const values = new Float64Array(view.times.length)
      this.#context.decoder.read(view, own, values, 0)
      const histograms = view.hasHistograms(own) ? view.readHistograms(own) : []
      for (let row = values.length - 1; row >= 0 && view.times[row]! > newestMs; row--) {
        if (!isAbsent(values[row]!) || histograms[row] !== undefined) newestMs = view.times[row]!
      }
    }
    newest[column] = newestMs
    return newestMs
  }

  /** Undefined for a tile that is damaged: who asks for its samples gets the warning. */
  #view(ref: TileRef): TileView | undefined {
    try {
      return this.#cache.view(ref)
    } catch (error) {
      if (error instanceof OutsideError) return undefined
      throw error
    }
  }

  #sampleAt(group: HeadGroup, column: number, tMs: number): Sample | undefined {
    for (const tile of [group.open, group.late, ...group.waiting]) {
      const row = tile?.rowAtTime(tMs) ?? -1
      if (row >= 0 && hasCell(tile!, row, column)) {
        return tile!.histogram(row, column) ?? tile!.value(row, column)
      }
    }
    for (const ref of group.sealed) {
      if (ref.firstMs > tMs || ref.lastMs < tMs) continue
      const own = ref.layout.columnOf(group.layout!.shapes[column]!)
      const view = this.#view(ref)
      const row = view?.times.indexOf(tMs) ?? -1
      if (view === undefined || own < 0 || row < 0) continue
      const histogram = view.readHistograms(own)[row]
      if (histogram !== undefined) return histogram
      const values = new Float64Array(view.times.length)
      this.#context.decoder.read(view, own, values, 0)
      if (!isAbsent(values[row]!)) return values[row]
    }
    return undefined
  }
}

/** Keeps up what a group knows of its columns' newest samples, once it was asked for. */
export function noteNewest({ newest }: HeadGroup, column: number, tMs: number): void {
  if (newest !== undefined && newest[column]! < tMs) newest[column] = tMs
}
