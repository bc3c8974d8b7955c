import type { NativeHistogram } from '@pharos/model'

/** Functions of one histogram that give a float. */
export const HISTOGRAM_STATISTICS: ReadonlyMap<string, (h: NativeHistogram) => number> = new Map<
  string,
  (h: NativeHistogram) => number
>([
  ['histogram_avg', (h) => h.sum / h.count],
  ['histogram_count', (h) => h.count],
  ['histogram_sum', (h) => h.sum],
])
