// Samples of one series, collected one by one. In typed arrays, because a plain one may give every NaN the same pattern.

import { ABSENT, type NativeHistogram } from '@pharos/model'
import type { SeriesSamples } from './sample-chunks.ts'

export class SampleRows {
  #times = new Float64Array(32)
  #values = new Float64Array(32)
  readonly #histograms = new Map<number, NativeHistogram>()
  #count = 0

  get count(): number {
    return this.#count
  }

  /** ms; −Infinity when there is none. */
  get lastMs(): number {
    return this.#count === 0 ? -Infinity : this.#times[this.#count - 1]!
  }

  add(tMs: number, value: number | NativeHistogram): void {
    const at = this.#count++
    if (at === this.#times.length) {
      this.#times = larger(this.#times)
      this.#values = larger(this.#values)
    }
    this.#times[at] = tMs
    if (typeof value === 'number') this.#values[at] = value
    else {
      this.#values[at] = ABSENT
      this.#histograms.set(at, value)
    }
  }

  /** What was added, in its order. Valid until the next `add`. */
  samples(): SeriesSamples {
    return {
      times: this.#times.subarray(0, this.#count),
      values: this.#values.subarray(0, this.#count),
      histograms: this.#histograms,
    }
  }
}

function larger(column: Float64Array): Float64Array<ArrayBuffer> {
  const copy = new Float64Array(column.length * 2)
  copy.set(column)
  return copy
}
