// Numbers as text, in the forms that the reference's answers and files use, and back.

/**
 * A sample value as the HTTP API prints it: shortest digits, exponent form below 1e-6 and from 1e21.
 * JavaScript's own switch points are the same two.
 * @source Go strconv.FormatFloat(v, 'f', -1, 64) with the API's exponent thresholds
 */
export function formatValue(value: number): string {
  return special(value) ?? padExponent(String(value))
}

/** All digits, never an exponent: label values made of numbers. @source FormatFloat(v, 'f', -1, 64) */
export function formatDecimal(value: number): string {
  const text = special(value)
  if (text !== undefined) return text
  const plain = String(value)
  if (!plain.includes('e')) return plain
  const { sign, digits, exponent } = decompose(value)
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  return sign + digits.padEnd(exponent + 1, '0')
}

/** Always with an exponent. @source FormatFloat(v, 'e', -1, 64) */
export function formatExponent(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0e+00' : '0e+00'
  return special(value) ?? padExponent(value.toExponential())
}

/**
 * Shortest digits, exponent form below 1e-4 and from 1e6, whatever the number of digits: `1e+06`, `123456`,
 * `1.23456789e+08`. The text exposition format, and what Go's `%v` prints.
 * @source FormatFloat(v, 'g', -1, 64)
 */
export function formatShortest(value: number): string {
  const size = Math.abs(value)
  // Between these bounds JavaScript prints the same, and nearly all values lie there.
  if (size >= 1e-4 && size < 1e6) return String(value)
  return special(value) ?? formatExponent(value)
}

/** As formatShortest, with `.0` after whole numbers; zero has no sign. @source expfmt writeOpenMetricsFloat */
export function formatOpenMetricsValue(value: number): string {
  if (value === 0) return '0.0'
  const text = formatShortest(value)
  return /^-?[0-9]+$/.test(text) ? `${text}.0` : text
}

/** As Go's `%.<digits>g`: that many significant digits, without zeros at the end. */
export function formatSignificant(value: number, digits: number): string {
  const text = special(value)
  if (text !== undefined) return text
  const [mantissa = '', power = '0'] = value.toExponential(digits - 1).split('e')
  const exponent = Number(power)
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa
  if (exponent < -4 || exponent >= digits) return padExponent(`${short}e${power}`)
  return formatDecimal(Number(`${short}e${power}`))
}

/** ms since 1970 as seconds with up to three decimals, as API answers print times. */
export function formatSeconds(timeMs: number): string {
  const sign = timeMs < 0 ? '-' : ''
  const ms = Math.abs(timeMs)
  const rest = ms % 1000
  const whole = `${sign}${(ms - rest) / 1000}`
  return rest === 0 ? whole : `${whole}.${String(rest).padStart(3, '0').replace(/0+$/, '')}`
}

/** What all forms print alike. */
function special(value: number): string | undefined {
  if (value !== value) return 'NaN'
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  return undefined
}

/** Shortest digits of a finite number other than 0, the first one before the decimal point. */
function decompose(value: number): { sign: string; digits: string; exponent: number } {
  const text = Math.abs(value).toExponential()
  const e = text.indexOf('e')
  return {
    sign: value < 0 ? '-' : '',
    digits: text.slice(0, e).replace('.', ''),
    exponent: Number(text.slice(e + 1)),
  }
}

/** Go writes at least two digits of exponent. */
function padExponent(text: string): string {
  const e = text.indexOf('e')
  return e >= 0 && text.length - e === 3 ? `${text.slice(0, e + 2)}0${text.slice(e + 2)}` : text
}

const DECIMAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/
/** The same with single underscores between digits. */
const GROUPED =
  /^[+-]?(?:[0-9]+(?:_[0-9]+)*(?:\.(?:[0-9]+(?:_[0-9]+)*)?)?|\.[0-9]+(?:_[0-9]+)*)(?:[eE][+-]?[0-9]+(?:_[0-9]+)*)?$/
