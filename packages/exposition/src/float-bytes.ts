// Numbers read straight from the body. Almost every sample is a short integer or decimal, whose value is
// mantissa ± a power of ten that a double holds exactly: one multiplication or division then rounds exactly
// as the slow road does. Everything else goes through a string.

import { parseValue } from '@pharos/model'
import { quotedBytes } from './utf8.ts'

/** Powers of ten that a double represents exactly. */
const POWERS = new Float64Array([
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
  1e18, 1e19, 1e20, 1e21, 1e22,
])

/** Why a number was refused, in the words of the reference. */
export type FloatFault = 'syntax' | 'range' | 'unsupported'

/**
 * The number in bytes [start, end) of `body`, or why there is none.
 *
 * @returns a number (any NaN is the ordinary one), or a fault: `unsupported` for the hexadecimal and
 *          underscored forms that the exposition formats forbid, `range` when the value overflows
 * @source  textparse parseFloat: Go's ParseFloat before 1.13
 */
export function floatOf(body: Uint8Array, start: number, end: number): number | FloatFault {
  let i = start
  let negative = false
  let byte = body[i]!
  if (byte === 0x2d || byte === 0x2b) {
    negative = byte === 0x2d
    i++
  }
  let mantissa = 0
  let digits = 0
  let scale = 0
  for (; i < end; i++) {
    byte = body[i]! - 0x30
    if (byte > 9 || byte < 0) break
    mantissa = mantissa * 10 + byte
    digits++
  }
  if (i < end && byte === -2) {
    for (i++; i < end; i++) {
      byte = body[i]! - 0x30
      if (byte > 9 || byte < 0) break
      mantissa = mantissa * 10 + byte
      digits++
      scale--
    }
  }
  if (i < end && digits > 0 && (byte === 0x15 || byte === 0x35)) {
    let exponent = 0
    let exponentDigits = 0
    let sign = 1
    i++
    if (i < end && (body[i] === 0x2d || body[i] === 0x2b)) sign = body[i++] === 0x2d ? -1 : 1
    for (; i < end; i++) {
      byte = body[i]! - 0x30
      if (byte > 9 || byte < 0 || exponentDigits > 4) break
      exponent = exponent * 10 + byte
      exponentDigits++
    }
    if (exponentDigits === 0) return slowFloat(body, start, end)
    scale += sign * exponent
  }
  if (i !== end || digits === 0) return slowFloat(body, start, end)
  // 15 digits stay below 2^53, so the mantissa is exact.
  if (digits > 15 || scale < -22 || scale > 22) {
    const long = Number(asciiOf(body, start, end))
    return Number.isFinite(long) ? long : 'range'
  }
  const value = scale < 0 ? mantissa / POWERS[-scale]! : mantissa * POWERS[scale]!
  return negative ? -value : value
}

function slowFloat(body: Uint8Array, start: number, end: number): number | FloatFault {
  return floatOfText(asciiOf(body, start, end))
}

/** For a few bytes this is quicker than a decoder. What is not ASCII is no part of a number. */
function asciiOf(body: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let i = start; i < end; i++) text += String.fromCharCode(body[i]!)
  return text
}

/**
 * The same for text, as label values `le` and `quantile` need it.
 * @returns a number or why there is none
 */
export function floatOfText(text: string): number | FloatFault {
  if (/[pP_]/.test(text)) return 'unsupported'
  const value = parseValue(text)
  if (value !== undefined) return value
  const isDecimal = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(text)
  return isDecimal ? 'range' : 'syntax'
}

/** The reference's words for a number it refuses. */
export function floatFault(
  fault: FloatFault,
  body: Uint8Array,
  start: number,
  end: number,
): string {
  if (fault === 'unsupported') return 'unsupported character in float'
  const reason = fault === 'range' ? 'value out of range' : 'invalid syntax'
  return `strconv.ParseFloat: parsing ${quotedBytes(body.subarray(start, end))}: ${reason}`
}
