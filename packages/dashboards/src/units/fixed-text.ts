/**
 * A number with as many decimals as asked for, or as show three significant digits.
 *
 * @source  tests/oracle: equal to Grafana's for generated numbers
 */
export function fixedText(value: number, decimals?: number | null): string {
  if (value === Infinity || value === -Infinity) return value < 0 ? '-∞' : '∞'
  if (Number.isNaN(value)) return 'NaN'
  const count = decimals ?? decimalsFor(value)
  if (value === 0) return value.toFixed(count)
  const factor = count ? 10 ** Math.max(0, count) : 1
  const text = String(Math.round(value * factor) / factor)
  if (text.includes('e')) return text
  const point = text.indexOf('.')
  const has = point < 0 ? 0 : text.length - point - 1
  if (has >= count) return text
  return `${text}${has === 0 ? '.' : ''}${'0'.repeat(Math.min(count, decimalPlaces(factor)) - has)}`
}

/** As many zeros as the factor is written with: past 1e21 it is written with an exponent. */
function decimalPlaces(factor: number): number {
  return String(factor).length - 1
}

/** As many as show three significant digits. */
function decimalsFor(value: number): number {
  if (value % 1 === 0) return 0
  return Math.max(0, 2 - Math.floor(Math.log(Math.abs(value)) / Math.LN10))
}
