// Compensated summation in Neumaier's form. The hot loops write these few lines out themselves; the class
// serves everything else, so that there is one text to read.

/** A running sum with its compensation; `sum + c` is the better value. */
export class KahanSum {
  sum = 0
  c = 0

  constructor(sum = 0) {
    this.sum = sum
  }

  /** @source Prometheus 3.14, util/kahansum: an infinite sum drops the compensation, which would be NaN. */
  add(increment: number): void {
    const sum = this.sum
    const t = sum + increment
    if (t === Infinity || t === -Infinity) this.c = 0
    else if (Math.abs(sum) >= Math.abs(increment)) this.c += sum - t + increment
    else this.c += increment - t + sum
    this.sum = t
  }

  /** The compensated value. */
  get value(): number {
    return this.sum + this.c
  }
}
