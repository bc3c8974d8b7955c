import { expect, test } from 'vitest'
import {
  agoSeconds,
  createTimeFormat,
  formatLinkTime,
  formatSpan,
  formatStep,
  parseMoment,
  parseSpan,
  parseTime,
} from './time.ts'

test('a span is read as a person types it and written in its shortest form', () => {
  expect(parseSpan('1h30m')).toBe(5400)
  expect(parseSpan(' 1.5h ')).toBe(5400)
  expect(parseSpan('90')).toBe(90)
  expect(parseSpan('500ms')).toBe(0.5)
  expect(formatSpan(5400)).toBe('1h30m')
  expect(formatSpan(604800)).toBe('1w')
  expect(formatSpan(691200)).toBe('8d')
  expect(formatSpan(0)).toBe('0s')
  expect([0.2, 3.6, 15, 90].map(formatStep)).toEqual(['0.2s', '3.6s', '15s', '1m30s'])
  for (const bad of ['', 'h', '-5m', '0', '5x', '5m!', 'now'])
    expect(parseSpan(bad), bad).toBeUndefined()
})

test('a time is read in its zone', () => {
  const ms = Date.UTC(2026, 10, 21, 8, 30)
  expect(parseTime('2026-11-21 08:30', 'utc')).toBe(ms)
  expect(parseTime('2026-11-21T08:30:00Z', 'local')).toBe(ms)
  expect(parseTime('2026-11-21 16:30:00+08:00', 'local')).toBe(ms)
  expect(parseTime(String(ms / 1000), 'local')).toBe(ms)
  expect(formatLinkTime(ms)).toBe('2026-11-21 08:30:00')
  for (const bad of ['', '2026-13-40 00:00', 'yesterday', '2026-11-21 8', '25:00'])
    expect(parseTime(bad, 'utc'), bad).toBeUndefined()
})

test('an end of a range may be relative to now and rounded down', () => {
  const now = Date.UTC(2026, 10, 21, 8, 34, 12)
  const check = (text: string, ms: number) => expect(parseMoment(text, now, 'utc'), text).toBe(ms)
  check('now', now)
  check('now-6h', now - 6 * 3_600_000)
  check('6h', now - 6 * 3_600_000)
  check('now-1d/d', Date.UTC(2026, 10, 20))
  check('now/h', Date.UTC(2026, 10, 21, 8))
  check('now/w', Date.UTC(2026, 10, 16))
  check('now/M', Date.UTC(2026, 10, 1))
  check('2026-11-20', Date.UTC(2026, 10, 20))
  expect(parseMoment('now-', now, 'utc')).toBeUndefined()
  expect(parseMoment('tomorrow', now, 'utc')).toBeUndefined()
})

test('ticks show seconds, minutes or days as their distance asks, and the day at midnight', () => {
  const format = createTimeFormat('utc')
  const ms = Date.UTC(2026, 10, 21, 8, 30, 5)
  expect(format.full(ms)).toBe('2026-11-21 08:30:05')
  expect(format.tick(ms, 10)).toBe('08:30:05')
  expect(format.tick(ms, 300)).toBe('08:30')
  expect(format.tick(ms, 86400)).toBe('11-21')
  expect(format.tick(Date.UTC(2026, 10, 21), 3600)).toBe('11-21')
})

test('a target never scraped has no age', () => {
  expect(agoSeconds('0001-01-01T00:00:00Z', 5000)).toBeUndefined()
  expect(agoSeconds('1970-01-01T00:00:02Z', 5000)).toBe(3)
  expect(agoSeconds('soon', 5000)).toBeUndefined()
})
