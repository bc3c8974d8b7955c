// The metrics of the fourth seed's middleware: one count, one summary and one histogram, classic and native at once.
import {
  type Counter,
  type Histogram,
  linearBuckets,
  type Registry,
  type Summary,
} from '@pharos/client'
import type { FinishedRequest, RequestMetrics } from '../request-metrics.ts'

export interface Seed4Options {
  /** Expected seconds of a request and their spread; buckets reach from mean − 5·domain up by half a domain. */
  readonly normMean: number
  readonly normDomain: number
  /** The constant label `pid`. Default: that of this process. */
  readonly pid?: string
  /** Calls the gauge of the heap `go_memstats_alloc_bytes`, as the seed's queries do. Default false. */
  readonly goNames?: boolean
}

type HandlerLabels = 'handler' | 'method' | 'status_code'

/** The heap is looked at no more often than the seed does. */
const HEAP_INTERVAL_MS = 10_000

/** `http_requests_total`, `http_durations_seconds`, `http_durations_histogram_seconds` and the heap. */
export class Seed4Metrics implements RequestMetrics {
  readonly #total: Counter<HandlerLabels>
  readonly #summary: Summary<HandlerLabels>
  readonly #histogram: Histogram<HandlerLabels>

  constructor(registry: Registry, options: Seed4Options) {
    const constLabels = { pid: options.pid ?? String(process.pid) }
    const labelNames = ['handler', 'method', 'status_code'] as const
    const { normMean, normDomain } = options
    this.#total = registry.counter({
      name: 'http_requests_total',
      help: 'HTTP request total.',
      labelNames,
      constLabels,
    })
    this.#summary = registry.summary({
      name: 'http_durations_seconds',
      help: 'HTTP latency distributions.',
      labelNames,
      constLabels,
      objectives: { 0.5: 0.05, 0.9: 0.01, 0.99: 0.001 },
    })
    this.#histogram = registry.histogram({
      name: 'http_durations_histogram_seconds',
      help: 'HTTP latency distributions.',
      labelNames,
      constLabels,
      buckets: linearBuckets(normMean - 5 * normDomain, 0.5 * normDomain, 20),
      nativeHistogramBucketFactor: 1.1,
    })
    let readAtMs = -Infinity
    registry.gauge({
      name: options.goNames === true ? 'go_memstats_alloc_bytes' : 'nodejs_memstats_alloc_bytes',
      help: 'Bytes of heap in use.',
      constLabels,
      collect: (gauge) => {
        if (performance.now() - readAtMs < HEAP_INTERVAL_MS) return
        readAtMs = performance.now()
        gauge.set(process.memoryUsage().heapUsed)
      },
    })
  }

  started(): void {}

  finished(request: FinishedRequest): void {
    const labels = {
      handler: request.route,
      method: request.method,
      status_code: request.statusCode,
    }
    this.#total.inc(labels)
    this.#summary.observe(labels, request.seconds)
    this.#histogram.observe(labels, request.seconds, request.exemplar)
  }
}
