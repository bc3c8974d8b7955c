// node:http: a listener in, a measured listener out.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { exchangeObserver } from './exchange.ts'
import type { ObserveOptions, RequestMetrics } from './request-metrics.ts'

export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown

export interface ListenerOptions extends ObserveOptions {
  /** The template of the request's route, `undefined` where there is none. Default: none has one. */
  readonly routeOf?: (request: IncomingMessage) => string | undefined
}

/** Measures every request of a listener. */
export function measuredListener(
  metrics: RequestMetrics,
  listener: Listener,
  options: ListenerOptions = {},
): Listener {
  const observe = exchangeObserver(metrics, options)
  return (request, response) => {
    observe(request, response, () => options.routeOf?.(request))
    return listener(request, response)
  }
}

/** Measures one handler under a name of its own, as `WrapHandler(name, handler)` of the fourth seed does. */
export function measuredHandler(
  metrics: RequestMetrics,
  name: string,
  handler: Listener,
  options: ObserveOptions = {},
): Listener {
  return measuredListener(metrics, handler, { ...options, routeOf: () => name })
}
