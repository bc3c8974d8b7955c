import { expect, test } from 'vitest'
import { contrastOf, hexColor, hueShifted, inkOn, mixed, readable, withAlpha } from './palette.ts'

test('every colour becomes readable on both surfaces', () => {
  for (const color of ['#052b51', '#fade2a', '#ffffff', '#000000', '#73bf69'])
    for (const [theme, surface] of [
      ['light', '#ffffff'],
      ['dark', '#151b23'],
    ] as const)
      expect(
        contrastOf(readable(color, theme), surface),
        `${color} ${theme}`,
      ).toBeGreaterThanOrEqual(4.5)
})

test('a readable colour stays as it is', () => {
  expect(readable('#bb1f2a', 'light')).toBe('#bb1f2a')
})

test('text on a tile is black or white by what can be read', () => {
  expect(inkOn('#fade2a')).toBe('#0b1017')
  expect(inkOn('#1f60c4')).toBe('#ffffff')
})

test('hues turn and come back, greys have none', () => {
  expect(hueShifted('#ff0000', 120)).toBe('#00ff00')
  expect(hueShifted('#ff0000', 360)).toBe('#ff0000')
  expect(hueShifted('#777777', 90)).toBe('#777777')
})

test('short forms and opacity', () => {
  expect(mixed('#fff', '#000', 0.5)).toBe('#808080')
  expect(withAlpha('#112233', 0.5)).toBe('#11223380')
})

test('colours of CSS become hexadecimal, what is none stays unknown', () => {
  const check = (css: string, hex: string | undefined) => expect(hexColor(css), css).toBe(hex)
  check('rgba(50, 172, 45, 0.97)', '#32ac2d')
  check('rgb(300 0 0)', '#ff0000')
  check('hsl(120, 100%, 50%)', '#00ff00')
  check('#ABC', '#aabbcc')
  check('#11223344', '#112233')
  check('red;background:url(x)', undefined)
  check('url(https://evil.test)', undefined)
})
