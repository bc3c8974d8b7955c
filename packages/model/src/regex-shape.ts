// Reads the simple part of a regular expression, so that most matchers never need a regex machine: literals,
// `.*`, `.+`, groups and alternatives of them, and small character classes. What it does not know becomes
// opaque: then only the literal text before and after it is used, to say no early.
//
//   pattern        (web|api)-.*          10\.0\.[12]\..+                  foo[0-9]+bar
//   sequences      web- * | api- *       10.0.1. + | 10.0.2. +            foo ? bar     (? opaque)
//
// Everything here only reads patterns that RE2 has accepted or that this reader understands to the last
// character; it never decides that a pattern is legal.

/** A literal text or one of Wild. */
export type Part = string | number

export const Wild = {
  /** Zero or more characters, `.*`. */
  any: 0,
  /** One or more, `.+`. */
  some: 1,
  /** Something that only RE2 knows. */
  opaque: 2,
} as const

/** Literals and wildcards in turn; two literals never stand side by side. */
export type Sequence = readonly Part[]

// Only inside this file: a single `.` and the anchors, until `joined` has decided what they are.
const DOT = 3
const BEGIN = 4
const END = 5

/** More alternatives than this are not worth writing out for a product of groups. */
const MAX_PRODUCT = 1000
/** A plain list of alternatives may be longer: dashboards send them. */
const MAX_ALTERNATIVES = 10_000
const MAX_DEPTH = 20
const MAX_CLASS = 16

const COUNT = /^\{[0-9]+(?:,[0-9]*)?\}\??/

/**
 * The alternatives of a pattern as sequences, or undefined when flags, repetitions of groups or sheer size
 * make it no simple pattern.
 */
export function regexShape(pattern: string): readonly Sequence[] | undefined {
  const reader = new ShapeReader(pattern)
  const sequences = reader.alternatives(0)
  return sequences === undefined || !reader.isAtEnd ? undefined : sequences.map(joined)
}

class ShapeReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length
  }

  /** Alternatives up to the closing parenthesis or the end; undefined when something is not simple. */
  alternatives(depth: number): Part[][] | undefined {
    if (depth > MAX_DEPTH) return undefined
    const all: Part[][] = []
    for (;;) {
      const one = this.#sequences(depth)
      if (one === undefined || all.length + one.length > MAX_ALTERNATIVES) return undefined
      for (const sequence of one) all.push(sequence)
      if (this.#text[this.#at] !== '|') return all
      this.#at++
    }
  }

  /** One branch of an alternation, its groups multiplied out. */
  #sequences(depth: number): Part[][] | undefined {
    let product: Part[][] = [[]]
    while (this.#at < this.#text.length) {
      const next = this.#text[this.#at]!
      if (next === '|' || next === ')') break
      const choices = this.#atom(depth)
      if (choices === undefined) return undefined
      if (choices.length === 1) {
        for (const sequence of product) append(sequence, choices[0]!)
        continue
      }
      if (product.length * choices.length > MAX_PRODUCT && product.length > 1) return undefined
      product = product.flatMap((head) =>
        choices.map((tail) => {
          const sequence = [...head]
          append(sequence, tail)
          return sequence
        }),
      )
    }
    return product
  }

  /** The choices that one character, class or group stands for, with what repeats it. */
  #atom(depth: number): Part[][] | undefined {
    const choices = this.#plainAtom(depth)
    if (choices === undefined) return undefined
    const repeat = this.#repetition()
    if (repeat === '') return choices
    if (choices.length === 1 && choices[0]!.length === 1 && choices[0]![0] === DOT) {
      if (repeat === '*') return [[Wild.any]]
      if (repeat === '+') return [[Wild.some]]
    }
    return [[Wild.opaque]]
  }

  #plainAtom(depth: number): Part[][] | undefined {
    const text = this.#text
    const c = String.fromCodePoint(text.codePointAt(this.#at)!)
    this.#at += c.length
    switch (c) {
      case '(':
        return this.#group(depth)
      case '[':
        return this.#characterClass()
      case '\\':
        return this.#escape()
      case '.':
        return [[DOT]]
      case '^':
      case '$':
        return [[c === '^' ? BEGIN : END]]
      case '*':
      case '+':
      case '?':
        return undefined
      case '{':
        // A count with nothing to repeat is an error, anything else a literal brace.
        return COUNT.test(text.slice(this.#at - 1, this.#at + 20)) ? undefined : [[c]]
      default:
        return [[c]]
    }
  }

  #group(depth: number): Part[][] | undefined {
    if (this.#text[this.#at] === '?') {
      const opening = /^\?(?::|P?<[A-Za-z0-9_]+>)/.exec(this.#text.slice(this.#at, this.#at + 80))
      // Anything else sets flags (or is no RE2).
      if (opening === null) return undefined
      this.#at += opening[0].length
    }
    const choices = this.alternatives(depth + 1)
    if (choices === undefined || this.#text[this.#at] !== ')') return undefined
    this.#at++
    return choices
  }

  #escape(): Part[][] | undefined {
    const c = this.#text[this.#at++]
    if (c === undefined) return undefined
    if (/[!-/:-@[-`{-~]/.test(c)) return [[c]]
    if (/[dDwWsSbB]/.test(c)) return [[Wild.opaque]]
    return undefined
  }

  /** `[abc]` and `[0-3]` are choices; larger, negated or named classes are opaque. */
  #characterClass(): Part[][] | undefined {
    // Escapes and named classes have rules of their own; RE2 knows them.
    const match = /^(\^?)([^\]\\[^][^\]\\[]*)\]/u.exec(this.#text.slice(this.#at, this.#at + 200))
    if (match === null) return undefined
    const [whole, negation, inside = ''] = match
    this.#at += whole.length
    if (negation !== '') return [[Wild.opaque]]
    const characters = new Set<string>()
    const all = Array.from(inside)
    for (let i = 0; i < all.length; i++) {
      const from = all[i]!.codePointAt(0)!
      const isRange = all[i + 1] === '-' && i + 2 < all.length
      const to = isRange ? all[i + 2]!.codePointAt(0)! : from
      if (isRange) i += 2
      if (to < from) return undefined
      if (to - from >= MAX_CLASS) return [[Wild.opaque]]
      for (let code = from; code <= to; code++) characters.add(String.fromCodePoint(code))
      if (characters.size > MAX_CLASS) return [[Wild.opaque]]
    }
    return [...characters].map((one) => [one])
  }

  /** The quantifier at this place, without its laziness, which does not change what matches. */
  #repetition(): string {
    const c = this.#text[this.#at]
    if (c === '*' || c === '+' || c === '?') {
      this.#at++
      if (this.#text[this.#at] === '?') this.#at++
      return c
    }
    const counted = COUNT.exec(this.#text.slice(this.#at, this.#at + 20))
    if (counted === null) return ''
    this.#at += counted[0].length
    return counted[0]
  }
}

/** Adds parts, joining literals and merging wildcards: `.*.*` is `.*`, `.+.*` is `.+`. */
function append(sequence: Part[], parts: readonly Part[]): void {
  for (const part of parts) {
    const last = sequence.at(-1)
    if (typeof part === 'string' && typeof last === 'string') {
      sequence[sequence.length - 1] = last + part
    } else if (part === Wild.any && (last === Wild.any || last === Wild.some)) {
      continue
    } else if (part === Wild.some && last === Wild.any) {
      sequence[sequence.length - 1] = Wild.some
    } else if (part !== '') {
      sequence.push(part)
    }
  }
}

/** Anchors at the ends say nothing new and go; elsewhere they, and a single `.`, are opaque. */
function joined(sequence: readonly Part[]): Sequence {
  let from = 0
  let to = sequence.length
  while (from < to && sequence[from] === BEGIN) from++
  while (to > from && sequence[to - 1] === END) to--
  return sequence
    .slice(from, to)
    .map((part) => (part === DOT || part === BEGIN || part === END ? Wild.opaque : part))
}
