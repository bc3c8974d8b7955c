// The names of go-micro's Prometheus wrappers, that of 2019 (the fifth seed's) and that of its second version. A call
// is anything with a method and an outcome: a handler, a client, a subscriber.
import { type Counter, type Histogram, Registry, type Summary } from '@pharos/client'

export interface MicroService {
  readonly name: string
  readonly id: string
  readonly version: string
  /** More constant labels, each with `micro_` before its name. */
  readonly metadata?: Readonly<Record<string, string>>
}

/** Measures functions that answer a call. What they return or throw goes on to the caller. */
export interface CallMetrics {
  wrap<A extends readonly unknown[], R>(
    method: string,
    call: (...args: A) => R | Promise<R>,
  ): (...args: A) => Promise<R>
}

/**
 * The wrapper of 2019: constant labels on every metric of `inner`, runtime and process metrics included; register
 * those there.
 */
export class GoMicroMetrics implements CallMetrics {
  /** Everything registered here gets the service's labels. */
  readonly inner: Registry
  readonly #total: Counter<'method' | 'status'>
  readonly #latency: Summary<'method'>
  readonly #durations: Histogram<'method'>

  constructor(registry: Registry, service: MicroService) {
    const labels: [string, string][] = [
      ['micro_name', service.name],
      ['micro_id', service.id],
      ['micro_version', service.version],
    ]
    for (const [name, value] of Object.entries(service.metadata ?? {}))
      labels.push([`micro_${name}`, value])
    this.inner = registry.wrap({ labels: Object.fromEntries(labels) })
    this.#total = this.inner.counter({
      name: 'micro_request_total',
      help: 'How many go-micro requests processed, partitioned by method and status',
      labelNames: ['method', 'status'],
    })
    this.#latency = this.inner.summary({
      name: 'micro_upstream_latency_microseconds',
      help: 'Service backend method request latencies in microseconds',
      labelNames: ['method'],
    })
    this.#durations = this.inner.histogram({
      name: 'micro_request_duration_seconds',
      help: 'Service method request time in seconds',
      labelNames: ['method'],
    })
  }

  wrap<A extends readonly unknown[], R>(
    method: string,
    call: (...args: A) => R | Promise<R>,
  ): (...args: A) => Promise<R> {
    return measured(call, (seconds, hasFailed) => {
      this.#latency.observe({ method }, seconds * 1e6)
      this.#durations.observe({ method }, seconds)
      this.#total.inc({ method, status: hasFailed ? 'fail' : 'success' })
    })
  }
}

type EndpointLabels = 'micro_name' | 'micro_version' | 'micro_id' | 'micro_endpoint'

/** The wrapper of go-micro 2: the service's labels are ordinary ones, on its own metrics only. */
export class GoMicro2Metrics implements CallMetrics {
  readonly #total: Counter<EndpointLabels | 'micro_status'>
  readonly #latency: Summary<EndpointLabels>
  readonly #durations: Histogram<EndpointLabels>
  readonly #labels: { micro_name: string; micro_version: string; micro_id: string }

  constructor(registry: Registry, { name, id, version }: MicroService) {
    this.#labels = { micro_name: name, micro_version: version, micro_id: id }
    const labelNames = ['micro_name', 'micro_version', 'micro_id', 'micro_endpoint'] as const
    this.#total = registry.counter({
      name: 'micro_request_total',
      help: 'Requests processed, partitioned by endpoint and status',
      labelNames: [...labelNames, 'micro_status'],
    })
    this.#latency = registry.summary({
      name: 'micro_latency_microseconds',
      help: 'Request latencies in microseconds, partitioned by endpoint',
      labelNames,
    })
    this.#durations = registry.histogram({
      name: 'micro_request_duration_seconds',
      help: 'Request time in seconds, partitioned by endpoint',
      labelNames,
    })
  }

  wrap<A extends readonly unknown[], R>(
    method: string,
    call: (...args: A) => R | Promise<R>,
  ): (...args: A) => Promise<R> {
    const labels = { ...this.#labels, micro_endpoint: method }
    return measured(call, (seconds, hasFailed) => {
      this.#latency.observe(labels, seconds * 1e6)
      this.#durations.observe(labels, seconds)
      this.#total.inc({ ...labels, micro_status: hasFailed ? 'failure' : 'success' })
    })
  }
}

function measured<A extends readonly unknown[], R>(
  call: (...args: A) => R | Promise<R>,
  observe: (seconds: number, hasFailed: boolean) => void,
): (...args: A) => Promise<R> {
  return async (...args) => {
    const startMs = performance.now()
    let hasFailed = true
    try {
      const result = await call(...args)
      hasFailed = false
      return result
    } finally {
      observe((performance.now() - startMs) / 1000, hasFailed)
    }
  }
}
