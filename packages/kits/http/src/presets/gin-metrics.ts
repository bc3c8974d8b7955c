// The names of gin-metrics, which the third seed's REST server shows.
import type { Counter, Histogram, Registry } from '@pharos/client'
import { type FinishedRequest, type RequestMetrics, UNMATCHED } from '../request-metrics.ts'
import { VisitorFilter } from './visitor-filter.ts'

export interface GinMetricsOptions {
  /** Requests that take longer than so many seconds count as slow. Default 5. */
  readonly slowTime?: number
  /** Upper bounds of `gin_request_duration`, seconds. Default 0.1, 0.3, 1.2, 5, 10. */
  readonly duration?: readonly number[]
  /** Put before and after each name. */
  readonly metricPrefix?: string
  readonly metricSuffix?: string
}

type UriLabels = 'uri' | 'method' | 'code'

/**
 * `gin_request_total`, `gin_request_uv_total` (visitors by address), `gin_uri_request_total`, `gin_request_body_total`,
 * `gin_response_body_total`, `gin_request_duration`, `gin_slow_request_total`.
 */
export class GinMetrics implements RequestMetrics {
  readonly #requests: Counter
  readonly #visitors: Counter
  readonly #uris: Counter<UriLabels>
  readonly #requestBytes: Counter
  readonly #responseBytes: Counter
  readonly #durations: Histogram<'uri'>
  readonly #slow: Counter<UriLabels>
  readonly #slowSeconds: number
  readonly #known = new VisitorFilter()

  constructor(registry: Registry, options: GinMetricsOptions = {}) {
    const { metricPrefix = '', metricSuffix = '' } = options
    this.#slowSeconds = options.slowTime ?? 5
    const named = (name: string): string => metricPrefix + name + metricSuffix
    const plain = (name: string, help: string): Counter =>
      registry.counter({ name: named(name), help })
    const labelNames = ['uri', 'method', 'code'] as const
    this.#requests = plain('gin_request_total', 'all the server received request num.')
    this.#visitors = plain('gin_request_uv_total', 'all the server received ip num.')
    this.#uris = registry.counter({
      name: named('gin_uri_request_total'),
      help: 'all the server received request num with every uri.',
      labelNames,
    })
    this.#requestBytes = plain(
      'gin_request_body_total',
      'the server received request body size, unit byte',
    )
    this.#responseBytes = plain(
      'gin_response_body_total',
      'the server send response body size, unit byte',
    )
    this.#durations = registry.histogram({
      name: named('gin_request_duration'),
      help: 'the time server took to handle the request.',
      labelNames: ['uri'],
      buckets: options.duration ?? [0.1, 0.3, 1.2, 5, 10],
    })
    this.#slow = registry.counter({
      name: named('gin_slow_request_total'),
      help: `the server handled slow requests counter, t=${this.#slowSeconds}.`,
      labelNames,
    })
  }

  started(): void {}

  finished(request: FinishedRequest): void {
    const uri = request.route === UNMATCHED ? '' : request.route
    const labels = { uri, method: request.method, code: request.statusCode }
    this.#requests.inc()
    if (this.#known.isNew(request.clientAddress)) this.#visitors.inc()
    this.#uris.inc(labels)
    this.#requestBytes.inc(request.requestBytes)
    if (request.responseBytes > 0) this.#responseBytes.inc(request.responseBytes)
    this.#durations.observe({ uri }, request.seconds)
    if (request.seconds > this.#slowSeconds) this.#slow.inc(labels)
  }
}
