// Express 4 and 5, and NestJS on top of it.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { exchangeObserver } from './exchange.ts'
import type { ObserveOptions, RequestMetrics } from './request-metrics.ts'

interface ExpressRequest extends IncomingMessage {
  readonly baseUrl?: string
  readonly route?: { readonly path?: unknown }
}

export type ExpressMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/** Middleware for `app.use`, before the routes. */
export function expressMetrics(
  metrics: RequestMetrics,
  options: ObserveOptions = {},
): ExpressMiddleware {
  const observe = exchangeObserver(metrics, options)
  return (request, response, next) => {
    observe(request, response, () => routeOf(request))
    next()
  }
}

/** The template of the route that took the request; undefined where none did. */
export function routeOf(request: IncomingMessage): string | undefined {
  const { baseUrl = '', route }: ExpressRequest = request
  const path = route?.path
  if (path === undefined) return undefined
  // A route may be given as a pattern or as several paths.
  return baseUrl + (Array.isArray(path) ? path.map(textOf).join('|') : textOf(path))
}

function textOf(path: unknown): string {
  return path instanceof RegExp ? path.source : typeof path === 'string' ? path : '<pattern>'
}
