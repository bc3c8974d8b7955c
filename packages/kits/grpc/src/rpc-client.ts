// A gRPC client with what the third seed's has: a time limit, a balancer, metrics, interceptors.
import {
  type ChannelCredentials,
  type ChannelOptions,
  type Client,
  credentials as channelCredentials,
  type Interceptor,
  type ServiceClientConstructor,
} from '@grpc/grpc-js'
import { clientDeadline, clientMetrics } from './client-interceptor.ts'
import type { RpcMetrics } from './rpc-metrics.ts'

export interface RpcClientOptions {
  /** `host:port`, `dns:///name:port`, or `discovery:///name` where that resolver is registered. */
  readonly endpoint: string
  /** Limit of unary calls that have no deadline of their own, ms; 0 for none. Default 200. */
  readonly timeoutMs?: number
  readonly metrics?: RpcMetrics
  /** Run around those of the client itself. */
  readonly interceptors?: readonly Interceptor[]
  /** Default `round_robin`. */
  readonly balancer?: string
  /** Default: no TLS. */
  readonly credentials?: ChannelCredentials
  readonly channelOptions?: ChannelOptions
}

const TIMEOUT_MS = 200

/** A client of a service, given its constructor. Close it when it is not needed any more. */
export function rpcClient<C extends Client = Client>(
  service: ServiceClientConstructor,
  options: RpcClientOptions,
): C {
  const { timeoutMs = TIMEOUT_MS, balancer = 'round_robin' } = options
  const interceptors = [
    ...(options.interceptors ?? []),
    ...(options.metrics === undefined ? [] : [clientMetrics(options.metrics)]),
    ...(timeoutMs > 0 ? [clientDeadline(timeoutMs)] : []),
  ]
  const client = new service(
    options.endpoint.replace(/^grpc:\/\//, ''),
    options.credentials ?? channelCredentials.createInsecure(),
    {
      'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ [balancer]: {} }] }),
      ...options.channelOptions,
      interceptors,
    },
  )
  // The constructor is made from a definition at run time; its type is what the caller says.
  return client as unknown as C
}
