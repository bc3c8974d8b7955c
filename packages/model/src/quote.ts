// Go's quoted strings: the form of label values in error messages, matchers and printed label sets.
import { quoted, UserError } from '@pharos/base'

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
}

const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/
const NOT_PRINTABLE = /["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu

/**
 * A text in double quotes; what is not printable is escaped. A lone surrogate, which no UTF-8 text has, comes
 * out as U+FFFD.
 * @source Go strconv.Quote
 */
export function goQuote(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`
  return `"${text.toWellFormed().replace(NOT_PRINTABLE, escaped)}"`
}

function escaped(character: string): string {
  const short = Object.hasOwn(SHORT_ESCAPES, character) ? SHORT_ESCAPES[character] : undefined
  if (short !== undefined) return short
  const code = character.codePointAt(0)!
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`
  return `\\U${code.toString(16).padStart(8, '0')}`
}

const PARTS =
  /[^\\]+|\\(?:([abfnrtv\\'"])|x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))|(\\)/gsu

const ESCAPED: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

/**
 * The text that a literal in double quotes, single quotes or backquotes stands for. Single quotes hold any
 * number of characters and backquotes carriage returns, unlike Go's. Bytes given as `\x..` or `\ooo` are read as UTF-8; those that are none
 * become U+FFFD, because a JavaScript string cannot hold them.
 * @throws UserError `model/quote`, "invalid syntax"
 * @source prometheus util/strutil Unquote
 */
export function goUnquote(literal: string): string {
  const quote = literal[0]
  const inner = literal.slice(1, -1)
  if (literal.length < 2 || quote === undefined || literal.at(-1) !== quote) throw invalid(literal)
  if (quote === '`') {
    if (inner.includes('`')) throw invalid(literal)
    return inner
  }
  if ((quote !== '"' && quote !== "'") || inner.includes('\n')) throw invalid(literal)
  if (!inner.includes('\\')) {
    if (inner.includes(quote)) throw invalid(literal)
    return inner
  }
  return unescaped(inner, quote, literal)
}

function unescaped(inner: string, quote: string, literal: string): string {
  const encoder = new TextEncoder()
  const bytes: number[] = []
  for (const match of inner.matchAll(PARTS)) {
    const [whole, short, hex, octal, u, U, lone] = match
    if (lone !== undefined) throw invalid(literal)
    if (short !== undefined) {
      // Only the quote that surrounds the text may be escaped.
      if ((short === '"' || short === "'") && short !== quote) throw invalid(literal)
      bytes.push(...encoder.encode(ESCAPED[short]))
    } else if (hex !== undefined) {
      bytes.push(parseInt(hex, 16))
    } else if (octal !== undefined) {
      const byte = parseInt(octal, 8)
      if (byte > 255) throw invalid(literal)
      bytes.push(byte)
    } else if (u !== undefined || U !== undefined) {
      const code = parseInt(u ?? U ?? '', 16)
      if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) throw invalid(literal)
      bytes.push(...encoder.encode(String.fromCodePoint(code)))
    } else {
      if (whole.includes(quote)) throw invalid(literal)
      bytes.push(...encoder.encode(whole))
    }
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes))
}

function invalid(literal: string): UserError {
  return new UserError('model/quote', `invalid syntax: ${quoted(literal)}`)
}
