// The head: the newest rows of every group in memory, each of them in the WAL before it counts as written.
//
//   appendRow ──► checks ──► WAL record ──► open tile ──(full, or its window ended)──► waiting ──► segment

import { assert, ByteWriter, type Clock } from '@pharos/base'
import { isAbsent, isSample, Labels, type NativeHistogram } from '@pharos/model'
import { AppendOutcome, type GroupKind, type PendingSeries } from '../appender.ts'
import { LayoutTable } from '../catalog/layout.ts'
import type { Shape, ShapeTable } from '../catalog/shape.ts'
import { CELL_GRACE_MS, CELL_TILE_ROWS, RENEW_COLUMNS, TILE_ROWS } from '../limits.ts'
import type { TileRef } from '../read/tile-ref.ts'
import type { ColumnDecoder } from '../tile/column-decoder.ts'
import { copyHistogram } from '../tile/histogram-codec.ts'
import type { TsdbOptions } from '../tsdb-options.ts'
import type { TsdbStats } from '../tsdb-status.ts'
import type { RowCodec } from '../wal/row-record.ts'
import type { Wal } from '../wal/wal.ts'
import { type LateRow, logCells, logSamples } from './cell-log.ts'
import { type Coverage, isCovered } from './coverage.ts'
import { Guards } from './guards.ts'
import { groupName, type HeadGroup, headGroup } from './head-group.ts'
import { LateRows, noteNewest } from './late-rows.ts'
import { hasCell, OpenTile, sameBits, sameSample } from './open-tile.ts'
import { RowLog } from './row-log.ts'
import { RowMemory } from './row-memory.ts'

type Histograms = ReadonlyMap<number, NativeHistogram>

interface HeadContext {
  readonly clock: Clock
  readonly options: TsdbOptions
  readonly stats: TsdbStats
  readonly shapes: ShapeTable
  readonly decoder: ColumnDecoder
  readonly rows: RowCodec
}

export class Head {
  readonly #clock: Clock
  readonly #options: TsdbOptions
  readonly #stats: TsdbStats
  readonly #shapes: ShapeTable
  readonly #guards: Guards
  readonly #log: RowLog
  readonly #layouts = new LayoutTable()
  readonly #groups = new Map<string, HeadGroup>()
  readonly #scratch = new ByteWriter(1024)
  readonly #late: LateRows
  readonly memory: RowMemory = new RowMemory()
  #coverage: Coverage | undefined
  /** Undefined while replaying: what is replayed is in the WAL already. */
  wal: Wal | undefined
  /** The file that is being replayed. */
  replayedSequence = 0
  /** Newest sample, ms, blocks included; −Infinity when there is none. */
  maxTimeMs: number = -Infinity
  /** Newest sample of each group that older files know of: rows up to there are not taken again. */
  readonly closedBefore: Map<string, number> = new Map()

