/**
 * A number as templates write it: an int (bigint) unless it has a point or an exponent. Undefined when it is none.
 * @source Go text/template, idealConstant; Go's literals with underscores, 0x, 0o, 0b and a leading 0 for octal
 */
export function numberConstant(text: string): number | bigint | undefined {
  const sign = text.startsWith('-') ? -1 : 1
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '')
  if (/^0[xX][0-9a-fA-F]+$|^0[bB][01]+$|^0[oO][0-7]+$/.test(digits))
    return BigInt(digits) * BigInt(sign)
  if (/^0[0-7]+$/.test(digits)) return BigInt(`0o${digits.slice(1)}`) * BigInt(sign)
  if (/^[0-9]+$/.test(digits)) return BigInt(digits) * BigInt(sign)
  if (/^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/.test(digits))
    return sign * Number(digits)
  return undefined
}
