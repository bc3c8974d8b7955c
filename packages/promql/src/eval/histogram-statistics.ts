import type { NativeHistogram } from '@pharos/model'
import { allBuckets } from './histogram/bounds.ts'
import { hasCustomBuckets, widened } from './histogram/wide.ts'
import { KahanSum } from './kahan.ts'

/** Functions of one histogram that give a float. */
export const HISTOGRAM_STATISTICS: ReadonlyMap<string, (h: NativeHistogram) => number> = new Map<
  string,
  (h: NativeHistogram) => number
>([
  ['histogram_avg', (h) => h.sum / h.count],
  ['histogram_count', (h) => h.count],
  ['histogram_stddev', (h) => Math.sqrt(variance(h))],
  ['histogram_stdvar', variance],
  ['histogram_sum', (h) => h.sum],
])

/** Every observation is taken to lie in the middle of its bucket: arithmetic, zero, or geometric. */
function variance(h: NativeHistogram): number {
  const mean = h.sum / h.count
  const sum = new KahanSum()
  for (const { lower, upper, count } of allBuckets(widened(h))) {
    if (count === 0) continue
    let middle: number
    if (hasCustomBuckets(h)) middle = (upper + lower) / 2
    else if (lower <= 0 && upper >= 0) middle = 0
    else middle = Math.sqrt(upper * lower) * (upper < 0 ? -1 : 1)
    const delta = middle - mean
    sum.add(count * delta * delta)
  }
  return sum.value / h.count
}
