// The keys of the registry with their revisions: a sorted map, and the changes of the last revisions for
// watches and for reads in the past. Purely in memory and synchronous; the journal makes it last.

import { bug } from '@pharos/base'
import { HISTORY_BYTES_MAX, HISTORY_EVENTS_MAX } from './limits.ts'
import { RefusedError, refusals } from './refusals.ts'

/** Keys are text whose code units are the bytes, so that comparing them compares bytes. */
export interface StoredKey {
  readonly key: string
  readonly value: Uint8Array
  readonly create: number
  readonly mod: number
  readonly version: number
  /** Decimal text; '0' for none. */
  readonly lease: string
}

export interface Change {
  readonly revision: number
  readonly key: string
  /** Undefined: deleted. */
  readonly after: StoredKey | undefined
  readonly before: StoredKey | undefined
}

/** `end` undefined: one key. Otherwise from `start` to before `end`; `'\0'` means to the last key. */
export interface Range {
  readonly start: string
  readonly end: string | undefined
}

export class KeyStore {
  /** Of the last change; a new store stands at 1, as etcd's. */
  revision = 1
  /** Changes before this revision are forgotten. */
  compacted = 0
  /** Bytes of all keys and values. */
  bytes = 0
  readonly #keys = new Map<string, StoredKey>()
  /** All keys, ascending. */
  #sorted: string[] = []
  #history: Change[] = []
  #historyBytes = 0

  get size(): number {
    return this.#keys.size
  }

  get(key: string): StoredKey | undefined {
    return this.#keys.get(key)
  }

  /** Keys of a range, ascending. */
  range(range: Range): StoredKey[] {
    if (range.end === undefined) {
      const found = this.#keys.get(range.start)
      return found === undefined ? [] : [found]
    }
    const from = this.#position(range.start)
    const to = range.end === '\0' ? this.#sorted.length : this.#position(range.end)
    return this.#sorted.slice(from, Math.max(from, to)).map((key) => this.#keys.get(key)!)
  }

  /**
   * The range as it was at a revision.
   * @throws RefusedError when that is forgotten or still to come
   */
  rangeAt(range: Range, revision: number): StoredKey[] {
    if (revision > this.revision) throw new RefusedError(refusals.future)
    if (revision <= 0 || revision === this.revision) return this.range(range)
    if (revision < this.compacted) throw new RefusedError(refusals.compacted)
    const keys = new Map(this.range(range).map((one) => [one.key, one]))
    for (let i = this.#history.length - 1; i >= 0; i--) {
      const change = this.#history[i]!
      if (change.revision <= revision) break
      if (!contains(range, change.key)) continue
      if (change.before === undefined) keys.delete(change.key)
      else keys.set(change.key, change.before)
    }
    return [...keys.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
  }

  /** Changes of a revision and all later ones, oldest first; undefined when some of them are forgotten. */
  changesFrom(revision: number): readonly Change[] | undefined {
    if (revision < this.compacted) return undefined
    let low = 0
    let high = this.#history.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#history[middle]!.revision < revision) low = middle + 1
      else high = middle
    }
    return this.#history.slice(low)
  }

  /** Makes one change at `revision`, which is the current one or the next. */
  change(revision: number, key: string, value: Uint8Array | undefined, lease: string): Change {
    if (revision < this.revision) bug(`change at ${revision} behind ${this.revision}`)
    const before = this.#keys.get(key)
    const after =
      value === undefined
        ? undefined
        : {
            key,
            value,
            create: before?.create ?? revision,
            mod: revision,
            version: (before?.version ?? 0) + 1,
            lease,
          }
    this.#set(key, before, after)
    this.revision = revision
    const change = { revision, key, after, before }
    this.#remember(change)
    return change
  }

  /** Puts a key as it was, without a change. For replay. */
  restore(stored: StoredKey): void {
    this.#set(stored.key, this.#keys.get(stored.key), stored)
  }

  /** @throws RefusedError when the revision is forgotten already or still to come */
  compact(revision: number): void {
    if (revision > this.revision) throw new RefusedError(refusals.future)
    if (revision <= this.compacted) throw new RefusedError(refusals.compacted)
    this.compacted = revision
    this.#forget(this.#history.findIndex((one) => one.revision >= revision))
  }

  #remember(change: Change): void {
    this.#history.push(change)
    this.#historyBytes += bytesOfChange(change)
    if (this.#history.length <= HISTORY_EVENTS_MAX && this.#historyBytes <= HISTORY_BYTES_MAX)
      return
    // A quarter at a time, cut between two revisions.
    let count = Math.ceil(this.#history.length / 4)
    const last = this.#history[count - 1]!.revision
    while (count < this.#history.length && this.#history[count]!.revision === last) count++
    this.compacted = last + 1
    this.#forget(count)
  }

  #forget(count: number): void {
    const gone = this.#history.splice(0, count < 0 ? this.#history.length : count)
    for (const change of gone) this.#historyBytes -= bytesOfChange(change)
  }

  #set(key: string, before: StoredKey | undefined, after: StoredKey | undefined): void {
    if (before !== undefined) this.bytes -= key.length + before.value.length
    if (after !== undefined) this.bytes += key.length + after.value.length
    if (after === undefined) {
      this.#keys.delete(key)
      if (before !== undefined) this.#sorted.splice(this.#position(key), 1)
      return
    }
    this.#keys.set(key, after)
    if (before === undefined) this.#sorted.splice(this.#position(key), 0, key)
  }

  /** Index of the first key that is not below `key`. */
  #position(key: string): number {
    let low = 0
    let high = this.#sorted.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#sorted[middle]! < key) low = middle + 1
      else high = middle
    }
    return low
  }
}

export function contains(range: Range, key: string): boolean {
  if (range.end === undefined) return key === range.start
  return key >= range.start && (range.end === '\0' || key < range.end)
}

function bytesOfChange({ key, after, before }: Change): number {
  return 64 + key.length + (after?.value.length ?? 0) + (before?.value.length ?? 0)
}
