// Go's fmt.Sprintf over template values: verbs, flags, width, precision and what it says about misuse.

import { formatExponent, formatShortest, goQuote } from '@pharos/model'
import { FORMAT_WIDTH_MAX } from './limits.ts'
import { GoObject, isList, isMap, plainText, typeOf, type Value } from './value.ts'

interface Spec {
  readonly minus: boolean
  readonly plus: boolean
  readonly sharp: boolean
  readonly space: boolean
  readonly zero: boolean
  readonly width: number | undefined
  readonly precision: number | undefined
}

const DIRECTIVE = /%([-+# 0]*)(?:\[(\d+)\])?(\*|\d+)?(?:\.(\*|\d+)?)?(?:\[(\d+)\])?/y

/** @source Go fmt */
export function sprintf(format: string, args: readonly Value[]): string {
  let out = ''
  let next = 0
  let isReordered = false
  let at = 0
  while (at < format.length) {
    const percent = format.indexOf('%', at)
    if (percent < 0) {
      out += format.slice(at)
      break
    }
    out += format.slice(at, percent)
    DIRECTIVE.lastIndex = percent
    const match = DIRECTIVE.exec(format)!
    const [whole, flags = '', firstIndex, widthText, precisionText, secondIndex] = match
    at = percent + whole.length
    const index = secondIndex ?? firstIndex
    if (index !== undefined) {
      next = Number(index) - 1
      isReordered = true
    }
    const star = (): number | undefined => {
      const value = args[next++]
      return typeof value === 'bigint' ? Number(value) : undefined
    }
    const width = widthText === '*' ? star() : numberOf(widthText)
    const precision = precisionText === '*' ? star() : numberOf(precisionText)
    const spec: Spec = {
      minus: flags.includes('-') || (width ?? 0) < 0,
      plus: flags.includes('+'),
      sharp: flags.includes('#'),
      space: flags.includes(' '),
      zero: flags.includes('0') && !flags.includes('-'),
      width: width === undefined ? undefined : Math.min(Math.abs(width), FORMAT_WIDTH_MAX),
      precision: whole.includes('.') ? Math.min(precision ?? 0, 1000) : undefined,
    }
    const verb = String.fromCodePoint(format.codePointAt(at) ?? 0)
    if (at >= format.length) {
      out += '%!(NOVERB)'
      break
    }
    at += verb.length
    if (verb === '%') out += '%'
    else if (index !== undefined && (next < 0 || next >= args.length)) out += `%!${verb}(BADINDEX)`
    else if (next >= args.length) out += `%!${verb}(MISSING)`
    else out += formatted(verb, args[next++], spec)
  }
  if (!isReordered && next < args.length) {
    const extra = args.slice(next).map((arg) => `${typeOf(arg)}=${plainText(arg)}`)
    out += `%!(EXTRA ${extra.join(', ')})`
  }
  return out
}

/** Spaces stand between two operands of which neither is a text. @source Go fmt.Sprint */
export function sprint(args: readonly Value[]): string {
  let out = ''
  args.forEach((arg, i) => {
    if (i > 0 && typeof arg !== 'string' && typeof args[i - 1] !== 'string') out += ' '
    out += plainText(arg)
  })
  return out
}

/** @source Go fmt.Sprintln */
export function sprintln(args: readonly Value[]): string {
  return `${args.map(plainText).join(' ')}\n`
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text)
}

function formatted(verb: string, value: Value, spec: Spec): string {
  if (verb === 'T') return padded(typeOf(value), spec)
  if (value === undefined || value === null)
    return verb === 'v' ? padded('<nil>', spec) : `%!${verb}(<nil>)`
  if (verb === 'v') return verboseText(value, spec)
  if (value instanceof GoObject) {
    if (value.text !== undefined && 'sqxX'.includes(verb))
      return formatted(verb, value.text(), spec)
    return value.fields.size === 0
      ? formatted(verb, value.inner, spec)
      : `{${[...value.fields.values()].map((part) => formatted(verb, part, spec)).join(' ')}}`
  }
  if (isList(value)) return `[${value.map((part) => formatted(verb, part, spec)).join(' ')}]`
  if (isMap(value)) {
    const parts = [...value].map(([key, part]) => `${key}:${formatted(verb, part, spec)}`)
    return `map[${parts.join(' ')}]`
  }
  const text = scalarText(verb, value, spec)
  return text ?? `%!${verb}(${typeOf(value)}=${plainText(value)})`
}

function verboseText(value: NonNullable<Value>, spec: Spec): string {
  if (typeof value === 'number') return floatText('g', value, spec)
  if (typeof value === 'bigint') return integerText(value, 10, spec)
  if (spec.sharp && typeof value === 'string') return padded(goQuote(value), spec)
  if (spec.plus && value instanceof GoObject && value.text === undefined && value.fields.size > 0) {
    const parts = [...value.fields].map(([name, part]) => `${name}:${plainText(part)}`)
    return padded(`{${parts.join(' ')}}`, spec)
  }
  return padded(plainText(value), spec)
}

function scalarText(
  verb: string,
  value: string | number | bigint | boolean,
  spec: Spec,
): string | undefined {
  if (typeof value === 'string') return textOf(verb, value, spec)
  if (typeof value === 'boolean') return verb === 't' ? padded(String(value), spec) : undefined
  if (typeof value === 'number')
    return 'eEfFgG'.includes(verb) ? floatText(verb, value, spec) : undefined
  switch (verb) {
    case 'd':
      return integerText(value, 10, spec)
    case 'b':
      return integerText(value, 2, spec)
    case 'o':
      return integerText(value, 8, spec, spec.sharp ? '0' : '')
    case 'O':
      return integerText(value, 8, spec, '0o')
    case 'x':
      return integerText(value, 16, spec, spec.sharp ? '0x' : '')
    case 'X':
      return integerText(value, 16, spec, spec.sharp ? '0X' : '').toUpperCase()
    case 'c':
      return padded(character(value), spec)
    case 'q':
      return padded(`'${character(value)}'`, spec)
    case 'U':
      return padded(`U+${value.toString(16).toUpperCase().padStart(4, '0')}`, spec)
    default:
      return undefined
  }
}

function character(value: bigint): string {
  return value >= 0n && value <= 0x10ffffn ? String.fromCodePoint(Number(value)) : '\ufffd'
}

function textOf(verb: string, value: string, spec: Spec): string | undefined {
  const cut =
    spec.precision === undefined ? value : Array.from(value).slice(0, spec.precision).join('')
  switch (verb) {
    case 's':
      return padded(cut, spec)
    case 'q':
      return padded(spec.sharp && !cut.includes('`') ? `\`${cut}\`` : goQuote(cut), spec)
    case 'x':
    case 'X': {
      const bytes = new TextEncoder().encode(value)
      const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0'))
      const text = hex.join(spec.space ? ' ' : '')
      return padded(verb === 'X' ? text.toUpperCase() : text, spec)
    }
    default:
      return undefined
  }
}

function integerText(value: bigint, base: number, spec: Spec, prefix = ''): string {
  const digits = (value < 0n ? -value : value).toString(base).padStart(spec.precision ?? 0, '0')
  return signed(value < 0n, prefix + digits, {
    ...spec,
    zero: spec.zero && spec.precision === undefined,
  })
}

function floatText(verb: string, value: number, spec: Spec): string {
  const isNegative = value < 0 || Object.is(value, -0)
  const size = Math.abs(value)
  if (!Number.isFinite(value)) {
    // Neither padded with zeros, and an infinity has its sign when it is printed alone.
    const text = Number.isNaN(value) ? 'NaN' : 'Inf'
    const withSign = text === 'Inf' && !isNegative && !spec.space ? { ...spec, plus: true } : spec
    return signed(isNegative, text, { ...withSign, zero: false })
  }
  return signed(isNegative, digitsOf(verb, size, spec.precision), spec)
}

function digitsOf(verb: string, size: number, precision: number | undefined): string {
  switch (verb) {
    case 'f':
    case 'F':
      return fixed(size, precision ?? 6)
    case 'e':
      return exponent(size, precision ?? 6)
    case 'E':
      return exponent(size, precision ?? 6).toUpperCase()
    default: {
      const text = precision === undefined ? formatShortest(size) : general(size, precision)
      return verb === 'G' ? text.toUpperCase() : text
    }
  }
}

function fixed(size: number, digits: number): string {
  // toFixed leaves the plain form at 1e21; such numbers are whole.
  if (size < 1e21) return size.toFixed(Math.min(digits, 100))
  return BigInt(size).toString() + (digits > 0 ? `.${'0'.repeat(digits)}` : '')
}

function exponent(size: number, digits: number): string {
  return size.toExponential(Math.min(digits, 100)).replace(/e([+-])(\d)$/, 'e$10$2')
}

function general(size: number, precision: number): string {
  if (size === 0) return '0'
  const digits = Math.min(Math.max(precision, 1), 100)
  const power = Number(size.toExponential(digits - 1).split('e')[1])
  if (power < -4 || power >= digits) return formatExponent(Number(size.toExponential(digits - 1)))
  const text = size.toFixed(Math.min(Math.max(digits - 1 - power, 0), 100))
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

function signed(isNegative: boolean, digits: string, spec: Spec): string {
  const sign = isNegative ? '-' : spec.plus ? '+' : spec.space ? ' ' : ''
  if (!spec.zero || spec.width === undefined || spec.minus) return padded(sign + digits, spec)
  return sign + digits.padStart(spec.width - sign.length, '0')
}

function padded(text: string, spec: Spec): string {
  const missing = (spec.width ?? 0) - Array.from(text).length
  if (missing <= 0) return text
  const fill = ' '.repeat(missing)
  return spec.minus ? text + fill : fill + text
}
