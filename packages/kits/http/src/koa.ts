// Koa, with the routes of @koa/router or koa-router.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { exchangeObserver } from './exchange.ts'
import type { ObserveOptions, RequestMetrics } from './request-metrics.ts'

interface KoaContext {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** Set by the router. */
  readonly _matchedRoute?: string | RegExp
}

export type KoaMiddleware = (context: KoaContext, next: () => Promise<void>) => Promise<void>

/** Middleware for `app.use`, the first of all. */
export function koaMetrics(metrics: RequestMetrics, options: ObserveOptions = {}): KoaMiddleware {
  const observe = exchangeObserver(metrics, options)
  return (context, next) => {
    observe(context.req, context.res, () => {
      const matched = context._matchedRoute
      return matched === undefined ? undefined : String(matched)
    })
    return next()
  }
}
