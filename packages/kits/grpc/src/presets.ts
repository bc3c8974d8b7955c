// Names: those of go-grpc-middleware's provider, which most dashboards know, and those of the third seed.
import type { Counter, Histogram, Registry } from '@pharos/client'
import { codeName, type RpcMethod, type RpcMetrics, splitPath } from './rpc-metrics.ts'

type MethodLabels = 'grpc_type' | 'grpc_service' | 'grpc_method'
type Labels = Readonly<Record<MethodLabels, string>>

class StandardMetrics implements RpcMetrics {
  readonly #started: Counter<MethodLabels>
  readonly #handled: Counter<MethodLabels | 'grpc_code'>
  readonly #received: Counter<MethodLabels>
  readonly #sent: Counter<MethodLabels>
  readonly #seconds: Histogram<MethodLabels>
  /** By path: a service has a fixed number of methods. */
  readonly #labels = new Map<string, Labels>()

  constructor(registry: Registry, side: 'server' | 'client') {
    const labelNames = ['grpc_type', 'grpc_service', 'grpc_method'] as const
    const counter = (name: string, help: string): Counter<MethodLabels> =>
      registry.counter({ name: `grpc_${side}_${name}`, help, labelNames })
    this.#started = counter('started_total', `Total number of RPCs started on the ${side}.`)
    this.#handled = registry.counter({
      name: `grpc_${side}_handled_total`,
      help: `Total number of RPCs completed on the ${side}, regardless of success or failure.`,
      labelNames: [...labelNames, 'grpc_code'],
    })
    this.#received = counter(
      'msg_received_total',
      `Total number of RPC messages received on the ${side}.`,
    )
    this.#sent = counter('msg_sent_total', `Total number of RPC messages sent by the ${side}.`)
    this.#seconds = registry.histogram({
      name: `grpc_${side}_handling_seconds`,
      help: `Seconds until an RPC was completed on the ${side}.`,
      labelNames,
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      nativeHistogramBucketFactor: 1.1,
    })
  }

  started(method: RpcMethod): void {
    this.#started.inc(this.#labelsOf(method))
  }

  received(method: RpcMethod): void {
    this.#received.inc(this.#labelsOf(method))
  }

  sent(method: RpcMethod): void {
    this.#sent.inc(this.#labelsOf(method))
  }

  finished(method: RpcMethod, code: number, seconds: number): void {
    const labels = this.#labelsOf(method)
    this.#handled.inc({ ...labels, grpc_code: codeName(code) })
    this.#seconds.observe(labels, seconds)
  }

  #labelsOf({ path, type }: RpcMethod): Labels {
    const known = this.#labels.get(path)
    if (known !== undefined) return known
    const { service, method } = splitPath(path)
    const labels = { grpc_type: type, grpc_service: service, grpc_method: method }
    this.#labels.set(path, labels)
    return labels
  }
}

/** `grpc_server_started_total` and its companions. @source go-grpc-middleware providers/prometheus */
export class GrpcServerMetrics extends StandardMetrics {
  constructor(registry: Registry) {
    super(registry, 'server')
  }
}

/** `grpc_client_started_total` and its companions. */
export class GrpcClientMetrics extends StandardMetrics {
  constructor(registry: Registry) {
    super(registry, 'client')
  }
}

class SeedMetrics implements RpcMetrics {
  readonly #durations: Histogram<'method'>
  readonly #codes: Counter<'method' | 'code'>

  constructor(registry: Registry, namespace: 'rpc_server' | 'rpc_client') {
    this.#durations = registry.histogram({
      namespace,
      subsystem: 'requests',
      name: 'chaos_duration_ms',
      // The seed's client says "server" too; dashboards show the help text, so it stays.
      help: 'rpc server requests duration(ms).',
      labelNames: ['method'],
      buckets: [5, 10, 25, 50, 100, 250, 500, 1000],
    })
    this.#codes = registry.counter({
      namespace,
      subsystem: 'requests',
      name: 'chaos_code_total',
      help: 'rpc server requests code count.',
      labelNames: ['method', 'code'],
    })
  }

  started(): void {}

  received(): void {}

  sent(): void {}

  finished({ path }: RpcMethod, code: number, seconds: number): void {
    // Whole milliseconds, as the seed's.
    this.#durations.observe({ method: path }, Math.trunc(seconds * 1000))
    this.#codes.inc({ method: path, code })
  }
}

/** `rpc_server_requests_chaos_duration_ms` and `rpc_server_requests_chaos_code_total`. */
export class Seed3ServerMetrics extends SeedMetrics {
  constructor(registry: Registry) {
    super(registry, 'rpc_server')
  }
}

/** `rpc_client_requests_chaos_duration_ms` and `rpc_client_requests_chaos_code_total`. */
export class Seed3ClientMetrics extends SeedMetrics {
  constructor(registry: Registry) {
    super(registry, 'rpc_client')
  }
}
