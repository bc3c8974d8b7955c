// The quantile of a window too long to be sorted between two looks at the clock. Bits are sorted into 65,536 classes from
// the highest down: each pass keeps only those values that share the bits of the one looked for, and stops now and then.

import type { Budget, Task } from './budget.ts'
import { KERNEL_SAMPLES } from './limits.ts'
import { sortFloats } from './quantile.ts'

const CLASSES = 65_536
const PASSES = 4
/** So many are sorted at once. */
const FEW_VALUES = 4096

export class WideQuantile {
  readonly #budget: Budget
  readonly #counts = new Int32Array(CLASSES)
  /** Values that may still be the one. */
  #values = new Float64Array(0)
  #words = new Uint32Array(0)
  #count = 0
  /** The least of the values that are known to come after them. */
  #after = NaN

  constructor(budget: Budget) {
    this.#budget = budget
  }

  /**
   * Linear interpolation between the two nearest ranks, NaN before all numbers.
   * @param q  < 0 gives −Inf, > 1 +Inf, NaN gives NaN
   */
  *of(vs: Float64Array, lo: number, hi: number, q: number): Task<number> {
    if (q !== q) return NaN
    if (q < 0) return -Infinity
    if (q > 1) return Infinity
    yield* this.#take(vs, lo, hi, undefined)
    return yield* this.#ofTaken(hi - lo, q)
  }

  /** The median of the distances from the median; NaN when any value is. */
  *medianDistance(vs: Float64Array, lo: number, hi: number): Task<number> {
    yield* this.#take(vs, lo, hi, undefined)
    if (this.#count < hi - lo) return NaN
    const median = yield* this.#ofTaken(hi - lo, 0.5)
    yield* this.#take(vs, lo, hi, median)
    return yield* this.#ofTaken(hi - lo, 0.5)
  }

  /** Of `n` values, those that are no numbers included. */
  *#ofTaken(n: number, q: number): Task<number> {
    const nans = n - this.#count
    const rank = q * (n - 1)
    const lower = Math.floor(rank)
    const weight = rank - lower
    if (lower < nans) return NaN
    let at = lower - nans
    for (let pass = 0; pass < PASSES && this.#count > FEW_VALUES; pass++)
      at = yield* this.#narrow(pass, at)
    const left = this.#values.subarray(0, this.#count)
    if (left.length <= FEW_VALUES) sortFloats(left)
    const value = left[at]!
    const above = at + 1 < left.length ? left[at + 1]! : this.#after
    // The last one has itself behind it, as in the reference.
    return value * (1 - weight) + (lower === n - 1 ? value : above) * weight
  }

  /** Copies the numbers of a window, or their distances from `origin`. */
  *#take(vs: Float64Array, lo: number, hi: number, origin: number | undefined): Task<void> {
    if (this.#values.length < hi - lo) {
      this.#values = new Float64Array(hi - lo)
      this.#words = new Uint32Array(this.#values.buffer)
    }
    let count = 0
    for (let from = lo; from < hi; from += KERNEL_SAMPLES) {
      const to = Math.min(hi, from + KERNEL_SAMPLES)
      for (let i = from; i < to; i++) {
        const v = origin === undefined ? vs[i]! : Math.abs(vs[i]! - origin)
        if (v === v) this.#values[count++] = v
      }
      if (this.#budget.due(to - from)) yield
    }
    this.#count = count
    this.#after = NaN
  }

  /** Keeps the values of the class that the one at `at` is in. @returns its place among them */
  *#narrow(pass: number, at: number): Task<number> {
    const counts = this.#counts.fill(0)
    yield* this.#slices((i) => void counts[this.#classOf(i, pass)]!++)
    let wanted = 0
    let before = 0
    while (before + counts[wanted]! <= at) before += counts[wanted++]!
    let kept = 0
    yield* this.#slices((i) => {
      const its = this.#classOf(i, pass)
      const value = this.#values[i]!
      if (its === wanted) this.#values[kept++] = value
      else if (its > wanted && !isAtMost(this.#after, value)) this.#after = value
    })
    this.#count = kept
    return at - before
  }

  *#slices(work: (i: number) => void): Task<void> {
    for (let from = 0; from < this.#count; from += KERNEL_SAMPLES) {
      const to = Math.min(this.#count, from + KERNEL_SAMPLES)
      for (let i = from; i < to; i++) work(i)
      if (this.#budget.due(to - from)) yield
    }
  }

  /** Sixteen bits of a value, made so that they ascend with it. */
  #classOf(i: number, pass: number): number {
    const high = this.#words[2 * i + 1]!
    const word = pass < 2 ? high : this.#words[2 * i]!
    const bits = (pass & 1) === 0 ? word >>> 16 : word & 0xffff
    if (high >>> 31 === 1) return 0xffff - bits
    return pass === 0 ? bits + 0x8000 : bits
  }
}

/** In the order of sorting, −0 before 0; false when `a` is NaN. */
function isAtMost(a: number, b: number): boolean {
  return a < b || (a === b && !(b === 0 && Object.is(b, -0) && Object.is(a, 0)))
}
