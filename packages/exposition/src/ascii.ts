// The bytes that mean something to the text formats.

export const TAB = 0x09
export const LF = 0x0a
export const SPACE = 0x20
export const QUOTE = 0x22
export const HASH = 0x23
export const COMMA = 0x2c
export const EQUAL = 0x3d
export const BACKSLASH = 0x5c
export const OPEN = 0x7b
export const CLOSE = 0x7d

/** 1: starts a label name, 2: goes on in one, 4: starts a metric name, 8: goes on in one. */
export const NAME_BYTES: Uint8Array = nameBytes()

function nameBytes(): Uint8Array {
  const table = new Uint8Array(256)
  for (let byte = 0; byte < 128; byte++) {
    const text = String.fromCharCode(byte)
    if (/[a-zA-Z_]/.test(text)) table[byte] = 15
    else if (text === ':') table[byte] = 12
    else if (/[0-9]/.test(text)) table[byte] = 10
  }
  return table
}
