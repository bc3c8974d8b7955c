// Tokens as the parser sees them: one ahead, read only when asked for, without comments. Collects problems
// in the order they are met, which is the order the reference reports them in.

import { Lexer } from './lexer.ts'
import type { ParseProblem } from './parse-error.ts'
import { goQuote } from '@pharos/model'
import { MAX_NESTING } from './limits.ts'
import {
  isAggregator,
  isKeyword,
  isOperator,
  isPreprocessor,
  type Token,
  type TokenType,
} from './token.ts'

/** Thrown where parsing cannot go on; what is wrong has been noted already. */
export class Stop extends Error {}

export class TokenStream {
  readonly problems: ParseProblem[] = []
  /** End of the last `)`, `]`, `}`, number or duration that was consumed: where nodes end. */
  closingEnd = 0
  /** End of the last token that was consumed. */
  lastEnd = 0
  readonly #lexer: Pick<Lexer, 'next'>
  #ahead: Token | undefined
  #depth = 0
  #aggregation: Token | undefined

  constructor(lexer: Pick<Lexer, 'next'>) {
    this.#lexer = lexer
  }

  get token(): Token {
    if (this.#ahead !== undefined) return this.#ahead
    let token = this.#lexer.next()
    while (token.type === 'comment') token = this.#lexer.next()
    if (token.type === 'error') this.problem(token, token.text)
    this.#ahead = token
    return token
  }

  type(): TokenType {
    return this.token.type
  }

  /** Consumes the token ahead. */
  take(): Token {
    const token = this.token
    this.#ahead = undefined
    this.lastEnd = token.end
    if (CLOSING.includes(token.type)) this.closingEnd = token.end
    return token
  }

  takeIf(type: TokenType): Token | undefined {
    return this.type() === type ? this.take() : undefined
  }

  expect(type: TokenType, context = '', expected = ''): Token {
    return this.type() === type ? this.take() : this.unexpected(context, expected)
  }

  problem(at: { readonly start: number; readonly end: number }, message: string): void {
    this.problems.push({ start: at.start, end: at.end, message })
  }

  /** Notes that the token ahead cannot stand here, and stops. What the lexer refused is not reported twice. */
  unexpected(context = '', expected = ''): never {
    const aggregation = context === '' ? this.#aggregation : undefined
    if (this.type() !== 'error') {
      const name = aggregation === undefined ? context : 'aggregation'
      const where = name === '' ? '' : ` in ${name}`
      const wanted = expected === '' ? '' : `, expected ${expected}`
      this.problem(this.token, `unexpected ${description(this.token)}${where}${wanted}`)
    }
    if (aggregation !== undefined)
      this.problem(
        { start: aggregation.start, end: this.closingEnd },
        'no arguments for aggregate expression provided',
      )
    throw new Stop()
  }

  /** Within, at any depth, a token out of place that has no better context is "in aggregation". */
  insideAggregation<T>(name: Token, parse: () => T): T {
    const outer = this.#aggregation
    this.#aggregation = name
    const result = parse()
    this.#aggregation = outer
    return result
  }

  /** Runs `parse` one level deeper; too deep is a problem, not a stack overflow. */
  nested<T>(parse: () => T): T {
    if (this.#depth >= MAX_NESTING) {
      this.problem(this.token, `expression nested deeper than ${MAX_NESTING} levels`)
      throw new Stop()
    }
    this.#depth++
    const result = parse()
    this.#depth--
    return result
  }
}

const CLOSING: readonly TokenType[] = ['}', ')', ']', 'duration', 'number']

/** A token in an error message: `<op:+>`, `<by>`, `identifier "foo"`, … */
function description({ type, text }: Token): string {
  if (type === 'end of input') return type
  if (type === 'identifier' || type === 'metric identifier') return `${type} ${goQuote(text)}`
  if (isKeyword(type)) return `<${text}>`
  if (isOperator(type)) return `<op:${text}>`
  if (isAggregator(type)) return `<aggr:${text}>`
  const chars = Array.from(text)
  const shown =
    chars.length > 10 || text.length > 10
      ? `${goQuote(chars.slice(0, 10).join(''))}...`
      : goQuote(text)
  const named = type === 'string' || type === 'number' || type === 'duration'
  return named && !isPreprocessor(type) ? `${type} ${shown}` : shown
}
