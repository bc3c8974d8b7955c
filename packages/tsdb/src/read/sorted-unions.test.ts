import { expect, test } from 'vitest'
import { SortedUnions } from './sorted-unions.ts'

test('a union is sorted once for the same sets, and anew when anything is different', () => {
  const unions = new SortedUnions()
  const a = new Set(['z', 'b'])
  const b = new Set(['a', 'b'])
  const first = unions.sorted([a, b], new Set(['m']))
  expect(first).toEqual(['a', 'b', 'm', 'z'])
  expect(unions.sorted([a, b], new Set(['m']))).toBe(first)
  expect(unions.sorted([a, b], new Set(['n']))).toEqual(['a', 'b', 'n', 'z'])
  expect(unions.sorted([a], new Set(['m']))).toEqual(['b', 'm', 'z'])
  expect(unions.sorted([a, new Set(['c'])], new Set())).toEqual(['b', 'c', 'z'])
  expect(unions.sorted([], new Set(['y', 'x']))).toEqual(['x', 'y'])
})
