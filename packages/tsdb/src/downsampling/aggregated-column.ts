// The aggregates of one series, step by step, while its samples are thinned out.

import { ABSENT, isSample } from '@pharos/model'
import { greater, lesser } from '../read/step-aggregates.ts'
import { Aggregate, AGGREGATES } from '../tile/tile-format.ts'

/** What earlier thinning says of the samples that are gone, in the order of its times. */
interface EarlierAggregates {
  readonly times: Float64Array
  /** By aggregate. */
  readonly columns: readonly Float64Array[]
}

/** What is there of a series, in the rows of its group. */
export interface SeriesRows {
  readonly times: Float64Array
  /** All samples that are left. */
  readonly values: Float64Array
  /** Those that nobody has counted yet. */
  readonly fresh: Float64Array
  readonly earlier: EarlierAggregates
}

export class AggregatedColumn {
  /** One number a step, by aggregate. */
  readonly columns: readonly Float64Array[]
  readonly #isTold: Uint8Array

  constructor(stepCount: number) {
    this.columns = Array.from({ length: AGGREGATES }, () => new Float64Array(stepCount))
    this.#isTold = new Uint8Array(AGGREGATES)
  }

  /**
   * Whether the samples that are kept do not say it all already: only then is the column stored.
   * @param aggregate  of those of the series that was filled in last
   */
  isTold(aggregate: Aggregate): boolean {
    return this.#isTold[aggregate] === 1
  }

  /**
   * Fills the columns in.
   * @param starts  row at which each step begins, and behind them where the last one ends
   * @param kept    by row, 1 when its samples stay
   */
  fill(series: SeriesRows, starts: Int32Array, kept: Uint8Array): void {
    const { earlier, times } = series
    this.#isTold.fill(0)
    let at = 0
    for (let step = 0; step + 1 < starts.length; step++) {
      const [from, to] = [starts[step]!, starts[step + 1]!]
      const of = new StepOf(series, kept, from, to)
      const endMs = times[to - 1]!
      while (at < earlier.times.length && earlier.times[at]! < times[from]!) at++
      for (; at < earlier.times.length && earlier.times[at]! <= endMs; at++)
        of.add(earlier.columns, at)
      this.#put(step, of)
    }
  }

  #put(step: number, of: StepOf): void {
    const [counts, sums, mins, maxs, losts] = this.columns
    counts![step] = of.count
    losts![step] = of.lost
    if (of.count > 0) this.#isTold[Aggregate.count] = 1
    if (of.lost !== 0) this.#isTold[Aggregate.lost] = 1
    if (of.count === 0) {
      // Nobody reads these; the same again costs least.
      for (const column of [sums!, mins!, maxs!]) column[step] = step === 0 ? 0 : column[step - 1]!
      return
    }
    sums![step] = of.sum
    mins![step] = of.min
    maxs![step] = of.max
    if (!Object.is(of.min, of.keptMin)) this.#isTold[Aggregate.min] = 1
    if (!Object.is(of.max, of.keptMax)) this.#isTold[Aggregate.max] = 1
    const isConstant = of.min === of.max && of.max === of.keptMax
    if (!isConstant || of.sum !== of.max * of.count) this.#isTold[Aggregate.sum] = 1
  }
}

/** One step of one series. */
class StepOf {
  count = 0
  sum = 0
  min: number = ABSENT
  max: number = ABSENT
  /** Of the samples that are kept. */
  keptMin: number = ABSENT
  keptMax: number = ABSENT
  lost = 0

  constructor(series: SeriesRows, kept: Uint8Array, from: number, to: number) {
    const { values, fresh } = series
    let before = NaN
    let keptBefore = NaN
    for (let row = from; row < to; row++) {
      if (isSample(fresh[row]!)) this.#take(1, fresh[row]!, fresh[row]!, fresh[row]!)
      const value = values[row]!
      if (!isSample(value)) continue
      // What a reset takes counts, but not what whoever reads the kept samples sees by itself.
      if (value < before) this.lost += before
      before = value
      if (kept[row] === 0) continue
      if (value < keptBefore) this.lost -= keptBefore
      keptBefore = value
      this.keptMin = lesser(this.keptMin, value)
      this.keptMax = greater(this.keptMax, value)
    }
    if (!Number.isFinite(this.lost)) this.lost = 0
  }

  /** Adds what earlier thinning says of row `at`. */
  add(columns: readonly Float64Array[], at: number): void {
    const count = columns[Aggregate.count]![at]!
    // ABSENT where a tile does not have the series at all.
    if (!(count > 0)) return
    this.lost += columns[Aggregate.lost]![at]!
    this.#take(
      count,
      columns[Aggregate.sum]![at]!,
      columns[Aggregate.min]![at]!,
      columns[Aggregate.max]![at]!,
    )
  }

  #take(count: number, sum: number, min: number, max: number): void {
    this.min = this.count === 0 ? min : lesser(this.min, min)
    this.max = this.count === 0 ? max : greater(this.max, max)
    this.sum += sum
    this.count += count
  }
}
