// The newest exemplars, all series together, in a ring.

import type { Exemplar, Labels } from '@pharos/model'
import { EXEMPLARS } from '../limits.ts'

export interface StoredExemplar {
  readonly series: Labels
  readonly exemplar: Exemplar
}

export class ExemplarRing {
  readonly #ring: StoredExemplar[] = []
  /** Newest exemplar of each series that has one in the ring. */
  readonly #newest = new Map<string, Exemplar>()
  #next = 0

  /** @returns whether it is new: the same one is often exposed for many scrapes */
  add(series: Labels, exemplar: Exemplar): boolean {
    const last = this.#newest.get(series.key)
    if (
      last !== undefined &&
      last.value === exemplar.value &&
      last.timestampMs === exemplar.timestampMs &&
      last.labels.equals(exemplar.labels)
    ) {
      return false
    }
    const replaced = this.#ring[this.#next]
    if (replaced !== undefined && this.#newest.get(replaced.series.key) === replaced.exemplar) {
      this.#newest.delete(replaced.series.key)
    }
    this.#ring[this.#next] = { series, exemplar }
    this.#next = (this.#next + 1) % EXEMPLARS
    this.#newest.set(series.key, exemplar)
    return true
  }

  /** Oldest first. */
  all(): StoredExemplar[] {
    return [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)]
  }
}
