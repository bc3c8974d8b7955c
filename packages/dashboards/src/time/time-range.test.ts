import { expect, test } from 'vitest'
import { parseTime } from './time-range.ts'
import { zoneOf } from './zone.ts'

const NEW_YORK = zoneOf('America/New_York')
const at = (text: string, now: string): string =>
  new Date(parseTime(text, { nowMs: Date.parse(now), zone: NEW_YORK })!).toISOString()

test('a step of the calendar onto a time the clock jumps over comes out after the jump', () => {
  expect(at('now-4w', '2021-04-11T06:47:00Z')).toBe('2021-03-14T07:47:00.000Z')
})

test('the next step of the calendar goes on from what was wanted, a span from what came out', () => {
  expect(at('now-4w-35y', '2021-04-11T06:47:00Z')).toBe('1986-03-14T07:47:00.000Z')
  expect(at('now-4w-1h', '2021-04-11T06:47:00Z')).toBe('2021-03-14T06:47:00.000Z')
})
