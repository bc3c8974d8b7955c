// Which group of an aggregation each row belongs to. Where a store keeps labels in parts, that is worked out once for a
// shape and once for a group of series; a row then costs two lookups in arrays.

import type { SeriesGroup, SeriesShape } from '../queryable.ts'
import { groupingKey, lengthed, METADATA_LABELS } from './labels-of.ts'
import type { RowName } from './row-name.ts'

/** Classes of a list of shapes: series of one class and one group of series belong together. */
interface Classes {
  readonly of: Int32Array
  readonly count: number
}

export class Grouping {
  readonly #keyOf: ReturnType<typeof groupingKey>
  readonly #names: readonly string[]
  readonly #without: boolean
  readonly #numbers = new Map<string, number>()
  #isBare = false
  #keyOfShape: (shape: SeriesShape) => string
  readonly #classOfKey = new Map<string, number>()
  readonly #classOfShape = new Map<SeriesShape, number>()
  readonly #classesOf = new Map<readonly SeriesShape[], Classes>()
  #group: SeriesGroup | undefined = undefined
  #classes: Classes = { of: new Int32Array(0), count: 0 }
  /** Number of each class in the current group of series, −1 where it is not known yet. */
  #found = new Int32Array(0)

  constructor(names: readonly string[], without: boolean) {
    this.#keyOf = groupingKey(names, without)
    this.#names = names
    this.#without = without
    this.#keyOfShape = shapeKey(names, without, false)
  }

  /** Groups are numbered from 0 as they appear. */
  numberOf(name: RowName): number {
    const { group } = name
    if (group?.parts === undefined) return this.#numberOfKey(name)
    if (group !== this.#group || name.isBare !== this.#isBare) this.#enter(group, name.isBare)
    const at = this.#classes.of[name.series]!
    const known = this.#found[at]!
    return known >= 0 ? known : (this.#found[at] = this.#numberOfKey(name))
  }

  #numberOfKey(name: RowName): number {
    const key = this.#keyOf(name.labels)
    let number = this.#numbers.get(key)
    if (number === undefined) this.#numbers.set(key, (number = this.#numbers.size))
    return number
  }

  #enter(group: SeriesGroup, isBare: boolean): void {
    if (isBare !== this.#isBare) {
      this.#isBare = isBare
      this.#keyOfShape = shapeKey(this.#names, this.#without, isBare)
      this.#classOfKey.clear()
      this.#classOfShape.clear()
      this.#classesOf.clear()
    }
    const { shapes } = group.parts!
    let classes = this.#classesOf.get(shapes)
    if (classes === undefined) this.#classesOf.set(shapes, (classes = this.#classify(shapes)))
    this.#group = group
    this.#classes = classes
    if (this.#found.length < classes.count) this.#found = new Int32Array(2 * classes.count)
    this.#found.fill(-1, 0, classes.count)
  }

  #classify(shapes: readonly SeriesShape[]): Classes {
    const places = new Map<number, number>()
    const of = new Int32Array(shapes.length)
    for (let i = 0; i < shapes.length; i++) {
      const shape = shapes[i]!
      let known = this.#classOfShape.get(shape)
      if (known === undefined) {
        const key = this.#keyOfShape(shape)
        known = this.#classOfKey.get(key)
        if (known === undefined) this.#classOfKey.set(key, (known = this.#classOfKey.size))
        this.#classOfShape.set(shape, known)
      }
      let place = places.get(known)
      if (place === undefined) places.set(known, (place = places.size))
      of[i] = place
    }
    return { of, count: places.size }
  }
}

/** A text equal for shapes that, on equal labels of their groups, make series of one group. */
function shapeKey(
  names: readonly string[],
  without: boolean,
  isBare: boolean,
): (shape: SeriesShape) => string {
  if (!without) {
    // What is bare has no name, whatever the shape says.
    const wanted = isBare ? names.filter((name) => !METADATA_LABELS.includes(name)) : names
    return ({ own, removed }) => {
      let key = ''
      for (const name of wanted) {
        const value = own.get(name)
        key += value !== '' ? lengthed(value) : removed.includes(name) ? '-' : '+'
      }
      return key
    }
  }
  const dropped = new Set([...METADATA_LABELS.slice(0, isBare ? 3 : 1), ...names])
  return ({ own, removed }) => {
    let key = ''
    for (let i = 0; i < own.flat.length; i += 2) {
      if (!dropped.has(own.flat[i]!)) key += lengthed(own.flat[i]!) + lengthed(own.flat[i + 1]!)
    }
    for (const name of removed) if (!dropped.has(name)) key += `-${lengthed(name)}`
    return key
  }
}
