// Samples of one group out of one message, until the message is known to be whole.

import type { CellAppender } from '@pharos/tsdb'

export class CellBatch {
  #times = new Float64Array(64)
  #columns = new Int32Array(64)
  #values = new Float64Array(64)
  #outcomes = new Uint8Array(64)
  #count = 0
  /** Times seldom differ within a message; only then is sorting needed. */
  #isAscending = true

  add(tMs: number, column: number, value: number): void {
    if (this.#count === this.#times.length) this.#grow()
    const at = this.#count++
    if (at > 0 && tMs < this.#times[at - 1]!) this.#isAscending = false
    this.#times[at] = tMs
    this.#columns[at] = column
    this.#values[at] = value
  }

  /** Appends all of it, in the order of time. @param counts  how many had which outcome; added to */
  appendTo(appender: CellAppender, counts: Uint32Array): void {
    if (!this.#isAscending) this.#sort()
    const [times, columns, values] = [this.#times, this.#columns, this.#values]
    for (let from = 0; from < this.#count;) {
      const tMs = times[from]!
      let to = from + 1
      while (to < this.#count && times[to] === tMs) to++
      const outcomes = this.#outcomes.subarray(0, to - from)
      appender.appendCells(tMs, columns.subarray(from, to), values.subarray(from, to), outcomes)
      for (let i = 0; i < outcomes.length; i++) counts[outcomes[i]!]!++
      from = to
    }
  }

  clear(): void {
    this.#count = 0
    this.#isAscending = true
  }

  #sort(): void {
    const order = Array.from({ length: this.#count }, (_, i) => i)
    // Stable: samples of one time stay in the order of the message.
    order.sort((a, b) => this.#times[a]! - this.#times[b]!)
    const size = this.#times.length
    const [times, values] = [new Float64Array(size), new Float64Array(size)]
    const columns = new Int32Array(size)
    order.forEach((from, to) => {
      times[to] = this.#times[from]!
      values[to] = this.#values[from]!
      columns[to] = this.#columns[from]!
    })
    this.#times = times
    this.#values = values
    this.#columns = columns
  }

  #grow(): void {
    const size = this.#times.length * 2
    const [times, values, columns] = [
      new Float64Array(size),
      new Float64Array(size),
      new Int32Array(size),
    ]
    times.set(this.#times)
    values.set(this.#values)
    columns.set(this.#columns)
    this.#times = times
    this.#values = values
    this.#columns = columns
    this.#outcomes = new Uint8Array(size)
  }
}
