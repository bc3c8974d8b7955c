// One character in an error message, as Go's %q and %#U write it.

import { goQuote } from '@pharos/model'

/** `'…'`; what cannot be printed is escaped, and so is the quote. Past the end it is the replacement character. */
export function quoteRune(codePoint: number): string {
  if (codePoint === 0x27) return `'\\''`
  if (codePoint === 0x22) return `'"'`
  const text = codePoint < 0 ? '\ufffd' : String.fromCodePoint(codePoint)
  return `'${goQuote(text).slice(1, -1)}'`
}

/** `U+0041 'A'`, without the character when it cannot be printed. */
export function unicodeName(codePoint: number): string {
  if (isRawByte(codePoint)) return unicodeName(0xfffd)
  const hex = codePoint.toString(16).toUpperCase().padStart(4, '0')
  const text = String.fromCodePoint(codePoint)
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(text) ? `U+${hex} '${text}'` : `U+${hex}`
}

/** A byte that is no UTF-8 may come as a lone surrogate U+DC80 … U+DCFF, so that positions stay true. */
export function isRawByte(codePoint: number): boolean {
  return codePoint >= 0xdc80 && codePoint <= 0xdcff
}
