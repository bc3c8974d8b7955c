import { expect, test } from 'vitest'
import { bestMatches } from './search.ts'

test('a beginning comes before the start of a word, that before the middle', () => {
  const names = [
    'process_cpu_seconds_total',
    'scpu',
    'cpu_temperature',
    'node_cpu_seconds_total',
    'up',
  ]
  expect(bestMatches(names, 'cpu', 9)).toEqual([
    'cpu_temperature',
    'node_cpu_seconds_total',
    'process_cpu_seconds_total',
    'scpu',
  ])
})

test('all words must occur, in any order and case', () => {
  expect(bestMatches(['node_cpu_total', 'node_memory'], 'CPU node', 9)).toEqual(['node_cpu_total'])
  expect(bestMatches(['a', 'b', 'c'], ' ', 2)).toEqual(['a', 'b'])
  expect(bestMatches(['a'], 'zz', 2)).toEqual([])
})
