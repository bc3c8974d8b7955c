// Dates by a pattern of letters, as `${__from:date:YYYY-MM}`, the unit `time:` and formatTime have them.
import { toWall, type Zone } from './zone.ts'

/** `YYYY-MM-DD HH:mm:ss`; text between [brackets] and a letter after a backslash stand for themselves. */
export type DatePattern = string

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** Longest first: `MMMM` is not two times `MM`. */
const TOKEN =
  /\[[^\]]*\]|\\.|YYYY|YY|Y|Qo?|MMMM|MMM|MM|Mo|M|DDDD|DDD|DD|Do|D|dddd|ddd|dd|d|E|e|ww|w|WW|W|HH|H|hh|h|kk|k|mm|m|ss|s|SSSSSSSSS|SSSSSS|SSS|SS|S|A|a|ZZ|Z|X|x/g

/** @param ms  ms since 1970; what is no date reads `Invalid date` */
export function formatDate(ms: number, zone: Zone, pattern: DatePattern): string {
  const offsetMs = zone.offsetMs(ms)
  const wall = new Date(toWall(ms, zone))
  if (!Number.isFinite(wall.getTime())) return 'Invalid date'
  return pattern.replace(TOKEN, (token) => {
    if (token.startsWith('[')) return token.slice(1, -1)
    if (token.startsWith('\\')) return token.slice(1)
    return dayToken(token, wall) ?? clockToken(token, wall, ms, offsetMs)
  })
}

function dayToken(token: string, wall: Date): string | undefined {
  const month = wall.getUTCMonth()
  const day = wall.getUTCDate()
  const weekday = wall.getUTCDay()
  switch (token) {
    case 'YYYY':
      return pad(wall.getUTCFullYear(), 4)
    case 'YY':
      return pad(wall.getUTCFullYear() % 100)
    case 'Y':
      return String(wall.getUTCFullYear())
    case 'Q':
      return String(Math.floor(month / 3) + 1)
    case 'Qo':
      return ordinal(Math.floor(month / 3) + 1)
    case 'MMMM':
      return MONTHS[month]!
    case 'MMM':
      return MONTHS[month]!.slice(0, 3)
    case 'MM':
      return pad(month + 1)
    case 'Mo':
      return ordinal(month + 1)
    case 'M':
      return String(month + 1)
    case 'DDDD':
      return pad(dayOfYear(wall), 3)
    case 'DDD':
      return String(dayOfYear(wall))
    case 'DD':
      return pad(day)
    case 'Do':
      return ordinal(day)
    case 'D':
      return String(day)
    case 'dddd':
      return DAYS[weekday]!
    case 'ddd':
      return DAYS[weekday]!.slice(0, 3)
    case 'dd':
      return DAYS[weekday]!.slice(0, 2)
    case 'd':
    case 'e':
      return String(weekday)
    case 'E':
      return String(weekday || 7)
    case 'w':
      return String(weekOfYear(wall))
    case 'ww':
      return pad(weekOfYear(wall))
    case 'W':
      return String(isoWeek(wall))
    case 'WW':
      return pad(isoWeek(wall))
    default:
      return undefined
  }
}

function clockToken(token: string, wall: Date, ms: number, offsetMs: number): string {
  const hour = wall.getUTCHours()
  switch (token) {
    case 'HH':
      return pad(hour)
    case 'H':
      return String(hour)
    case 'hh':
      return pad(hour % 12 || 12)
    case 'h':
      return String(hour % 12 || 12)
    case 'kk':
      return pad(hour || 24)
    case 'k':
      return String(hour || 24)
    case 'mm':
      return pad(wall.getUTCMinutes())
    case 'm':
      return String(wall.getUTCMinutes())
    case 'ss':
      return pad(wall.getUTCSeconds())
    case 's':
      return String(wall.getUTCSeconds())
    case 'A':
      return hour < 12 ? 'AM' : 'PM'
    case 'a':
      return hour < 12 ? 'am' : 'pm'
    case 'Z':
      return offsetText(offsetMs, ':')
    case 'ZZ':
      return offsetText(offsetMs, '')
    case 'X':
      return String(Math.floor(Math.trunc(ms) / 1000))
    case 'x':
      return String(Math.trunc(ms))
    default:
      // SSS and the like: thousandths, cut or filled up.
      return pad(wall.getUTCMilliseconds(), 3).padEnd(9, '0').slice(0, token.length)
  }
}

function pad(value: number, width = 2): string {
  return value < 0 ? `-${String(-value).padStart(width, '0')}` : String(value).padStart(width, '0')
}

function ordinal(value: number): string {
  const teen = value % 100 >= 11 && value % 100 <= 13
  return value + (teen ? 'th' : (['th', 'st', 'nd', 'rd'][value % 10] ?? 'th'))
}

const DAY_MS = 86_400_000

function dayOfYear(wall: Date): number {
  const start = Date.UTC(wall.getUTCFullYear(), 0, 1)
  return Math.floor((wall.getTime() - start) / DAY_MS) + 1
}

/** Weeks begin on Sunday; the one with 1 January is the first. */
function weekOfYear(wall: Date): number {
  const sunday = wall.getTime() - wall.getUTCDay() * DAY_MS
  const saturday = new Date(sunday + 6 * DAY_MS)
  const first = Date.UTC(saturday.getUTCFullYear(), 0, 1)
  return Math.floor((saturday.getTime() - first) / (7 * DAY_MS)) + 1
}

/** Weeks begin on Monday; the one with the first Thursday is the first. */
function isoWeek(wall: Date): number {
  const thursday = new Date(wall.getTime() + (4 - (wall.getUTCDay() || 7)) * DAY_MS)
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1)
  return Math.floor((thursday.getTime() - first) / (7 * DAY_MS)) + 1
}

function offsetText(offsetMs: number, colon: string): string {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000)
  return `${offsetMs < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}${colon}${pad(minutes % 60)}`
}
