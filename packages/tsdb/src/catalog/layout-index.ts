// The layouts of one file: tiles with the same columns share one.

import type { Task } from '@pharos/base'
import { Layout } from './layout.ts'
import type { Shape } from './shape.ts'

/** Columns between two stops, some 100 µs. */
const STOP_COLUMNS = 512

export class LayoutIndex {
  readonly #byHash = new Map<number, Layout[]>();

  /** The layout of exactly the columns `kept` of `shapes`, the one before when there was one. */
  *of(kept: Int32Array, shapes: readonly (Shape | undefined)[]): Task<Layout> {
    let hash = kept.length
    for (let i = 0; i < kept.length; i++) {
      hash = Math.imul(hash ^ (shapes[kept[i]!]?.id ?? -1), 0x01000193)
      if (i % (16 * STOP_COLUMNS) === 0) yield
    }
    let same = this.#byHash.get(hash)
    if (same === undefined) this.#byHash.set(hash, (same = []))
    for (const layout of same) if (yield* isOf(layout, kept, shapes)) return layout
    const layout = new Layout()
    for (let i = 0; i < kept.length; i++) {
      layout.add(shapes[kept[i]!])
      if (i % STOP_COLUMNS === 0) yield
    }
    same.push(layout)
    return layout
  }
}

function* isOf(
  layout: Layout,
  kept: Int32Array,
  shapes: readonly (Shape | undefined)[],
): Task<boolean> {
  if (layout.shapes.length !== kept.length) return false
  for (let i = 0; i < kept.length; i++) {
    if (layout.shapes[i] !== shapes[kept[i]!]) return false
    if (i % (16 * STOP_COLUMNS) === 0) yield
  }
  return true
}
