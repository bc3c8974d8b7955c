/**
 * The names that fit what was typed, best first: every word must occur; a name that begins with the text comes
 * before one that holds it at the start of a word, that before any other; shorter before longer.
 */
export function bestMatches(names: readonly string[], text: string, limit: number): string[] {
  const words = wordsOf(text)
  if (words.length === 0) return names.slice(0, limit)
  const best = new Best<string>(limit)
  for (const name of names) best.offer(name, name, rankOf(name, words))
  return best.items()
}

/** How well a name fits the words, 0 best; −1 when it lacks one. */
export function rankOf(name: string, words: readonly string[]): number {
  const lower = name.toLowerCase()
  let rank = 0
  for (const word of words) {
    const at = lower.indexOf(word)
    if (at < 0) return -1
    rank += at === 0 ? 0 : /[a-z0-9]/.test(lower[at - 1]!) ? 2 : 1
  }
  return rank
}

/** The best of what is offered, in order. Sorting all of ten thousand would take longer than finding them. */
export class Best<T> {
  readonly #limit: number
  readonly #found: { readonly item: T; readonly name: string; readonly rank: number }[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  offer(item: T, name: string, rank: number): void {
    if (rank < 0) return
    const found = this.#found
    const isBefore = (at: number) => {
      const other = found[at]!
      return (
        (rank - other.rank || name.length - other.name.length || (name < other.name ? -1 : 1)) < 0
      )
    }
    let at = found.length
    if (at === this.#limit && !isBefore(at - 1)) return
    while (at > 0 && isBefore(at - 1)) at--
    found.splice(at, 0, { item, name, rank })
    if (found.length > this.#limit) found.pop()
  }

  items(): T[] {
    return this.#found.map(({ item }) => item)
  }
}

/** The words that a filter asks for, in lower case. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean)
}

/** @param text  in lower case */
export function everyWordIn(words: readonly string[], text: string): boolean {
  return words.every((word) => text.includes(word))
}

/** What a filter looks in, in lower case: made when it is looked for, or before, when there is time. */
export class SearchTexts {
  readonly #texts: (string | undefined)[]
  #made = 0
  readonly #make: (place: number) => string

  constructor(count: number, make: (place: number) => string) {
    this.#texts = Array.from({ length: count })
    this.#make = make
  }

  of(place: number): string {
    return (this.#texts[place] ??= this.#make(place).toLowerCase())
  }

  /** Makes some more of them, a millisecond's work. @returns whether any may be left */
  makeSome(): boolean {
    const end = Math.min(this.#texts.length, this.#made + SLICE)
    for (; this.#made < end; this.#made++) this.of(this.#made)
    return end < this.#texts.length
  }
}

const SLICE = 200
