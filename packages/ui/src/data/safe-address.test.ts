import { expect, test } from 'vitest'
import { safeAddress } from './safe-address.ts'

test('paths of ours stay below our base, other sites stay as they are', () => {
  expect(safeAddress('/d/abc/x?var-a=1')).toBe('d/abc/x?var-a=1')
  expect(safeAddress('https://example.test/a')).toBe('https://example.test/a')
  expect(safeAddress('/')).toBe('./')
})

test('what would run, or hide where it leads, is no link', () => {
  for (const bad of [
    'javascript:alert(1)',
    ' JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    '\u0001javascript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    '//evil.test',
    '\\\\evil.test',
    '',
  ])
    expect(safeAddress(bad), bad).toBeUndefined()
})
