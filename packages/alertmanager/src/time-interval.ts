// Whether a moment lies in an interval of time, by the calendar of the interval's own place.
import type { InclusiveRange, TimeInterval } from '@pharos/config'

/** A moment as a calendar and a clock show it. */
interface LocalTime {
  readonly minuteOfDay: number
  /** 0 is Sunday. */
  readonly weekday: number
  readonly day: number
  readonly daysInMonth: number
  readonly month: number
  readonly year: number
}

/** @source Alertmanager timeinterval ContainsTime */
export function containsTime(interval: TimeInterval, timeMs: number): boolean {
  const at = localTime(timeMs, interval.location)
  const { times, weekdays, daysOfMonth, months, years } = interval
  return (
    (times.length === 0 ||
      times.some((one) => at.minuteOfDay >= one.startMinute && at.minuteOfDay < one.endMinute)) &&
    (daysOfMonth.length === 0 || daysOfMonth.some((range) => holdsDay(range, at))) &&
    holds(months, at.month) &&
    holds(weekdays, at.weekday) &&
    holds(years, at.year)
  )
}

/** Names of the intervals that hold a moment; a name is there once. */
export function intervalsAt(
  names: readonly string[],
  known: ReadonlyMap<string, readonly TimeInterval[]>,
  timeMs: number,
): readonly string[] {
  return names.filter((name) => (known.get(name) ?? []).some((one) => containsTime(one, timeMs)))
}

function holds(ranges: readonly InclusiveRange[], value: number): boolean {
  return ranges.length === 0 || ranges.some(({ begin, end }) => value >= begin && value <= end)
}

/** Days beyond the month's end are clamped, unless the whole range is. */
function holdsDay({ begin, end }: InclusiveRange, at: LocalTime): boolean {
  const last = at.daysInMonth
  const from = begin < 0 ? last + begin + 1 : begin
  const to = end < 0 ? last + end + 1 : end
  if (from > last) return false
  return at.day >= Math.max(1, Math.min(from, last)) && at.day <= Math.max(1, Math.min(to, last))
}

function localTime(timeMs: number, location: string): LocalTime {
  const date = location === '' || location === 'UTC' ? new Date(timeMs) : shifted(timeMs, location)
  const year = date.getUTCFullYear()
  const month = date.getUTCMonth()
  return {
    minuteOfDay: date.getUTCHours() * 60 + date.getUTCMinutes(),
    weekday: date.getUTCDay(),
    day: date.getUTCDate(),
    daysInMonth: new Date(Date.UTC(year, month + 1, 0)).getUTCDate(),
    month: month + 1,
    year,
  }
}

/** A date whose UTC fields are what a clock in that place shows. */
function shifted(timeMs: number, location: string): Date {
  const parts = new Intl.DateTimeFormat('en-US', {
    ...(location === 'Local' ? {} : { timeZone: location }),
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(timeMs)
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value)
  return new Date(
    Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute')),
  )
}
