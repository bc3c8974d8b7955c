/**
 * A sample value as the HTTP API prints it: shortest digits, exponent form below 1e-6 and from 1e21.
 * @source Go strconv.FormatFloat(v, 'f', -1, 64) with the API's exponent thresholds
 */
export function formatValue(value: number): string {
  if (value !== value) return 'NaN'
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  if (Object.is(value, -0)) return '-0'
  const text = String(value)
  const e = text.indexOf('e')
  if (e < 0) return text
  const digits = text.slice(e + 2)
  return digits.length === 1 ? `${text.slice(0, e + 2)}0${digits}` : text
}

/** Text to double as Go's strconv.ParseFloat, or undefined when it is no number. */
export function parseValue(text: string): number | undefined {
  if (/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(text)) return Number(text)
  if (/^\+?inf(?:inity)?$/i.test(text)) return Infinity
  if (/^-inf(?:inity)?$/i.test(text)) return -Infinity
  if (/^nan$/i.test(text)) return NaN
  return undefined
}
