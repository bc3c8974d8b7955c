import { expect, test } from 'vitest'
import { HISTORY_MAX, readHistory, rememberQuery, type TextStore } from './query-history.ts'

function memory(start?: string): TextStore {
  let kept = start
  return {
    read: () => kept,
    write: (_key, value) => {
      kept = value
      return true
    },
  }
}

test('the newest expression is first and stands once', () => {
  const store = memory()
  for (const expr of ['up', 'a', ' up ', '']) rememberQuery(store, expr)
  expect(readHistory(store)).toEqual(['up', 'a'])
})

test('only the last hundred are kept', () => {
  const store = memory()
  for (let i = 0; i < HISTORY_MAX + 20; i++) rememberQuery(store, `q${i}`)
  expect(readHistory(store)).toHaveLength(HISTORY_MAX)
})

test('a broken or foreign entry counts as empty', () => {
  expect(readHistory(memory('{'))).toEqual([])
  expect(readHistory(memory('{"a":1}'))).toEqual([])
  expect(readHistory(memory('[1,"up"]'))).toEqual(['up'])
})
