import { constants, PerformanceObserver } from 'node:perf_hooks'
import type { Registry } from '../registry.ts'
import type { DefaultMetricsOptions, Describe } from './description.ts'

/** Pauses of the garbage collector by kind. */
export function collectGarbage(
  registry: Registry,
  describe: Describe,
  options: DefaultMetricsOptions,
): () => void {
  const histogram = registry.histogram({
    ...describe('nodejs_gc_duration_seconds', 'Duration of garbage collections by kind, seconds.'),
    labelNames: ['kind'],
    buckets: options.gcDurationBuckets ?? [0.001, 0.01, 0.1, 1, 2, 5],
  })
  const kinds = new Map([
    [constants.NODE_PERFORMANCE_GC_MAJOR, histogram.labels({ kind: 'major' })],
    [constants.NODE_PERFORMANCE_GC_MINOR, histogram.labels({ kind: 'minor' })],
    [constants.NODE_PERFORMANCE_GC_INCREMENTAL, histogram.labels({ kind: 'incremental' })],
    [constants.NODE_PERFORMANCE_GC_WEAKCB, histogram.labels({ kind: 'weakcb' })],
  ])
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      // The type that TypeScript knows here is the browser's, which has no detail.
      const { detail } = entry as { readonly detail?: { readonly kind?: number } }
      kinds.get(detail?.kind ?? -1)?.observe(entry.duration / 1000)
    }
  })
  observer.observe({ entryTypes: ['gc'] })
  return () => observer.disconnect()
}
