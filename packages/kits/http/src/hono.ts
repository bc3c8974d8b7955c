// Hono, on any of its runtimes. On Node it has the objects of node:http at hand, and those are observed; elsewhere
// there is the web's Request and Response only, whose bytes are those of Content-Length.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { exchangeObserver } from './exchange.ts'
import {
  knownMethod,
  type ObserveOptions,
  pathFilter,
  type RequestMetrics,
  UNMATCHED,
} from './request-metrics.ts'

interface HonoContext {
  readonly req: {
    readonly method: string
    readonly path: string
    header(name: string): string | undefined
    /** Hono before 4.8 has the template here. */
    readonly routePath?: string
    /** Everything that matched: middleware with its pattern, and the handler last. */
    readonly matchedRoutes?: readonly { readonly path: string; readonly method: string }[]
  }
  readonly res: Response
  /** On Node: what `@hono/node-server` puts here. */
  readonly env?: unknown
}

export type HonoMiddleware = (context: HonoContext, next: () => Promise<void>) => Promise<void>

export interface HonoOptions extends ObserveOptions {
  /** The template of the matched route. Give `routePath` of `hono/route` where your Hono has it. */
  readonly routeOf?: (context: HonoContext) => string | undefined
}

/** Middleware for `app.use('*', …)`, the first of all. */
export function honoMetrics(metrics: RequestMetrics, options: HonoOptions = {}): HonoMiddleware {
  const isExcluded = pathFilter(options.excludePaths)
  const observe = exchangeObserver(metrics, options)
  const routeOf = options.routeOf ?? lastMatched
  return async (context, next) => {
    const node = nodeExchange(context.env)
    if (node !== undefined) {
      observe(node.incoming, node.outgoing, () => routeOf(context))
      return next()
    }
    const { path } = context.req
    if (isExcluded(path)) return next()
    const method = knownMethod(context.req.method)
    const startMs = performance.now()
    metrics.started(method)
    let hasFailed = true
    try {
      await next()
      hasFailed = false
    } finally {
      metrics.finished({
        method,
        route: routeOf(context) ?? UNMATCHED,
        path,
        statusCode: hasFailed ? 500 : context.res.status,
        isAborted: false,
        seconds: (performance.now() - startMs) / 1000,
        requestBytes: bytes(context.req.header('content-length')),
        responseBytes: hasFailed ? 0 : bytes(context.res.headers.get('content-length')),
        clientAddress: '',
        exemplar: options.exemplar?.(),
      })
    }
  }
}

function nodeExchange(
  env: unknown,
): { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse } | undefined {
  if (typeof env !== 'object' || env === null) return undefined
  const { incoming, outgoing } = env as { incoming?: IncomingMessage; outgoing?: ServerResponse }
  return incoming === undefined || outgoing === undefined ? undefined : { incoming, outgoing }
}

/** The last route that matched and is no middleware. */
function lastMatched({ req }: HonoContext): string | undefined {
  const handlers = req.matchedRoutes?.filter(
    ({ path, method }) => !(method === 'ALL' && path.endsWith('*')),
  )
  if (handlers === undefined) return req.routePath
  return handlers.at(-1)?.path
}

function bytes(text: string | null | undefined): number {
  const size = Number(text ?? 0)
  return Number.isSafeInteger(size) && size > 0 ? size : 0
}
