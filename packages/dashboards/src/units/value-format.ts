// A unit's id to the function that shows numbers in it.
import { booleanWords, clock, countdown, duration, durationWords } from './duration-format.ts'
import type { ValueFormat } from '../field-config/display-value.ts'
import { dateFormatter, type DateFormatContext } from './date-unit.ts'
import { fixedText } from './fixed-text.ts'
import { scaledFormat } from './scaled-format.ts'
import { BINARY_UNITS, COUNT_UNITS, CURRENCIES, FIXED_UNITS, SI_UNITS } from './unit-table.ts'

const SI_PREFIXES = ['f', 'p', 'n', 'µ', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y']
const SI_BASE = 5
const BINARY_PREFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi']
const COUNT_PREFIXES = ['', 'K', 'M', 'B', 'T']
const SHORT_WORDS = ['', ' K', ' Mil', ' Bil', ' Tri', ' Quadr', ' Quint', ' Sext', ' Sept']

/**
 * The format of a unit: one of the 273 ids, `prefix:`, `suffix:`, `time:`, `si:`, `count:`, `currency:`, `bool:`, or
 * any other text, which then stands behind the number. Unknown is no error: dashboards hold free text here.
 */
export function valueFormat(
  unit: string | undefined,
  context: DateFormatContext = {},
): ValueFormat {
  if (unit === undefined || unit === '') return fixed('')
  return (
    tableFormat(unit) ?? namedFormat(unit, context) ?? patternFormat(unit, context) ?? fixed(unit)
  )
}

function tableFormat(unit: string): ValueFormat | undefined {
  const text = own(FIXED_UNITS, unit)
  if (text !== undefined) return fixed(text)
  const [si, siSteps = 0] = own(SI_UNITS, unit) ?? []
  if (si !== undefined) return siFormat(si, siSteps)
  const [binary, steps = 0] = own(BINARY_UNITS, unit) ?? []
  if (binary !== undefined)
    return scaledFormat(
      1024,
      BINARY_PREFIXES.map((prefix) => ` ${prefix}${binary}`),
      steps,
    )
  const [sign, side] = own(CURRENCIES, unit) ?? []
  if (sign !== undefined) return currency(sign, side === 'after')
  const counted = own(COUNT_UNITS, unit)
  return counted === undefined ? undefined : countFormat(counted)
}

function own<T>(table: Readonly<Record<string, T>>, unit: string): T | undefined {
  return Object.hasOwn(table, unit) ? table[unit] : undefined
}

function namedFormat(unit: string, context: DateFormatContext): ValueFormat | undefined {
  switch (unit) {
    case 'string':
      return (value) => ({ text: String(value) })
    case 'short':
      return scaledFormat(1000, SHORT_WORDS)
    case 'percent':
      return (value, decimals) => ({ text: fixedText(value, decimals), suffix: '%' })
    case 'percentunit':
      return (value, decimals) => ({ text: fixedText(100 * value, decimals), suffix: '%' })
    case 'hex':
      return (value, decimals) => ({ text: hex(value, decimals) })
    case 'hex0x':
      return (value, decimals) => ({ text: hex(value, decimals).replace(/^-?/, '$&0x') })
    case 'sci':
      return (value, decimals) => ({ text: value.toExponential(decimals ?? undefined) })
    case 'locale':
      return (value, decimals) => ({
        text: value.toLocaleString(context.locale, {
          maximumFractionDigits: decimals ?? undefined,
        }),
      })
    case 'pressurepsi':
      return scaledFormat(1000, ['psi', 'ksi', 'Mpsi'])
    case 'farenheit':
      // Spelt so in dashboards of old.
      return fixed('°F')
    default:
      return (
        duration(unit) ??
        durationWords(unit) ??
        clock(unit) ??
        countdown(unit) ??
        booleanWords(unit) ??
        dateFormatter(unit, context)
      )
  }
}

function patternFormat(unit: string, context: DateFormatContext): ValueFormat | undefined {
  const colon = unit.indexOf(':')
  if (colon <= 0) return undefined
  const rest = unit.slice(colon + 1)
  switch (unit.slice(0, colon)) {
    case 'prefix':
      return (value, decimals) =>
        rest === ''
          ? { text: fixedText(value, decimals) }
          : { text: fixedText(value, decimals), prefix: rest }
    case 'suffix':
      return fixed(rest)
    case 'time':
      return dateFormatter(unit, context)
    case 'si':
      return customSi(rest)
    case 'count':
      return countFormat(rest)
    case 'currency':
      return customCurrency(rest, context)
    case 'bool': {
      const slash = rest.indexOf('/')
      const words = slash < 0 ? [rest, '-'] : [rest.slice(0, slash), rest.slice(slash + 1)]
      return (value) => ({ text: words[value ? 0 : 1]! })
    }
    default:
      return undefined
  }
}

function fixed(unit: string): ValueFormat {
  return (value, decimals) => {
    const text = fixedText(value, decimals)
    return unit === '' ? { text } : { text, suffix: ` ${unit}` }
  }
}

function siFormat(unit: string, steps: number): ValueFormat {
  return scaledFormat(
    1000,
    SI_PREFIXES.map((prefix) => ` ${prefix}${unit}`),
    SI_BASE + steps,
  )
}

/** `mF`: the first letter says what the number is counted in. */
function customSi(text: string): ValueFormat {
  const first = text.charAt(0).normalize('NFKD')
  const at = SI_PREFIXES.findIndex((prefix) => prefix.normalize('NFKD') === first)
  const steps = at < 0 ? 0 : at - SI_BASE
  return siFormat(steps === 0 ? text : text.slice(1), steps)
}

function countFormat(counted: string): ValueFormat {
  const scaled = scaledFormat(1000, COUNT_PREFIXES)
  return (value, decimals) => {
    const shown = scaled(value, decimals)
    return { ...shown, suffix: `${shown.suffix} ${counted}` }
  }
}

function currency(sign: string, isAfter: boolean): ValueFormat {
  const scaled = scaledFormat(1000, COUNT_PREFIXES)
  return (value, decimals) => {
    const { text, suffix } = scaled(Math.abs(value), decimals)
    const prefix = `${value < 0 ? '-' : ''}${isAfter ? '' : sign}`
    return {
      text,
      ...(isAfter && value >= 0 ? {} : { prefix }),
      ...(suffix === undefined ? {} : { suffix: isAfter ? suffix + sign : suffix }),
    }
  }
}

function customCurrency(text: string, { locale }: DateFormatContext): ValueFormat {
  const [kind, sign, side] = text.split(':')
  if (kind !== 'financial' || sign === undefined) return currency(text, false)
  if (sign === '') return fixed('')
  return (value, decimals) => {
    const digits =
      decimals === undefined || decimals === null
        ? { minimumFractionDigits: 0, maximumFractionDigits: 1 }
        : { minimumFractionDigits: decimals, maximumFractionDigits: decimals }
    const shown = new Intl.NumberFormat(locale, digits).format(value)
    return side === 'suffix'
      ? { text: shown, prefix: '', suffix: sign }
      : { text: shown, prefix: sign, suffix: '' }
  }
}

function hex(value: number, decimals: number | null | undefined): string {
  return Number.parseFloat(fixedText(value, decimals)).toString(16).toUpperCase()
}
