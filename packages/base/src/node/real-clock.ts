import { performance } from 'node:perf_hooks'
import type { Clock, Timer } from '../clock.ts'

/** Node's timers fire at once for anything above this, so longer waits are taken in steps. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The machine's clocks: wall time in whole ms, monotonic time in fractions of a ms. Holds no state. */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after,
  sleep,
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

function sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error)
      return
    }
    const onAbort = (): void => {
      timer.cancel()
      reject(signal!.reason as Error)
    }
    const timer = after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
