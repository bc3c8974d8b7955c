/**
 * The names that fit what was typed, best first: every word must occur; a name that begins with the text comes
 * before one that holds it at the start of a word, that before any other; shorter before longer.
 */
export function bestMatches(names: readonly string[], text: string, limit: number): string[] {
  const words = wordsOf(text)
  if (words.length === 0) return names.slice(0, limit)
  const found: { name: string; rank: number }[] = []
  for (const name of names) {
    const lower = name.toLowerCase()
    let rank = 0
    for (const word of words) {
      const at = lower.indexOf(word)
      if (at < 0) {
        rank = -1
        break
      }
      rank += at === 0 ? 0 : /[a-z0-9]/.test(lower[at - 1]!) ? 2 : 1
    }
    if (rank >= 0) found.push({ name, rank })
  }
  found.sort(
    (a, b) => a.rank - b.rank || a.name.length - b.name.length || (a.name < b.name ? -1 : 1),
  )
  return found.slice(0, limit).map(({ name }) => name)
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
