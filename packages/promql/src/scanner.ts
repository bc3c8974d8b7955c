// Characters to tokens: what expressions and series descriptions have in common. Works on UTF-16 code units
// and gives positions in UTF-8 bytes.

import { goQuote } from '@pharos/model'
import { isRawByte, quoteRune, unicodeName } from './rune-text.ts'
import type { Token, TokenType } from './token.ts'

/** What `peek` gives past the last character. */
export const END = -1

export class Scanner {
  readonly input: string
  /** Where the next character and the token begin, in code units. */
  pos: number
  start: number
  readonly #offsets: Uint32Array | undefined

  constructor(input: string) {
    this.input = input
    this.pos = 0
    this.start = 0
    this.#offsets = byteOffsets(input)
  }

  /** The next code unit; END at the end. */
  peek(ahead = 0): number {
    const at = this.pos + ahead
    return at < this.input.length ? this.input.charCodeAt(at) : END
  }

  /** Consumes one character, whole even outside the BMP, and returns its code point. */
  next(): number {
    if (this.pos >= this.input.length) return END
    const codePoint = this.input.codePointAt(this.pos)!
    this.pos += codePoint > 0xffff ? 2 : 1
    return codePoint
  }

  accept(chars: string): boolean {
    if (!this.sees(chars)) return false
    this.pos++
    return true
  }

  sees(chars: string): boolean {
    return this.pos < this.input.length && chars.includes(this.input[this.pos]!)
  }

  skipSpaces(): void {
    while (isSpace(this.peek())) this.pos++
    this.start = this.pos
  }

  text(): string {
    return this.input.slice(this.start, this.pos)
  }

  token(type: TokenType): Token {
    const start = this.byteAt(this.start)
    const text = this.text()
    this.start = this.pos
    return { type, start, end: this.byteAt(this.pos), text }
  }

  /** The rest of the input is what is wrong, as in the reference. */
  error(message: string): Token {
    return {
      type: 'error',
      start: this.byteAt(this.start),
      end: this.byteAt(this.input.length),
      text: message,
    }
  }

  byteAt(codeUnit: number): number {
    return this.#offsets === undefined ? codeUnit : this.#offsets[codeUnit]!
  }

  /** From `#` to the end of the line. */
  comment(): Token {
    for (let c = this.peek(); c !== END && c !== 10 && c !== 13; c = this.peek()) this.pos++
    return this.token('comment')
  }

  identifier(): Token {
    while (isAlphaNumeric(this.peek())) this.pos++
    return this.token('identifier')
  }

  /** A string of either kind; the cursor stands on the opening quote. */
  string(): Token {
    const quote = this.next()
    const raw = quote === 0x60
    for (;;) {
      const c = this.next()
      if (c === quote) return this.token('string')
      if (c === END || (c === 10 && !raw))
        return this.error(raw ? 'unterminated raw string' : 'unterminated quoted string')
      if (c === 0xfffd || isRawByte(c)) return this.error('invalid UTF-8 rune')
      if (c === 0x5c && !raw) {
        const wrong = this.#escape(quote)
        if (wrong !== undefined) return this.error(wrong)
      }
    }
  }

