// Texts to alert matchers: the grammar with quoted UTF-8 names, the older one without, and the reference's way between
// the two: what only the older one reads, or what both read differently, is read by the older one.
import { UserError } from '@pharos/base'
import { AlertMatcher } from './alert-matcher.ts'
import {
  AlertMatcherLexer,
  type AlertToken,
  type AlertTokenKind,
  matcherError,
} from './alert-matcher-lexer.ts'
import type { MatchType } from './matcher.ts'
import { goUnquote } from './quote.ts'

/**
 * `foo=bar`, `{foo="bar", "any name"=~"x.*"}`; none for an empty text.
 * @throws UserError `model/matcher`, `model/regex` with the reference's words
 * @source Alertmanager matcher/compat FallbackMatchersParser
 */
export function parseAlertMatchers(text: string): readonly AlertMatcher[] {
  const utf8 = outcome(() => parseUtf8Matchers(text))
  const classic = outcome(() => parseClassicMatchers(text))
  if (utf8 instanceof UserError) {
    if (classic instanceof UserError) throw classic
    return classic
  }
  const isDisputed = !(classic instanceof UserError) && !areEqual(utf8, classic)
  return isDisputed ? classic : utf8
}

/** Exactly one, without braces. @source Alertmanager matcher/compat FallbackMatcherParser */
export function parseAlertMatcher(text: string): AlertMatcher {
  if (text.startsWith('{') || text.endsWith('}'))
    throw matcherError(`unexpected open or close brace: ${text}`)
  const utf8 = outcome(() => onlyOne(parseUtf8Matchers(text)))
  const classic = outcome(() => parseClassicMatcher(text))
  if (utf8 instanceof UserError) {
    if (classic instanceof UserError) throw classic
    return classic
  }
  return !(classic instanceof UserError) && !utf8.equals(classic) ? classic : utf8
}

/** @throws UserError unless there is exactly one */
export function onlyOne(matchers: readonly AlertMatcher[]): AlertMatcher {
  const [first] = matchers
  if (first === undefined) throw matcherError('no matchers')
  if (matchers.length > 1) throw matcherError(`expected 1 matcher, found ${matchers.length}`)
  return first
}

