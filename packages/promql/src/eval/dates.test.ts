import { expect, test } from 'vitest'
import { DATE_PARTS, datePart } from './dates.ts'

const NAMES = ['year', 'month', 'day_of_month', 'hour', 'minute', 'day_of_week'] as const

function shown(seconds: number): string {
  return NAMES.map((name) => datePart(seconds, DATE_PARTS.get(name)!)).join(' ')
}

test('any number of seconds has a date, beyond those of JavaScript too', () => {
  const check = (seconds: number, text: string): void => {
    expect(shown(seconds), `${seconds} s`).toBe(text)
  }
  check(0, '1970 1 1 0 0 4')
  check(-1, '1969 12 31 23 59 3')
  check(-0.5, '1970 1 1 0 0 4')
  check(951_782_400, '2000 2 29 0 0 2')
  check(-62_135_596_800, '1 1 1 0 0 1')
  check(8.64e12, '275760 9 13 0 0 6')
  check(8.64e12 + 86_400, '275760 9 14 0 0 0')
  check(1e15, '31690708 7 5 1 46 0')
})

test('NaN, infinities and what 64 bits cannot hold are the last second of the calendar', () => {
  for (const seconds of [NaN, Infinity, -Infinity, 1e19, -1e19, 2 ** 63, -(2 ** 63)])
    expect(shown(seconds), `${seconds} s`).toBe('292277026596 12 4 15 30 0')
})
