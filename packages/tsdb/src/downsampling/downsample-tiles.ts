// Thins the samples of a group out: of each step the first and the last sample stay, as they are, with what the step held
// beside them. What was thinned out before is thinned out further, and the same again gives the same.
//
//   tiles ──► some hundred steps at a time ──► for each series: which rows are kept ──► tile of kept rows, tile of aggregates
//                                         └──► series with native histograms: all of their rows, as they are

import type { Pace } from '@pharos/base'
import { ABSENT, Labels, type NativeHistogram } from '@pharos/model'
import { columnsTogether, type StoredTiles, type TileSink } from '../block/join.ts'
import type { Shape } from '../catalog/shape.ts'
import {
  BLOCK_TILE_ROWS,
  DOWNSAMPLED_TILE_STEPS,
  DOWNSAMPLING_BYTES,
  DOWNSAMPLING_ROWS,
} from '../limits.ts'
import { aggregatePart } from '../read/downsampled-part.ts'
import { GroupView, type Piece } from '../read/group-view.ts'
import { type Mask, maskedPart, Masks } from '../read/mask.ts'
import { type Part, sequentialPart } from '../read/part.ts'
import { type ReadColumn, StepAggregates } from '../read/step-aggregates.ts'
import { readTile } from '../read/tile-cache.ts'
import type { TileRef } from '../read/tile-ref.ts'
import type { ColumnDecoder } from '../tile/column-decoder.ts'
import { type Aggregate, AGGREGATES } from '../tile/tile-format.ts'
import type { TileView } from '../tile/tile-view.ts'
import type { TileSource } from '../tile/tile-writer.ts'
import { AggregatedColumn } from './aggregated-column.ts'
import { SeriesReader } from './series-reader.ts'
import { stepNumber, Steps } from './steps.ts'

interface Pending {
  readonly ref: TileRef
  readonly view: TileView
  /** What was thinned out of it before. */
  readonly steps: StepAggregates | undefined
  /** What was deleted of it, and is left out. */
  readonly masks: readonly Mask[]
}

/**
 * Hands the group's samples to `sink`, thinned out to two of each step, in the order of time.
 * @param stepMs   a multiple of what they were thinned out to before
 * @param pace     others have their turns
 * @param damaged  called for a tile that cannot be read; the others are taken without it
 */
export async function downsampleTiles(
  { definition, tiles }: StoredTiles,
  stepMs: number,
  decoder: ColumnDecoder,
  pace: Pace,
  damaged: (ref: TileRef, error: unknown) => void,
  sink: TileSink,
): Promise<void> {
  const masks = new Masks()
  const read: ReadColumn = (view, column, out, at) => decoder.read(view, column, out, at)
  const ordered = tiles.toSorted((a, b) => a.firstMs - b.firstMs)
  let pending: Pending[] = []
  let doneMs = -Infinity
  for (let i = 0; i < ordered.length; i++) {
    const ref = ordered[i]!
    if (pace.isDue) await pace.rest()
    try {
      pending.push({ ...stored(ref, read), masks: masks.of(ref, definition.key) })
    } catch (error) {
      damaged(ref, error)
    }
    const endMs = endOf(pending, ordered[i + 1]?.firstMs, doneMs, stepMs)
    if (endMs === undefined) continue
    if (pace.isDue) await pace.rest()
    await thin(pending, { stepMs, decoder, pace }, [doneMs + 1, endMs], (shapes, ...sources) =>
      sink(definition, shapes, ...sources),
    )
    doneMs = endMs
    pending = pending.filter(({ ref }) => ref.lastMs > endMs)
  }
}

/**
 * Up to when rows are thinned out now. Those of the step that the next tile begins in wait for it, unless there are too many.
 * @param nextMs  when the next tile begins; undefined when there is none
 * @returns undefined while there is room for more
 */
