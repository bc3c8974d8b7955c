import { expect, test } from 'vitest'
import { Pace, runTask, type Task } from './pace.ts'
import { SimClock } from './sim/sim-clock.ts'

/** Every look at it takes a millisecond. */
function tickingClock(): SimClock & { turns: number } {
  const clock = new SimClock()
  let looks = 0
  const ticking = Object.create(clock, {
    turns: { value: 0, writable: true },
    monotonicMs: { value: () => ++looks },
    sleep: {
      value: () => {
        ticking.turns++
        return Promise.resolve()
      },
    },
  }) as SimClock & { turns: number }
  return ticking
}

function* sum(count: number): Task<number> {
  let total = 0
  for (let i = 1; i <= count; i++) {
    total += i
    yield
  }
  return total
}

test('a task rests after each slice and ends with its result', async () => {
  const clock = tickingClock()
  expect(await new Pace(clock, 8).drive(sum(80))).toBe(3240)
  // A look a stop, and one to begin each slice of 8 ms: nine or ten rests.
  expect(clock.turns).toBeGreaterThan(7)
  expect(clock.turns).toBeLessThan(12)
})

test('while time stands still nothing rests', async () => {
  const clock = new SimClock()
  expect(await new Pace(clock, 8).drive(sum(1000))).toBe(500_500)
  expect(clock.pending).toBe(0)
})

test('a rest lets timers of others fire, and begins a new slice', async () => {
  const clock = new SimClock()
  const pace = new Pace(clock, 5)
  let fired = 0
  clock.after(0, () => fired++)
  await clock.advance(5)
  expect(pace.isDue).toBe(true)
  const rest = pace.rest()
  await clock.advance(0)
  await rest
  expect(fired).toBe(1)
  expect(pace.isDue).toBe(false)
})

test('what a task throws comes out of both ways to run it', async () => {
  // oxlint-disable-next-line require-yield
  function* broken(): Task<number> {
    throw new Error('broken')
  }
  await expect(new Pace(new SimClock(), 5).drive(broken())).rejects.toThrow('broken')
  expect(() => runTask(broken())).toThrow('broken')
  expect(runTask(sum(4))).toBe(10)
})
