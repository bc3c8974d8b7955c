import { expect, test } from 'vitest'
import { axisRange } from './plot-scales.ts'
import { AXIS } from './plot-series.ts'

const axis = { ...AXIS, key: 'y' }

test('an axis of positive data begins at zero and leaves air above', () => {
  const [low, high] = axisRange(axis, 2, 100)
  expect(low).toBe(0)
  expect(high).toBeGreaterThan(100)
})

test('hard limits win over data, soft ones give way to them', () => {
  expect(axisRange({ ...axis, min: 0, max: 1 }, -5, 9)).toEqual([0, 1])
  expect(axisRange({ ...axis, softMin: 0, softMax: 100 }, 3, 7)).toEqual([0, 100])
  expect(axisRange({ ...axis, softMin: 0, softMax: 10 }, 3, 70)[1]).toBeGreaterThan(70)
})

test('without data the limits make the axis, and without limits 0 to 1 does', () => {
  expect(axisRange(axis, null, null)).toEqual([0, 1])
  expect(axisRange({ ...axis, min: 5, max: 5 }, null, null)).toEqual([5, 6])
  expect(axisRange({ ...axis, min: 9, max: 2 }, null, null)).toEqual([2, 9])
})

test('zero stands in the middle when asked for', () => {
  const [low, high] = axisRange({ ...axis, isCentered: true }, -3, 10)
  expect(low).toBe(-high)
})

test('a logarithmic axis never reaches zero', () => {
  const [low, high] = axisRange({ ...axis, scale: 'log10', min: 0 }, 0, 5000)
  expect(low).toBeGreaterThan(0)
  expect(high).toBe(10_000)
})

test('shares reach from nothing to all', () => {
  expect(axisRange(axis, 0.2, 0.9, true)).toEqual([0, 1])
})
