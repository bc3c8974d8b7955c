import { expect, test } from 'vitest'
import { localInput, untilTomorrowMs } from './silence-times.ts'

test('a time goes into a field and comes back to the minute', () => {
  const ms = new Date(2026, 2, 1, 8, 5, 30).getTime()
  expect(localInput(ms)).toBe('2026-03-01T08:05')
  expect(new Date(localInput(ms)).getTime()).toBe(ms - 30_000)
})

test('tomorrow is nine in the morning, over the end of a month too', () => {
  expect(localInput(untilTomorrowMs(new Date(2026, 0, 31, 23, 59).getTime()))).toBe(
    '2026-02-01T09:00',
  )
})
