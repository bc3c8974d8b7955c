// Time zones as Go prints them.

interface Zone {
  /** East of Greenwich. */
  readonly offsetMinutes: number
  /** `CET`, `CST`, `+08`. */
  readonly abbreviation: string
}

/** English as it is written in the places whose short names it knows. */
const LOCALES: readonly string[] = ['en-GB', 'en-US', 'en-AU', 'en-IN', 'en-ZA', 'en-NZ']

/** Letters of the tz database that no English locale has. */
const LETTERS: ReadonlyMap<string, string> = new Map([
  ['Asia/Shanghai', 'CST'],
  ['Asia/Chongqing', 'CST'],
  ['Asia/Taipei', 'CST'],
  ['Asia/Macau', 'CST'],
  ['Asia/Hong_Kong', 'HKT'],
  ['Asia/Tokyo', 'JST'],
  ['Asia/Seoul', 'KST'],
  ['Asia/Manila', 'PST'],
  ['Asia/Karachi', 'PKT'],
  ['Europe/Moscow', 'MSK'],
])

export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** What a zone is at a time. @param name  IANA name that exists */
export function zoneAt(timeMs: number, name: string): Zone {
  if (name === 'UTC' || name === '') return { offsetMinutes: 0, abbreviation: 'UTC' }
  const offsetMinutes = offsetAt(timeMs, name)
  return { offsetMinutes, abbreviation: abbreviationAt(timeMs, name, offsetMinutes) }
}

function zonePart(timeMs: number, name: string, locale: string, style: 'short' | 'longOffset') {
  return new Intl.DateTimeFormat(locale, { timeZone: name, timeZoneName: style })
    .formatToParts(timeMs)
    .find((part) => part.type === 'timeZoneName')?.value
}

function offsetAt(timeMs: number, name: string): number {
  const match = /([+-])(\d\d):(\d\d)/.exec(zonePart(timeMs, name, 'en-US', 'longOffset') ?? '')
  if (match === null) return 0
  const minutes = Number(match[2]) * 60 + Number(match[3])
  return match[1] === '-' ? -minutes : minutes
}

function abbreviationAt(timeMs: number, name: string, offsetMinutes: number): string {
  const known = LETTERS.get(name)
  if (known !== undefined) return known
  for (const locale of LOCALES) {
    const short = zonePart(timeMs, name, locale, 'short') ?? ''
    if (/^[A-Z]{3,5}$/.test(short)) return short
  }
  const size = Math.abs(offsetMinutes)
  const two = (value: number): string => String(value).padStart(2, '0')
  const minutes = size % 60 === 0 ? '' : two(size % 60)
  return `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${minutes}`
}
