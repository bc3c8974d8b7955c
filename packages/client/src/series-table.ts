// All series of one metric: label values to a place in one Float64Array. A series has `stride` cells side by
// side, so that an observation is one look-up and one or two additions.
//
//   texts:  | GET 200 | POST 201 | …     label values of slot 0, of slot 1, … side by side
//   cells:  | stride cells | stride cells | …
//   index:  hash of the label values → slot, open addressing
//
// No key is built to look a series up: joining label values costs more than everything else together. A small
// cache by a cheap hash answers for the series of most observations, the index for the others. Hashes begin with
// a random seed, because label values often come from strangers.

/** Values of labels by name; what is missing is the empty string. Numbers are printed as they are. */
export type LabelValues<L extends string = string> = Readonly<Partial<Record<L, string | number>>>

/**
 * What happens to a new series when there are too many: `other` counts it in one series whose label values are
 * all "other", `drop` forgets it, `evict` puts it in the place of one that was not used for a while, `throw`
 * throws at whoever observes.
 */
export type OnOverflow = 'other' | 'drop' | 'evict' | 'throw'

/** How series stand on a page: by their label values as in the reference, or roughly as they were made. */
export type SeriesOrder = 'values' | 'creation'

interface SeriesTableOptions {
  readonly labelNames: readonly string[]
  /** Cells of a series. */
  readonly stride: number
  readonly maxSeries: number
  readonly onOverflow: OnOverflow
  readonly order: SeriesOrder
  /** A series that was not observed for so long goes; Infinity to keep all. */
  readonly ttlMs: number
  /** Wall clock, ms. */
  readonly now: () => number
  /** Told when a slot is given back. */
  readonly onFree: (slot: number) => void
}

const OVERFLOW_VALUE = 'other'

/** So many series are found without hashing their values whole. */
const RECENT = 256

export class SeriesTable {
  readonly labelNames: readonly string[]
  readonly stride: number
  cells: Float64Array
  /** When each slot's series was made, ms. */
  createdMs: Float64Array = new Float64Array(4)
  /** Changes when places were given away or taken back; a kept place must then be looked up again. */
  epoch = 0
  /** Observations of new series that found no place. */
  dropped = 0
  readonly #options: SeriesTableOptions
  readonly #seed: number = Math.floor(Math.random() * 2 ** 32)
  /** Label values, slot after slot; undefined in free slots, which so equal nothing. */
  readonly #texts: (string | undefined)[] = []
  #hashes: Int32Array = new Int32Array(4)
  /** 1 for a slot that is taken. */
  #isTaken: Uint8Array = new Uint8Array(4)
  #slotCount = 0
  readonly #free: number[] = []
  /** Slot plus one; 0 is empty. */
  #index: Int32Array = new Int32Array(16)
  /** Slot plus one by a cheap hash; 0 is empty. */
  readonly #recent: Int32Array
  /** The values that are looked for. */
  readonly #wanted: string[]
  /** For each slot 1 when it was used since the last sweep; undefined when nobody wants to know. */
  #used: Uint8Array | undefined
  #lastUsedMs: Float64Array = new Float64Array(0)
  /** Where the search for a series to evict goes on. */
  #hand = 0
  /** The slots for what is too much, shown and hidden; -1 while there are none. */
  #otherSlot = -1
  #hiddenSlot = -1
  #sorted: readonly number[] | undefined

  constructor(options: SeriesTableOptions) {
    this.#options = options
    this.labelNames = options.labelNames
    this.stride = options.stride
    this.cells = new Float64Array(this.stride * 4)
    this.#wanted = this.labelNames.map(() => '')
    this.#recent = new Int32Array(this.labelNames.length === 0 ? 0 : RECENT)
    if (options.ttlMs !== Infinity || options.onOverflow === 'evict') {
      this.#used = new Uint8Array(4)
      this.#lastUsedMs = new Float64Array(4)
    }
    if (this.labelNames.length === 0) this.#slotFor(0)
  }

  /** Series that are shown. */
  get size(): number {
    return this.#slotCount - this.#free.length - (this.#hiddenSlot < 0 ? 0 : 1)
  }

