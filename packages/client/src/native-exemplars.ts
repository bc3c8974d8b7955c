import type { Exemplar } from './exemplars.ts'

/**
 * A few exemplars of one native series, ordered by value and spread as widely as can be: a new one takes the
 * place of one that is too old, else of one in the pair that lies closest together on a logarithmic scale.
 * @source client_golang nativeExemplars.addExemplar
 */
export class NativeExemplars {
  readonly #max: number
  readonly #ttlMs: number
  #all: Exemplar[] = []

  /**
   * @param max    negative or 0: none are kept
   * @param ttlMs  from which age on the oldest goes first; negative: always
   */
  constructor(max: number, ttlMs: number) {
    this.#max = max
    this.#ttlMs = ttlMs
  }

  /** Ascending by value. */
  all(): readonly Exemplar[] {
    return this.#all
  }

  add(one: Exemplar): void {
    if (this.#max <= 0) return
    // What was handed out by `all` stays as it was.
    const leaving = this.#all.length >= this.#max ? this.#leaving(one) : -1
    const kept = this.#all.filter((_, i) => i !== leaving)
    const at = kept.findIndex(({ value }) => one.value < value)
    this.#all = at < 0 ? [...kept, one] : [...kept.slice(0, at), one, ...kept.slice(at)]
  }

  /** Which one makes room for the newcomer. */
  #leaving(newcomer: Exemplar): number {
    const all = this.#all
    let oldest = 0
    for (let i = 1; i < all.length; i++) if (all[i]!.timeMs < all[oldest]!.timeMs) oldest = i
    if (all.length === 1 || newcomer.timeMs - all[oldest]!.timeMs > this.#ttlMs) return oldest
    let closest = Infinity
    let leaving = oldest
    for (let i = 1; i < all.length; i++) {
      const distance = distanceOf(all[i - 1]!.value, all[i]!.value)
      if (distance < closest) {
        closest = distance
        leaving = all[i]!.timeMs < all[i - 1]!.timeMs ? i : i - 1
      }
    }
    // The newcomer itself may come closer to a neighbour than those two are.
    const at = all.findIndex(({ value }) => newcomer.value <= value)
    const above = at < 0 ? all.length : at
    for (const neighbour of [above - 1, above]) {
      const value = all[neighbour]?.value
      if (value !== undefined && distanceOf(value, newcomer.value) < closest) {
        closest = distanceOf(value, newcomer.value)
        leaving = neighbour
      }
    }
    return leaving
  }
}

function distanceOf(a: number, b: number): number {
  return Math.abs(Math.log(b) - Math.log(a))
}
