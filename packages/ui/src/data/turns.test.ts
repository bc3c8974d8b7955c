import { expect, test } from 'vitest'
import { createTurns } from './turns.ts'

/** Tasks that run when the test says so, on a clock that each piece of work moves on. */
function setup() {
  const tasks: (() => void)[] = []
  const done: string[] = []
  let nowMs = 0
  const turns = createTurns(
    (work) => tasks.push(work),
    () => nowMs,
  )
  return {
    done,
    tasks,
    next: () => tasks.shift()?.(),
    take: (name: string, ms: number) =>
      turns.take(() => {
        nowMs += ms
        done.push(name)
      }),
    takeFault: () =>
      turns.take(() => {
        throw new Error('broken')
      }),
  }
}

test('long pieces have a task each, short ones share one, in the order of asking', () => {
  const { done, next, take, tasks } = setup()
  for (const [name, ms] of [
    ['a', 45],
    ['b', 15],
    ['c', 15],
    ['d', 45],
    ['e', 1],
  ] as const)
    take(name, ms)
  expect([done.length, tasks.length]).toEqual([0, 1])
  next()
  expect(done).toEqual(['a'])
  next()
  expect(done).toEqual(['a', 'b', 'c', 'd'])
  next()
  expect(done).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(tasks.length).toBe(0)
  take('f', 1)
  next()
  expect(done.at(-1)).toBe('f')
})

test('a piece that fails leaves those behind it their turn', () => {
  const { done, next, take, takeFault } = setup()
  takeFault()
  take('a', 1)
  expect(next).toThrow('broken')
  next()
  expect(done).toEqual(['a'])
})