  /** Index of the first cell of a series, which is made when it is not there. */
  place(labels: LabelValues | undefined): number {
    const names = this.labelNames
    const count = names.length
    if (count === 0) return labels === undefined ? 0 : this.#cold(labels)
    if (labels === undefined || count > 3) return this.#placeOfMany(labels)
    // Written out for up to three labels: a loop with an array of the values costs half as much again.
    const a = textOf(labels[names[0]!])
    const b = count > 1 ? textOf(labels[names[1]!]) : ''
    const c = count > 2 ? textOf(labels[names[2]!]) : ''
    const cell = (cheapHash(a) + cheapHash(b) * 31 + cheapHash(c) * 961) & (RECENT - 1)
    const slot = this.#recent[cell]! - 1
    const texts = this.#texts
    const start = slot * count
    if (
      slot >= 0 &&
      texts[start] === a &&
      (count < 2 || texts[start + 1] === b) &&
      (count < 3 || texts[start + 2] === c)
    ) {
      if (this.#used !== undefined) this.#used[slot] = 1
      return slot * this.stride
    }
    return this.#placeOfMany(labels, cell)
  }

  /** Notes that a place that was kept is used again. */
  touch(place: number): void {
    if (this.#used !== undefined) this.#used[place / this.stride] = 1
  }

  /** Index of the first cell, or undefined. */
  find(labels: LabelValues | undefined): number | undefined {
    const slot = this.#locate(this.#checked(labels))
    return slot < 0 ? undefined : slot * this.stride
  }

  /** True when there was such a series. A series without labels starts again at zero. */
  remove(labels: LabelValues | undefined): boolean {
    const slot = this.#locate(this.#checked(labels))
    if (slot < 0) return false
    this.#removeSlot(slot)
    return true
  }

  clear(): void {
    for (let slot = 0; slot < this.#slotCount; slot++) this.#options.onFree(slot)
    this.#texts.length = 0
    this.#free.length = 0
    this.#slotCount = 0
    this.#isTaken.fill(0)
    this.#index.fill(0)
    this.#otherSlot = -1
    this.#hiddenSlot = -1
    this.cells.fill(0)
    this.#changed()
    if (this.labelNames.length === 0) this.#slotFor(0)
  }

  /** Takes away the series that were not used for too long. To be called before each exposition. */
  sweep(): void {
    const { ttlMs, now } = this.#options
    const used = this.#used
    if (ttlMs === Infinity || used === undefined || this.labelNames.length === 0) return
    const nowMs = now()
    for (let slot = 0; slot < this.#slotCount; slot++) {
      if (!this.isShown(slot)) continue
      if (used[slot] === 1) {
        used[slot] = 0
        this.#lastUsedMs[slot] = nowMs
      } else if (nowMs - this.#lastUsedMs[slot]! >= ttlMs) {
        this.#removeSlot(slot)
      }
    }
  }

  /** Slots in the order of their label values, as the reference prints them. Kept until a series comes or goes. */
  slots(): readonly number[] {
    for (const sorting = this.sortedSlots(); ;) {
      const { done, value } = sorting.next()
      if (done === true) return value
    }
  }

  /** The same in small steps: it pauses while it sorts many. */
  *sortedSlots(): Generator<undefined, readonly number[]> {
    if (this.#sorted !== undefined) return this.#sorted
    const epoch = this.epoch
    const count = this.size
    let runs: number[][] = []
    for (let slot = 0; slot < this.#slotCount; slot++) {
      if (slot % COLLECT_STEP === COLLECT_STEP - 1) yield
      if (!this.isShown(slot)) continue
      if (runs.length === 0 || runs.at(-1)!.length >= SORT_RUN) runs.push([])
      runs.at(-1)!.push(slot)
    }
    if (this.#options.order === 'creation') runs = [runs.flat()]
    // A series may go while the sort pauses; what it leaves is ordered anyhow and skipped by the reader.
    const compare = (a: number, b: number): number => this.#compare(a, b)
    if (this.#options.order === 'values') {
      for (const run of runs) {
        run.sort(compare)
        if (runs.length > 1) yield
      }
    }
    while (runs.length > 1) {
      const merged: number[][] = []
      for (let i = 0; i < runs.length; i += 2) {
        const right = runs[i + 1]
        merged.push(right === undefined ? runs[i]! : yield* merge(runs[i]!, right, compare))
      }
      runs = merged
    }
    const sorted = runs[0] ?? []
    if (epoch === this.epoch && count === this.size) this.#sorted = sorted
    return sorted
  }

  /** Whether there is a series in a slot that pages show. */
  isShown(slot: number): boolean {
    return this.#isTaken[slot] === 1 && slot !== this.#hiddenSlot
  }

  /** The value of a slot's label, by the label's index. */
  textAt(slot: number, label: number): string {
    return this.#texts[slot * this.labelNames.length + label] ?? ''
  }

  /** Finds a series by the hash of its values, and remembers it in a cell of the recent ones. */
  #placeOfMany(labels: LabelValues | undefined, cell = -1): number {
    const names = this.labelNames
    const wanted = this.#wanted
    for (let i = 0; i < names.length; i++) {
      wanted[i] = labels === undefined ? '' : textOf(labels[names[i]!])
    }
    const slot = this.#locate(wanted)
    if (slot < 0) return this.#cold(labels)
    if (cell >= 0) this.#recent[cell] = slot + 1
    if (this.#used !== undefined) this.#used[slot] = 1
    return slot * this.stride
  }

  #cold(labels: LabelValues | undefined): number {
    const values = this.#checked(labels)
    const slot = this.#locate(values)
    return (slot < 0 ? this.#new(values) : slot) * this.stride
  }

  #checked(labels: LabelValues = {}): readonly string[] {
    for (const name of Object.keys(labels)) {
      if (!this.labelNames.includes(name)) {
        throw new Error(
          `unknown label ${JSON.stringify(name)}; known are [${this.labelNames.join(', ')}]`,
        )
      }
    }
    return this.labelNames.map((name) => (Object.hasOwn(labels, name) ? textOf(labels[name]) : ''))
  }

  /** The slot with these values, or -1. */
  #locate(values: readonly string[]): number {
    if (values.length === 0) return 0
    const mask = this.#index.length - 1
    const hash = this.#hashOf(values)
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = this.#index[at]! - 1
      if (slot < 0) return -1
      if (this.#hashes[slot] === hash && this.#holds(slot, values)) return slot
    }
  }

  #holds(slot: number, values: readonly string[]): boolean {
    const start = slot * values.length
    for (let i = 0; i < values.length; i++) {
      if (this.#texts[start + i] !== values[i]) return false
    }
    return true
  }

  #hashOf(values: readonly string[]): number {
    let hash = this.#seed
    for (let i = 0; i < values.length; i++) {
      const text = values[i]!
      for (let j = 0; j < text.length; j++) {
        hash = Math.imul(hash ^ text.charCodeAt(j), 0x01000193)
        hash ^= hash >>> 15
      }
      hash = Math.imul(hash ^ 0x10000, 0x01000193)
    }
    return hash | 0
  }

  /** A slot for a new series, or what the policy gives it when there are too many. */
  #new(values: readonly string[]): number {
    const { maxSeries, onOverflow } = this.#options
    const count = this.size - (this.#otherSlot < 0 ? 0 : 1)
    if (count < maxSeries) return this.#add(values)
    if (onOverflow === 'throw') {
      throw new Error(`more than ${maxSeries} series: a label has too many values`)
    }
    this.dropped++
    if (onOverflow === 'evict') {
      this.#removeSlot(this.#leastUsed())
      return this.#add(values)
    }
    if (onOverflow === 'drop') {
      if (this.#hiddenSlot < 0) this.#hiddenSlot = this.#slotFor(0)
      return this.#hiddenSlot
    }
    if (this.#otherSlot < 0) {
      const other = this.labelNames.map(() => OVERFLOW_VALUE)
      const known = this.#locate(other)
      this.#otherSlot = known < 0 ? this.#add(other) : known
    }
    return this.#otherSlot
  }

  /** A series that was not used since the hand came by last: nearly the one that was unused for longest. */
  #leastUsed(): number {
    const used = this.#used!
    for (;;) {
      const slot = this.#hand++ % this.#slotCount
      if (this.#isTaken[slot] === 0) continue
      if (used[slot] === 0) return slot
      used[slot] = 0
    }
  }

  #add(values: readonly string[]): number {
    const hash = this.#hashOf(values)
    const slot = this.#slotFor(hash)
    const start = slot * values.length
    for (let i = 0; i < values.length; i++) this.#texts[start + i] = values[i]!
    if (this.size * 2 > this.#index.length) this.#reindex(this.#index.length * 2)
    else this.#enter(slot)
    this.#sorted = undefined
    return slot
  }

  #enter(slot: number): void {
    const mask = this.#index.length - 1
    let at = this.#hashes[slot]! & mask
    while (this.#index[at] !== 0) at = (at + 1) & mask
    this.#index[at] = slot + 1
  }

  #reindex(capacity: number): void {
    this.#index = new Int32Array(capacity)
    for (let slot = 0; slot < this.#slotCount; slot++) if (this.isShown(slot)) this.#enter(slot)
  }

  #slotFor(hash: number): number {
    const slot = this.#free.pop() ?? this.#slotCount++
    const needed = (slot + 1) * this.stride
    if (needed > this.cells.length) this.#grow(slot + 1)
    const nowMs = this.#options.now()
    this.#hashes[slot] = hash
    this.#isTaken[slot] = 1
    this.createdMs[slot] = nowMs
    if (this.#used !== undefined) {
      // A newcomer is the first to go again, unless it is used once more.
      this.#used[slot] = 0
      this.#lastUsedMs[slot] = nowMs
    }
    return slot
  }

  /** Room for half as many slots again: doubling would leave up to half of a large table unused. */
  #grow(needed: number): void {
    const slots = Math.max(needed, Math.ceil(this.createdMs.length * 1.5))
    this.cells = grown(this.cells, new Float64Array(slots * this.stride))
    this.createdMs = grown(this.createdMs, new Float64Array(slots))
    this.#hashes = grown(this.#hashes, new Int32Array(slots))
    this.#isTaken = grown(this.#isTaken, new Uint8Array(slots))
    if (this.#used !== undefined) {
      this.#used = grown(this.#used, new Uint8Array(slots))
      this.#lastUsedMs = grown(this.#lastUsedMs, new Float64Array(slots))
    }
  }

  #removeSlot(slot: number): void {
    this.#options.onFree(slot)
    this.cells.fill(0, slot * this.stride, (slot + 1) * this.stride)
    this.#changed()
    const labelCount = this.labelNames.length
    if (labelCount === 0) {
      this.createdMs[slot] = this.#options.now()
      return
    }
    this.#leave(slot)
    this.#isTaken[slot] = 0
    this.#texts.fill(undefined, slot * labelCount, (slot + 1) * labelCount)
    if (slot === this.#otherSlot) this.#otherSlot = -1
    this.#free.push(slot)
  }

  /** Takes a slot out of the index; what stands behind it moves up, so that no search ends in the hole. */
  #leave(slot: number): void {
    const mask = this.#index.length - 1
    let hole = this.#hashes[slot]! & mask
    while (this.#index[hole] !== slot + 1) hole = (hole + 1) & mask
    for (let at = (hole + 1) & mask; this.#index[at] !== 0; at = (at + 1) & mask) {
      const home = this.#hashes[this.#index[at]! - 1]! & mask
      // It may move up unless its home lies behind the hole.
      if (((at - home) & mask) < ((at - hole) & mask)) continue
      this.#index[hole] = this.#index[at]!
      hole = at
    }
    this.#index[hole] = 0
  }

  #compare(a: number, b: number): number {
    const labelCount = this.labelNames.length
    const texts = this.#texts
    for (let i = 0; i < labelCount; i++) {
      const left = texts[a * labelCount + i] ?? ''
      const right = texts[b * labelCount + i] ?? ''
      if (left !== right) return left < right ? -1 : 1
    }
    return 0
  }

