/**
 * A number as the text format prints it: shortest digits, exponent form below 1e-4 and from 1e6, at least
 * two digits of exponent.
 * @source Go strconv.FormatFloat(v, 'g', -1, 64) as expfmt uses it
 */
export function formatNumber(value: number): string {
  const size = value < 0 ? -value : value
  if (size >= 1e-4 && size < 1e6) return String(value)
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  if (value !== value) return 'NaN'
  if (size === Infinity) return value > 0 ? '+Inf' : '-Inf'
  const text = value.toExponential()
  const e = text.indexOf('e')
  return text.length - e === 3 ? `${text.slice(0, e + 2)}0${text.slice(e + 2)}` : text
}

/** The same with `.0` after whole numbers, and zero without a sign. @source expfmt writeOpenMetricsFloat */
export function formatOpenMetricsNumber(value: number): string {
  if (value === 0) return '0.0'
  const text = formatNumber(value)
  return /^-?[0-9]+$/.test(text) ? `${text}.0` : text
}
