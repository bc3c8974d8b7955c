// Bytes of a body that are meant to be UTF-8: whether they are, as text, and as an error message shows them.

import { goQuote } from '@pharos/model'

/** Keeps nothing between calls; making one costs more than most texts are long. */
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true })

/** Text of bytes [start, end). */
export function textOf(body: Uint8Array, start: number, end: number): string {
  return DECODER.decode(body.subarray(start, end))
}

/**
 * Bytes as Go's %q prints them: text as `goQuote` does, what is no UTF-8 as \xff.
 * @returns text in double quotes
 */
export function quotedBytes(bytes: Uint8Array): string {
  let out = ''
  let from = 0
  const take = (end: number): string => goQuote(textOf(bytes, from, end)).slice(1, -1)
  for (let i = 0; i < bytes.length;) {
    const length = runeBytes(bytes, i)
    if (length > 0) {
      i += length
      continue
    }
    out += `${take(i)}\\x${bytes[i]!.toString(16).padStart(2, '0')}`
    from = ++i
  }
  return `"${out}${take(bytes.length)}"`
}

/**
 * Length of the UTF-8 sequence at `i`, 0 when there is none.
 * @source Unicode 15, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF
 */
function runeBytes(bytes: Uint8Array, i: number, end: number = bytes.length): number {
  const a = bytes[i]!
  if (a < 0x80) return 1
  if (a < 0xc2 || a > 0xf4) return 0
  const length = a < 0xe0 ? 2 : a < 0xf0 ? 3 : 4
  if (i + length > end) return 0
  const b = bytes[i + 1]!
  const low = a === 0xe0 ? 0xa0 : a === 0xf0 ? 0x90 : 0x80
  const high = a === 0xed ? 0x9f : a === 0xf4 ? 0x8f : 0xbf
  if (b < low || b > high) return 0
  for (let k = 2; k < length; k++) if ((bytes[i + k]! & 0xc0) !== 0x80) return 0
  return length
}

/** Whether bytes [start, end) are UTF-8. */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  let i = start
  while (i < end) {
    if (bytes[i]! < 0x80) {
      i++
      continue
    }
    const length = runeBytes(bytes, i, end)
    if (length === 0) return false
    i += length
  }
  return true
}
