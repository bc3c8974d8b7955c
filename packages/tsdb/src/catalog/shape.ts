// A shape is what a series' labels add to those of its group: the labels that the group has not, or has with
// another value, and the names of group labels that the series lacks. A hundred targets of one kind share
// their shapes, so whatever is decided for a shape is decided once.
//
//   group   {job="node", instance="a:9100"}
//   shape   {__name__="up"}                     series {__name__="up", instance="a:9100", job="node"}
//   shape   {__name__="x", job="other"}         series {__name__="x", instance="a:9100", job="other"}

import type { Task } from '@pharos/base'
import { compareText, Labels, METRIC_NAME } from '@pharos/model'
import type { PendingSeries } from '../appender.ts'

/** Shapes between two stops of a collection, some 100 µs. */
const STOP_SHAPES = 1024

export interface Shape {
  /** Numbered in the order of interning, for this process only. */
  readonly id: number
  readonly own: Labels
  /** Group labels that the series does not have. */
  readonly removed: readonly string[]
  readonly metricName: string
  /** The collection of the table that last saw it in use. */
  keptBy: number
}

/** Interns shapes: equal ones are one object, so that they can be compared by identity. */
export class ShapeTable {
  readonly #byKey = new Map<string, Shape>()
  #nextId = 0
  #collection = 0

  get size(): number {
    return this.#byKey.size
  }

  /** What makes `series` out of `groupKey`: the shape itself when it is known, which takes no memory. */
  pending(series: Labels, groupKey: Labels): PendingSeries {
    const own: string[] = []
    const flat = series.flat
    for (let i = 0; i < flat.length; i += 2) {
      const name = flat[i]!
      // The name stays in the shape even when the group has it too: selection looks it up there.
      if (name === METRIC_NAME || groupKey.get(name) !== flat[i + 1]) own.push(name, flat[i + 1]!)
    }
    const removed: string[] = []
    for (let i = 0; i < groupKey.flat.length; i += 2) {
      if (!series.has(groupKey.flat[i]!)) removed.push(groupKey.flat[i]!)
    }
    const labels = new Labels(own)
    return this.#byKey.get(keyOf(labels, removed)) ?? { own: labels, removed }
  }

  /** The shape that makes `series` out of `groupKey`. */
  shapeOf(series: Labels, groupKey: Labels): Shape {
    const { own, removed } = this.pending(series, groupKey)
    return this.shape(own, removed)
  }

  shape(own: Labels, removed: readonly string[]): Shape {
    const key = keyOf(own, removed)
    let shape = this.#byKey.get(key)
    if (shape === undefined) {
      const metricName = own.get(METRIC_NAME)
      shape = { id: this.#nextId++, own, removed, metricName, keptBy: this.#collection }
      this.#byKey.set(key, shape)
    }
    // Who gets a shape while others are collected uses it.
    shape.keptBy = this.#collection
    return shape
  }

  /** From now on shapes say that they are in use: those that are asked for, and those of which somebody says `keep`. */
  beginCollection(): void {
    this.#collection++
  }

  keep(shape: Shape): void {
    shape.keptBy = this.#collection
  }

  /** Forgets every shape that was not used since the collection began: what churned away must not stay in memory. */
  *collected(): Task<void> {
    let count = 0
    for (const [key, shape] of this.#byKey) {
      if (++count % STOP_SHAPES === 0) yield
      if (shape.keptBy !== this.#collection) this.#byKey.delete(key)
    }
  }
}

function keyOf(own: Labels, removed: readonly string[]): string {
  return removed.length === 0 ? own.key : `${own.key}\n${JSON.stringify(removed)}`
}

/** The whole label set of a series: two sorted lists merged. */
export function seriesLabels(groupKey: Labels, shape: Shape): Labels {
  const a = groupKey.flat
  const b = shape.own.flat
  const flat: string[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const order = i >= a.length ? 1 : j >= b.length ? -1 : compareText(a[i]!, b[j]!)
    if (order < 0) {
      if (!shape.removed.includes(a[i]!)) flat.push(a[i]!, a[i + 1]!)
      i += 2
    } else {
      flat.push(b[j]!, b[j + 1]!)
      j += 2
      if (order === 0) i += 2
    }
  }
  // Queries make thousands: a list that grew by pushing is twice as large as what is in it.
  return new Labels(flat.slice())
}
