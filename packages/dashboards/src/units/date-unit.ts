// Units that show a number of ms as a date.
import { type DatePattern, formatDate } from '../time/date-format.ts'
import { localZone, type Zone } from '../time/zone.ts'
import type { ValueFormat } from '../field-config/display-value.ts'

export interface DateFormatContext {
  readonly zone?: Zone
  /** ms since 1970, for dates that are told apart from today's. */
  readonly nowMs?: number
  readonly locale?: string
}

const SYSTEM_PATTERN = 'YYYY-MM-DD HH:mm:ss'

const PATTERNS: Readonly<Record<string, readonly [full: DatePattern, today: DatePattern]>> = {
  dateTimeAsIso: ['YYYY-MM-DD HH:mm:ss', ''],
  dateTimeAsIsoNoDateIfToday: ['YYYY-MM-DD HH:mm:ss', 'HH:mm:ss'],
  dateTimeAsUS: ['MM/DD/YYYY h:mm:ss a', ''],
  dateTimeAsUSNoDateIfToday: ['MM/DD/YYYY h:mm:ss a', 'h:mm:ss a'],
  dateTimeAsSystem: [SYSTEM_PATTERN, ''],
}

export function dateFormatter(unit: string, context: DateFormatContext): ValueFormat | undefined {
  const zone = context.zone ?? localZone()
  if (unit.startsWith('time:')) {
    const pattern = unit.slice('time:'.length)
    return (value) => ({ text: formatDate(value, zone, pattern) })
  }
  if (Object.hasOwn(PATTERNS, unit)) {
    const [full, today] = PATTERNS[unit]!
    return (value) => {
      const pattern = today !== '' && isToday(value, zone, context.nowMs) ? today : full
      return { text: formatDate(value, zone, pattern) }
    }
  }
  if (unit === 'dateTimeAsLocal' || unit === 'dateTimeAsLocalNoDateIfToday')
    return localFormatter(unit === 'dateTimeAsLocalNoDateIfToday', zone, context)
  if (unit === 'dateTimeFromNow')
    return (value) => ({ text: fromNow(value, context.nowMs ?? value, context.locale) })
  return undefined
}

function isToday(ms: number, zone: Zone, nowMs: number | undefined): boolean {
  return (
    nowMs !== undefined &&
    formatDate(ms, zone, 'YYYY-MM-DD') === formatDate(nowMs, zone, 'YYYY-MM-DD')
  )
}

function localFormatter(
  isShort: boolean,
  zone: Zone,
  { nowMs, locale }: DateFormatContext,
): ValueFormat {
  const time = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const
  const date = { year: 'numeric', month: '2-digit', day: '2-digit' } as const
  const timeZone = zone.name === '' ? {} : { timeZone: zone.name }
  const full = new Intl.DateTimeFormat(locale, { ...date, ...time, ...timeZone })
  const short = new Intl.DateTimeFormat(locale, { ...time, ...timeZone })
  return (value) => ({
    text: Number.isFinite(new Date(value).getTime())
      ? (isShort && isToday(value, zone, nowMs) ? short : full).format(value)
      : 'Invalid date',
  })
}

const SPANS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_536e6],
  ['month', 2_592e6],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
]

function fromNow(ms: number, nowMs: number, locale: string | undefined): string {
  const span = ms - nowMs
  if (!Number.isFinite(span)) return 'Invalid date'
  const [unit, unitMs] = SPANS.find(([, size]) => Math.abs(span) >= size) ?? SPANS.at(-1)!
  const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  return words.format(Math.round(span / unitMs), unit)
}
