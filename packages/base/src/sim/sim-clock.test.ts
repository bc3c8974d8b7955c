import { expect, test } from 'vitest'
import { clockContract } from '../clock.contract.ts'
import { SimClock } from './sim-clock.ts'

clockContract('simulated clock', () => {
  const clock = new SimClock()
  return { clock, advance: (ms) => clock.advance(ms) }
})

test('time stands still until it is advanced, and timers see their own time', async () => {
  const clock = new SimClock(1000)
  const seen: number[] = []
  clock.after(10, () => seen.push(clock.now()))
  clock.after(5, () => {
    seen.push(clock.now())
    clock.after(1, () => seen.push(clock.now()))
  })
  expect(clock.now()).toBe(1000)
  await clock.advance(9)
  expect(seen).toEqual([1005, 1006])
  expect(clock.pending).toBe(1)
  await clock.advance(1)
  expect(seen).toEqual([1005, 1006, 1010])
})

test('promises settle between timers, so a loop of sleeps keeps its cadence', async () => {
  const clock = new SimClock(0)
  const ticks: number[] = []
  const loop = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) {
      await clock.sleep(1000)
      await Promise.resolve()
      ticks.push(clock.now())
    }
  }
  const done = loop()
  await clock.advance(5000)
  await done
  expect(ticks).toEqual([1000, 2000, 3000, 4000, 5000])
})

test('a jump moves the wall clock and no timer', async () => {
  const clock = new SimClock(0)
  let fired = false
  clock.after(1000, () => (fired = true))
  clock.jump(-3_600_000)
  expect(clock.now()).toBe(-3_600_000)
  await clock.advance(999)
  expect(fired).toBe(false)
  await clock.advance(1)
  expect(fired).toBe(true)
})

test('advanceUntil stops at the first timer that makes its condition true', async () => {
  const clock = new SimClock(0)
  let count = 0
  const again = (): void => {
    count++
    clock.after(100, again)
  }
  clock.after(100, again)
  expect(await clock.advanceUntil(() => count === 3, 10_000)).toBe(true)
  expect(clock.now()).toBe(300)
  expect(await clock.advanceUntil(() => count === 1000, 1000)).toBe(false)
  expect(clock.now()).toBe(1300)
})
