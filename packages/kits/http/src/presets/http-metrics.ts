// The preset for a new service: names that most dashboards for HTTP services know.
import type { Gauge, Histogram, Registry } from '@pharos/client'
import type { FinishedRequest, RequestMetrics } from '../request-metrics.ts'

export interface HttpMetricsOptions {
  /** Seconds, ascending. Default: those of the reference's clients. */
  readonly buckets?: readonly number[]
  /** Growth of native buckets; 0 leaves them out. Default 1.1. */
  readonly nativeHistogramBucketFactor?: number
}

const SIZE_BUCKETS = [100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000]

/** `http_request_duration_seconds` and its companions. A request whose client went away has status code 499. */
export class HttpMetrics implements RequestMetrics {
  readonly #durations: Histogram<'method' | 'route' | 'status_code'>
  readonly #requestSizes: Histogram<'method' | 'route'>
  readonly #responseSizes: Histogram<'method' | 'route'>
  readonly #inFlight: Gauge<'method'>

  constructor(registry: Registry, options: HttpMetricsOptions = {}) {
    const factor = options.nativeHistogramBucketFactor ?? 1.1
    this.#durations = registry.histogram({
      name: 'http_request_duration_seconds',
      help: 'Seconds from a request to the end of its answer.',
      labelNames: ['method', 'route', 'status_code'],
      buckets: options.buckets ?? [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      ...(factor > 1 && { nativeHistogramBucketFactor: factor }),
    })
    this.#requestSizes = registry.histogram({
      name: 'http_request_size_bytes',
      help: 'Bytes of request bodies.',
      labelNames: ['method', 'route'],
      buckets: SIZE_BUCKETS,
    })
    this.#responseSizes = registry.histogram({
      name: 'http_response_size_bytes',
      help: 'Bytes of answered bodies.',
      labelNames: ['method', 'route'],
      buckets: SIZE_BUCKETS,
    })
    this.#inFlight = registry.gauge({
      name: 'http_requests_in_flight',
      help: 'Requests that are being answered.',
      labelNames: ['method'],
    })
  }

  started(method: string): void {
    this.#inFlight.inc({ method })
  }

  finished(request: FinishedRequest): void {
    const { method, route } = request
    this.#inFlight.dec({ method })
    const code = request.isAborted ? 499 : request.statusCode
    this.#durations.observe({ method, route, status_code: code }, request.seconds, request.exemplar)
    this.#requestSizes.observe({ method, route }, request.requestBytes)
    this.#responseSizes.observe({ method, route }, request.responseBytes)
  }
}
