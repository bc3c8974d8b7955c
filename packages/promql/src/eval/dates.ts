// Parts of a date in UTC, as Go's calendar has them for any 64-bit number of seconds.

/** A part of a date that lies `eras` times 400 years later. */
export type DatePart = (date: Date, eras: number) => number

export const DATE_PARTS: ReadonlyMap<string, DatePart> = new Map<string, DatePart>([
  ['minute', (d) => d.getUTCMinutes()],
  ['hour', (d) => d.getUTCHours()],
  ['day_of_week', (d) => d.getUTCDay()],
  ['day_of_month', (d) => d.getUTCDate()],
  ['day_of_year', dayOfYear],
  ['days_in_month', daysInMonth],
  ['month', (d) => d.getUTCMonth() + 1],
  ['year', (d, eras) => d.getUTCFullYear() + 400 * eras],
])

/** The calendar repeats itself after 400 years, weekdays included. */
const ERA_SECONDS = 146_097 * 86_400
/** Where Go's calendar starts; times before it come out at the other end, 2^64 s later. */
const FIRST_SECOND = -(2 ** 63 - 8_139_454_208)
/** What 2^63 s are: all that does not fit 64 bits is the least number there, and comes out at the other end. */
const LAST_SECOND = 2 ** 63

/**
 * A part of the time `seconds` after 1970. NaN and what is out of range are the last second of Go's calendar,
 * 292277026596-12-04 15:30:08, as in the reference on amd64.
 * @source Prometheus 3.14, promql/functions.go dateWrapper; Go's time.Unix(int64(v), 0)
 */
export function datePart(seconds: number, part: DatePart): number {
  const whole = Math.trunc(seconds)
  const second = whole >= FIRST_SECOND && whole < LAST_SECOND ? whole : LAST_SECOND
  const rest = second % ERA_SECONDS
  const inEra = rest < 0 ? rest + ERA_SECONDS : rest
  return part(new Date(inEra * 1000), Math.round((second - inEra) / ERA_SECONDS))
}

function dayOfYear(date: Date): number {
  const day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate())
  return (day - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000 + 1
}

function daysInMonth(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
}
