import { expect, test } from 'vitest'
import { bestMatches, SearchTexts } from './search.ts'

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

test('of many the best are kept, in order', () => {
  const names = Array.from({ length: 500 }, (_, i) => `x${(i * 7919) % 500}`)
  const all = bestMatches(names, 'x', 500)
  expect(all.slice(0, 3)).toEqual(['x0', 'x1', 'x2'])
  expect(bestMatches(names, 'x', 20)).toEqual(all.slice(0, 20))
})

test('texts are made once, when they are looked for or before', () => {
  let made = 0
  const texts = new SearchTexts(450, (place) => `Text ${(made++, place)}`)
  expect(texts.of(7)).toBe('text 7')
  while (texts.makeSome());
  expect(made).toBe(450)
  expect([texts.of(7), texts.of(449), made]).toEqual(['text 7', 'text 449', 450])
})
