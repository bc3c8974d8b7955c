// Who watches what. Changes are handed on after they are safe, in the order of their revisions.

import { contains } from './key-store.ts'
import type { Change, Range } from './key-store.ts'

interface Watcher {
  readonly range: Range
  /** Puts, deletes that are not told. */
  readonly ignoresPuts: boolean
  readonly ignoresDeletes: boolean
  /** Changes below are not told: they were, or are not wanted. */
  nextRevision: number
  /** Changes of whole revisions, oldest first. */
  tell(changes: readonly Change[]): void
}

export class WatchHub {
  readonly #watchers = new Set<Watcher>()

  get size(): number {
    return this.#watchers.size
  }

  add(watcher: Watcher): void {
    this.#watchers.add(watcher)
  }

  remove(watcher: Watcher): void {
    this.#watchers.delete(watcher)
  }

  publish(changes: readonly Change[]): void {
    if (changes.length === 0) return
    for (const watcher of this.#watchers) tellWatcher(watcher, changes)
  }
}

/** Tells a watcher those of the changes that are its. */
export function tellWatcher(watcher: Watcher, changes: readonly Change[]): void {
  const own = changes.filter(
    (one) =>
      one.revision >= watcher.nextRevision &&
      contains(watcher.range, one.key) &&
      !(one.after === undefined ? watcher.ignoresDeletes : watcher.ignoresPuts),
  )
  const last = changes.at(-1)
  if (last !== undefined) watcher.nextRevision = Math.max(watcher.nextRevision, last.revision + 1)
  if (own.length > 0) watcher.tell(own)
}