function endOf(
  pending: readonly Pending[],
  nextMs: number | undefined,
  doneMs: number,
  stepMs: number,
): number | undefined {
  if (pending.length === 0) return undefined
  if (nextMs === undefined) return Infinity
  const firstMs = Math.max(pending[0]!.ref.firstMs, doneMs + 1)
  const wholeMs = (stepNumber(nextMs, stepMs) - 1) * stepMs
  if ((wholeMs - firstMs) / stepMs >= DOWNSAMPLED_TILE_STEPS) return wholeMs
  const bytes = pending.reduce((sum, { ref }) => sum + ref.length, 0)
  const rows = pending.reduce((sum, { ref }) => sum + ref.rowCount, 0)
  if (bytes < DOWNSAMPLING_BYTES && rows < DOWNSAMPLING_ROWS) return undefined
  return wholeMs >= firstMs ? wholeMs : nextMs > firstMs ? nextMs - 1 : undefined
}

function stored(ref: TileRef, read: ReadColumn): Omit<Pending, 'masks'> {
  const view = readTile(ref)
  const { downsampled } = ref
  if (downsampled === undefined) return { ref, view, steps: undefined }
  return { ref, view, steps: new StepAggregates(view, readTile(downsampled.aggregates), read) }
}

type RowSink = (
  shapes: readonly Shape[],
  source: TileSource,
  aggregatesOf?: (columns: Int32Array) => TileSource,
) => Promise<void>

/** Thins the rows of `pending` in [fromMs, toMs] out. */
async function thin(
  pending: readonly Pending[],
  { stepMs, decoder, pace }: { stepMs: number; decoder: ColumnDecoder; pace: Pace },
  [fromMs, toMs]: readonly [fromMs: number, toMs: number],
  sink: RowSink,
): Promise<void> {
  const layouts = pending.map(({ ref }) => ref.layout)
  const { shapes, columnsOf } = await pace.drive(columnsTogether(layouts))
  const viewOf = (
    from: readonly Pending[],
    partOf: (one: Pending) => Part | undefined,
  ): GroupView => {
    const pieces: Piece[] = []
    for (const one of from) {
      const part = partOf(one)
      if (part === undefined) continue
      pieces.push({ part: maskedPart(part, one.masks), columns: columnsOf.get(one.ref.layout)! })
    }
    return new GroupView({ common: Labels.EMPTY, shapes }, pieces)
  }
  const samples = ({ view }: Pending): Part | undefined =>
    sequentialPart(view, fromMs, toMs, decoder)
  const thinned = pending.filter(({ steps }) => steps !== undefined)
  const series = new SeriesReader({
    all: viewOf(pending, samples),
    fresh: viewOf(
      pending.filter(({ steps }) => steps === undefined),
      samples,
    ),
    thinned: viewOf(thinned, samples),
    earlier: Array.from({ length: AGGREGATES }, (_, kind) =>
      viewOf(thinned, ({ view, steps }) =>
        aggregatePart(view, steps!, kind as Aggregate, 0, fromMs, toMs),
      ),
    ),
  })
  const steps = new Steps(series.rows.times, stepMs)
  const withHistograms: number[] = []
  for (let column = 0; column < shapes.length; column++) {
    if (pace.isDue) await pace.rest()
    series.read(column)
    if (series.hasHistograms) withHistograms.push(column)
    if (series.isGapless) steps.keepEnds()
    else steps.keep(series.rows.values)
  }
  const isLate = pending.every(({ view }) => view.isLate)
  for (const source of wholeTiles(series.fresh, withHistograms, isLate))
    await sink(
      withHistograms.map((column) => shapes[column]!),
      source,
    )
  for (const [from, to] of batchesOf(steps)) {
    const batch = new Batch(series, steps, from, to, isLate)
    await sink(shapes, batch.samples(shapes.length), (columns) => batch.aggregatesOf(columns))
  }
}

/** Series with native histograms, as they are. */
function* wholeTiles(
  view: GroupView,
  columns: readonly number[],
  isLate: boolean,
): Generator<TileSource, void> {
  if (columns.length === 0) return
  const { times } = view
  const values = new Float64Array(times.length)
  const cells: (NativeHistogram | undefined)[] = []
  for (let from = 0; from < times.length; from += BLOCK_TILE_ROWS) {
    const to = Math.min(from + BLOCK_TILE_ROWS, times.length)
    yield {
      times: times.subarray(from, to),
      rowCount: to - from,
      isWorkedOut: true,
      columnCount: columns.length,
      isLate,
      readColumn(column, out) {
        view.readValues(columns[column]!, values)
        out.set(values.subarray(from, to))
      },
      histograms(column) {
        view.readHistograms(columns[column]!, cells)
        const found = new Map<number, NativeHistogram>()
        for (let row = from; row < to; row++) {
          const cell = cells[row]
          if (cell !== undefined) found.set(row - from, cell)
        }
        return found
      },
    }
  }
}

