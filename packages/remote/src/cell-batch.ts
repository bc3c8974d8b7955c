// Samples of one group out of one message, until the message is known to be whole. Its arrays are kept for the next.

import type { CellAppender } from '@pharos/tsdb'

const MIN_SAMPLES = 64

interface Cells {
  readonly times: Float64Array
  readonly columns: Int32Array
  readonly values: Float64Array
}

export class CellBatch {
  #cells: Cells = cellsOf(MIN_SAMPLES)
  /** Sorted into, and then in place of the others; made when it is first needed. */
  #spare: Cells = cellsOf(0)
  #outcomes = new Uint8Array(MIN_SAMPLES)
  /** By sample: which of the distinct times it has. */
  #numberOf = new Int32Array(0)
  #count = 0
  /** Times seldom differ within a message; only then is sorting needed. */
  #isAscending = true

  add(tMs: number, column: number, value: number): void {
    if (this.#count === this.#cells.times.length) this.#grow()
    const at = this.#count++
    const { times, columns, values } = this.#cells
    if (at > 0 && tMs < times[at - 1]!) this.#isAscending = false
    times[at] = tMs
    columns[at] = column
    values[at] = value
  }

  /** Appends all of it, in the order of time. @param counts  how many had which outcome; added to */
  appendTo(appender: CellAppender, counts: Uint32Array): void {
    if (!this.#isAscending) this.#sort()
    const { times, columns, values } = this.#cells
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

  /** Into the order of time; samples of one time stay in the order of the message. */
  #sort(): void {
    const { times, columns, values } = this.#cells
    if (this.#spare.times.length < times.length) this.#spare = cellsOf(times.length)
    const sorted = this.#spare
    const distinct = this.#distinctTimes()
    const [numberOf, count] = [this.#numberOf, this.#count]
    const places = new Int32Array(distinct.length)
    for (let i = 0; i < count; i++) places[numberOf[i]!]!++
    let place = 0
    for (const one of Array.from(distinct, (_, i) => i).sort(
      (a, b) => distinct[a]! - distinct[b]!,
    )) {
      const samples = places[one]!
      places[one] = place
      place += samples
    }
    for (let i = 0; i < count; i++) {
      const to = places[numberOf[i]!]!++
      sorted.times[to] = times[i]!
      sorted.values[to] = values[i]!
      sorted.columns[to] = columns[i]!
    }
    this.#spare = this.#cells
    this.#cells = sorted
  }

  /** Times in the order in which they come first; `numberOf` says which of them each sample has. */
  #distinctTimes(): number[] {
    const { times } = this.#cells
    if (this.#numberOf.length < this.#count) this.#numberOf = new Int32Array(times.length)
    const numbers = new Map<number, number>()
    const distinct: number[] = []
    let number = -1
    for (let i = 0; i < this.#count; i++) {
      const tMs = times[i]!
      // Series after series usually has the same times in the same order.
      const next = number + 1 < distinct.length ? number + 1 : 0
      if (distinct[next] === tMs) number = next
      else {
        number = numbers.get(tMs) ?? distinct.length
        if (number === distinct.length) {
          distinct.push(tMs)
          numbers.set(tMs, number)
        }
      }
      this.#numberOf[i] = number
    }
    return distinct
  }

  #grow(): void {
    const larger = cellsOf(this.#count * 2)
    larger.times.set(this.#cells.times)
    larger.values.set(this.#cells.values)
    larger.columns.set(this.#cells.columns)
    this.#cells = larger
    this.#outcomes = new Uint8Array(this.#count * 2)
  }
}

function cellsOf(count: number): Cells {
  return {
    times: new Float64Array(count),
    columns: new Int32Array(count),
    values: new Float64Array(count),
  }
}
