// One group of sum, avg, min, max, count, group, stddev or stdvar: columns of running values, one place a
// step. Rows are added one after the other, which is the order the reference adds in.

import { ABSENT, ABSENT_LOW_WORD, type Labels, METRIC_NAME } from '@pharos/model'
import type { EvalContext } from './context.ts'
import type { Cells, Frame, Row } from './frame.ts'
import { HistogramFold } from './histogram-fold.ts'
import type { AggregatePlan } from './plan.ts'
import type { RowName } from './row-name.ts'

export class Accumulator {
  /** Any row wanted its name dropped. */
  dropName = false
  readonly #context: EvalContext
  readonly #plan: AggregatePlan
  readonly #labels: Labels
  readonly #stepCount: number
  /** Values folded, per step; for count and group histograms too. */
  readonly #count: Int32Array
  /** Sum, least, greatest; for deviations the mean; per step. */
  readonly #value: Float64Array
  /** Compensation of sums; for deviations the sum of squares. */
  readonly #aux: Float64Array
  /** avg: steps whose sum would overflow and that carry the mean instead. */
  #incremental: Uint8Array | undefined = undefined
  /** Where the kernel keeps sums, compensations and counts of rows of its own; 0: nowhere. */
  readonly #sumsAt: number
  #histograms: HistogramFold | undefined = undefined

  /** @param sumsAt  in the kernel's memory, for `sum`: room for 24 bytes a step, rounded up to an even number; or 0 */
  constructor(
    context: EvalContext,
    plan: AggregatePlan,
    labels: Labels,
    stepCount: number,
    sumsAt: number,
  ) {
    this.#sumsAt = sumsAt
    if (sumsAt > 0) {
      const even = stepCount + (stepCount & 1)
      const { f64 } = context.scratch!.kernel.memory
      f64.fill(-0, sumsAt / 8, sumsAt / 8 + even)
      f64.fill(0, sumsAt / 8 + even, sumsAt / 8 + 3 * even)
    }
    this.#context = context
    this.#plan = plan
    this.#labels = labels
    this.#stepCount = stepCount
    this.#count = new Int32Array(stepCount)
    this.#value = new Float64Array(stepCount)
    this.#aux = new Float64Array(stepCount)
  }

  add(row: Row, name: RowName): void {
    if (this.#sumsAt > 0) this.#addInKernel(row)
    else this.#addValues(row)
    if (row.cells !== undefined) this.#addHistograms(row.cells, name)
  }

  #addInKernel(row: Row): void {
    const scratch = this.#context.scratch!
    const even = this.#stepCount + (this.#stepCount & 1)
    const sums = this.#sumsAt
    const rowAt = scratch.addressOf(row)
    scratch.kernel.rollAdd(rowAt, this.#stepCount, sums, sums + 8 * even, sums + 16 * even)
  }

  /** Takes the kernel's sums over. */
  #collect(): void {
    const { f64 } = this.#context.scratch!.kernel.memory
    const even = this.#stepCount + (this.#stepCount & 1)
    const from = this.#sumsAt / 8
    this.#value.set(f64.subarray(from, from + this.#stepCount))
    this.#aux.set(f64.subarray(from + even, from + even + this.#stepCount))
    this.#count.set(f64.subarray(from + 2 * even, from + 2 * even + this.#stepCount))
  }

