// Walks a text character by character and knows the line for error messages.

import { UserError } from '@pharos/base'
import { goQuote } from '@pharos/model'
import { floatOfText } from './float-bytes.ts'
import { PARSE_ERROR } from './series-text.ts'

/** Text in quotes, cut where a message would grow too long. */
export function shown(text: string): string {
  return goQuote(text.length > 200 ? `${text.slice(0, 200)}…` : text)
}

export class LineReader {
  readonly #text: string
  #i = 0

  constructor(text: string) {
    this.#text = text
  }

  atEnd(): boolean {
    return this.#i >= this.#text.length
  }

  /** The character ahead. A body that ends in the middle of a line is refused. */
  peek(): string {
    return this.#text[this.#i] ?? this.fail('unexpected end of input stream')
  }

  isBlank(): boolean {
    return this.peek() === ' ' || this.peek() === '\t'
  }

  take(character: string): void {
    if (this.peek() !== character) this.fail(`expected ${shown(character)}`)
    this.#i++
  }

  skipBlanks(): void {
    while (this.#text[this.#i] === ' ' || this.#text[this.#i] === '\t') this.#i++
  }

  /** Over blank lines and the blanks that start a line. */
  skipToLine(): void {
    while (/[ \t\n]/.test(this.#text[this.#i] ?? '')) this.#i++
  }

  skipLine(): void {
    this.restOfLine()
  }

  /** Up to the next blank or line feed. */
  word(): string {
    return this.#match(/[^ \t\n]*/y)
  }

  /** A name without quotes, '' when there is none. */
  name(isMetric: boolean): string {
    return this.#match(isMetric ? /(?:[a-zA-Z_:][a-zA-Z0-9_:]*)?/y : /(?:[a-zA-Z_][a-zA-Z0-9_]*)?/y)
  }

  restOfLine(): string {
    const text = this.#match(/[^\n]*/y)
    if (this.atEnd()) this.fail('unexpected end of input stream')
    return text
  }

  helpText(): string {
    const text = this.restOfLine()
    return text.includes('\\') ? this.#unescaped(text) : text
  }

  number(wanted: string): number {
    const text = this.word()
    const value = floatOfText(text)
    return typeof value === 'number' ? value : this.fail(`${wanted}, got ${shown(text)}`)
  }

  /** A string in double quotes, escapes undone. */
  quoted(what: string): string {
    this.take('"')
    const raw = this.#match(/(?:[^"\\\n]|\\[^\n])*/y)
    if (this.peek() === '\n') this.fail(`${what} ${shown(raw)} contains unescaped new-line`)
    this.take('"')
    return raw.includes('\\') ? this.#unescaped(raw) : raw
  }

  fail(message: string): never {
    const line = this.#text.slice(0, this.#i).split('\n').length
    throw new UserError(PARSE_ERROR, `text format parsing error in line ${line}: ${message}`)
  }

  #unescaped(raw: string): string {
    return raw.replace(/\\(.?)/gs, (_, character: string) => {
      if (character === 'n') return '\n'
      if (character === '\\' || character === '"') return character
      return this.fail(`invalid escape sequence '\\${character}'`)
    })
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#i
    const text = pattern.exec(this.#text)?.[0] ?? ''
    this.#i += text.length
    return text
  }
}
