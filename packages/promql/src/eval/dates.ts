// Parts of a date in UTC.

export const DATE_PARTS: ReadonlyMap<string, (date: Date) => number> = new Map<
  string,
  (date: Date) => number
>([
  ['minute', (d) => d.getUTCMinutes()],
  ['hour', (d) => d.getUTCHours()],
  ['day_of_week', (d) => d.getUTCDay()],
  ['day_of_month', (d) => d.getUTCDate()],
  ['day_of_year', dayOfYear],
  ['days_in_month', daysInMonth],
  ['month', (d) => d.getUTCMonth() + 1],
  ['year', (d) => d.getUTCFullYear()],
])

/** A part of the time `seconds` after 1970; NaN when a date cannot hold it. */
export function datePart(seconds: number, part: (date: Date) => number): number {
  return part(new Date(Math.trunc(seconds) * 1000))
}

function dayOfYear(date: Date): number {
  const day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate())
  return (day - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000 + 1
}

function daysInMonth(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
}
