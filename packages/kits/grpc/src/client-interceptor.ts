// A client's calls of all four kinds.
import {
  InterceptingCall,
  type Interceptor,
  ListenerBuilder,
  type Metadata,
  RequesterBuilder,
} from '@grpc/grpc-js'
import { type RpcMethod, type RpcMetrics, rpcType } from './rpc-metrics.ts'

/** For a client's option `interceptors`. */
export function clientMetrics(metrics: RpcMetrics): Interceptor {
  return (options, nextCall) => {
    const definition = options.method_definition
    const method: RpcMethod = {
      path: definition.path,
      type: rpcType(definition.requestStream, definition.responseStream),
    }
    let startMs = 0
    const listener = new ListenerBuilder()
      .withOnReceiveMessage((message: unknown, next) => {
        metrics.received(method)
        next(message)
      })
      .withOnReceiveStatus((outcome, next) => {
        metrics.finished(method, outcome.code, (performance.now() - startMs) / 1000)
        next(outcome)
      })
      .build()
    const requester = new RequesterBuilder()
      .withStart((metadata: Metadata, _listener, next) => {
        startMs = performance.now()
        metrics.started(method)
        next(metadata, listener)
      })
      .withSendMessage((message: unknown, next) => {
        metrics.sent(method)
        next(message)
      })
      .build()
    return new InterceptingCall(nextCall(options), requester)
  }
}

/** Gives unary calls a deadline unless they have one: `timeoutMs` from now. Streams last as long as they like. */
export function clientDeadline(timeoutMs: number): Interceptor {
  return (options, nextCall) => {
    const { requestStream, responseStream } = options.method_definition
    const isUnary = !requestStream && !responseStream
    return new InterceptingCall(
      nextCall(
        isUnary && options.deadline === undefined
          ? { ...options, deadline: Date.now() + timeoutMs }
          : options,
      ),
    )
  }
}
