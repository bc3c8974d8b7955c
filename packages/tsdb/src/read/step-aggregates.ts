// What the steps of a downsampled tile held. Numbers that the samples that were kept show by themselves are not stored
// (docs/format/tile.md, "Aggregates"): they are worked out here.

import { ABSENT, isAbsent, isSample } from '@pharos/model'
import { Aggregate, AGGREGATES } from '../tile/tile-format.ts'
import type { TileView } from '../tile/tile-view.ts'

/** All rows of a column into `out[at …]`. @returns false when neither ABSENT nor STALE is among them */
export type ReadColumn = (view: TileView, column: number, out: Float64Array, at: number) => boolean

export class StepAggregates {
  /** When the last row of each step is, ms. */
  readonly times: Float64Array
  readonly #samples: TileView
  readonly #aggregates: TileView
  readonly #read: ReadColumn
  /** Behind the last row of samples of each step. */
  readonly #ends: Int32Array
  readonly #counts: Float64Array
  readonly #values: Float64Array

  constructor(samples: TileView, aggregates: TileView, read: ReadColumn) {
    this.times = aggregates.times
    this.#samples = samples
    this.#aggregates = aggregates
    this.#read = read
    this.#ends = endsOf(samples.times, aggregates.times)
    this.#counts = new Float64Array(aggregates.times.length)
    this.#values = new Float64Array(samples.times.length)
  }

  /**
   * One number for each step into `out[at … at + times.length)`. Steps without a sample have 0 for `count` and `lost`,
   * otherwise ABSENT.
   * @param column  of the samples
   */
  read(column: number, aggregate: Aggregate, out: Float64Array, at: number): void {
    const count = this.times.length
    const stored = AGGREGATES * column
    this.#read(this.#aggregates, stored + aggregate, out, at)
    const isStored = !isAbsent(out[at]!)
    if (aggregate === Aggregate.count || aggregate === Aggregate.lost) {
      if (!isStored) out.fill(0, at, at + count)
      return
    }
    const counts = this.#counts
    this.#read(this.#aggregates, stored + Aggregate.count, counts, 0)
    if (!isStored) {
      this.#read(this.#samples, column, this.#values, 0)
      for (let step = 0; step < count; step++) out[at + step] = this.#shown(step, aggregate)
    }
    // Where nothing is stored of the column the counts are ABSENT, too.
    for (let step = 0; step < count; step++) if (!(counts[step]! > 0)) out[at + step] = ABSENT
  }

  /** What the samples that were kept say of a step. */
  #shown(step: number, aggregate: Aggregate): number {
    const from = step === 0 ? 0 : this.#ends[step - 1]!
    let found = ABSENT
    for (let row = from; row < this.#ends[step]!; row++) {
      const value = this.#values[row]!
      if (!isSample(value)) continue
      if (isAbsent(found)) found = value
      else found = aggregate === Aggregate.min ? lesser(found, value) : greater(found, value)
    }
    return aggregate === Aggregate.sum ? found * this.#counts[step]! : found
  }
}

/** The lesser of two values; NaN only if both are, as in `min_over_time`. */
export function lesser(a: number, b: number): number {
  return b < a || a !== a ? b : a
}

/** Likewise, as in `max_over_time`. */
export function greater(a: number, b: number): number {
  return b > a || a !== a ? b : a
}

function endsOf(times: Float64Array, lasts: Float64Array): Int32Array {
  const ends = new Int32Array(lasts.length)
  let row = 0
  for (let step = 0; step < lasts.length; step++) {
    while (row < times.length && times[row]! <= lasts[step]!) row++
    ends[step] = row
  }
  return ends
}