function outcome<T>(parse: () => T): T | UserError {
  try {
    return parse()
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
}

function areEqual(a: readonly AlertMatcher[], b: readonly AlertMatcher[]): boolean {
  return a.length === b.length && a.every((matcher, i) => matcher.equals(b[i]!))
}

/**
 * The grammar with quoted names. Positions are `start:end` in characters.
 * @throws UserError `model/matcher`, `model/regex`
 * @source Alertmanager matcher/parse parse.go
 */
export function parseUtf8Matchers(text: string): readonly AlertMatcher[] {
  const lexer = new AlertMatcherLexer(text)
  const matchers: AlertMatcher[] = []
  const first = lexer.peek()
  if (first.kind === 'end') return matchers
  const isBraced = first.kind === '{'
  if (isBraced) lexer.next()
  const opening = lexer.peek().kind
  if (opening !== 'end' && opening !== '}') readMatchers(lexer, matchers)
  closeBrace(lexer, isBraced)
  const rest = nextOr(lexer, 'expected end of input')
  if (rest.kind !== 'end')
    throw matcherError(`${rest.start}:${rest.end}: ${rest.text}: expected end of input`)
  return matchers
}

function readMatchers(lexer: AlertMatcherLexer, into: AlertMatcher[]): void {
  for (;;) {
    into.push(readMatcher(lexer))
    const after = expected(lexer, [',', '}', 'end'], 'expected a comma or close brace')
    if (after.kind !== ',') return
    lexer.next()
    const wanted = 'expected a matcher or close brace after comma'
    const next = expected(lexer, ['}', 'unquoted', 'quoted', 'end'], wanted)
    if (next.kind === '}' || next.kind === 'end') return
  }
}

function readMatcher(lexer: AlertMatcherLexer): AlertMatcher {
  const name = word(lexer, 'expected label name')
  const operators = ['=', '!=', '=~', '!~'] as const
  const wanted = "expected an operator such as '=', '!=', '=~' or '!~'"
  const operator = taken(lexer, operators, wanted)
  const value = word(lexer, 'expected label value')
  // One of the four kinds was expected and found.
  return new AlertMatcher(operator.kind as MatchType, name, value)
}

function word(lexer: AlertMatcherLexer, wanted: string): string {
  const token = taken(lexer, ['quoted', 'unquoted'], wanted)
  if (token.kind === 'unquoted') return token.text
  const text = outcome(() => goUnquote(token.text))
  // Bytes that are no UTF-8 come back as U+FFFD.
  const isBroken =
    text instanceof UserError || (text.includes('\ufffd') && !/\ufffd|\\ufffd/i.test(token.text))
  if (isBroken) throw matcherError(`${token.start}:${token.end}: ${token.text}: invalid input`)
  return text
}

function nextOr(lexer: AlertMatcherLexer, wanted: string): AlertToken {
  const token = outcome(() => lexer.next())
  if (token instanceof UserError) throw matcherError(`${token.message}: ${wanted}`)
  return token
}

/** The next token, which has to be one of some kinds and stays the next one. */
function expected(
  lexer: AlertMatcherLexer,
  kinds: readonly AlertTokenKind[],
  wanted: string,
): AlertToken {
  const token = outcome(() => lexer.peek())
  if (token instanceof UserError) throw matcherError(`${token.message}: ${wanted}`)
  if (kinds.includes(token.kind)) return token
  if (token.kind === 'end') throw matcherError(`end of input: ${wanted}`)
  throw matcherError(`${token.start}:${token.end}: unexpected ${token.text}: ${wanted}`)
}

function taken(
  lexer: AlertMatcherLexer,
  kinds: readonly AlertTokenKind[],
  wanted: string,
): AlertToken {
  expected(lexer, kinds, wanted)
  return lexer.next()
}

function closeBrace(lexer: AlertMatcherLexer, isBraced: boolean): void {
  const token = lexer.peek()
  if (isBraced) {
    if (token.kind === '}') {
      lexer.next()
      return
    }
    const found =
      token.kind === 'end'
        ? 'end of input'
        : `${token.start}:${token.end}: unexpected ${token.text}`
    throw matcherError(`0:${lexer.position}: ${found}: expected close brace`)
  }
  if (token.kind === '}') throw matcherError(`0:${token.end}: }: expected opening brace`)
}

const CLASSIC =
  /^[\t\n\f\r ]*([a-zA-Z_:][a-zA-Z0-9_:]*)[\t\n\f\r ]*(=~|=|!=|!~)[\t\n\f\r ]*(.*?)[\t\n\f\r ]*$/s

/**
 * The older grammar: names in legacy characters, values with or without quotes, braces optional.
 * @throws UserError `model/matcher`, `model/regex`
 * @source Alertmanager pkg/labels ParseMatchers
 */
export function parseClassicMatchers(text: string): readonly AlertMatcher[] {
  const inner = text.replace(/^\{/, '').replace(/\}$/, '')
  const parts: string[] = []
  let part = ''
  let isQuoted = false
  let isEscaped = false
  for (const character of inner) {
    if (character === ',' && !isQuoted) {
      parts.push(part)
      part = ''
      continue
    }
    if (character === '"') {
      if (!isEscaped) isQuoted = !isQuoted
      isEscaped = false
    } else {
      isEscaped = character === '\\' && !isEscaped
    }
    part += character
  }
  if (part.trim() !== '') parts.push(part.trim())
  return parts.map(parseClassicMatcher)
}

/** @source Alertmanager pkg/labels ParseMatcher */
function parseClassicMatcher(text: string): AlertMatcher {
  const match = CLASSIC.exec(text)
  if (match === null) throw matcherError(`bad matcher format: ${text}`)
  const [, name = '', type = '', written = ''] = match
  return new AlertMatcher(type as MatchType, name, classicValue(written))
}

function classicValue(written: string): string {
  const refuse = (): UserError =>
    matcherError(`matcher value contains unescaped double quote: ${written}`)
  const isQuoted = written.startsWith('"')
  const raw = isQuoted ? written.slice(1) : written
  let value = ''
  let isClosed = false
  for (let i = 0; i < raw.length; i++) {
    const character = raw[i]!
    const next = raw[i + 1]
    if (character === '\\' && next !== undefined) {
      i++
      // A backslash before anything else stands for itself.
      value += next === 'n' ? '\n' : next === '"' || next === '\\' ? next : `\\${next}`
    } else if (character === '"') {
      if (!isQuoted || next !== undefined) throw refuse()
      isClosed = true
    } else {
      value += character
    }
  }
  if (isQuoted && !isClosed) throw refuse()
  return value
}
