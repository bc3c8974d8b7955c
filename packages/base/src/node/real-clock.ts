import { performance } from 'node:perf_hooks'
import type { Clock, Timer } from '../clock.ts'
import { sleepOn } from '../sleep.ts'

/** Node's timers fire at once for anything above this, so longer waits are taken in steps. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The machine's clocks: wall time in whole ms, monotonic time in fractions of a ms. Holds no state. */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after,
  sleep: (delayMs, signal) => sleepOn(after, delayMs, signal),
}

/** A clock as a parameter, for callers that want one of their own. */
export function createRealClock(): Clock {
  return { ...realClock }
}

function after(delayMs: number, fire: () => void): Timer {
  if (delayMs > LONGEST_TIMER_MS) return afterLong(delayMs, fire)
  const handle = setTimeout(fire, Math.max(0, delayMs))
  return { cancel: () => clearTimeout(handle) }
}

function afterLong(delayMs: number, fire: () => void): Timer {
  let step: Timer
  const wait = (leftMs: number): void => {
    step =
      leftMs > LONGEST_TIMER_MS
        ? after(LONGEST_TIMER_MS, () => wait(leftMs - LONGEST_TIMER_MS))
        : after(leftMs, fire)
  }
  wait(delayMs)
  return { cancel: () => step.cancel() }
}
