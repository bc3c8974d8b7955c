import { expect, test } from 'vitest'
import { frameOf } from '../data/frame.ts'
import { drawnColumns } from './drawn-columns.ts'

const frame = frameOf(
  [
    {
      metric: { s: 'a' },
      values: [
        [0, '1'],
        [10, '+Inf'],
      ],
    },
    {
      metric: { s: 'b' },
      values: [
        [0, '5'],
        [20, 'NaN'],
      ],
    },
  ],
  0,
  20,
  10,
)

test('what cannot be drawn is a gap', () => {
  expect(drawnColumns(frame, false, new Set()).slice(1)).toEqual([
    [1, null, null],
    [5, null, null],
  ])
})

test('a hidden series takes no part in the stack', () => {
  expect(drawnColumns(frame, true, new Set())[2]?.[0]).toBe(6)
  expect(drawnColumns(frame, true, new Set([0]))[2]?.[0]).toBe(5)
})
