import { expect, test } from 'vitest'
import { fittingFontPx, lettersOf, tileGrid } from './tile-layout.ts'

test('tiles fill a wide panel beside each other, a high one below each other', () => {
  expect(tileGrid(3, 900, 100, 'auto').columns).toBe(3)
  expect(tileGrid(3, 120, 500, 'auto').columns).toBe(1)
  expect(tileGrid(8, 400, 400, 'auto').columns).toBe(2)
})

test('an orientation that was chosen is kept', () => {
  expect(tileGrid(3, 900, 100, 'horizontal')).toMatchObject({ columns: 1, rows: 3 })
  expect(tileGrid(3, 100, 900, 'vertical')).toMatchObject({ columns: 3, rows: 1 })
  expect(tileGrid(0, 100, 100, 'vertical').columns).toBe(1)
})

test('text fits its box and never becomes unreadable', () => {
  expect(fittingFontPx(5, 100, 300, 80)).toBeLessThan(40)
  expect(fittingFontPx(2, 1000, 40, 80)).toBe(40)
  expect(fittingFontPx(200, 50, 40, 80)).toBe(10)
})

test('a small unit and narrow signs count less than figures, Chinese letters more', () => {
  expect(lettersOf('12', ' s', 0.5)).toBe(2 + 0.75)
  expect(lettersOf('运行', '', 1)).toBeCloseTo(3.4)
})
