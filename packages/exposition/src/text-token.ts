// One token of the classic text format at a place, as the reference's lexer names it. The cursor reads straight
// on and comes here for strings, and to say what stood where something else was expected.

import { BACKSLASH, CLOSE, COMMA, EQUAL, LF, NAME_BYTES, OPEN, QUOTE } from './ascii.ts'

/** What may follow, as far as the name of an unexpected token depends on it. */
export const After = { start: 0, meta: 1, labels: 2, equal: 3, value: 4, timestamp: 5 } as const
export type After = (typeof After)[keyof typeof After]

/** The token at `i`, as the reference's lexer names it, and where it ends. Only for error messages. */
export function lexText(body: Uint8Array, after: After, i: number): { name: string; end: number } {
  const byte = body[i] ?? LF
  if (after === After.labels) {
    if (byte === COMMA) return { name: 'COMMA', end: i + 1 }
    if (byte === EQUAL) return { name: 'EQUAL', end: i + 1 }
    if (byte === CLOSE) return { name: 'BCLOSE', end: i + 1 }
    if ((NAME_BYTES[byte]! & 1) !== 0) {
      let end = i + 1
      while ((NAME_BYTES[body[end]!]! & 2) !== 0) end++
      return { name: 'LNAME', end }
    }
  }
  if (byte === QUOTE && (after === After.labels || after === After.equal || after === After.meta)) {
    const end = stringEnd(body, i, after === After.equal)
    if (end < 0) return { name: 'INVALID', end: -end }
    return { name: after === After.labels ? 'QSTRING' : 'LVALUE', end }
  }
  if (after === After.value && byte === OPEN) return { name: 'BOPEN', end: i + 1 }
  if (after === After.value && byte !== LF && byte !== 0) {
    let end = i
    while (!/[{ \t\n\0]/.test(String.fromCharCode(body[end]!))) end++
    return { name: 'VALUE', end }
  }
  if (after === After.timestamp && byte >= 0x30 && byte <= 0x39) {
    let end = i + 1
    while (body[end]! >= 0x30 && body[end]! <= 0x39) end++
    return { name: 'TIMESTAMP', end }
  }
  return { name: 'INVALID', end: i }
}

/**
 * After the closing quote of the string at `i`; when there is none, minus the place where reading stopped.
 * @param isValue values may hold zero bytes, names may not
 */
export function stringEnd(body: Uint8Array, i: number, isValue: boolean): number {
  for (let k = i + 1; k < body.length; k++) {
    let byte = body[k]!
    if (byte === QUOTE) return k + 1
    if (byte === 0 && !isValue) return -k
    if (byte !== BACKSLASH) continue
    byte = body[++k]!
    if (byte === LF || (byte === 0 && !isValue)) return -k
  }
  return -(body.length + 1)
}
