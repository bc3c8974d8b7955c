// The filled buckets on one side of a native histogram: key to count, in two typed arrays with open addressing.
// Counting in a bucket that is there allocates nothing. A count of 0 marks a free place.

/** Consecutive buckets: how many keys after the end of the span before (the first: after 0), and how many buckets. */
export interface Span {
  readonly offset: number
  readonly length: number
}

/** Gaps up to this many buckets are written as empty buckets, a span costs more. @source client_golang makeBuckets */
const FILLED_GAP = 2

export class SparseBuckets {
  #keys: Int32Array = new Int32Array(8)
  #counts: Float64Array = new Float64Array(8)
  #size = 0

  /** Buckets that hold something. */
  get size(): number {
    return this.#size
  }

  add(key: number, count: number): void {
    const place = this.#placeOf(key)
    if (this.#counts[place] === 0) {
      this.#keys[place] = key
      this.#size++
    }
    this.#counts[place]! += count
    if (this.#size * 2 > this.#keys.length) this.#rebuild(this.#keys.length * 2, (one) => one)
  }

  count(key: number): number {
    return this.#counts[this.#placeOf(key)]!
  }

  /** Empties a bucket and returns what was in it. */
  take(key: number): number {
    const place = this.#placeOf(key)
    const count = this.#counts[place]!
    if (count > 0) {
      this.#counts[place] = 0
      // A hole would cut off the places that were found behind it.
      this.#rebuild(this.#keys.length, (one) => one)
    }
    return count
  }

  /** Each two buckets become one. */
  halve(): void {
    this.#rebuild(this.#keys.length, (key) => Math.trunc((key > 0 ? key + 1 : key) / 2))
  }

  clear(): void {
    this.#counts.fill(0)
    this.#size = 0
  }

  /** Keys of filled buckets, ascending. */
  keys(): Int32Array {
    return this.#keys.filter((_, i) => this.#counts[i]! > 0).sort()
  }

  #placeOf(key: number): number {
    const mask = this.#keys.length - 1
    let place = (Math.imul(key, 0x9e3779b1) >>> 12) & mask
    while (this.#counts[place] !== 0 && this.#keys[place] !== key) place = (place + 1) & mask
    return place
  }

  #rebuild(capacity: number, moved: (key: number) => number): void {
    const keys = this.#keys
    const counts = this.#counts
    this.#keys = new Int32Array(capacity)
    this.#counts = new Float64Array(capacity)
    this.#size = 0
    for (let i = 0; i < keys.length; i++) {
      if (counts[i]! > 0) this.add(moved(keys[i]!), counts[i]!)
    }
  }
}

/** Buckets as they are written: spans, and each count as the difference to the one before. */
export function spansOf(
  keys: ArrayLike<number>,
  countOf: (key: number) => number,
): { spans: Span[]; deltas: number[] } {
  const spans: { offset: number; length: number }[] = []
  const deltas: number[] = []
  let next = 0
  let before = 0
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!
    const gap = key - next
    if (i === 0 || gap > FILLED_GAP) {
      spans.push({ offset: gap, length: 0 })
    } else {
      for (let empty = 0; empty < gap; empty++) {
        spans.at(-1)!.length++
        deltas.push(0 - before)
        before = 0
      }
    }
    const count = countOf(key)
    spans.at(-1)!.length++
    deltas.push(count - before)
    before = count
    next = key + 1
  }
  return { spans, deltas }
}

/** Spans and differences back to keys and counts; empty buckets that fill gaps are left out. */
export function bucketsOf(spans: readonly Span[], deltas: readonly number[]): Map<number, number> {
  const buckets = new Map<number, number>()
  let key = 0
  let count = 0
  let i = 0
  for (const span of spans) {
    key += span.offset
    for (let n = 0; n < span.length; n++, key++) {
      count += deltas[i++]!
      if (count > 0) buckets.set(key, count)
    }
  }
  return buckets
}
