// Connect's interceptors are one kind for servers and clients: the transport decides which it is.
import { type RpcMethod, type RpcMetrics, type RpcType } from './rpc-metrics.ts'

const TYPES: Readonly<Record<string, RpcType>> = {
  unary: 'unary',
  server_streaming: 'server_stream',
  client_streaming: 'client_stream',
  bidi_streaming: 'bidi_stream',
}

interface ConnectRequest {
  readonly stream: boolean
  readonly service: { readonly typeName: string }
  readonly method: { readonly name: string; readonly methodKind: string }
  readonly message: unknown
}

interface ConnectResponse {
  readonly stream: boolean
  readonly message: unknown
}

/** For the option `interceptors` of a Connect transport or router. */
export function connectMetrics(
  metrics: RpcMetrics,
  side: 'server' | 'client',
): <Q extends ConnectRequest, R extends ConnectResponse>(
  next: (request: Q) => Promise<R>,
) => (request: Q) => Promise<R> {
  const isServer = side === 'server'
  return (next) => async (request) => {
    const method: RpcMethod = {
      path: `/${request.service.typeName}/${request.method.name}`,
      type: TYPES[request.method.methodKind] ?? 'unary',
    }
    const startMs = performance.now()
    const finish = (code: number): void =>
      metrics.finished(method, code, (performance.now() - startMs) / 1000)
    const inward = (): void => (isServer ? metrics.received(method) : metrics.sent(method))
    const outward = (): void => (isServer ? metrics.sent(method) : metrics.received(method))
    metrics.started(method)
    if (!request.stream) inward()
    const asked = isIterable(request.message)
      ? { ...request, message: counted(request.message, inward, () => {}) }
      : request
    let response
    try {
      response = await next(asked)
    } catch (error) {
      finish(codeOf(error))
      throw error
    }
    if (isIterable(response.message)) {
      return { ...response, message: counted(response.message, outward, finish) }
    }
    outward()
    finish(0)
    return response
  }
}

async function* counted<T>(
  messages: AsyncIterable<T>,
  each: () => void,
  finish: (code: number) => void,
): AsyncGenerator<T> {
  // Until it is known better: whoever stops reading has cancelled.
  let code = 1
  try {
    for await (const message of messages) {
      each()
      yield message
    }
    code = 0
  } catch (error) {
    code = codeOf(error)
    throw error
  } finally {
    finish(code)
  }
}

function isIterable(message: unknown): message is AsyncIterable<unknown> {
  return typeof message === 'object' && message !== null && Symbol.asyncIterator in message
}

/** A ConnectError has the code of its status; everything else is UNKNOWN. */
function codeOf(error: unknown): number {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined
  return typeof code === 'number' ? code : 2
}
