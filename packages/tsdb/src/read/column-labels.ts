// What label names and values a list of columns has: worked out once for a list, which many groups and queries share.

import type { Layout } from '../catalog/layout.ts'

interface OwnValues {
  readonly values: ReadonlySet<string>
  /** In some column the label is the group's. */
  readonly isInherited: boolean
}

export class ColumnLabels {
  /** Names that some column's shape sets. */
  readonly names: ReadonlySet<string>
  /** Names of the group that no column has. */
  readonly removedByAll: ReadonlySet<string>
  readonly #layout: Layout
  readonly #columns: Int32Array
  readonly #values = new Map<string, OwnValues>()

  constructor(layout: Layout, columns: Int32Array) {
    this.#layout = layout
    this.#columns = columns
    const names = new Set<string>()
    let removed: readonly string[] | undefined
    for (const column of columns) {
      const shape = layout.shapes[column]!
      const { flat } = shape.own
      for (let i = 0; i < flat.length; i += 2) names.add(flat[i]!)
      removed =
        removed === undefined
          ? shape.removed
          : removed.filter((name) => shape.removed.includes(name))
    }
    this.names = names
    this.removedByAll = new Set(removed)
  }

  valuesOf(name: string): OwnValues {
    const known = this.#values.get(name)
    if (known !== undefined) return known
    const values = new Set<string>()
    let isInherited = false
    for (const column of this.#columns) {
      const { own, removed } = this.#layout.shapes[column]!
      const value = own.get(name)
      if (value !== '') values.add(value)
      else if (!removed.includes(name)) isInherited = true
    }
    const found = { values, isInherited }
    this.#values.set(name, found)
    return found
  }
}
