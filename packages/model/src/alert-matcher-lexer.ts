// Words of a text of alert matchers: braces, commas, operators, quoted and unquoted text.
import { UserError } from '@pharos/base'
import { RESERVED } from './alert-matcher.ts'

export type AlertTokenKind =
  | '{'
  | '}'
  | ','
  | '='
  | '!='
  | '=~'
  | '!~'
  | 'quoted'
  | 'unquoted'
  | 'end'

export interface AlertToken {
  readonly kind: AlertTokenKind
  readonly text: string
  /** In characters from 0; the end is exclusive. */
  readonly start: number
  readonly end: number
}

export function matcherError(message: string): UserError {
  return new UserError('model/matcher', message)
}

/** @source Alertmanager matcher/parse lexer.go */
export class AlertMatcherLexer {
  readonly #characters: readonly string[]
  #at = 0

  constructor(text: string) {
    this.#characters = Array.from(text)
  }

  /** How many characters were taken so far. */
  get position(): number {
    return this.#at
  }

  /** The next token, which stays the next one. @throws UserError `model/matcher` with the reference's words */
  peek(): AlertToken {
    const before = this.#at
    try {
      return this.next()
    } finally {
      this.#at = before
    }
  }

  /** Takes the next token. @throws UserError `model/matcher` with the reference's words */
  next(): AlertToken {
    while (/^\p{White_Space}$/u.test(this.#characters[this.#at] ?? '')) this.#at++
    const start = this.#at
    const first = this.#characters[start]
    if (first === undefined) return { kind: 'end', text: '', start, end: start }
    if (first === '{' || first === '}' || first === ',') return this.#token(first, start, start + 1)
    if (first === '=' || first === '!') return this.#operator(first, start)
    if (first === '"') return this.#quoted(start)
    if (RESERVED.test(first)) throw matcherError(`${start}:${start + 1}: ${first}: invalid input`)
    let end = start
    while (end < this.#characters.length && !RESERVED.test(this.#characters[end]!)) end++
    return this.#token('unquoted', start, end)
  }

  #operator(first: '=' | '!', start: number): AlertToken {
    const second = this.#characters[start + 1]
    if (first === '=') {
      return second === '~'
        ? this.#token('=~', start, start + 2)
        : this.#token('=', start, start + 1)
    }
    if (second === '=' || second === '~') return this.#token(`!${second}`, start, start + 2)
    const place = `${start}:${start + 1}:`
    throw matcherError(
      second === undefined
        ? `${place} unexpected end of input, expected one of '=~'`
        : `${place} !: expected one of '=~'`,
    )
  }

  #quoted(start: number): AlertToken {
    let end = start + 1
    for (; end < this.#characters.length; end++) {
      const character = this.#characters[end]
      if (character === '"') return this.#token('quoted', start, end + 1)
      if (character === '\\') end++
    }
    const last = this.#characters.length
    const text = this.#characters.slice(start).join('')
    throw matcherError(`${start}:${last}: ${text}: missing end "`)
  }

  #token(kind: AlertTokenKind, start: number, end: number): AlertToken {
    this.#at = end
    return { kind, text: this.#characters.slice(start, end).join(''), start, end }
  }
}
