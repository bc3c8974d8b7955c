import fc from 'fast-check'
import { expect, test } from 'vitest'
import { goQuote, goUnquote } from './quote.ts'
import { formatDuration, parseDuration } from './duration.ts'
import { escapeName, unescapeName } from './names.ts'
import {
  formatDecimal,
  formatExponent,
  formatOpenMetricsValue,
  formatShortest,
  formatSignificant,
  formatValue,
  parseInteger,
  parseValue,
} from './value.ts'

test('every form reads back as the number it was made from', () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      for (const format of [formatValue, formatDecimal, formatExponent, formatShortest]) {
        expect(parseValue(format(value)), format.name).toBe(value)
      }
      expect(parseValue(formatOpenMetricsValue(value))! + 0).toBe(value + 0)
      expect(parseValue(formatSignificant(value, 17))).toBe(value)
    }),
  )
})

test('hexadecimal numbers are rounded once, to even', () => {
  const check = (text: string, value: number | undefined): void =>
    expect(parseValue(text), text).toBe(value)
  check('0x1p-1075', 0)
  check('0x1.8p-1075', 5e-324)
  check('-0x1p0', -1)
  check('0x.8p1', 1)
  check('0x1.00000000000008p0', 1)
  check('0x1.00000000000018p0', 1.0000000000000004)
  check('0x1.fffffffffffff8p1023', undefined)
  check('0x1.fffffffffffff7p1023', Number.MAX_VALUE)
  check('0x_1p4', 16)
  check('0xp4', undefined)
  check('0x1', undefined)
  check('1e400', undefined)
  check('1_000.5_0e1_0', 10005000000000)
  check('1_000_', undefined)
  check('_1', undefined)
  check('1_.5', undefined)
  check('1__0', undefined)
  check(' 1', undefined)
})

test('whole numbers take Go’s prefixes and stay within 64 bits', () => {
  expect(parseInteger('0755')).toBe(493)
  expect(parseInteger('-0x8000000000000000')).toBe(-(2 ** 63))
  expect(parseInteger('0x8000000000000000')).toBeUndefined()
  expect(parseInteger('08')).toBeUndefined()
  expect(parseInteger('1_0')).toBe(10)
  expect(parseInteger('1_')).toBeUndefined()
})

test('a quoted text reads back, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(goUnquote(goQuote(text))).toBe(text)
      // oxlint-disable-next-line no-control-regex -- none of them may get through
      expect(goQuote(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
    }),
  )
})

test('literals that are not closed, not escaped or not characters are refused', () => {
  for (const literal of [
    '',
    '"',
    'a',
    '"a',
    `"a'`,
    '"a"b"',
    '"\\x1"',
    '"\\q"',
    '"\\',
    '"\\"',
    '"\\400"',
    '"\\ud800"',
    '"\\U00110000"',
    '"a\nb"',
    '`a`b`',
    `"\\'"`,
  ]) {
    expect(() => goUnquote(literal), literal).toThrow('invalid syntax')
  }
  expect(goUnquote(`'many "chars"'`)).toBe('many "chars"')
  expect(goUnquote('`a\\n"`')).toBe('a\\n"')
  expect(goUnquote('"\\xc3\\xa9\\101\\u00e9"')).toBe('éAé')
})

test('durations read back from their shortest form', () => {
  fc.assert(
    fc.property(fc.nat({ max: 9_000_000_000_000 }), (ms) => {
      expect(parseDuration(formatDuration(ms))).toBe(ms)
    }),
  )
})

test('values escaping of a name can be taken back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
      const escaped = escapeName(name, 'values')
      expect(escaped).toMatch(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/)
      // A legal name that looks escaped stays as it is and cannot be told apart; the reference has that too.
      // Six hex digits are one too many for the reference's reader, and so for ours.
      if (!name.startsWith('U__') && !/[\u{100000}-\u{10ffff}]/u.test(name))
        expect(unescapeName(escaped, 'values')).toBe(name)
    }),
  )
})
