// A layout is the ordered list of columns of a group. It only ever grows, and a group uses its first
// `columnCount` columns; so targets of one kind, which add the same columns in the same order, share one.

import type { Shape } from './shape.ts'

export class Layout {
  /** A hole is a column whose definition was lost to corruption. */
  readonly shapes: (Shape | undefined)[] = []
  readonly #columnOf = new Map<Shape, number>()
  readonly #byName = new Map<string, number[]>()
  /** Labels that some shape sets or removes. */
  readonly #touched = new Set<string>()
  /** Groups of the head that use it. */
  userCount = 0

  static of(shapes: Iterable<Shape | undefined>, count: number = Infinity): Layout {
    const layout = new Layout()
    for (const shape of shapes) {
      if (layout.shapes.length >= count) break
      layout.add(shape)
    }
    return layout
  }

  add(shape: Shape | undefined): number {
    const column = this.shapes.length
    this.shapes.push(shape)
    if (shape === undefined) return column
    this.#columnOf.set(shape, column)
    const { flat } = shape.own
    for (let i = 0; i < flat.length; i += 2) this.#touched.add(flat[i]!)
    for (const name of shape.removed) this.#touched.add(name)
    const named = this.#byName.get(shape.metricName)
    if (named === undefined) this.#byName.set(shape.metricName, [column])
    else named.push(column)
    return column
  }

  /** −1 when it has no such column. */
  columnOf(shape: Shape): number {
    return this.#columnOf.get(shape) ?? -1
  }

  /** False: in every column this label is the group's. */
  touches(name: string): boolean {
    return this.#touched.has(name)
  }

  /** Columns of one metric name, ascending. */
  columnsNamed(metricName: string): readonly number[] {
    return this.#byName.get(metricName) ?? []
  }
}

/** Gives groups layouts to share. A shared layout is found by its first column. */
export class LayoutTable {
  readonly #byFirst = new Map<Shape, Layout>()

  /**
   * Adds a column to the first `count` columns of `layout` (undefined: a group without columns).
   * @returns the layout to use from now on, with `count` + 1 columns in use
   */
  extended(layout: Layout | undefined, count: number, shape: Shape): Layout {
    if (layout === undefined) {
      const shared = this.#byFirst.get(shape) ?? Layout.of([shape])
      this.#byFirst.set(shape, shared)
      shared.userCount++
      return shared
    }
    if (layout.shapes[count] === shape) return layout
    if (layout.shapes.length === count) {
      layout.add(shape)
      return layout
    }
    const fork = Layout.of(layout.shapes, count)
    fork.add(shape)
    fork.userCount = 1
    this.release(layout)
    return fork
  }

  release(layout: Layout): void {
    layout.userCount--
    const first = layout.shapes[0]
    if (layout.userCount === 0 && first !== undefined && this.#byFirst.get(first) === layout) {
      this.#byFirst.delete(first)
    }
  }
}
