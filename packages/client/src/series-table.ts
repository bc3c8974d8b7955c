// All series of one metric: label values to a place in one Float64Array. A series has `stride` cells side by
// side, so that an observation is one Map lookup and one or two additions.
//
//   'GET\0200'  → slot 0      cells: | slot 0: stride cells | slot 1: stride cells | …
//   'POST\0201' → slot 1
//
// Keys are label values joined by NUL. Values that contain NUL themselves live in a second map under a key
// with lengths, so no two series ever share a key.

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
/** Label values of the slot that takes what is dropped; it is never shown. */
const HIDDEN: readonly string[] = []

export class SeriesTable {
  readonly labelNames: readonly string[]
  readonly stride: number
  cells: Float64Array
  /** When each slot's series was made, ms. */
  createdMs: Float64Array = new Float64Array(4)
  /** Changes when places were given away or taken back; a kept place must then be looked up again. */
  epoch = 0
  /** New series that found no place. */
  dropped = 0
  readonly #options: SeriesTableOptions
  readonly #places = new Map<string, number>()
  readonly #oddPlaces = new Map<string, number>()
  /** Label values of each slot; undefined for a free one. */
  readonly #values: (readonly string[] | undefined)[] = []
  readonly #free: number[] = []
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
    if (options.ttlMs !== Infinity || options.onOverflow === 'evict') {
      this.#used = new Uint8Array(4)
      this.#lastUsedMs = new Float64Array(4)
    }
    if (this.labelNames.length === 0) this.#add([])
  }

  /** Series that are shown. */
  get size(): number {
    return this.#values.length - this.#free.length - (this.#hiddenSlot < 0 ? 0 : 1)
  }

  /** Index of the first cell of a series, which is made when it is not there. */
  place(labels: LabelValues | undefined): number {
    if (this.labelNames.length === 0 && labels === undefined) return 0
    const place = this.#places.get(this.#key(labels))
    if (place === undefined) return this.#cold(labels)
    if (this.#used !== undefined) this.#used[place / this.stride] = 1
    return place
  }

  /** Notes that a place that was kept is used again. */
  touch(place: number): void {
    if (this.#used !== undefined) this.#used[place / this.stride] = 1
  }

  /** Index of the first cell, or undefined. */
  find(labels: LabelValues | undefined): number | undefined {
    return this.#lookUp(this.#checked(labels))
  }

  /** True when there was such a series. A series without labels starts again at zero. */
  remove(labels: LabelValues | undefined): boolean {
    const place = this.#lookUp(this.#checked(labels))
    if (place === undefined) return false
    this.#removeSlot(place / this.stride)
    return true
  }

  clear(): void {
    for (let slot = 0; slot < this.#values.length; slot++) this.#options.onFree(slot)
    this.#places.clear()
    this.#oddPlaces.clear()
    this.#values.length = 0
    this.#free.length = 0
    this.#otherSlot = -1
    this.#hiddenSlot = -1
    this.cells.fill(0)
    this.#changed()
    if (this.labelNames.length === 0) this.#add([])
  }

  /** Takes away the series that were not used for too long. To be called before each exposition. */
  sweep(): void {
    const { ttlMs, now } = this.#options
    const used = this.#used
    if (ttlMs === Infinity || used === undefined || this.labelNames.length === 0) return
    const nowMs = now()
    for (let slot = 0; slot < this.#values.length; slot++) {
      if (this.#values[slot] === undefined || slot === this.#hiddenSlot) continue
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
    const values = this.#values
    let runs: number[][] = []
    for (let slot = 0; slot < values.length; slot++) {
      if (values[slot] === undefined || slot === this.#hiddenSlot) continue
      if (runs.length === 0 || runs.at(-1)!.length >= SORT_RUN) runs.push([])
      runs.at(-1)!.push(slot)
    }
    if (this.#options.order === 'creation') return (this.#sorted = runs.flat())
    const epoch = this.epoch
    const count = this.size
    // A series may go while the sort pauses; what it leaves is ordered anyhow and skipped by the reader.
    const compare = (a: number, b: number): number =>
      compareAll(values[a] ?? HIDDEN, values[b] ?? HIDDEN)
    for (const run of runs) {
      run.sort(compare)
      if (runs.length > 1) yield
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

  /** The same array as long as the slot belongs to the same series; undefined when it is free. */
  valuesOf(slot: number): readonly string[] | undefined {
    return this.#values[slot]
  }

  #key(labels: LabelValues | undefined): string {
    const names = this.labelNames
    if (labels === undefined) return names.length < 2 ? '' : '\0'.repeat(names.length - 1)
    if (names.length === 1) return textOf(labels[names[0]!])
    let key = ''
    for (let i = 0; i < names.length; i++) {
      const text = textOf(labels[names[i]!])
      key = i === 0 ? text : `${key}\0${text}`
    }
    return key
  }

  #cold(labels: LabelValues | undefined): number {
    const values = this.#checked(labels)
    return this.#lookUp(values) ?? this.#new(values)
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

  #lookUp(values: readonly string[]): number | undefined {
    const { map, key } = this.#mapFor(values)
    return map.get(key)
  }

  #mapFor(values: readonly string[]): { map: Map<string, number>; key: string } {
    if (values.some((value) => value.includes('\0'))) {
      const key = values.map((value) => `${value.length}:${value}`).join('')
      return { map: this.#oddPlaces, key }
    }
    return { map: this.#places, key: values.join('\0') }
  }

  /** A place for a new series, or what the policy gives it when there are too many. */
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
      if (this.#hiddenSlot < 0) this.#hiddenSlot = this.#slotFor(HIDDEN)
      return this.#hiddenSlot * this.stride
    }
    if (this.#otherSlot < 0) {
      const other = this.labelNames.map(() => OVERFLOW_VALUE)
      this.#otherSlot = (this.#lookUp(other) ?? this.#add(other)) / this.stride
    }
    return this.#otherSlot * this.stride
  }

  /** A series that was not used since the hand came by last: nearly the one that was unused for longest. */
  #leastUsed(): number {
    const used = this.#used!
    for (;;) {
      const slot = this.#hand++ % this.#values.length
      if (this.#values[slot] === undefined) continue
      if (used[slot] === 0) return slot
      used[slot] = 0
    }
  }

  #add(values: readonly string[]): number {
    const place = this.#slotFor(values) * this.stride
    const { map, key } = this.#mapFor(values)
    map.set(key, place)
    this.#sorted = undefined
    return place
  }

  #slotFor(values: readonly string[]): number {
    const slot = this.#free.pop() ?? this.#values.length
    this.#values[slot] = values
    const needed = (slot + 1) * this.stride
    if (needed > this.cells.length) {
      const larger = new Float64Array(Math.max(this.cells.length * 2, needed))
      larger.set(this.cells)
      this.cells = larger
      const slots = Math.ceil(larger.length / this.stride)
      this.createdMs = grown(this.createdMs, new Float64Array(slots))
      if (this.#used !== undefined) {
        this.#used = grown(this.#used, new Uint8Array(slots))
        this.#lastUsedMs = grown(this.#lastUsedMs, new Float64Array(slots))
      }
    }
    const nowMs = this.#options.now()
    this.createdMs[slot] = nowMs
    if (this.#used !== undefined) {
      // A newcomer is the first to go again, unless it is used once more.
      this.#used[slot] = 0
      this.#lastUsedMs[slot] = nowMs
    }
    return slot
  }

  #removeSlot(slot: number): void {
    const values = this.#values[slot]!
    this.#options.onFree(slot)
    this.cells.fill(0, slot * this.stride, (slot + 1) * this.stride)
    this.#changed()
    if (values.length === 0) {
      this.createdMs[slot] = this.#options.now()
      return
    }
    const { map, key } = this.#mapFor(values)
    map.delete(key)
    this.#values[slot] = undefined
    if (slot === this.#otherSlot) this.#otherSlot = -1
    this.#free.push(slot)
  }

  #changed(): void {
    this.epoch++
    this.#sorted = undefined
  }
}

/** So many slots are sorted or merged at a time, some 1 ms of work. */
const SORT_RUN = 1024

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

function grown<A extends Float64Array | Uint8Array>(old: A, larger: A): A {
  larger.set(old)
  return larger
}

/** A label value; an inherited property such as `constructor` is none. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

function compareAll(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < a.length; i++) {
    if (a[i]! < b[i]!) return -1
    if (a[i]! > b[i]!) return 1
  }
  return 0
}
