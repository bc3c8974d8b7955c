// What interceptors tell presets: the same four moments for servers and clients, for unary calls and streams.

/** As `grpc_type` names it. */
export type RpcType = 'unary' | 'client_stream' | 'server_stream' | 'bidi_stream'

/** A method, as its definition has it. */
export interface RpcMethod {
  /** `/package.Service/Method`. */
  readonly path: string
  readonly type: RpcType
}

/** A preset. */
export interface RpcMetrics {
  started(method: RpcMethod): void
  received(method: RpcMethod): void
  sent(method: RpcMethod): void
  /** @param code  of the status, 0 to 16 */
  finished(method: RpcMethod, code: number, seconds: number): void
}

/** Names of status codes, as `grpc_code` has them. @source https://grpc.io/docs/guides/status-codes */
const CODES = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
]

export function codeName(code: number): string {
  return CODES[code] ?? 'Unknown'
}

export function rpcType(isRequestStream: boolean, isResponseStream: boolean): RpcType {
  if (isRequestStream) return isResponseStream ? 'bidi_stream' : 'client_stream'
  return isResponseStream ? 'server_stream' : 'unary'
}

/** `/package.Service/Method` to its two parts. */
export function splitPath(path: string): { readonly service: string; readonly method: string } {
  const end = path.lastIndexOf('/')
  return { service: path.slice(1, Math.max(end, 1)), method: path.slice(end + 1) }
}

/** Several presets told of the same calls. */
export function combinedRpc(presets: readonly RpcMetrics[]): RpcMetrics {
  const tell = (say: (one: RpcMetrics) => void): void => {
    for (const one of presets) say(one)
  }
  return {
    started: (method) => tell((one) => one.started(method)),
    received: (method) => tell((one) => one.received(method)),
    sent: (method) => tell((one) => one.sent(method)),
    finished: (method, code, seconds) => tell((one) => one.finished(method, code, seconds)),
  }
}
