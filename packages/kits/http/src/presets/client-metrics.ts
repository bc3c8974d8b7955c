// Calls that a service makes to others.
import type { Histogram, Registry } from '@pharos/client'
import { knownMethod } from '../request-metrics.ts'

type CallLabels = 'method' | 'host' | 'status_code'
export type ClientPhase = 'dns' | 'connect' | 'tls' | 'ttfb'

/**
 * `http_client_request_duration_seconds`; and what a call spent in each phase, where the phases can be seen. A call
 * without an answer has status code `error`.
 */
export class HttpClientMetrics {
  readonly #durations: Histogram<CallLabels>
  readonly #phases: ReadonlyMap<ClientPhase, Histogram<'host'>>

  constructor(registry: Registry) {
    this.#durations = registry.histogram({
      name: 'http_client_request_duration_seconds',
      help: 'Seconds from a call to its answer.',
      labelNames: ['method', 'host', 'status_code'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      nativeHistogramBucketFactor: 1.1,
    })
    const phase = (name: ClientPhase, help: string): [ClientPhase, Histogram<'host'>] => [
      name,
      registry.histogram({
        name: `http_client_${name}_duration_seconds`,
        help,
        labelNames: ['host'],
      }),
    ]
    this.#phases = new Map([
      phase('dns', 'Seconds of looking up the host.'),
      phase('connect', 'Seconds of making the connection.'),
      phase('tls', 'Seconds of the TLS handshake.'),
      phase('ttfb', 'Seconds from the sent request to the first byte of its answer.'),
    ])
  }

  /** @param seconds  from the call to its answer, or to its failure when `status` is `error` */
  finished(
    method: string | undefined,
    host: string,
    status: number | 'error',
    seconds: number,
  ): void {
    this.#durations.observe({ method: knownMethod(method), host, status_code: status }, seconds)
  }

  phase(name: ClientPhase, host: string, seconds: number): void {
    this.#phases.get(name)?.observe({ host }, seconds)
  }
}
