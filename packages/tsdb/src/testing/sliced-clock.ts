// A clock under which long work stops all the time: a look at the monotonic clock often finds that a slice is over, and
// whoever rests lets the test do what it wants in between.

import type { Clock } from '@pharos/base'
import type { SimClock, SimRandom } from '@pharos/base/sim'

/** More than any slice. */
const LATE_MS = 50

/**
 * @param chance   of a look that ends a slice
 * @param between  awaited in every rest
 */
export function slicedClock(
  clock: SimClock,
  random: SimRandom,
  chance: number,
  between: () => Promise<void>,
): Clock {
  let aheadMs = 0
  return {
    now: () => clock.now(),
    monotonicMs() {
      if (random.chance(chance)) aheadMs += LATE_MS
      return clock.monotonicMs() + aheadMs
    },
    after: (delayMs, fire) => clock.after(delayMs, fire),
    sleep: (delayMs, signal) => (delayMs === 0 ? between() : clock.sleep(delayMs, signal)),
  }
}
