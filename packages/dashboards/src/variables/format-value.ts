// `${x:csv}`: what is chosen as the text that a query, a link or a title needs.
import { formatDate } from '../time/date-format.ts'
import type { Zone } from '../time/zone.ts'
import { listOf, type VariableValue } from './variable.ts'

/**
 * @param format  a name, or one with arguments: `date:YYYY-MM`, `join: / `
 * @returns undefined for a format that is none
 */
export function formatVariable(
  name: string,
  { value, text }: VariableValue,
  format: string,
  zone: Zone,
): string | undefined {
  const [kind = '', ...rest] = format.split(':')
  const argument = rest.join(':')
  const values = listOf(value)
  const isOne = values.length === 1
  switch (kind) {
    case 'raw':
    case 'csv':
      return values.join(',')
    case 'regex': {
      const escaped = values.map(escapeRegex)
      return typeof value === 'string'
        ? escaped[0]!
        : isOne
          ? escaped[0]!
          : `(${escaped.join('|')})`
    }
    case 'pipe':
      return values.join('|')
    case 'glob':
      return isOne ? values[0]! : `{${values.join(',')}}`
    case 'json':
      return typeof value === 'string' ? JSON.stringify(value) : JSON.stringify(values)
    case 'text':
      return listOf(text).join(' + ')
    case 'singlequote':
      return values.map((one) => `'${one.replaceAll("'", "\\'")}'`).join(',')
    case 'doublequote':
      return values.map((one) => `"${one.replaceAll('"', '\\"')}"`).join(',')
    case 'sqlstring':
      return values.map((one) => `'${one.replaceAll("'", "''")}'`).join(',')
    case 'percentencode':
      return percentEncode(isOne ? values[0]! : `{${values.join(',')}}`)
    case 'uriencode':
      return encodeURI(isOne ? values[0]! : `{${values.join(',')}}`)
    case 'queryparam':
      return values.map((one) => `var-${percentEncode(name)}=${percentEncode(one)}`).join('&')
    case 'customqueryparam': {
      const [key = '', prefix = ''] = rest
      return values
        .map((one) => `${percentEncode(key || name)}=${percentEncode(prefix + one)}`)
        .join('&')
    }
    case 'distributed':
      return values.map((one, i) => (i === 0 ? one : `${name}=${one}`)).join(',')
    case 'lucene':
      return lucene(values)
    case 'join':
      return values.join(argument || ',')
    case 'date':
      return dateText(Number(values[0]), argument, zone)
    default:
      return undefined
  }
}

export function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

function percentEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (letter) => `%${letter.codePointAt(0)!.toString(16).toUpperCase()}`,
  )
}

function lucene(values: readonly string[]): string {
  const escaped = values.map((one) => one.replace(/[+\-=&|><!(){}[\]^"~*?:\\/]/g, '\\$&'))
  return escaped.length === 1 ? escaped[0]! : `(${escaped.map((one) => `"${one}"`).join(' OR ')})`
}

function dateText(ms: number, pattern: string, zone: Zone): string {
  switch (pattern) {
    case '':
    case 'iso':
      return Number.isFinite(new Date(ms).getTime()) ? new Date(ms).toISOString() : ''
    case 'seconds':
      return String(Math.round(ms / 1000))
    case 'iso-8601':
      return formatDate(ms, zone, 'YYYY-MM-DD[T]HH:mm:ssZ')
    default:
      return formatDate(ms, zone, pattern)
  }
}
