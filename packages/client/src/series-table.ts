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

export class SeriesTable {
  readonly labelNames: readonly string[]
  readonly stride: number
  cells: Float64Array
  /** When each slot's series was made, ms. */
  createdMs: Float64Array = new Float64Array(4)
  /** Changes when places were given away or taken back; a kept place must then be looked up again. */
  epoch = 0
  readonly #maxSeries: number
  readonly #places = new Map<string, number>()
  readonly #oddPlaces = new Map<string, number>()
  /** Label values of each slot; undefined for a free one. */
  readonly #values: (readonly string[] | undefined)[] = []
  readonly #free: number[] = []
  readonly #now: () => number
  #sorted: readonly number[] | undefined

  /** @param now  wall clock, ms */
  constructor(
    labelNames: readonly string[],
    stride: number,
    maxSeries: number,
    now: () => number = Date.now,
  ) {
    this.#now = now
    this.labelNames = labelNames
    this.stride = stride
    this.#maxSeries = maxSeries
    this.cells = new Float64Array(stride * 4)
    if (labelNames.length === 0) this.#add([])
  }

  get size(): number {
    return this.#values.length - this.#free.length
  }

  /** Index of the first cell of a series, which is made when it is not there. */
  place(labels: LabelValues | undefined): number {
    if (this.labelNames.length === 0 && labels === undefined) return 0
    return this.#places.get(this.#key(labels)) ?? this.#cold(labels)
  }

  /** Index of the first cell, or undefined. */
  find(labels: LabelValues | undefined): number | undefined {
    return this.#lookUp(this.#checked(labels))
  }

  /** True when there was such a series. A series without labels starts again at zero. */
  remove(labels: LabelValues | undefined): boolean {
    const values = this.#checked(labels)
    const place = this.#lookUp(values)
    if (place === undefined) return false
    const { map, key } = this.#mapFor(values)
    this.cells.fill(0, place, place + this.stride)
    this.#changed()
    const slot = place / this.stride
    if (values.length === 0) {
      this.createdMs[slot] = this.#now()
      return true
    }
    map.delete(key)
    this.#values[slot] = undefined
    this.#free.push(slot)
    return true
  }

  clear(): void {
    this.#places.clear()
    this.#oddPlaces.clear()
    this.#values.length = 0
    this.#free.length = 0
    this.cells.fill(0)
    this.#changed()
    if (this.labelNames.length === 0) this.#add([])
  }

  /** Slots in the order of their label values, as the reference prints them. Kept until a series comes or goes. */
  slots(): readonly number[] {
    if (this.#sorted === undefined) {
      const slots: number[] = []
      for (let slot = 0; slot < this.#values.length; slot++) {
        if (this.#values[slot] !== undefined) slots.push(slot)
      }
      this.#sorted = slots.sort((a, b) => compareAll(this.#values[a]!, this.#values[b]!))
    }
    return this.#sorted
  }

  /** The same array as long as the slot belongs to the same series. */
  valuesOf(slot: number): readonly string[] {
    return this.#values[slot]!
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
    return this.#lookUp(values) ?? this.#add(values)
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

  #add(values: readonly string[]): number {
    if (this.size >= this.#maxSeries) {
      throw new Error(`more than ${this.#maxSeries} series: a label has too many values`)
    }
    const slot = this.#free.pop() ?? this.#values.length
    this.#values[slot] = values
    const place = slot * this.stride
    if (place + this.stride > this.cells.length) {
      const larger = new Float64Array(Math.max(this.cells.length * 2, place + this.stride))
      larger.set(this.cells)
      this.cells = larger
      const created = new Float64Array(Math.ceil(larger.length / this.stride))
      created.set(this.createdMs)
      this.createdMs = created
    }
    this.createdMs[slot] = this.#now()
    const { map, key } = this.#mapFor(values)
    map.set(key, place)
    this.#sorted = undefined
    return place
  }

  #changed(): void {
    this.epoch++
    this.#sorted = undefined
  }
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
