// Texts of several sets in order. Sorting is most of what a list of label values costs, and the sets, which belong to lists
// of columns, are the same ones from query to query.

import { compareText } from '@pharos/model'

interface Union {
  readonly sets: readonly ReadonlySet<string>[]
  readonly more: readonly string[]
  readonly sorted: readonly string[]
}

export class SortedUnions {
  /** The latest one that began with a set: it goes when the set goes. */
  readonly #known = new WeakMap<ReadonlySet<string>, Union>()

  /** @param sets  that never change */
  sorted(sets: readonly ReadonlySet<string>[], more: ReadonlySet<string>): readonly string[] {
    const [first] = sets
    const known = first && this.#known.get(first)
    if (known !== undefined && isOf(known, sets, more)) return known.sorted
    const all = new Set(more)
    for (const set of sets) for (const text of set) all.add(text)
    const sorted = [...all].sort(compareText)
    if (first !== undefined) this.#known.set(first, { sets, more: [...more], sorted })
    return sorted
  }
}

function isOf(known: Union, sets: readonly unknown[], more: ReadonlySet<string>): boolean {
  if (known.sets.length !== sets.length || known.more.length !== more.size) return false
  return known.sets.every((set, i) => set === sets[i]) && known.more.every((one) => more.has(one))
}
