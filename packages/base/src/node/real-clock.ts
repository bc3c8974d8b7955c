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
  let handle: NodeJS.Timeout
  const wait = (leftMs: number): void => {
    const stepMs = Math.min(leftMs, LONGEST_TIMER_MS)
    handle = setTimeout(() => (leftMs > stepMs ? wait(leftMs - stepMs) : fire()), stepMs)
  }
  wait(Math.max(0, delayMs))
  return { cancel: () => clearTimeout(handle) }
}
