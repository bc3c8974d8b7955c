// The values of a window in order, while it moves over a column: where it moves by a few samples these go in and out,
// where it jumps the window is sorted anew.

export class SortedWindow {
  /** Numbers in ascending order; NaNs are only counted, they come before all others. */
  readonly #sorted: Float64Array
  #count = 0
  #nans = 0
  #lo = 0
  #hi = 0
  #vs: Float64Array = new Float64Array(0)
  /** −0 is equal to 0 and not the same: such a column is sorted for every window. */
  #hasMinusZero = false

  constructor(sizeMax: number) {
    this.#sorted = new Float64Array(sizeMax)
  }

  /** Starts on another column of `sampleCount` values. */
  begin(vs: Float64Array, sampleCount: number): void {
    this.#vs = vs
    this.#lo = this.#hi = this.#count = this.#nans = 0
    this.#hasMinusZero = false
    for (let i = 0; i < sampleCount; i++) {
      if (vs[i] === 0 && 1 / vs[i]! < 0) this.#hasMinusZero = true
    }
  }

  /** Holds samples [lo, hi) from now on; neither ever moves back. */
  moveTo(lo: number, hi: number): void {
    const vs = this.#vs
    const moved = lo - this.#lo + (hi - this.#hi)
    if (this.#hasMinusZero || lo >= this.#hi || !isWorthMoving(moved, this.#count))
      this.#sort(lo, hi)
    else {
      for (let i = this.#lo; i < lo; i++) this.#remove(vs[i]!)
      for (let i = this.#hi; i < hi; i++) this.#insert(vs[i]!)
    }
    this.#lo = lo
    this.#hi = hi
  }

  /** Of a window that is not empty. @source Prometheus 3.14, promql/quantile.go quantile */
  quantile(q: number): number {
    const n = this.#count + this.#nans
    if (q !== q) return NaN
    if (q < 0) return -Infinity
    if (q > 1) return Infinity
    const rank = q * (n - 1)
    const lower = Math.max(0, Math.floor(rank))
    const upper = Math.min(n - 1, lower + 1)
    const weight = rank - Math.floor(rank)
    return this.#at(lower) * (1 - weight) + this.#at(upper) * weight
  }

  #at(rank: number): number {
    return rank < this.#nans ? NaN : this.#sorted[rank - this.#nans]!
  }

  #sort(lo: number, hi: number): void {
    const vs = this.#vs
    const sorted = this.#sorted
    let count = 0
    for (let i = lo; i < hi; i++) if (vs[i] === vs[i]) sorted[count++] = vs[i]!
    this.#count = count
    this.#nans = hi - lo - count
    sorted.subarray(0, count).sort()
  }

  #place(v: number): number {
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#sorted[middle]! < v) low = middle + 1
      else high = middle
    }
    return low
  }

  #remove(v: number): void {
    if (v !== v) {
      this.#nans--
      return
    }
    const at = this.#place(v)
    this.#count--
    move(this.#sorted, at + 1, at, this.#count - at)
  }

  #insert(v: number): void {
    if (v !== v) {
      this.#nans++
      return
    }
    const at = this.#place(v)
    move(this.#sorted, at, at + 1, this.#count - at)
    this.#sorted[at] = v
    this.#count++
  }
}

/** Each sample that goes in or out moves half of the window; sorting takes a window's length times its logarithm. */
function isWorthMoving(moved: number, count: number): boolean {
  return moved * (16 + count / 16) < (count + 1) * (32 - Math.clz32(count))
}

/** copyWithin is a call into the engine: for a handful of numbers a loop is faster. */
function move(values: Float64Array, from: number, to: number, count: number): void {
  if (count > 32) values.copyWithin(to, from, from + count)
  else if (to < from) for (let i = 0; i < count; i++) values[to + i] = values[from + i]!
  else for (let i = count - 1; i >= 0; i--) values[to + i] = values[from + i]!
}
