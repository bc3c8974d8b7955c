import { formatShortest } from '@pharos/model'
import type { NativeHistogram } from '@pharos/model'

/** One line that names count, sum and buckets. */
export function histogramText(h: NativeHistogram): string {
  return `{count:${formatShortest(h.count)}, sum:${formatShortest(h.sum)}}`
}
