// A server's calls of all four kinds, through grpc-js's interceptors.
import {
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
  status,
} from '@grpc/grpc-js'
import { type RpcMethod, type RpcMetrics, rpcType } from './rpc-metrics.ts'

/** For `new Server({ interceptors: [serverMetrics(metrics)] })`; put it first, so that it sees what the others do. */
export function serverMetrics(metrics: RpcMetrics): ServerInterceptor {
  return (definition, call) => {
    const method: RpcMethod = {
      path: definition.path,
      type: rpcType(definition.requestStream, definition.responseStream),
    }
    const startMs = performance.now()
    let isOpen = true
    const finish = (code: number): void => {
      if (!isOpen) return
      isOpen = false
      metrics.finished(method, code, (performance.now() - startMs) / 1000)
    }
    metrics.started(method)
    const listener = new ServerListenerBuilder()
      .withOnReceiveMessage((message: unknown, next) => {
        metrics.received(method)
        next(message)
      })
      .withOnCancel(() => finish(status.CANCELLED))
      .build()
    const responder = new ResponderBuilder()
      .withStart((next) => next(listener))
      .withSendMessage((message: unknown, next) => {
        metrics.sent(method)
        next(message)
      })
      .withSendStatus((outcome, next) => {
        finish(outcome.code ?? status.UNKNOWN)
        next(outcome)
      })
      .build()
    return new ServerInterceptingCall(call, responder)
  }
}
