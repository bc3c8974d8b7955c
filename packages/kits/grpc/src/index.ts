export { clientDeadline, clientMetrics } from './client-interceptor.ts'
export {
  GrpcClientMetrics,
  GrpcServerMetrics,
  Seed3ClientMetrics,
  Seed3ServerMetrics,
} from './presets.ts'
export { rpcClient } from './rpc-client.ts'
export { RpcServer } from './rpc-server.ts'
export { combinedRpc } from './rpc-metrics.ts'
export { serverMetrics } from './server-interceptor.ts'
export type { Callback, Handler } from './recovery.ts'
export type { RpcClientOptions } from './rpc-client.ts'
export type { RpcMethod, RpcMetrics, RpcType } from './rpc-metrics.ts'
export type { RpcServerOptions } from './rpc-server.ts'
