import { expect, test } from 'vitest'
import { createShortcuts, type KeyPress } from './shortcuts.ts'

function recorder() {
  const done: string[] = []
  const press = createShortcuts({
    palette: () => done.push('palette'),
    help: () => done.push('help'),
    filter: () => done.push('filter'),
    go: (key) => {
      done.push(`go ${key}`)
      return true
    },
  })
  let now = 0
  return {
    done,
    type: (key: string, more: Partial<KeyPress> = {}) =>
      press({
        key,
        ctrlKey: false,
        metaKey: false,
        altKey: false,
        timeStamp: (now += 100),
        isTyping: false,
        ...more,
      }),
    wait: (ms: number) => (now += ms),
  }
}

test('g and a letter lead to a page when they follow each other quickly', () => {
  const { done, type, wait } = recorder()
  type('g')
  type('q')
  type('g')
  wait(5000)
  type('q')
  expect(done).toEqual(['go q'])
})

test('typing is left alone, apart from Ctrl-K', () => {
  const { done, type } = recorder()
  expect(type('?', { isTyping: true })).toBe(false)
  expect(type('g', { isTyping: true })).toBe(false)
  expect(type('/', { ctrlKey: true })).toBe(false)
  expect(type('K', { metaKey: true, isTyping: true })).toBe(true)
  expect(done).toEqual(['palette'])
})

test('help and filter have a key each', () => {
  const { done, type } = recorder()
  type('?')
  type('/')
  type('x')
  expect(done).toEqual(['help', 'filter'])
})
