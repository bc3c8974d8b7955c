// Quantiles of a stream with a declared error, in little memory: samples are kept with the range of ranks
// that they may have, and neighbours are merged while every target stays within its error.
//
//   value   the sample
//   width   how many observations it stands for (its lowest rank minus that of the one before)
//   delta   by how much its highest rank exceeds its lowest
//
// @source Cormode, Korn, Muthukrishnan, Srivastava: Effective Computation of Biased Quantiles over Data
// Streams (2005), with targeted quantiles; the invariant f is their equation for targets.

/** While there are no more observations than this they are all kept and answers are exact. */
const EXACT_COUNT = 500

/**
 * Samples are merged within this share of the error that was declared. When observations come in descending
 * order the ranks of merged samples move after the merge, and the paper's own bound is then missed by a quarter.
 */
const MERGED_SHARE = 0.5

export interface QuantileTarget {
  /** 0…1 */
  readonly quantile: number
  /** Allowed error of the rank, as a share of all observations. */
  readonly error: number
}

export class QuantileStream {
  readonly #targets: readonly QuantileTarget[]
  #values: Float64Array = new Float64Array(0)
  #widths: Float64Array = new Float64Array(0)
  #deltas: Float64Array = new Float64Array(0)
  #length = 0
  #count = 0

  constructor(targets: readonly QuantileTarget[]) {
    this.#targets = targets
  }

  get count(): number {
    return this.#count
  }

  /** Samples that are kept, for those who watch memory. */
  get size(): number {
    return this.#length
  }

  clear(): void {
    this.#length = 0
    this.#count = 0
  }

  /** Takes observations in, which must ascend. */
  insert(sorted: Float64Array): void {
    const n = this.#length
    const total = n + sorted.length
    const values = new Float64Array(total)
    const widths = new Float64Array(total)
    const deltas = new Float64Array(total)
    let i = 0
    let rank = 0
    let at = 0
    for (const value of sorted) {
      while (i < n && this.#values[i]! <= value) {
        values[at] = this.#values[i]!
        widths[at] = this.#widths[i]!
        deltas[at] = this.#deltas[i]!
        rank += widths[at++]!
        i++
      }
      values[at] = value
      widths[at] = 1
      // At either end the rank is known exactly; in between it is as unsure as the invariant allows.
      const isExact = i === n || rank === 0 || this.#count + sorted.length <= EXACT_COUNT
      deltas[at++] = isExact ? 0 : Math.max(0, Math.floor(this.#allowed(rank)) - 1)
      this.#count++
      rank++
    }
    for (; i < n; i++, at++) {
      values[at] = this.#values[i]!
      widths[at] = this.#widths[i]!
      deltas[at] = this.#deltas[i]!
    }
    this.#values = values
    this.#widths = widths
    this.#deltas = deltas
    this.#length = total
    if (this.#count > EXACT_COUNT) this.#compress()
  }

  /** An observation whose rank is within the error of the target; NaN when there was none. */
  query(quantile: number): number {
    if (this.#length === 0) return NaN
    const wanted = Math.ceil(quantile * this.#count)
    if (this.#count <= EXACT_COUNT) return this.#values[Math.max(0, wanted - 1)]!
    const limit = wanted + Math.ceil(this.#allowed(wanted) / 2)
    let rank = 0
    let found = 0
    for (let i = 1; i < this.#length; i++) {
      rank += this.#widths[found]!
      if (rank + this.#widths[i]! + this.#deltas[i]! > limit) break
      found = i
    }
    return this.#values[found]!
  }

  /** How many ranks a sample at this rank may span. */
  #allowed(rank: number): number {
    let least = 2 * this.#count
    for (const { quantile, error } of this.#targets) {
      const allowed =
        quantile * this.#count <= rank
          ? (2 * error * rank) / quantile
          : (2 * error * (this.#count - rank)) / (1 - quantile)
      least = Math.min(least, allowed)
    }
    return least * MERGED_SHARE
  }

  /** From the right: a sample is merged into its right neighbour when both together stay within the error. */
  #compress(): void {
    const values = this.#values
    const widths = this.#widths
    const deltas = this.#deltas
    let keep = this.#length - 1
    // Where the merged run ends; samples are packed to the end of the columns and moved down afterwards.
    let rank = this.#count - 1 - widths[keep]!
    for (let i = this.#length - 2; i >= 0; i--) {
      const width = widths[i]!
      if (width + widths[keep]! + deltas[keep]! <= this.#allowed(rank)) {
        widths[keep]! += width
      } else {
        keep--
        values[keep] = values[i]!
        widths[keep] = width
        deltas[keep] = deltas[i]!
      }
      rank -= width
    }
    values.copyWithin(0, keep, this.#length)
    widths.copyWithin(0, keep, this.#length)
    deltas.copyWithin(0, keep, this.#length)
    this.#length -= keep
  }
}
