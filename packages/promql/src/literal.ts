// Number and duration literals: from the text of a token to its value.

import { UserError } from '@pharos/base'
import { goQuote, parseDuration } from '@pharos/model'

/**
 * A number token's value. Octal with a leading zero, hexadecimal, underscores, `Inf` and `NaN` in any case.
 * @throws UserError `promql/number` with the reference's words
 * @source strconv.ParseInt with base 0, then strconv.ParseFloat
 */
export function numberValue(text: string): number {
  if (/^inf$/i.test(text)) return Infinity
  if (/^nan$/i.test(text)) return NaN
  const plain = text.replaceAll('_', '')
  if (/^0[0-7]+$/.test(plain)) return Number.parseInt(plain, 8)
  if (/^0[xX]/.test(plain)) {
    // Integers have 64 bits; beyond them hexadecimal would want an exponent, which the lexer does not take.
    const value = plain.length > 2 ? BigInt(plain) : undefined
    if (value === undefined || value >= 1n << 63n) throw badNumber(text, 'invalid syntax')
    return Number(value)
  }
  const value = Number(plain)
  if (Number.isNaN(value)) throw badNumber(text, 'invalid syntax')
  if (value === Infinity) throw badNumber(text, 'value out of range')
  return value
}

function badNumber(text: string, why: string): UserError {
  return new UserError(
    'promql/number',
    `error parsing number: strconv.ParseFloat: parsing ${goQuote(text)}: ${why}`,
  )
}

const UNITS: readonly string[] = ['y', 'w', 'd', 'h', 'm', 's', 'ms']

/**
 * A duration token's value in ms. Units from the largest to the smallest, each at most once.
 * @throws UserError with the reference's words
 * @source prometheus/common model.ParseDuration
 */
export function durationMs(text: string): number {
  for (const [unit] of text.matchAll(/[^0-9]+/g))
    if (!UNITS.includes(unit))
      throw new UserError(
        'promql/duration',
        `unknown unit ${goQuote(unit)} in duration ${goQuote(text)}`,
      )
  return parseDuration(text)
}
