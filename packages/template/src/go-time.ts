// Go's time.Time and time.Duration as far as templates use them. Times are UTC unless put into a zone.

import { callError } from './builtins.ts'
import { zoneAt } from './go-zone.ts'
import { type GoFunction, GoObject, innerOf, plainText, type Value } from './value.ts'

export const MONTHS: readonly string[] =
  'January February March April May June July August September October November December'.split(' ')
export const DAYS: readonly string[] =
  'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

export const LAYOUT: RegExp =
  /January|Jan|Monday|Mon|MST|2006|__2|_2|002|0[1-6]|15|PM|pm|-07:00:00|-070000|-07:00|-0700|-07|Z07:00|Z0700|Z07|[,.](?:0+|9+)(?!\d)|[1-5]/g

/** @param timeMs  ms since 1970, with a fraction  @source Go time.Time.Format */
function formatTime(timeMs: number, layout: string, zoneName: string): string {
  const zone = zoneAt(timeMs, zoneName)
  const date = new Date(Math.floor(timeMs) + zone.offsetMinutes * 60_000)
  const two = (value: number): string => String(value).padStart(2, '0')
  const hour12 = date.getUTCHours() % 12 || 12
  const day = date.getUTCDate()
  const nanos = Math.round((timeMs - Math.floor(timeMs / 1000) * 1000) * 1e6)
  const dayOfYear =
    Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1
  return layout.replace(LAYOUT, (part) => {
    switch (part) {
      case 'January':
        return MONTHS[date.getUTCMonth()]!
      case 'Jan':
        return MONTHS[date.getUTCMonth()]!.slice(0, 3)
      case 'Monday':
        return DAYS[date.getUTCDay()]!
      case 'Mon':
        return DAYS[date.getUTCDay()]!.slice(0, 3)
      case 'MST':
        return zone.abbreviation
      case '2006':
        return String(date.getUTCFullYear()).padStart(4, '0')
      case '06':
        return two(date.getUTCFullYear() % 100)
      case '002':
        return String(dayOfYear).padStart(3, '0')
      case '__2':
        return String(dayOfYear).padStart(3, ' ')
      case '_2':
        return String(day).padStart(2, ' ')
      case '01':
        return two(date.getUTCMonth() + 1)
      case '1':
        return String(date.getUTCMonth() + 1)
      case '02':
        return two(day)
      case '2':
        return String(day)
      case '15':
        return two(date.getUTCHours())
      case '03':
        return two(hour12)
      case '3':
        return String(hour12)
      case '04':
        return two(date.getUTCMinutes())
      case '4':
        return String(date.getUTCMinutes())
      case '05':
        return two(date.getUTCSeconds())
      case '5':
        return String(date.getUTCSeconds())
      case 'PM':
        return date.getUTCHours() >= 12 ? 'PM' : 'AM'
      case 'pm':
        return date.getUTCHours() >= 12 ? 'pm' : 'am'
      default:
        return zoneOrFraction(part, nanos, zone.offsetMinutes)
    }
  })
}

function zoneOrFraction(part: string, nanos: number, offsetMinutes: number): string {
  if (part.startsWith('Z') && offsetMinutes === 0) return 'Z'
  if (part.startsWith('Z') || part.startsWith('-')) {
    const size = Math.abs(offsetMinutes)
    const hours = String(Math.floor(size / 60)).padStart(2, '0')
    const minutes = String(size % 60).padStart(2, '0')
    const sign = offsetMinutes < 0 ? '-' : '+'
    return sign + part.slice(1).replace('07', hours).replace('00', minutes)
  }
  const digits = String(nanos)
    .padStart(9, '0')
    .slice(0, part.length - 1)
  if (part[1] === '0') return part[0]! + digits
  const short = digits.replace(/0+$/, '')
  return short === '' ? '' : part[0]! + short
}

/** As Go prints a time by itself: `2015-06-23 13:19:44.128 +0000 UTC`. */
export function timeText(timeMs: number, zone = 'UTC'): string {
  return formatTime(timeMs, '2006-01-02 15:04:05.999999999 -0700 MST', zone)
}

/** From here on a year has more than four digits. */
const YEAR_10000_MS = 253_402_300_800_000

/** As Go writes a time into JSON: `2015-06-23T13:19:44.128Z`. */
export function timeJson(timeMs: number): string {
  if (Number.isInteger(timeMs) && timeMs >= GO_ZERO_TIME_MS && timeMs < YEAR_10000_MS)
    return new Date(timeMs).toISOString().replace(/\.?0*Z$/, 'Z')
  return formatTime(timeMs, '2006-01-02T15:04:05.999999999Z07:00', 'UTC')
}

