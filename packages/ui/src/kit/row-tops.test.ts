import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rowAt, RowHeights, rowTops } from './row-tops.ts'

test('a row begins where those before it end', () => {
  const tops = rowTops(3, (index) => [10, 30, 5][index]!)
  expect([...tops]).toEqual([0, 10, 40, 45])
  expect([-5, 0, 9, 10, 39, 40, 1000].map((px) => rowAt(tops, px))).toEqual([0, 0, 0, 1, 1, 2, 2])
})

test('the row at a place is the one that holds it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
      fc.nat(),
      (heights, at) => {
        const tops = rowTops(heights.length, (index) => heights[index]!)
        const px = at % tops.at(-1)!
        const row = rowAt(tops, px)
        expect(tops[row]! <= px && px < tops[row + 1]!).toBe(true)
      },
    ),
  )
})

test('rows that nobody has measured are as high as the first that were', () => {
  const heights = new RowHeights(30)
  expect(heights.of(7)).toBe(30)
  expect(heights.note([])).toBe(false)
  expect(
    heights.note([
      [0, 50],
      [1, 70],
    ]),
  ).toBe(true)
  expect([0, 1, 7].map((key) => heights.of(key))).toEqual([50, 70, 60])
  expect(heights.note([[1, 70]])).toBe(false)
  expect(heights.note([[2, 10]])).toBe(true)
  expect([2, 7].map((key) => heights.of(key))).toEqual([10, 60])
})