const HEXADECIMAL =
  /^([+-]?)0[xX]_?([0-9a-fA-F]+(?:_[0-9a-fA-F]+)*)?(\.(?:[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*)?)?[pP]([+-]?[0-9]+(?:_[0-9]+)*)$/

/**
 * Text to double as Go's strconv.ParseFloat, or undefined when it is no number or does not fit a double:
 * decimal (also `1_000`), hexadecimal with a binary exponent (`0x1.8p1`), `Inf`, `infinity`, `NaN` in any
 * case. The exposition formats allow less: their readers refuse `_` and hexadecimal before they ask.
 */
export function parseValue(text: string): number | undefined {
  if (DECIMAL.test(text)) return fitting(Number(text))
  if (GROUPED.test(text)) return fitting(Number(text.replaceAll('_', '')))
  if (/^\+?inf(?:inity)?$/i.test(text)) return Infinity
  if (/^-inf(?:inity)?$/i.test(text)) return -Infinity
  if (/^nan$/i.test(text)) return NaN
  return parseHexadecimal(text)
}

function fitting(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined
}

function parseHexadecimal(text: string): number | undefined {
  const match = HEXADECIMAL.exec(text)
  if (match === null) return undefined
  const [, sign, whole = '', fraction = '', power] = match
  const wholeDigits = whole.replaceAll('_', '')
  const fractionDigits = fraction.slice(1).replaceAll('_', '')
  const digits = wholeDigits + fractionDigits
  if (digits === '') return undefined
  const value = scaled(
    BigInt(`0x${digits}`),
    Number(power?.replaceAll('_', '')) - 4 * fractionDigits.length,
  )
  return fitting(sign === '-' ? -value : value)
}

/** mantissa · 2^exponent, rounded once to the nearest double (ties to even). */
function scaled(mantissa: bigint, exponent: number): number {
  if (mantissa === 0n) return 0
  const bits = mantissa.toString(2).length
  const top = bits + exponent // The value lies in [2^(top−1), 2^top).
  if (top > 1024) return Infinity
  if (top < -1074) return 0
  // As many bits as a double of this size has; subnormal ones have fewer.
  const kept = Math.min(53, top + 1074)
  const drop = bits - kept
  if (drop <= 0) return timesPowerOfTwo(Number(mantissa), exponent)
  const shift = BigInt(drop)
  let rounded = mantissa >> shift
  const rest = mantissa - (rounded << shift)
  const half = 1n << (shift - 1n)
  if (rest > half || (rest === half && (rounded & 1n) === 1n)) rounded += 1n
  return timesPowerOfTwo(Number(rounded), exponent + drop)
}

/** Exact as long as the result is a double; in two steps, because 2^-1074 alone is the smallest power. */
function timesPowerOfTwo(value: number, exponent: number): number {
  if (exponent > 1000) return value * 2 ** 1000 * 2 ** (exponent - 1000)
  if (exponent < -1000) return value * 2 ** -1000 * 2 ** (exponent + 1000)
  return value * 2 ** exponent
}

const INTEGER =
  /^([+-]?)(?:0[xX]((?:_?[0-9a-fA-F])+)|0[bB]((?:_?[01])+)|0[oO]?((?:_?[0-7])+)|(0|[1-9](?:_?[0-9])*))$/

/**
 * Text to a whole number as Go's strconv.ParseInt with base 0: `0x1F`, `0b11`, `0o17`, `017`, `1_000`.
 * Undefined when it is none or outside 64 bits. Rounded to a double above 2^53.
 */
export function parseInteger(text: string): number | undefined {
  const match = INTEGER.exec(text)
  if (match === null) return undefined
  const [, sign, hex, binary, octal, decimal] = match
  const [prefix, digits] =
    hex !== undefined
      ? ['0x', hex]
      : binary !== undefined
        ? ['0b', binary]
        : octal !== undefined
          ? ['0o', octal]
          : ['', decimal ?? '']
  const value = BigInt(prefix + digits.replaceAll('_', ''))
  if (value > (sign === '-' ? 2n ** 63n : 2n ** 63n - 1n)) return undefined
  return sign === '-' ? Number(-value) : Number(value)
}
