// Which column had a hash first. Off the heap: a Map that is cleared for each tile leaves tables behind that point at each
// other, and what they point at lives until V8 marks the whole heap.

/** Slots for one column, at least: few collisions, and a look at most finds its place at once. */
const SLOTS_PER_COLUMN = 2
const SLOTS_MIN = 256

export class FirstColumns {
  /** 1 + the column; 0: free. */
  #columns = new Int32Array(SLOTS_MIN)
  #hashes = new Uint32Array(SLOTS_MIN)

  /** Forgets everything, and makes room for so many columns. */
  begin(columnCount: number): void {
    let slots = this.#columns.length
    while (slots < columnCount * SLOTS_PER_COLUMN) slots *= 2
    if (slots === this.#columns.length) this.#columns.fill(0)
    else {
      this.#columns = new Int32Array(slots)
      this.#hashes = new Uint32Array(slots)
    }
  }

  /** The column that came first with this hash; −1 when it is `column`, which is noted then. */
  firstOf(hash: number, column: number): number {
    const mask = this.#columns.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const there = this.#columns[slot]!
      if (there === 0) {
        this.#columns[slot] = column + 1
        this.#hashes[slot] = hash
        return -1
      }
      if (this.#hashes[slot] === hash) return there - 1
    }
  }
}
