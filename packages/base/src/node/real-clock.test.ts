import { clockContract } from '../clock.contract.ts'
import { createRealClock, realClock } from './real-clock.ts'

clockContract('real clock', () => ({
  clock: createRealClock(),
  // The only place that waits for real: a real clock is what is tested.
  advance: (ms) => realClock.sleep(ms),
}))
