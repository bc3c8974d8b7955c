import { expect, test } from 'vitest'
import { formatAge, formatCount, formatTicks, formatValue } from './format.ts'

test('a value is written with three or four digits and its unit', () => {
  expect(formatValue(0)).toBe('0')
  expect(formatValue(1234)).toBe('1.23k')
  expect(formatValue(999)).toBe('999')
  expect(formatValue(0.033456)).toBe('0.0335')
  expect(formatValue(-1_500_000)).toBe('-1.5M')
  expect(formatValue(0.00000123)).toBe('1.23e-6')
  expect(formatValue(0, 'bytes')).toBe('0 B')
  expect(formatValue(1023, 'bytes')).toBe('1023 B')
  expect(formatValue(1536, 'bytes')).toBe('1.5 KiB')
  expect(formatValue(24 * 2 ** 30, 'bytes')).toBe('24 GiB')
  expect(formatValue(2048, 'bytesPerSecond')).toBe('2 KiB/s')
  expect(formatValue(850, 'perSecond')).toBe('850/s')
  expect(formatValue(0.3725, 'ratio')).toBe('37.3%')
  expect(formatValue(0.000182, 'ratio')).toBe('0.02%')
  expect(formatValue(0.0012, 'seconds')).toBe('1.2 ms')
  expect(formatValue(90, 'seconds')).toBe('1.5 min')
})

test('what is no finite number is still readable', () => {
  expect(formatValue(NaN)).toBe('–')
  expect(formatValue(Infinity)).toBe('+∞')
  expect(formatValue(-Infinity, 'bytes')).toBe('−∞')
  expect(formatCount(NaN, 'en')).toBe('–')
})

test('the ticks of an axis share their scale and their decimals', () => {
  expect(formatTicks([0, 0.5, 1, 1.5])).toEqual(['0', '0.5', '1.0', '1.5'])
  expect(formatTicks([0, 500, 1000])).toEqual(['0', '0.5k', '1.0k'])
  expect(formatTicks([0, 0.25, 0.5, 0.75, 1], 'ratio')).toEqual(['0%', '25%', '50%', '75%', '100%'])
  expect(formatTicks([0, 8 * 2 ** 30, 16 * 2 ** 30], 'bytes')).toEqual(['0 B', '8 GiB', '16 GiB'])
  expect(formatTicks([])).toEqual([])
  expect(formatTicks([7])).toEqual(['7'])
})

test('an age is written in one unit', () => {
  expect([0, 2.34, 45, 130, 7300, 400_000].map(formatAge)).toEqual([
    '0.0 s',
    '2.3 s',
    '45 s',
    '2 min',
    '2 h',
    '5 d',
  ])
})
