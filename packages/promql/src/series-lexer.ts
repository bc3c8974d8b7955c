// Tokens of a series description, the line behind `load` in test scripts and in unit tests of rules:
//
//   my_metric{job="x"} 1 _ 2+3x4 {{schema:1 buckets:[5 10]}}x2
//   └── name, braces ─┘ └────── values; {{ … }} histogram ────┘
//
// Space means something among the values, so it is a token there.

import { goQuote } from '@pharos/model'
import { quoteRune } from './rune-text.ts'
import { END, isAlpha, isAlphaNumeric, isDigit, isSpace, Scanner } from './scanner.ts'
import { type Token, type TokenType, wordType } from './token.ts'

const HISTOGRAM_KEYS: readonly string[] = [
  'sum',
  'count',
  'schema',
  'offset',
  'n_offset',
  'buckets',
  'n_buckets',
  'z_bucket',
  'z_bucket_w',
  'custom_values',
  'counter_reset_hint',
]

const RESET_HINTS: readonly string[] = ['unknown', 'reset', 'not_reset', 'gauge']

export class SeriesLexer {
  readonly #scanner: Scanner
  #reading: 'name' | 'braces' | 'values' | 'histogram' | 'buckets' = 'name'
  #ended = false

  constructor(input: string) {
    this.#scanner = new Scanner(input)
  }

  /** The next token. After an error or the end only `end of input` follows. */
  next(): Token {
    const s = this.#scanner
    for (;;) {
      if (this.#ended) return s.token('end of input')
      const token = this.#step()
      if (token === undefined) continue
      this.#ended = token.type === 'error' || token.type === 'end of input'
      return token
    }
  }

  #step(): Token | undefined {
    const s = this.#scanner
    switch (this.#reading) {
      case 'name':
        return this.#name()
      case 'braces': {
        const token = s.insideBraces()
        if (token?.type === '}') this.#reading = 'values'
        return token
      }
      case 'values':
        return this.#value()
      case 'histogram':
        return this.#histogram()
      case 'buckets':
        return this.#bucket()
    }
  }

  #name(): Token | undefined {
    const s = this.#scanner
    const c = s.peek()
    if (c === 0x23) return s.comment()
    if (isSpace(c)) {
      s.skipSpaces()
      return undefined
    }
    if (isAlpha(c) || c === 0x3a) {
      const token = this.#word()
      if (s.peek() !== 0x7b) this.#reading = 'values'
      return token
    }
    const codePoint = s.next()
    if (codePoint === END) return s.token('end of input')
    if (codePoint !== 0x7b) return s.error(`unexpected character: ${quoteRune(codePoint)}`)
    this.#reading = 'braces'
    return s.token('{')
  }

  #word(): Token {
    const s = this.#scanner
    while (isAlphaNumeric(s.peek()) || s.peek() === 0x3a) s.pos++
    return s.token(wordType(s.text()))
  }

  /** One token for a run of spaces, which shows only the first. */
  #space(): Token {
    const s = this.#scanner
    s.next()
    const token = s.token('space')
    s.skipSpaces()
    return token
  }

  #value(): Token {
    const s = this.#scanner
    const c = s.peek()
    if (isSpace(c)) return this.#space()
    if (isDigit(c) || (c === 0x2e && isDigit(s.peek(1)))) return this.#number()
    // A lone x or _ is a sign, also with letters behind it: `_x4`.
    const single = SIGNS[String.fromCharCode(c)]
    if (c !== END && single !== undefined) {
      s.next()
      return s.token(single)
    }
    if (isAlpha(c)) return this.#word()
    const codePoint = s.next()
    if (codePoint === END) return s.token('end of input')
    if (codePoint === 0x7b && s.accept('{')) {
      this.#reading = 'histogram'
      return s.token('{{')
    }
    return s.error(`unexpected character in series sequence: ${quoteRune(codePoint)}`)
  }

  #number(): Token {
    const s = this.#scanner
    return s.number(true) ? s.token('number') : s.error(`bad number syntax: ${goQuote(s.text())}`)
  }

  #histogram(): Token {
    const s = this.#scanner
    const c = s.peek()
    if (isSpace(c)) return this.#space()
    if (isAlpha(c)) return this.#histogramWord()
    if (isDigit(c)) return this.#number()
    const codePoint = s.next()
    switch (codePoint) {
      case 0x3a:
        return s.token(':')
      case 0x2d:
        return s.token('-')
      case 0x5b:
        this.#reading = 'buckets'
        return s.token('[')
      case 0x7d:
        if (!s.accept('}')) break
        this.#reading = 'values'
        return s.token('}}')
      default:
        break
    }
    return s.error(`histogram description incomplete unexpected: ${quoteRune(codePoint)}`)
  }

  #histogramWord(): Token {
    const s = this.#scanner
    while (isAlpha(s.peek())) s.pos++
    const word = s.text().toLowerCase()
    if (HISTOGRAM_KEYS.includes(word))
      return s.peek() === 0x3a
        ? s.token('histogram key')
        : s.error('missing `:` for histogram descriptor')
    if (wordType(word) === 'number') return s.token('number')
    if (RESET_HINTS.includes(word)) return s.token('counter reset hint')
    return s.error(`bad histogram descriptor found: ${goQuote(s.text())}`)
  }

  #bucket(): Token | undefined {
    const s = this.#scanner
    const c = s.peek()
    if (isSpace(c)) return this.#space()
    if (isDigit(c)) return this.#number()
    if (isAlpha(c)) {
      s.pos++
      return wordType(s.text()) === 'number' ? s.token('number') : undefined
    }
    const codePoint = s.next()
    if (codePoint === 0x2d) return s.token('-')
    if (codePoint !== 0x5d)
      return s.error(`invalid character in buckets description: ${quoteRune(codePoint)}`)
    this.#reading = 'histogram'
    return s.token(']')
  }
}

const SIGNS: Readonly<Record<string, TokenType>> = { '+': '+', '-': '-', x: 'times', _: 'blank' }
