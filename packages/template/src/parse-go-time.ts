// Texts to times by Go's layouts.
import { goQuote } from '@pharos/model'
import { callError } from './builtins.ts'
import { DAYS, LAYOUT, MONTHS } from './go-time.ts'

interface Reading {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  ms: number
  isAfternoon: boolean | undefined
  offsetMinutes: number
}

/** What a layout part reads: a pattern, and what its match means. */
function reader(part: string): readonly [RegExp, (text: string, into: Reading) => void] {
  const number = (digits: string, set: (into: Reading, value: number) => void) =>
    [new RegExp(`^${digits}`), (text: string, into: Reading) => set(into, Number(text))] as const
  const name = (names: readonly string[], set: (into: Reading, at: number) => void) =>
    [
      new RegExp(`^(?:${names.join('|')})`, 'i'),
      (text: string, into: Reading) =>
        set(
          into,
          names.findIndex((one) => one.toLowerCase() === text.toLowerCase()),
        ),
    ] as const
  switch (part) {
    case '2006':
      return number('\\d{4}', (into, value) => (into.year = value))
    case '06':
      return number('\\d{2}', (into, value) => (into.year = value + (value >= 69 ? 1900 : 2000)))
    case 'January':
      return name(MONTHS, (into, at) => (into.month = at + 1))
    case 'Jan':
      return name(
        MONTHS.map((one) => one.slice(0, 3)),
        (into, at) => (into.month = at + 1),
      )
    case '01':
      return number('\\d{2}', (into, value) => (into.month = value))
    case '1':
      return number('\\d{1,2}', (into, value) => (into.month = value))
    case '02':
      return number('\\d{2}', (into, value) => (into.day = value))
    case '2':
    case '_2':
      return number(' ?\\d{1,2}', (into, value) => (into.day = value))
    case '15':
    case '03':
      return number('\\d{2}', (into, value) => (into.hour = value))
    case '3':
      return number('\\d{1,2}', (into, value) => (into.hour = value))
    case '04':
      return number('\\d{2}', (into, value) => (into.minute = value))
    case '4':
      return number('\\d{1,2}', (into, value) => (into.minute = value))
    case '05':
      return number('\\d{2}', (into, value) => (into.second = value))
    case '5':
      return number('\\d{1,2}', (into, value) => (into.second = value))
    case 'PM':
    case 'pm':
      return [/^(?:AM|PM|am|pm)/, (text, into) => (into.isAfternoon = text.toLowerCase() === 'pm')]
    case 'Monday':
      return name(DAYS, () => {})
    case 'Mon':
      return name(
        DAYS.map((one) => one.slice(0, 3)),
        () => {},
      )
    case 'MST':
      return [/^[A-Z]{3,5}/, () => {}]
    default:
      return zoneOrFraction(part)
  }
}

function zoneOrFraction(part: string): ReturnType<typeof reader> {
  if (part.startsWith('.') || part.startsWith(','))
    return [/^[.,]\d+/, (text, into) => (into.ms = Number(`0.${text.slice(1)}`) * 1000)]
  return [
    /^(?:Z|[+-]\d\d:?(?:\d\d)?)/,
    (text, into) => {
      const match = /([+-])(\d\d):?(\d\d)?/.exec(text)
      if (match === null) return
      const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0)
      into.offsetMinutes = match[1] === '-' ? -minutes : minutes
    },
  ]
}

/**
 * The time that a text is by a layout, ms since 1970; without a zone it is UTC.
 * @throws UserError `template/call` with Go's words
 * @source Go time.ParseInLocation
 */
export function parseGoTime(layout: string, text: string): number {
  const into: Reading = {
    year: 0,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    ms: 0,
    isAfternoon: undefined,
    offsetMinutes: 0,
  }
  const head = `parsing time ${goQuote(text)} as ${goQuote(layout)}: `
  const refuse = (rest: string, wanted: string) =>
    callError(`${head}cannot parse ${goQuote(rest)} as ${goQuote(wanted)}`)
  let rest = text
  let at = 0
  const literal = (wanted: string): void => {
    if (!rest.startsWith(wanted)) throw refuse(rest, wanted)
    rest = rest.slice(wanted.length)
  }
  for (const match of layout.matchAll(LAYOUT)) {
    literal(layout.slice(at, match.index))
    const [part] = match
    const [pattern, take] = reader(part)
    const found = pattern.exec(rest)?.[0]
    if (found === undefined) throw refuse(rest, part)
    take(found, into)
    rest = rest.slice(found.length)
    at = match.index + part.length
  }
  literal(layout.slice(at))
  if (rest !== '') throw callError(`${head}extra text: ${goQuote(rest)}`)
  return timeOf(into, head, text)
}

function timeOf(read: Reading, head: string, text: string): number {
  let { hour } = read
  if (read.isAfternoon === true && hour < 12) hour += 12
  if (read.isAfternoon === false && hour === 12) hour = 0
  const date = new Date(0)
  date.setUTCFullYear(read.year, read.month - 1, read.day)
  const isReal = date.getUTCMonth() === read.month - 1 && date.getUTCDate() === read.day
  const what = isReal ? outOfRange(hour, read) : read.month < 1 || read.month > 12 ? 'month' : 'day'
  if (what !== undefined) throw callError(`${head.split(' as ', 1)[0]}: ${what} out of range`)
  if (text === '') return date.getTime()
  const ofDayMs = ((hour * 60 + read.minute) * 60 + read.second) * 1000 + read.ms
  return date.getTime() + ofDayMs - read.offsetMinutes * 60_000
}

function outOfRange(hour: number, read: Reading): string | undefined {
  if (hour > 23) return 'hour'
  if (read.minute > 59) return 'minute'
  return read.second > 59 ? 'second' : undefined
}