  #addValues(row: Row): void {
    switch (this.#plan.op) {
      case 'sum':
        this.#sum(row)
        break
      case 'avg':
        this.#average(row)
        break
      case 'min':
        this.#least(row)
        break
      case 'max':
        this.#greatest(row)
        break
      case 'stddev':
      case 'stdvar':
        this.#deviation(row)
        break
      default:
        this.#tally(row)
    }
  }

  #sum({ values, words }: Row): void {
    const sums = this.#value
    const comps = this.#aux
    const count = this.#count
    for (let s = 0; s < values.length; s++) {
      const v = values[s]!
      if (v !== v && words[2 * s] === ABSENT_LOW_WORD) continue
      if (count[s]!++ === 0) {
        sums[s] = v
        continue
      }
      const sum = sums[s]!
      const t = sum + v
      if (t === Infinity || t === -Infinity) comps[s] = 0
      else if (Math.abs(sum) >= Math.abs(v)) comps[s]! += sum - t + v
      else comps[s]! += v - t + sum
      sums[s] = t
    }
  }

  #average({ values, words }: Row): void {
    const sums = this.#value
    const comps = this.#aux
    const count = this.#count
    for (let s = 0; s < values.length; s++) {
      const v = values[s]!
      if (v !== v && words[2 * s] === ABSENT_LOW_WORD) continue
      if (count[s]!++ === 0) {
        sums[s] = v
        continue
      }
      const sum = sums[s]!
      const t = sum + v
      if (t === Infinity || t === -Infinity || this.#incremental?.[s] === 1) {
        this.#incrementalStep(s, v)
        continue
      }
      if (Math.abs(sum) >= Math.abs(v)) comps[s]! += sum - t + v
      else comps[s]! += v - t + sum
      sums[s] = t
    }
  }

  /** From the first overflow on, `#value` is the mean and `#aux` its compensation. */
  #incrementalStep(s: number, v: number): void {
    this.#incremental ??= new Uint8Array(this.#stepCount)
    const n = this.#count[s]!
    if (this.#incremental[s] === 0) {
      this.#incremental[s] = 1
      this.#value[s]! /= n - 1
      this.#aux[s]! /= n - 1
    }
    const q = (n - 1) / n
    const mean = q * this.#value[s]!
    const part = v / n
    let c = q * this.#aux[s]!
    const t = mean + part
    if (t === Infinity || t === -Infinity) c = 0
    else if (Math.abs(mean) >= Math.abs(part)) c += mean - t + part
    else c += part - t + mean
    this.#value[s] = t
    this.#aux[s] = c
  }

  #least({ values, words }: Row): void {
    const best = this.#value
    const count = this.#count
    for (let s = 0; s < values.length; s++) {
      const v = values[s]!
      if (v !== v && words[2 * s] === ABSENT_LOW_WORD) continue
      const old = best[s]!
      if (count[s]!++ === 0 || old > v || old !== old) best[s] = v
    }
  }

  #greatest({ values, words }: Row): void {
    const best = this.#value
    const count = this.#count
    for (let s = 0; s < values.length; s++) {
      const v = values[s]!
      if (v !== v && words[2 * s] === ABSENT_LOW_WORD) continue
      const old = best[s]!
      if (count[s]!++ === 0 || old < v || old !== old) best[s] = v
    }
  }

  #deviation({ values, words }: Row): void {
    const mean = this.#value
    const squares = this.#aux
    const count = this.#count
    for (let s = 0; s < values.length; s++) {
      const v = values[s]!
      if (v !== v && words[2 * s] === ABSENT_LOW_WORD) continue
      const n = ++count[s]!
      if (n === 1) {
        mean[s] = v
        squares[s] = Number.isFinite(v) ? 0 : NaN
        continue
      }
      const delta = v - mean[s]!
      mean[s]! += delta / n
      squares[s]! += delta * (v - mean[s]!)
    }
  }

  #tally({ values, words }: Row): void {
    const count = this.#count
    for (let s = 0; s < values.length; s++) {
      const v = values[s]!
      if (v === v || words[2 * s] !== ABSENT_LOW_WORD) count[s]!++
    }
  }

  #addHistograms(cells: Cells, name: RowName): void {
    const { op, expr } = this.#plan
    for (let s = 0; s < cells.length; s++) {
      const cell = cells[s]
      if (cell === undefined) continue
      if (op === 'count' || op === 'group') this.#count[s]!++
      else if (op === 'sum' || op === 'avg') {
        this.#histograms ??= new HistogramFold(this.#context, op, expr.pos, this.#stepCount)
        this.#histograms.add(s, cell, name.labels.get(METRIC_NAME))
      } else this.#context.annotations.info(`ignored histogram in ${op} aggregation`, expr.pos)
    }
  }

  /** Adds the group's row to the result when it has any sample. */
  finish(frame: Frame): void {
    if (this.#sumsAt > 0) this.#collect()
    const row = frame.addRow(this.#labels, this.dropName)
    const base = row * this.#stepCount
    let any = false
    for (let s = 0; s < this.#stepCount; s++) {
      const mixed = this.#histograms?.has(s) === true
      if (mixed) {
        if (this.#count[s]! > 0) this.#warnAboutMix()
        else {
          const histogram = this.#histograms!.result(s)
          if (histogram !== undefined) {
            frame.setHistogram(row, s, histogram)
            any = true
          }
        }
      } else if (this.#count[s]! > 0) {
        frame.values[base + s] = this.#result(s)
        any = true
      } else frame.values[base + s] = ABSENT
    }
    if (!any) frame.dropLastRow()
  }

  #warnAboutMix(): void {
    this.#context.annotations.warn(
      'encountered a mix of histograms and floats for aggregation',
      this.#plan.expr.pos,
    )
  }

  #result(s: number): number {
    const n = this.#count[s]!
    switch (this.#plan.op) {
      case 'sum':
        return this.#value[s]! + this.#aux[s]!
      case 'avg':
        if (this.#incremental?.[s] === 1) return this.#value[s]! + this.#aux[s]!
        return this.#value[s]! / n + this.#aux[s]! / n
      case 'stdvar':
        return this.#aux[s]! / n
      case 'stddev':
        return Math.sqrt(this.#aux[s]! / n)
      case 'count':
        return n
      case 'group':
        return 1
      default:
        return this.#value[s]!
    }
  }
}
