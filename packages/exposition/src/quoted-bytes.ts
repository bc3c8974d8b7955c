// Text in double quotes with Go's escapes, because the reference's error messages quote with them.

const SHORT: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
}

/**
 * Bytes as Go's %q prints them: invalid UTF-8 as \xff, what cannot be printed as \u00ad.
 * @returns text in double quotes
 */
export function quotedBytes(bytes: Uint8Array): string {
  let out = '"'
  for (let i = 0; i < bytes.length;) {
    const length = runeBytes(bytes, i)
    if (length === 0) {
      out += `\\x${hex(bytes[i]!, 2)}`
      i++
      continue
    }
    out += quotedRune(new TextDecoder().decode(bytes.subarray(i, i + length)))
    i += length
  }
  return `${out}"`
}

/** Text as Go's %q prints it. */
export function quotedText(text: string): string {
  return quotedBytes(new TextEncoder().encode(text))
}

function quotedRune(rune: string): string {
  const short = SHORT[rune]
  if (short !== undefined) return short
  if (rune === ' ' || /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(rune)) return rune
  const code = rune.codePointAt(0) ?? 0xfeff // TextDecoder swallows a byte order mark.
  if (code < 0x80) return `\\x${hex(code, 2)}`
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
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