/** Steps [from, to) that fill a tile with the rows that they keep. */
function* batchesOf({ count, starts, kept }: Steps): Generator<readonly [number, number], void> {
  let from = 0
  let rowCount = 0
  for (let step = 0; step < count; step++) {
    let own = 0
    for (let row = starts[step]!; row < starts[step + 1]!; row++) own += kept[row]!
    if (rowCount > 0 && rowCount + own > BLOCK_TILE_ROWS) {
      yield [from, step]
      from = step
      rowCount = 0
    }
    rowCount += own
  }
  if (rowCount > 0) yield [from, count]
}

/** The steps of one tile. */
class Batch {
  readonly #series: SeriesReader
  readonly #kept: Uint8Array
  readonly #isLate: boolean
  /** Row at which each step begins, and behind them where the last one ends. */
  readonly #starts: Int32Array
  /** Rows that stay, and of each step that keeps one its number and the last of them. */
  readonly #rows: number[] = []
  readonly #steps: number[] = []
  readonly #lastRows: number[] = []
  /** Of the series that were asked for last: an equal one may be looked at again. */
  #filled: { readonly series: number; readonly column: AggregatedColumn }[] = []

  constructor(series: SeriesReader, steps: Steps, from: number, to: number, isLate: boolean) {
    this.#series = series
    this.#kept = steps.kept
    this.#isLate = isLate
    this.#starts = steps.starts.subarray(from, to + 1)
    for (let step = 0; step < to - from; step++) {
      const before = this.#rows.length
      for (let row = this.#starts[step]!; row < this.#starts[step + 1]!; row++)
        if (this.#kept[row] === 1) this.#rows.push(row)
      if (this.#rows.length === before) continue
      this.#steps.push(step)
      this.#lastRows.push(this.#rows.at(-1)!)
    }
  }

  samples(columnCount: number): TileSource {
    const rows = this.#rows
    return {
      times: this.#timesOf(rows),
      rowCount: rows.length,
      isWorkedOut: true,
      columnCount,
      isLate: this.#isLate,
      readColumn: (column, out) => {
        this.#series.read(column)
        const { values } = this.#series.rows
        for (let i = 0; i < rows.length; i++) out[i] = values[rows[i]!]!
      },
      histograms: () => undefined,
    }
  }

  /** @param columns  the series that the tile of samples has */
  aggregatesOf(columns: Int32Array): TileSource {
    const steps = this.#steps
    return {
      times: this.#timesOf(this.#lastRows),
      rowCount: steps.length,
      isWorkedOut: true,
      columnCount: AGGREGATES * columns.length,
      isLate: this.#isLate,
      isAggregates: true,
      readColumn: (column, out) => {
        const kind = (column % AGGREGATES) as Aggregate
        const filled = this.#aggregated(columns[Math.floor(column / AGGREGATES)]!)
        const numbers = filled.columns[kind]!
        if (!filled.isTold(kind)) out.fill(ABSENT, 0, steps.length)
        else for (let i = 0; i < steps.length; i++) out[i] = numbers[steps[i]!]!
      },
      histograms: () => undefined,
    }
  }

  #timesOf(rows: readonly number[]): Float64Array {
    const { times } = this.#series.rows
    return Float64Array.from(rows, (row) => times[row]!)
  }

  #aggregated(series: number): AggregatedColumn {
    const known = this.#filled.find((one) => one.series === series)
    if (known !== undefined) return known.column
    const [before, oldest] = this.#filled
    const column = oldest?.column ?? new AggregatedColumn(this.#starts.length - 1)
    this.#filled = [{ series, column }, ...(before === undefined ? [] : [before])]
    this.#series.read(series)
    this.#series.readEarlier(series)
    column.fill(this.#series.rows, this.#starts, this.#kept)
    return column
  }
}
