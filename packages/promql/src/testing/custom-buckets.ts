import type { Labels, NativeHistogram } from '@pharos/model'
import type { SeriesLine } from './series-line.ts'

/** Classic histograms among the series, as native ones with custom buckets: by index of the load. */
export function customBucketHistograms(
  _series: readonly SeriesLine[],
): { labels: Labels; samples: Map<number, NativeHistogram> }[] {
  return []
}
