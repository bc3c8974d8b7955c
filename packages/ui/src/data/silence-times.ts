// Times of silences as a form has them: local, to the minute.

/** `2026-03-01T08:05` in the browser's own zone, as `datetime-local` wants it. */
export function localInput(ms: number): string {
  const date = new Date(ms)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`
}

/** Nine in the morning of the next day, local time. */
export function untilTomorrowMs(ms: number): number {
  const date = new Date(ms)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1, 9).getTime()
}