  constructor({ clock, options, stats, shapes, decoder, rows }: HeadContext) {
    this.#log = new RowLog(rows, this.#scratch)
    this.#guards = new Guards(clock, options, stats)
    this.#clock = clock
    this.#options = options
    this.#stats = stats
    this.#shapes = shapes
    this.#late = new LateRows({
      stats,
      decoder,
      memory: this.memory,
      scratch: this.#scratch,
      minBlockMs: options.minBlockMs,
      windowOf: (tMs) => this.windowOf(tMs),
    })
  }

  get groups(): Iterable<HeadGroup> {
    return this.#groups.values()
  }

  get nowMs(): number {
    return this.#clock.now()
  }

  get groupCount(): number {
    return this.#groups.size
  }

  /** Oldest sample of the head, ms; Infinity when there is none. */
  get minTimeMs(): number {
    let minMs = Infinity
    for (const { sealed, waiting, open, late } of this.#groups.values()) {
      for (const tile of [sealed[0], ...waiting, open, late]) {
        if (tile !== undefined && tile.firstMs < minMs) minMs = tile.firstMs
      }
    }
    return minMs
  }

  group(key: Labels, kind: GroupKind): HeadGroup {
    const name = groupName(key, kind)
    let group = this.#groups.get(name)
    if (group === undefined) {
      // Groups fill their first tile at different rows, so that they never seal in step.
      const rows = TILE_ROWS / 4 + ((this.#groups.size * 37) % ((TILE_ROWS * 3) / 4))
      group = headGroup(key, kind, this.closedBefore.get(name) ?? -Infinity, rows)
      group.covered = this.#coverage?.of(name)
      this.#groups.set(name, group)
    }
    return group
  }

  /** What is on disk when replay begins. */
  beginReplay(coverage: Coverage): void {
    this.#coverage = coverage
    for (const group of this.#groups.values()) {
      const name = groupName(group.key, group.kind)
      coverage.add(name, group.sealed)
      group.covered = coverage.of(name)
    }
  }

  /**
   * Numbers the columns of a group anew when nobody holds it and most of its series have ended: labels that are new
   * at each scrape must not stay in memory for good. Its rows so far keep their columns.
   */
  renewColumns(group: HeadGroup): void {
    const { open, layout } = group
    if (group.handleCount > 0 || open === undefined || layout === undefined) return
    let live = 0
    for (let column = 0; column < group.columnCount; column++) {
      const value = open.value(open.rowCount - 1, column)
      if (value === value || isSample(value)) live++
      else if (open.histogram(open.rowCount - 1, column) !== undefined) live++
    }
    if (group.columnCount - live <= Math.max(live, RENEW_COLUMNS)) return
    this.closeTile(group)
    this.closeLate(group)
    this.#stats.headSeries -= group.columnCount
    this.#stats.seriesRemoved += group.columnCount
    this.#layouts.release(layout)
    group.layout = undefined
    group.newest = undefined
    group.columnCount = 0
  }

  /** Forgets a group that has no rows and no writer. */
  dropGroup(group: HeadGroup): void {
    this.#groups.delete(groupName(group.key, group.kind))
    this.#stats.headSeries -= group.columnCount
    this.#stats.seriesRemoved += group.columnCount
    if (group.layout !== undefined) this.#layouts.release(group.layout)
    if (group.lastMs > -Infinity) {
      this.closedBefore.set(groupName(group.key, group.kind), group.lastMs)
    }
  }

  pending(group: HeadGroup, labels: Labels): PendingSeries {
    return this.#shapes.pending(labels, group.key)
  }

  /** @returns −1 when the series budget is used up or the labels are over a limit */
  column(group: HeadGroup, series: Labels | PendingSeries): number {
    const { own, removed } = series instanceof Labels ? this.pending(group, series) : series
    const shape = this.#shapes.shape(own, removed)
    const known = group.layout?.columnOf(shape) ?? -1
    if (known >= 0 && known < group.columnCount) return known
    if (this.#guards.hasRoomFor(group, shape)) return this.columnOfShape(group, shape)
    this.#stats.seriesRefused++
    return -1
  }

  /** Finds or makes the column of a shape without asking for limits. */
  columnOfShape(group: HeadGroup, shape: Shape): number {
    const known = group.layout?.columnOf(shape) ?? -1
    if (known >= 0 && known < group.columnCount) return known
    group.layout = this.#layouts.extended(group.layout, group.columnCount, shape)
    this.#stats.headSeries++
    this.#stats.seriesCreated++
    return group.columnCount++
  }

  appendRow(
    group: HeadGroup,
    tMs: number,
    row: Float64Array,
    histograms: Histograms | undefined,
  ): AppendOutcome {
    const n = group.columnCount
    assert(row.length >= n, `row of ${row.length} values for ${n} columns`)
    const words = new Uint32Array(row.buffer, row.byteOffset, n * 2)
    let samples = histograms?.size ?? 0
    for (let c = 0; c < n; c++) {
      if (words[2 * c] !== 3 || words[2 * c + 1] !== 0x7ff80000) samples++
    }
    const refused = this.#guards.refusal(tMs, this.maxTimeMs, samples)
    if (refused !== AppendOutcome.ok) return refused
    if (tMs < group.lastMs) {
      const cells = cellsOf(row, n, histograms)
      return this.#late.appendRow(
        this.wal!,
        group,
        tMs,
        cells,
        this.#guards.oldestMs(group, this.maxTimeMs),
      )
    }
    if (tMs === group.lastMs) return this.#refuseTwice(group, tMs, row, n, samples)
    if (n === 0) return AppendOutcome.ok
    // The tile first: it remembers the WAL file of its first row, and logging may begin the next file.
    const tile = this.#tileFor(group, tMs)
    this.#log.row(this.wal!, group, group.layout!, tMs, row, n, histograms)
    tile.append(tMs, row, words, n)
    if (histograms !== undefined) {
      for (const [column, h] of histograms) tile.setHistogram(tMs, column, copyHistogram(h))
    }
    if (group.newest !== undefined) {
      for (let c = 0; c < n; c++) if (!isAbsent(row[c]!)) noteNewest(group, c, tMs)
    }
    this.#took(group, tMs, samples)
    return AppendOutcome.ok
  }

  appendSample(
    group: HeadGroup,
    tMs: number,
    column: number,
    value: number | NativeHistogram,
  ): AppendOutcome {
    assert(column >= 0 && column < group.columnCount, `column ${column} of ${group.columnCount}`)
    const refused = this.#guards.refusal(tMs, this.maxTimeMs, 1)
    if (refused !== AppendOutcome.ok) return refused
    const outcome = this.#cellOutcome(group, tMs, column, value)
    if (outcome === AppendOutcome.outOfOrder) {
      return this.#late.appendSample(
        this.wal!,
        group,
        tMs,
        column,
        value,
        this.#guards.oldestMs(group, this.maxTimeMs),
      )
    }
    if (outcome !== AppendOutcome.ok) {
      this.#stats.duplicateSamples++
      return outcome
    }
    const tile = this.#changeable(group, tMs)
    logSamples(
      this.wal!,
      this.#scratch,
      group,
      group.layout!,
      group.columnCount,
      tMs,
      [[column, value]],
      false,
    )
    this.#setCell(group, tile, tMs, column, value)
    return AppendOutcome.ok
  }

  /** Single samples of one time; see GroupAppender. */
  appendCells(
    group: HeadGroup,
    tMs: number,
    columns: Int32Array,
    values: Float64Array,
    outcomes: Uint8Array,
  ): void {
    const refused = this.#guards.refusal(tMs, this.maxTimeMs, columns.length)
    outcomes.fill(refused)
    if (refused !== AppendOutcome.ok || columns.length === 0) return
    const isNewest = tMs >= group.lastMs && tMs > group.closedMs
    if (isNewest) this.#appendNewest(group, tMs, columns, values, outcomes)
    else this.#appendOlder(group, tMs, columns, values, outcomes)
  }

  /** Samples of a row that no other comes after: each is either new or there already. */
  #appendNewest(
    group: HeadGroup,
    tMs: number,
    columns: Int32Array,
    values: Float64Array,
    outcomes: Uint8Array,
  ): void {
    const tile = this.#changeable(group, tMs)
    tile.hasCells = true
    let row = tile.rowAtTime(tMs)
    if (row < 0) {
      row = -1 - row
      tile.insertRow(row, tMs, group.columnCount)
    }
    const taken = tile.setFreeCells(row, group.columnCount, columns, values, outcomes)
    this.#stats.duplicateSamples += columns.length - taken
    if (taken === 0) return
    const isIn = (i: number): boolean => outcomes[i] === AppendOutcome.ok
    if (group.newest !== undefined) {
      for (let i = 0; i < columns.length; i++) if (isIn(i)) noteNewest(group, columns[i]!, tMs)
    }
    this.#took(group, tMs, taken)
    logCells(this.wal!, this.#scratch, group, tMs, columns, values, isIn, taken)
  }

  #appendOlder(
    group: HeadGroup,
    tMs: number,
    columns: Int32Array,
    values: Float64Array,
    outcomes: Uint8Array,
  ): void {
    /** Those that the log has on their own already. */
    let late: Set<number> | undefined
    let taken = 0
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!
      const value = values[i]!
      const outcome = this.#cellOutcome(group, tMs, column, value)
      if (outcome === AppendOutcome.ok) {
        const tile = this.#changeable(group, tMs)
        this.#setCell(group, tile, tMs, column, value)
        taken++
      } else if (outcome === AppendOutcome.outOfOrder) {
        const oldestMs = this.#guards.oldestMs(group, this.maxTimeMs)
        outcomes[i] = this.#late.appendSample(this.wal!, group, tMs, column, value, oldestMs)
        if (outcomes[i] === AppendOutcome.ok) (late ??= new Set()).add(i)
      } else {
        this.#stats.duplicateSamples++
        outcomes[i] = outcome
      }
    }
    if (taken > 0) {
      const isIn = (i: number): boolean => outcomes[i] === AppendOutcome.ok && late?.has(i) !== true
      logCells(this.wal!, this.#scratch, group, tMs, columns, values, isIn, taken)
    }
  }

  /** Puts one sample into the row of its time, which is made when missing. */
  #setCell(
    group: HeadGroup,
    tile: OpenTile,
    tMs: number,
    column: number,
    value: number | NativeHistogram,
  ): void {
    tile.hasCells = true
    let row = tile.rowAtTime(tMs)
    if (row < 0) {
      row = -1 - row
      tile.insertRow(row, tMs, group.columnCount)
    }
    if (typeof value === 'number') tile.setCell(row, column, value)
    else tile.setHistogram(tMs, column, copyHistogram(value))
    noteNewest(group, column, tMs)
    this.#took(group, tMs, 1)
  }

  /**
   * Takes a row from the WAL. A row that is there already (it was logged again after a failed write) gets
   * the cells that it lacks.
   */
  replayRow(
    group: HeadGroup,
    tMs: number,
    row: Float64Array,
    words: Uint32Array,
    n: number,
    histograms: Histograms | undefined,
  ): void {
    if (isCovered(group.covered, tMs)) return
    if (tMs > group.lastMs) {
      const tile = this.#tileFor(group, tMs)
      tile.append(tMs, row, words, n)
      this.#took(group, tMs, n)
    } else {
      for (let c = 0; c < n; c++) if (!isAbsent(row[c]!)) this.replayCell(group, tMs, c, row[c]!)
    }
    if (histograms === undefined) return
    for (const [column, h] of histograms) this.replayCell(group, tMs, column, h)
  }

  /** Takes a single sample from the WAL unless it is there already. */
  replayCell(group: HeadGroup, tMs: number, column: number, value: number | NativeHistogram): void {
    if (isCovered(group.covered, tMs)) return
    let tile = group.waiting.find(
      ({ firstMs, lastMs, isLate }) => !isLate && firstMs <= tMs && tMs <= lastMs,
    )
    if (tile === undefined) {
      if (tMs > group.closedMs) tile = this.#changeable(group, tMs)
      else tile = group.gaps ??= new OpenTile(this.replayedSequence, this.memory)
    }
    const row = tile.rowAtTime(tMs)
    if (row >= 0 && hasCell(tile, row, column)) return
    this.#setCell(group, tile, tMs, column, value)
  }

  replayLate(group: HeadGroup, tMs: number, column: number, value: number | NativeHistogram): void {
    this.#late.replay(group, tMs, column, value, this.replayedSequence)
  }

  /** What replay needed is given back, and rows that it found in gaps take their way to a segment. */
  endReplay(): void {
    for (const group of this.#groups.values()) {
      if (group.gaps !== undefined) {
        group.gaps.layout = group.layout
        group.waiting = [group.gaps, ...group.waiting]
      }
      group.gaps = undefined
      group.covered = undefined
    }
    this.#coverage = undefined
  }

  /** Takes a tile that a start found in a segment. */
  takeSealed(key: Labels, kind: GroupKind, ref: TileRef): void {
    const group = this.group(key, kind)
    group.sealed = [...group.sealed, ref]
    for (const shape of ref.layout.shapes) if (shape !== undefined) this.columnOfShape(group, shape)
    if (ref.isLate) return
    group.closedMs = Math.max(group.closedMs, ref.lastMs)
    group.lastMs = Math.max(group.lastMs, ref.lastMs)
    this.maxTimeMs = Math.max(this.maxTimeMs, ref.lastMs)
  }

  /** Forgets how far groups had come that are too old to be written to. */
  forgetClosed(beforeMs: number): void {
    for (const [name, lastMs] of this.closedBefore) {
      if (lastMs < beforeMs) this.closedBefore.delete(name)
    }
  }

  /** Logs every row that is in no segment yet. */
  relog(): void {
    for (const group of this.#groups.values()) {
      for (const tile of group.waiting) this.#relogTile(group, tile)
      if (group.open !== undefined) this.#relogTile(group, group.open)
      if (group.late !== undefined) this.#relogTile(group, group.late)
    }
  }

  /** Closes the open tile, or its first `rows` rows; they wait for their segment then. */
  closeTile(group: HeadGroup, rows: number = Infinity): void {
    const tile = group.open
    if (tile === undefined || rows === 0) return
    if (rows < tile.rowCount) {
      this.#wait(group, tile.copy(0, rows))
      group.open = tile.copy(rows, tile.rowCount)
    } else {
      this.#wait(group, tile)
      group.open = undefined
    }
    group.tileRows = TILE_ROWS
  }

  /** The late tile waits for its segments. */
  closeLate(group: HeadGroup): void {
    this.#late.close(group)
  }

  #relogTile(group: HeadGroup, tile: OpenTile): void {
    if (tile.isLate) this.#late.relog(this.wal!, group, tile)
    else this.#log.tile(this.wal!, group, tile)
  }

  #wait(group: HeadGroup, tile: OpenTile): void {
    tile.layout = group.layout
    group.waiting = [...group.waiting, tile]
    group.closedMs = tile.lastMs
  }

  #refuseTwice(
    group: HeadGroup,
    tMs: number,
    row: Float64Array,
    n: number,
    samples: number,
  ): AppendOutcome {
    const tile = tMs > group.closedMs ? group.open : group.waiting.findLast(({ isLate }) => !isLate)
    const at = tile?.rowAtTime(tMs) ?? -1
    if (tile === undefined || at < 0) {
      this.#stats.outOfOrderSamples += samples
      return AppendOutcome.outOfOrder
    }
    this.#stats.duplicateSamples += samples
    for (let c = 0; c < n; c++) {
      if (!isAbsent(row[c]!) && !sameBits(row[c]!, tile.value(at, c))) {
        return AppendOutcome.duplicateDiffers
      }
    }
    return AppendOutcome.duplicateSame
  }

  /** Order and duplicates of a single sample, against the samples of its own column. */
  #cellOutcome(
    group: HeadGroup,
    tMs: number,
    column: number,
    value: number | NativeHistogram,
  ): AppendOutcome {
    const tile = group.open
    if (tMs > group.lastMs) return AppendOutcome.ok
    if (tMs <= group.closedMs || tile === undefined) return AppendOutcome.outOfOrder
    for (let row = tile.rowCount - 1; row >= 0; row--) {
      if (!hasCell(tile, row, column)) continue
      const lastMs = tile.times[row]!
      if (lastMs > tMs) return AppendOutcome.outOfOrder
      if (lastMs < tMs) return AppendOutcome.ok
      const there = tile.histogram(row, column) ?? tile.value(row, column)
      return sameSample(there, value) ? AppendOutcome.duplicateSame : AppendOutcome.duplicateDiffers
    }
    return AppendOutcome.ok
  }

  #took(group: HeadGroup, tMs: number, samples: number): void {
    if (tMs > group.lastMs) group.lastMs = tMs
    if (tMs > this.maxTimeMs) this.maxTimeMs = tMs
    if (this.wal !== undefined) this.#stats.appendedSamples += samples
  }

  /** The open tile for a new newest row: tiles end when they are full and where their window ends. */
  #tileFor(group: HeadGroup, tMs: number): OpenTile {
    const tile = group.open
    if (tile !== undefined) {
      const endMs = this.windowOf(tile.firstMs) + this.#options.minBlockMs
      if (tile.hasCells) {
        // The newest rows stay open, because cells of theirs may still come.
        if (tMs >= endMs + CELL_GRACE_MS) {
          const row = tile.rowAtTime(endMs)
          this.closeTile(group, row < 0 ? -1 - row : row)
        } else if (tile.rowCount >= CELL_TILE_ROWS) {
          this.closeTile(group, TILE_ROWS)
        }
      } else if (tMs >= endMs || tile.rowCount >= group.tileRows) {
        this.closeTile(group)
      }
    }
    group.open ??= this.#newTile()
    return group.open
  }

  /** The tile of a cell's row, not shared with a reader. */
  #changeable(group: HeadGroup, tMs: number): OpenTile {
    if (tMs > group.lastMs) this.#tileFor(group, tMs)
    group.open ??= this.#newTile()
    if (group.open.isCaptured) group.open = group.open.copy(0, group.open.rowCount)
    return group.open
  }

  #newTile(): OpenTile {
    return new OpenTile(this.wal?.sequence ?? this.replayedSequence, this.memory)
  }

  /** Start of the window that a time belongs to. */
  windowOf(tMs: number): number {
    const { minBlockMs } = this.#options
    return Math.floor(tMs / minBlockMs) * minBlockMs
  }
}

function cellsOf(row: Float64Array, n: number, histograms: Histograms | undefined): LateRow {
  const cells: [number, number | NativeHistogram][] = [...(histograms ?? [])]
  for (let c = 0; c < n; c++) if (!isAbsent(row[c]!)) cells.push([c, row[c]!])
  return cells
}
