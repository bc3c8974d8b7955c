// The metrics of the second seed's Go server, to the letter: empty help texts, a gauge that counts by status.
import {
  type Counter,
  DEFAULT_BUCKETS,
  type Gauge,
  type Histogram,
  type Registry,
} from '@pharos/client'
import { type FinishedRequest, type RequestMetrics, UNMATCHED } from '../request-metrics.ts'

type StatusLabels = 'method' | 'path' | 'status' | 'type'

export interface Seed2Options {
  /**
   * Labels a request that no route took with its raw path, as the seed does. A stranger can then make series, so
   * there are at most `maxPaths` of them (1,000 by default); the rest goes to one named `other`.
   */
  readonly rawPaths?: boolean
  readonly maxPaths?: number
}

/** `server_handle_request_seconds`, `server_handle_request_status`, `server_handle_request_total`. */
export class Seed2Metrics implements RequestMetrics {
  readonly #seconds: Histogram<StatusLabels>
  readonly #status: Gauge<StatusLabels>
  readonly #total: Counter<'method' | 'path' | 'type'>
  readonly #isRaw: boolean

  constructor(registry: Registry, options: Seed2Options = {}) {
    this.#isRaw = options.rawPaths ?? false
    const maxSeries = options.maxPaths ?? 1_000
    const labelNames = ['method', 'path', 'status', 'type'] as const
    this.#seconds = registry.histogram({
      name: 'server_handle_request_seconds',
      help: '',
      labelNames,
      buckets: DEFAULT_BUCKETS,
      maxSeries,
    })
    this.#status = registry.gauge({
      name: 'server_handle_request_status',
      help: '',
      labelNames,
      maxSeries,
    })
    this.#total = registry.counter({
      name: 'server_handle_request_total',
      help: 'Number of server requests received in total',
      labelNames: ['method', 'path', 'type'],
      maxSeries,
    })
  }

  started(): void {}

  finished(request: FinishedRequest): void {
    const { method, route } = request
    const path = this.#isRaw && route === UNMATCHED ? request.path : route
    const labels = { method, path, status: request.statusCode, type: 'http' }
    this.#seconds.observe(labels, request.seconds)
    this.#status.inc(labels)
    this.#total.inc({ method, path, type: 'http' })
  }
}
