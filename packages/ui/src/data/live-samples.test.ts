import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { paced } from './live-samples.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

test('many reasons lead to one run a second, the first one at once', () => {
  let runs = 0
  const { ask } = paced(
    () => runs++,
    () => false,
  )
  const askFor = (ms: number): void => {
    for (let at = 0; at < ms; at += 50) {
      ask()
      vi.advanceTimersByTime(50)
    }
  }
  askFor(100)
  expect(runs).toBe(1)
  askFor(3000)
  expect(runs).toBe(4)
  // What was asked for last is run; after that nothing asks.
  vi.advanceTimersByTime(5000)
  expect(runs).toBe(5)
})

test('no run while the last one goes on, and none after the end', () => {
  let runs = 0
  let isBusy = true
  const { ask, end } = paced(
    () => runs++,
    () => isBusy,
  )
  ask()
  vi.advanceTimersByTime(10_000)
  expect(runs).toBe(0)
  isBusy = false
  vi.advanceTimersByTime(200)
  expect(runs).toBe(1)
  ask()
  end()
  vi.advanceTimersByTime(10_000)
  expect(runs).toBe(1)
})
