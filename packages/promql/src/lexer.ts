// Query text to tokens. Three ways of reading: statements, the inside of braces, and the beginning of a
// range in brackets. Which characters are legal depends on it, and the messages are the reference's.
//
//   statement ──{──► braces ──}──► statement        [ ──► duration ──first number, ]──► statement

import { quoteRune } from './rune-text.ts'
import { END, isAlpha, isAlphaNumeric, isDigit, isSpace, Scanner } from './scanner.ts'
import { type Token, type TokenType, wordType } from './token.ts'

const DURATION_WORDS: readonly string[] = ['step', 'range', 'max_of', 'min_of']

const SINGLE: Readonly<Record<string, TokenType>> = {
  ',': ',',
  '*': '*',
  '/': '/',
  '%': '%',
  '+': '+',
  '-': '-',
  '^': '^',
  '@': '@',
}

export class Lexer {
  readonly #scanner: Scanner
  #reading: 'statement' | 'braces' | 'duration' = 'statement'
  #parenDepth = 0
  #bracketOpen = false
  #gotColon = false
  #gotDuration = false
  #ended = false

  constructor(input: string) {
    this.#scanner = new Scanner(input)
  }

  /** The next token, comments included. After an error or the end only `end of input` follows. */
  next(): Token {
    if (this.#ended) return this.#scanner.token('end of input')
    for (;;) {
      const token = this.#step()
      if (token === undefined) continue
      if (token.type === 'error' || token.type === 'end of input') this.#ended = true
      return token
    }
  }

  /** Undefined when only space was consumed. */
  #step(): Token | undefined {
    switch (this.#reading) {
      case 'statement':
        return this.#statement()
      case 'duration':
        return this.#duration()
      case 'braces': {
        const token = this.#scanner.insideBraces()
        if (token?.type === '}') this.#reading = 'statement'
        return token
      }
    }
  }

  #statement(): Token | undefined {
    const s = this.#scanner
    const c = s.peek()
    if (c === 0x23) return s.comment()
    if (isSpace(c)) {
      s.skipSpaces()
      return undefined
    }
    if (isDigit(c) || (c === 0x2e && isDigit(s.peek(1)))) return s.numberOrDuration()
    if (c === 0x22 || c === 0x27 || c === 0x60) return s.string()
    if (isAlpha(c) || c === 0x3a) return this.#bracketOpen ? this.#bracketWord() : this.#word()
    if (c === END) return this.#end()
    const codePoint = s.next()
    const char = String.fromCodePoint(codePoint)
    const single = SINGLE[char]
    if (single !== undefined) return s.token(single)
    switch (char) {
      case '=':
        if (s.accept('=')) return s.token('==')
        if (s.peek() === 0x7e) return s.error(`unexpected character after '=': '~'`)
        return s.token('=')
      case '!':
        if (s.accept('=')) return s.token('!=')
        return s.error(`unexpected character after '!': ${quoteRune(s.next())}`)
      case '<':
        return s.token(s.accept('=') ? '<=' : s.accept('/') ? '</' : '<')
      case '>':
        return s.token(s.accept('=') ? '>=' : s.accept('/') ? '>/' : '>')
      case '(':
      case ')':
        return this.#paren(char)
      case '{':
        this.#reading = 'braces'
        return s.token('{')
      case '[':
      case ']':
        return this.#bracket(char)
      default:
        return s.error(`unexpected character: ${quoteRune(codePoint)}`)
    }
  }

  #end(): Token {
    const s = this.#scanner
    if (this.#parenDepth !== 0) return s.error('unclosed left parenthesis')
    if (this.#bracketOpen) return s.error('unclosed left bracket')
    return s.token('end of input')
  }

  #paren(char: '(' | ')'): Token {
    const token = this.#scanner.token(char)
    this.#parenDepth += char === '(' ? 1 : -1
    return this.#parenDepth < 0 ? this.#scanner.error(`unexpected right parenthesis ')'`) : token
  }

  #bracket(char: '[' | ']'): Token {
    const s = this.#scanner
    if (char === '[') {
      if (this.#bracketOpen) return s.error(`unexpected left bracket '['`)
      const token = s.token('[')
      s.skipSpaces()
      this.#gotColon = false
      this.#bracketOpen = true
      this.#reading = 'duration'
      return token
    }
    if (!this.#bracketOpen) return s.error(`unexpected right bracket ']'`)
    this.#bracketOpen = false
    return s.token(']')
  }

  /** A name or keyword, the longest run of letters, digits, `_` and `:`. */
  #word(): Token {
    const s = this.#scanner
    while (isAlphaNumeric(s.peek()) || s.peek() === 0x3a) s.pos++
    const type = wordType(s.text())
    // `fill` was a legal metric name before it was a modifier; only a parenthesis makes it one.
    if ((type === 'fill' || type === 'fill_left' || type === 'fill_right') && !this.#parenFollows())
      return s.token('identifier')
    return s.token(type)
  }

  #parenFollows(): boolean {
    let ahead = 0
    while (isSpace(this.#scanner.peek(ahead))) ahead++
    return this.#scanner.peek(ahead) === 0x28
  }

  /** Within brackets, behind the first number: a colon or a word of duration expressions. */
  #bracketWord(): Token {
    const s = this.#scanner
    const first = s.peek()
    if (first === 0x3a) {
      s.next()
      if (this.#gotColon) return s.error(`unexpected colon ':'`)
      this.#gotColon = true
      return s.token(':')
    }
    return (
      this.#durationWord() ?? s.error(`unexpected character: ${quoteRune(first)}, expected ':'`)
    )
  }

  #durationWord(): Token | undefined {
    const s = this.#scanner
    while (isAlpha(s.peek())) s.pos++
    const word = s.text().toLowerCase()
    return DURATION_WORDS.includes(word) ? s.token(word as TokenType) : undefined // listed there
  }

  #duration(): Token | undefined {
    const s = this.#scanner
    const c = s.peek()
    if (isSpace(c)) {
      s.skipSpaces()
      return undefined
    }
    if (isDigit(c) || (c === 0x2e && isDigit(s.peek(1)))) {
      this.#gotDuration = true
      this.#reading = 'statement'
      return s.numberOrDuration()
    }
    if (c === END) return s.error('unexpected end of input in duration expression')
    const codePoint = s.next()
    const char = String.fromCodePoint(codePoint)
    if (char === '(' || char === ')') return this.#paren(char)
    if (char !== '@' && SINGLE[char] !== undefined) return s.token(SINGLE[char])
    if (char === ']') {
      this.#reading = 'statement'
      this.#gotColon = false
      return this.#bracket(char)
    }
    if (char === ':') {
      const token = s.token(':')
      if (!this.#gotDuration)
        return s.error('unexpected colon before duration in duration expression')
      if (this.#gotColon) return s.error('unexpected repeated colon in duration expression')
      this.#gotColon = true
      return token
    }
    return (
      (isAlpha(codePoint) ? this.#durationWord() : undefined) ??
      s.error(`unexpected character in duration expression: ${quoteRune(codePoint)}`)
    )
  }
}
