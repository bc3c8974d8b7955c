import { expect, test } from 'vitest'
import { isolated, toggled } from './hidden-series.ts'

test('a click shows one series alone, a second click shows all again', () => {
  const alone = isolated(new Set(), 1, 3)
  expect([...alone]).toEqual([0, 2])
  expect([...isolated(alone, 0, 3)]).toEqual([1, 2])
  expect([...isolated(alone, 1, 3)]).toEqual([])
})

test('a click with Ctrl hides or shows one', () => {
  expect([...toggled(new Set([1]), 0)]).toEqual([1, 0])
  expect([...toggled(new Set([1]), 1)]).toEqual([])
})
