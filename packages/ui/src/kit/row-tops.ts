// Where the rows of a list stand when they differ in height.

/** @returns px from the first row to the top of each, and at the end the height of all; ascending, length `count + 1` */
export function rowTops(count: number, heightOf: (index: number) => number): Float64Array {
  const tops = new Float64Array(count + 1)
  for (let i = 0; i < count; i++) tops[i + 1] = tops[i]! + heightOf(i)
  return tops
}

/** The row at so many px from the first; the nearest one for what is outside. @param tops  of at least one row */
export function rowAt(tops: Float64Array, px: number): number {
  let low = 0
  let high = tops.length - 2
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (tops[middle]! <= px) low = middle
    else high = middle - 1
  }
  return low
}

/** What was measured of rows, by their keys; of the others it is thought that they are as those that were measured first. */
export class RowHeights {
  readonly #measured = new Map<number, number>()
  #otherPx: number

  constructor(rowPx: number) {
    this.#otherPx = rowPx
  }

  of(key: number): number {
    return this.#measured.get(key) ?? this.#otherPx
  }

  /** @returns whether any of it is new */
  note(rows: readonly (readonly [key: number, px: number])[]): boolean {
    if (this.#measured.size === 0 && rows.length > 0)
      this.#otherPx = rows.reduce((sum, [, px]) => sum + px, 0) / rows.length
    let isNew = false
    for (const [key, px] of rows) {
      if (this.#measured.get(key) === px) continue
      this.#measured.set(key, px)
      isNew = true
    }
    return isNew
  }
}
