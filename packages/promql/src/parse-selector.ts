// Selectors: a name, matchers in braces, and the string literals both are made of.

import { messageOf, UserError } from '@pharos/base'
import { goQuote, goUnquote, Matcher, METRIC_NAME, type MatchType } from '@pharos/model'
import type { StringLiteral, VectorSelector } from './ast.ts'
import type { Token } from './token.ts'
import type { TokenStream } from './token-stream.ts'

const MATCH_TYPES: readonly string[] = ['=', '!=', '=~', '!~']

/** A metric name that has been taken, and the braces behind it if there are any. */
export function selectorOf(p: TokenStream, name: Token): VectorSelector {
  if (p.type() === '{') return parseBraces(p, name)
  return vectorSelector({ start: name.start, end: name.end }, name.text, [])
}

export function parseBraces(p: TokenStream, name: Token | undefined): VectorSelector {
  const open = p.take()
  const matchers: Matcher[] = []
  while (p.type() !== '}') {
    const matcher = parseMatcher(p)
    if (matcher !== undefined) matchers.push(matcher)
    if (p.type() === '}') break
    p.expect(',', 'label matching', '"," or "}"')
  }
  const { end } = p.take()
  return vectorSelector({ start: (name ?? open).start, end }, name?.text ?? '', matchers)
}

export function parseString(p: TokenStream): StringLiteral {
  const token = p.take()
  return {
    kind: 'string',
    pos: { start: token.start, end: token.end },
    value: unquoted(p, token),
  }
}

/** A string token's value. */
export function unquoted(p: TokenStream, token: Token): string {
  try {
    return goUnquote(token.text)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    p.problem(token, `error unquoting string ${goQuote(token.text)}: invalid syntax`)
    return ''
  }
}

function vectorSelector(
  pos: VectorSelector['pos'],
  name: string,
  matchers: Matcher[],
): VectorSelector {
  if (name !== '') matchers.push(new Matcher('=', METRIC_NAME, name))
  return {
    kind: 'vector',
    pos,
    name,
    matchers,
    offsetMs: 0,
    offsetExpr: undefined,
    atMs: undefined,
    atEdge: undefined,
    anchored: false,
    smoothed: false,
  }
}

/** `name="value"`, `"na.me"=~"value"`, or a quoted metric name alone. */
function parseMatcher(p: TokenStream): Matcher | undefined {
  const { token } = p
  const isQuoted = token.type === 'string'
  if (!isQuoted && token.type !== 'identifier') p.unexpected('label matching', 'identifier or "}"')
  p.take()
  const name = isQuoted ? unquoted(p, token) : token.text
  if (!MATCH_TYPES.includes(p.type())) {
    if (isQuoted) return new Matcher('=', METRIC_NAME, name)
    p.unexpected('label matching', 'label matching operator')
  }
  const type = p.take().type as MatchType // one of MATCH_TYPES
  const value = p.expect('string', 'label matching', 'string')
  try {
    return new Matcher(type, name, unquoted(p, value))
  } catch (error) {
    p.problem({ start: token.start, end: value.end }, messageOf(error))
    return undefined
  }
}