  #changed(): void {
    this.epoch++
    this.#sorted = undefined
  }
}

/** So many slots are sorted or merged at a time, some 1 ms of work. */
const SORT_RUN = 1024
/** So many slots are looked through at a time. */
const COLLECT_STEP = 8192

function* merge(
  left: readonly number[],
  right: readonly number[],
  compare: (a: number, b: number) => number,
): Generator<undefined, number[]> {
  const merged: number[] = []
  let i = 0
  let j = 0
  while (i < left.length && j < right.length) {
    merged.push(compare(left[i]!, right[j]!) <= 0 ? left[i++]! : right[j++]!)
    if (merged.length % (2 * SORT_RUN) === 0) yield
  }
  while (i < left.length) merged.push(left[i++]!)
  while (j < right.length) merged.push(right[j++]!)
  return merged
}

function grown<A extends Float64Array | Int32Array | Uint8Array>(old: A, larger: A): A {
  larger.set(old)
  return larger
}

/** Tells most short texts apart by their length and three characters: `200`, `201` and `500` too. */
function cheapHash(text: string): number {
  const { length } = text
  if (length === 0) return 0
  const ends = text.charCodeAt(0) * 37 + text.charCodeAt(length - 1) * 7
  return length + ends + text.charCodeAt(length >> 1)
}

/** A label value; an inherited property such as `constructor` is none. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}
