import { expect, test } from 'vitest'
import { formatDuration, parseDuration } from './duration.ts'
import { goUnquote } from './quote.ts'

test('durations read back, and what is none is told in the reference’s words', () => {
  for (const text of ['1ms', '15s', '1m30s', '1h30m', '2d', '1w1d', '3y2w1d4h5m6s7ms', '0s'])
    expect(parseDuration(text), text).toBe(parseDuration(formatDuration(parseDuration(text))))
  expect(parseDuration('1h30m')).toBe(5_400_000)
  expect(parseDuration('0')).toBe(0)
  const check = (text: string, message: string): void =>
    expect(() => parseDuration(text), text).toThrow(message)
  check('', 'empty duration string')
  check('5y1hs', 'unknown unit "hs" in duration "5y1hs"')
  check('1x', 'unknown unit "x" in duration "1x"')
  check('1', 'not a valid duration string: "1"')
  check('1s1', 'not a valid duration string: "1s1"')
  check('s', 'not a valid duration string: "s"')
  check('x1s', 'not a valid duration string: "x1s"')
  check('1s1m', 'not a valid duration string: "1s1m"')
  check('1s1s', 'not a valid duration string: "1s1s"')
  check('-1s', 'not a valid duration string: "-1s"')
  check('293y', 'duration out of range')
})

test('between backquotes carriage returns stay', () => {
  expect(goUnquote('`a\r\n`')).toBe('a\r\n')
})
