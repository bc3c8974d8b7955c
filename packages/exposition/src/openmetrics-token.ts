// One token of OpenMetrics text at a place, as the reference's lexer names it. The cursor reads straight on
// and comes here for `#` lines, for strings, and to say what stood where something else was expected.

import {
  BACKSLASH,
  CLOSE,
  COMMA,
  EQUAL,
  HASH,
  LF,
  NAME_BYTES,
  OPEN,
  QUOTE,
  SPACE,
} from './ascii.ts'

/** What has been read before the token: the lexer's state. */
export const When = {
  start: 0,
  meta: 1,
  labels: 2,
  equal: 3,
  value: 4,
  timestamp: 5,
  exemplar: 6,
  exemplarEqual: 7,
  exemplarTimestamp: 8,
} as const
export type When = (typeof When)[keyof typeof When]

interface Token {
  readonly name: string
  /** Where the token ends, or where reading stopped when it is INVALID. */
  readonly end: number
}

/** The token at `i`. @source Prometheus 3.14 model/textparse/openmetricslex.l */
export function lexOpenMetrics(body: Uint8Array, when: When, i: number): Token {
  const byte = body[i]
  if (byte === undefined) return { name: 'EOF', end: i }
  if (when === When.start) return startToken(body, i)
  if (byte === QUOTE) return stringToken(body, when, i)
  if (when === When.meta) return nameToken(body, i, 'MNAME', 4, 8)
  if (when === When.labels || when === When.exemplar) {
    if (byte === COMMA) return { name: 'COMMA', end: i + 1 }
    if (byte === EQUAL) return { name: 'EQUAL', end: i + 1 }
    if (byte === CLOSE) return { name: 'BCLOSE', end: i + 1 }
    return nameToken(body, i, 'LNAME', 1, 2)
  }
  if (when === When.equal) return { name: 'INVALID', end: i }
  if (when === When.value && byte === OPEN) return { name: 'BOPEN', end: i + 1 }
  const isTimestamp = when === When.timestamp || when === When.exemplarTimestamp
  if (byte === LF && isTimestamp) return { name: 'LINEBREAK', end: i + 1 }
  if (byte !== SPACE) return { name: 'INVALID', end: i }
  return wordToken(body, when, i, isTimestamp ? 'TIMESTAMP' : 'VALUE')
}

function wordToken(body: Uint8Array, when: When, i: number, name: string): Token {
  let end = i + 1
  while (end < body.length && body[end] !== SPACE && body[end] !== LF && body[end] !== 0) end++
  if (end === i + 1) return { name: 'INVALID', end }
  if (when !== When.timestamp || end !== i + 2 || body[i + 1] !== HASH || body[end] !== SPACE) {
    return { name, end }
  }
  return body[end + 1] === OPEN
    ? { name: 'COMMENT', end: end + 2 }
    : { name: 'INVALID', end: end + 1 }
}

function startToken(body: Uint8Array, i: number): Token {
  if (body[i] === OPEN) return { name: 'BOPEN', end: i + 1 }
  if (body[i] !== HASH) return nameToken(body, i, 'MNAME', 4, 8)
  if (body[i + 1] !== SPACE) return { name: 'INVALID', end: i + 1 }
  let furthest = i + 2
  for (const word of ['HELP ', 'TYPE ', 'UNIT ', 'EOF']) {
    let k = 0
    while (k < word.length && body[i + 2 + k] === word.charCodeAt(k)) k++
    if (k === word.length) {
      const end = i + 2 + k
      if (word !== 'EOF') return { name: word.trim(), end }
      return { name: 'EOFWORD', end: body[end] === LF ? end + 1 : end }
    }
    furthest = Math.max(furthest, i + 2 + k)
  }
  return { name: 'INVALID', end: furthest }
}

function nameToken(body: Uint8Array, i: number, name: string, first: number, rest: number): Token {
  if ((NAME_BYTES[body[i]!]! & first) === 0) return { name: 'INVALID', end: i }
  let end = i + 1
  while (end < body.length && (NAME_BYTES[body[end]!]! & rest) !== 0) end++
  return { name, end }
}

function stringToken(body: Uint8Array, when: When, i: number): Token {
  const name =
    when === When.meta
      ? 'MNAME'
      : when === When.labels || when === When.exemplar
        ? 'QSTRING'
        : when === When.equal || when === When.exemplarEqual
          ? 'LVALUE'
          : ''
  if (name === '') return { name: 'INVALID', end: i }
  const end = stringEnd(body, i, when)
  return end < 0 ? { name: 'INVALID', end: -end } : { name, end }
}

/** After the closing quote of the string at `i`; when there is none, minus the place where reading stopped. */
export function stringEnd(body: Uint8Array, i: number, when: When): number {
  const n = body.length
  // Names before the value may hold line feeds, label values may hold zero bytes.
  const mayBreak = when === When.labels || when === When.meta
  const mayBeZero = when === When.equal
  for (let k = i + 1; k < n; k++) {
    let byte = body[k]!
    if (byte === QUOTE) return k + 1
    if (byte > BACKSLASH) continue
    if ((byte === LF && !mayBreak) || (byte === 0 && !mayBeZero)) return -k
    if (byte !== BACKSLASH) continue
    byte = body[++k] ?? LF
    if (byte === LF || (byte === 0 && !mayBeZero)) return -Math.min(k, n)
  }
  return -n
}
