import { collectDefaultMetrics as collectCore } from '../collectors/default-metrics.ts'
import type { Collector } from '../metric.ts'
import { Registry as CoreRegistry } from '../registry.ts'
import { register } from './default-registry.ts'
import type { Registry } from './registry.ts'
import { type MetricLike, type MetricObject, valuesOf } from './values.ts'

export interface DefaultMetricsCollectorConfiguration {
  register?: Registry
  prefix?: string
  gcDurationBuckets?: number[]
  eventLoopMonitoringPrecision?: number
  labels?: Record<string, string>
}

const METRICS_LIST: readonly string[] = [
  'processCpuTotal',
  'processStartTime',
  'osMemoryHeap',
  'processOpenFileDescriptors',
  'processMaxFileDescriptors',
  'eventLoopLag',
  'processResources',
  'processHandles',
  'processRequests',
  'heapSizeAndUsed',
  'heapSpacesSizeAndUsed',
  'version',
  'gc',
]

/** @throws TypeError when the configuration is neither left out nor an object */
function collect(config?: DefaultMetricsCollectorConfiguration | null): void {
  if (config !== null && config !== undefined && typeof config !== 'object') {
    throw new TypeError('config must be null, undefined, or an object')
  }
  const { prefix, labels, gcDurationBuckets, eventLoopMonitoringPrecision } = config ?? {}
  const inner = new CoreRegistry()
  collectCore(inner, {
    ...(prefix !== undefined && { prefix }),
    ...(labels !== undefined && { constLabels: labels }),
    ...(gcDurationBuckets !== undefined && { gcDurationBuckets }),
    ...(eventLoopMonitoringPrecision !== undefined && {
      eventLoopResolutionMs: eventLoopMonitoringPrecision,
    }),
  })
  for (const one of inner.all()) (config?.register ?? register).registerMetric(adapted(one))
}

export const collectDefaultMetrics: typeof collect & { readonly metricsList: readonly string[] } =
  Object.assign(collect, { metricsList: METRICS_LIST })

/** A metric of ours as one of prom-client's. */
function adapted(inner: Collector): MetricLike {
  const { name, help, type, aggregator = 'sum' } = inner
  return {
    name,
    help,
    type,
    async get(): Promise<MetricObject> {
      await inner.collect()
      return { help, name, type, values: valuesOf(name, inner.series(), []), aggregator }
    },
    reset: () => inner.reset(),
  }
}
