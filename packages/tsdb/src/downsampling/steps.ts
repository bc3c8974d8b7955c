// Which rows of a group are kept when its samples are thinned out. A step is (k − 1)·stepMs < t ≤ k·stepMs, as the windows
// of PromQL are, so a window that begins and ends with steps holds whole ones. Of each step a row is kept when some series
// has its first or last sample there, or ends there with a stale marker.

import { isAbsent, isSample, isStale } from '@pharos/model'
import { STEP_ROWS } from '../limits.ts'

export class Steps {
  /** Row at which each step begins, and behind them where the last one ends. */
  readonly starts: Int32Array
  /** By row, 1 when it is kept. */
  readonly kept: Uint8Array

  /** @param times  of the rows, ms, strictly ascending */
  constructor(times: Float64Array, stepMs: number) {
    this.kept = new Uint8Array(times.length)
    const starts: number[] = []
    let step = NaN
    for (let row = 0; row < times.length; row++) {
      const own = stepNumber(times[row]!, stepMs)
      if (own === step && row - starts.at(-1)! < STEP_ROWS) continue
      step = own
      starts.push(row)
    }
    this.starts = Int32Array.from([...starts, times.length])
  }

  get count(): number {
    return this.starts.length - 1
  }

  /** Keeps what a series needs that has a sample in each row. */
  keepEnds(): void {
    for (let step = 0; step < this.count; step++) {
      this.kept[this.starts[step]!] = 1
      this.kept[this.starts[step + 1]! - 1] = 1
    }
  }

  /** Keeps what a series with these values needs. */
  keep(values: Float64Array): void {
    for (let step = 0; step < this.count; step++) {
      let first = -1
      let last = -1
      let end = -1
      for (let row = this.starts[step]!; row < this.starts[step + 1]!; row++) {
        const value = values[row]!
        if (isSample(value)) {
          if (first < 0) first = row
          last = row
        }
        if (!isAbsent(value)) end = row
      }
      if (first >= 0) this.kept[first] = this.kept[last] = 1
      if (end >= 0 && isStale(values[end]!)) this.kept[end] = 1
    }
  }
}

/** k of (k − 1)·stepMs < t ≤ k·stepMs. */
export function stepNumber(tMs: number, stepMs: number): number {
  return Math.ceil(tMs / stepMs)
}
