// Least squares over windows. What depends on times alone is added up once for all columns that share them.

import type { Windows } from './windows.ts'

export class Regression {
  slope = 0
  intercept = 0
  readonly #windows: Windows
  /** By step, ms: where x is 0. */
  readonly #origins: Float64Array
  /** By step: the sum of x, and n times its variance. */
  readonly #sumX: Float64Array
  readonly #variance: Float64Array

  constructor(windows: Windows, origins: Float64Array) {
    this.#windows = windows
    this.#origins = origins
    this.#sumX = new Float64Array(windows.stepCount)
    this.#variance = new Float64Array(windows.stepCount)
    for (let s = 0; s < windows.stepCount; s++) this.#addTimes(s)
  }

  #addTimes(s: number): void {
    const { ts, lo, hi } = this.#windows
    const origin = this.#origins[s]!
    const sums = new Float64Array(4)
    for (let i = lo[s]!; i < hi[s]!; i++) {
      const x = (ts[i]! - origin) / 1e3
      addTo(sums, 0, x)
      addTo(sums, 2, x * x)
    }
    const sumX = sums[0]! + sums[1]!
    this.#sumX[s] = sumX
    this.#variance[s] = sums[2]! + sums[3]! - (sumX * sumX) / (hi[s]! - lo[s]!)
  }

  /**
   * Sets slope, per second, and the value at the step's origin, for a window with at least one sample.
   * @source Prometheus 3.14, promql/functions.go linearRegression
   */
  fit(vs: Float64Array, s: number): void {
    const { ts } = this.#windows
    const lo = this.#windows.lo[s]!
    const hi = this.#windows.hi[s]!
    const origin = this.#origins[s]!
    const first = vs[lo]!
    let isConstant = true
    let y = 0
    let yRest = 0
    let xy = 0
    let xyRest = 0
    for (let i = lo; i < hi; i++) {
      const value = vs[i]!
      if (value !== first && i > lo) isConstant = false
      const sum = y + value
      if (sum === Infinity || sum === -Infinity) yRest = 0
      else if (Math.abs(y) >= Math.abs(value)) yRest += y - sum + value
      else yRest += value - sum + y
      y = sum
      const product = ((ts[i]! - origin) / 1e3) * value
      const products = xy + product
      if (products === Infinity || products === -Infinity) xyRest = 0
      else if (Math.abs(xy) >= Math.abs(product)) xyRest += xy - products + product
      else xyRest += product - products + xy
      xy = products
    }
    if (isConstant) {
      const isInfinite = first === Infinity || first === -Infinity
      this.slope = isInfinite ? NaN : 0
      this.intercept = isInfinite ? NaN : first
      return
    }
    const n = hi - lo
    const sumX = this.#sumX[s]!
    const sumY = y + yRest
    this.slope = (xy + xyRest - (sumX * sumY) / n) / this.#variance[s]!
    this.intercept = sumY / n - (this.slope * sumX) / n
  }
}

/** Kahan addition to the pair (sum, compensation) at `at`. */
function addTo(sums: Float64Array, at: number, v: number): void {
  const sum = sums[at]!
  const t = sum + v
  if (t === Infinity || t === -Infinity) sums[at + 1] = 0
  else if (Math.abs(sum) >= Math.abs(v)) sums[at + 1]! += sum - t + v
  else sums[at + 1]! += v - t + sum
  sums[at] = t
}