/** `1h30m0s`, `1.5s`, `100ms`. @source Go time.Duration.String */
function durationText(ms: number): string {
  const sign = ms < 0 ? '-' : ''
  const size = Math.abs(ms)
  if (size === 0) return '0s'
  const trimmed = (value: number): string => String(Number(value.toFixed(9)))
  if (size < 0.001) return `${sign}${trimmed(size * 1e6)}ns`
  if (size < 1) return `${sign}${trimmed(size * 1e3)}µs`
  if (size < 1000) return `${sign}${trimmed(size)}ms`
  const hours = Math.floor(size / 3_600_000)
  const minutes = Math.floor((size % 3_600_000) / 60_000)
  const seconds = trimmed((size % 60_000) / 1000)
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`
  return minutes > 0 ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`
}

/**
 * Millisecond times and durations are kept as `inner`, so other methods can take them.
 * @param zone  IANA name
 */
export function goTime(timeMs: number, zone = 'UTC'): GoObject {
  return new GoObject({
    type: 'time.Time',
    inner: timeMs,
    text: () => timeText(timeMs, zone),
    methods: () => timeMethods(timeMs, zone),
  })
}

function timeMethods(timeMs: number, zone: string): ReadonlyMap<string, GoFunction> {
  const whole = (unitMs: number) => fn(0, [], () => BigInt(Math.floor(timeMs / unitMs)))
  const date = new Date(Math.floor(timeMs) + zoneAt(timeMs, zone).offsetMinutes * 60_000)
  const part = (value: number) => fn(0, [], () => BigInt(value))
  return new Map<string, GoFunction>([
    ['Format', fn(1, ['string'], ([layout]) => formatTime(timeMs, plainText(layout), zone))],
    ['String', fn(0, [], () => timeText(timeMs, zone))],
    ['Unix', whole(1000)],
    ['UnixMilli', whole(1)],
    ['UnixNano', fn(0, [], () => BigInt(Math.round(timeMs * 1000)) * 1000n)],
    ['Year', part(date.getUTCFullYear())],
    ['Day', part(date.getUTCDate())],
    ['Hour', part(date.getUTCHours())],
    ['Minute', part(date.getUTCMinutes())],
    ['Second', part(date.getUTCSeconds())],
    [
      'YearDay',
      part(Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 864e5) + 1),
    ],
    ['Weekday', fn(0, [], () => DAYS[date.getUTCDay()]!)],
    ['Month', fn(0, [], () => MONTHS[date.getUTCMonth()]!)],
    ['UTC', fn(0, [], () => goTime(timeMs))],
    ['Local', fn(0, [], () => goTime(timeMs))],
    ['IsZero', fn(0, [], () => timeMs === GO_ZERO_TIME_MS)],
    ['Add', fn(1, ['any'], ([by]) => goTime(timeMs + msOf(by, 'time.Duration'), zone))],
    ['Sub', fn(1, ['any'], ([from]) => goDuration(timeMs - msOf(from, 'time.Time')))],
    ['Before', fn(1, ['any'], ([other]) => timeMs < msOf(other, 'time.Time'))],
    ['After', fn(1, ['any'], ([other]) => timeMs > msOf(other, 'time.Time'))],
    ['Equal', fn(1, ['any'], ([other]) => timeMs === msOf(other, 'time.Time'))],
  ])
}

/** The first moment of year 1, which Go takes for "no time". */
export const GO_ZERO_TIME_MS = -62_135_596_800_000

export function goDuration(ms: number): GoObject {
  return new GoObject({
    type: 'time.Duration',
    inner: ms,
    text: () => durationText(ms),
    methods: new Map<string, GoFunction>([
      ['String', fn(0, [], () => durationText(ms))],
      ['Seconds', fn(0, [], () => ms / 1000)],
      ['Minutes', fn(0, [], () => ms / 60_000)],
      ['Hours', fn(0, [], () => ms / 3_600_000)],
      ['Milliseconds', fn(0, [], () => BigInt(Math.trunc(ms)))],
    ]),
  })
}

function msOf(value: Value, type: string): number {
  if (value instanceof GoObject && value.type === type) return Number(innerOf(value))
  throw callError(`wrong type for value; expected ${type}`)
}

function fn(count: number, types: GoFunction['types'], call: GoFunction['call']): GoFunction {
  return { minArgs: count, maxArgs: count, ...(types !== undefined && { types }), call }
}