  /** What is wrong with the escape sequence behind a backslash, if anything. */
  #escape(quote: number): string | undefined {
    const first = this.next()
    if (first === END) return 'escape sequence not terminated'
    if (first === quote || 'abfnrtv\\'.includes(String.fromCodePoint(first))) return undefined
    const letter = String.fromCodePoint(first)
    const octal = letter >= '0' && letter <= '7'
    const digits = octal ? 3 : letter === 'x' ? 2 : letter === 'u' ? 4 : letter === 'U' ? 8 : 0
    if (digits === 0) return `unknown escape sequence ${unicodeName(first)}`
    const base = octal ? 8 : 16
    let value = octal ? Number(letter) : 0
    for (let i = octal ? 1 : 0; i < digits; i++) {
      const c = this.next()
      if (c === END) return 'escape sequence not terminated'
      const digit = Number.parseInt(String.fromCodePoint(c), base)
      if (Number.isNaN(digit)) return `illegal character ${unicodeName(c)} in escape sequence`
      value = value * base + digit
    }
    const max = digits < 4 ? 255 : 0x10ffff
    return value > max || (value >= 0xd800 && value < 0xe000)
      ? 'escape sequence is an invalid Unicode code point'
      : undefined
  }

  /**
   * Moves over a number. False when there is none or it is malformed; the cursor then stands behind what
   * was looked at, because error messages show exactly that.
   */
  number(inSeries: boolean): boolean {
    const begin = this.pos
    let digits = '0123456789'
    // A series description has no hexadecimal numbers: `0x3` there is 0, three times.
    if (!inSeries && this.accept('0') && this.accept('xX')) {
      this.accept('_')
      digits = '0123456789abcdefABCDEF'
    }
    this.accept('.')
    this.accept(digits)
    let dot = false
    let exponent = false
    while (this.sees(`${digits}._eE`)) {
      const repeats = (dot && this.sees('.')) || (exponent && this.sees('eE'))
      if (repeats && this.accept('.eE')) return false
      if (this.accept('.')) {
        dot = true
        if (this.accept('_.') || digits.length > 10) return false
      } else if (this.accept('eE')) {
        exponent = true
        this.accept('+-')
        if (this.accept('._eE') || this.peek() === END) return false
      } else if (this.accept('_')) {
        if (this.accept('._eE') || this.peek() === END) return false
      } else while (this.accept(digits));
    }
    if (this.pos === begin) return false
    return (inSeries && this.peek() === 0x78) || !isAlphaNumeric(this.peek())
  }

  /** A number, or one continued by units to a duration; otherwise an error. */
  numberOrDuration(): Token {
    if (this.number(false)) return this.token('number')
    if (this.#durationTail()) return this.token('duration')
    return this.error(`bad number or duration syntax: ${goQuote(this.text())}`)
  }

  #durationTail(): boolean {
    if (!this.accept('smhdwy')) return false
    // 'ms'. Other units with an s behind are refused when the duration is read.
    this.accept('s')
    while (this.accept('0123456789')) {
      while (this.accept('0123456789'));
      if (!this.accept('smhdw')) return false
      this.accept('s')
    }
    if (!isAlphaNumeric(this.peek())) return true
    this.next()
    return false
  }

  /** One token of a selector's inside, where keywords are plain names. `}` is the caller's to act on. */
  insideBraces(): Token | undefined {
    const c = this.peek()
    if (c === 0x23) return this.comment()
    if (isAlpha(c)) return this.identifier()
    if (c === 0x22 || c === 0x27 || c === 0x60) return this.string()
    if (isSpace(c)) {
      this.skipSpaces()
      return undefined
    }
    this.next()
    switch (c) {
      case END:
        return this.error('unexpected end of input inside braces')
      case 0x2c:
        return this.token(',')
      case 0x3d:
        return this.token(this.accept('~') ? '=~' : '=')
      case 0x21:
        if (this.accept('~')) return this.token('!~')
        if (this.accept('=')) return this.token('!=')
        return this.error(`unexpected character after '!' inside braces: ${quoteRune(this.next())}`)
      case 0x7b:
        return this.error(`unexpected left brace '{'`)
      case 0x7d:
        return this.token('}')
      default:
        return this.error(
          `unexpected character inside braces: ${quoteRune(this.input.codePointAt(this.start)!)}`,
        )
    }
  }
}

export function isSpace(c: number): boolean {
  return c === 32 || c === 9 || c === 10 || c === 13
}

export function isDigit(c: number): boolean {
  return c >= 48 && c <= 57
}

export function isAlpha(c: number): boolean {
  return c === 95 || (c >= 97 && c <= 122) || (c >= 65 && c <= 90)
}

export function isAlphaNumeric(c: number): boolean {
  return isAlpha(c) || isDigit(c)
}

/** Byte offset of each code unit, or undefined when all are ASCII and the two are the same. */
function byteOffsets(input: string): Uint32Array | undefined {
  let ascii = true
  for (let i = 0; i < input.length && ascii; i++) ascii = input.charCodeAt(i) < 0x80
  if (ascii) return undefined
  const offsets = new Uint32Array(input.length + 1)
  let bytes = 0
  for (let i = 0; i < input.length;) {
    const codePoint = input.codePointAt(i)!
    offsets[i++] = bytes
    if (codePoint > 0xffff) offsets[i++] = bytes
    if (codePoint < 0x80 || isRawByte(codePoint)) bytes += 1
    else bytes += codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4
  }
  offsets[input.length] = bytes
  return offsets
}
