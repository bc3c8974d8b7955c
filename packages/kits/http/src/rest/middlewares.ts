// The middlewares that have names, so that a configuration file can list them.
import { randomUUID } from 'node:crypto'
import type { RestContext } from './rest-context.ts'

/** Runs around everything that comes after it. */
export type Middleware = (context: RestContext, next: () => Promise<unknown>) => Promise<unknown>

export interface MiddlewareOptions {
  /** Origins that `cors` lets in. Default `*`; credentials never. */
  readonly corsOrigins?: '*' | readonly string[]
}

/** A request id that comes in is kept when it looks like one. */
const REQUEST_ID = /^[\w.-]{1,64}$/

/** By name: `cors`, `nocache`, `requestid`, `secure`. */
export function namedMiddlewares(options: MiddlewareOptions): Record<string, Middleware> {
  return Object.assign(Object.create(null) as Record<string, Middleware>, {
    cors: cors(options.corsOrigins ?? '*'),
    nocache: headers({
      'cache-control': 'no-store',
      expires: 'Thu, 01 Jan 1970 00:00:00 GMT',
    }),
    requestid: requestId,
    secure: headers({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    }),
  })
}

function headers(fixed: Readonly<Record<string, string>>): Middleware {
  return (context, next) => {
    for (const [name, value] of Object.entries(fixed)) context.response.setHeader(name, value)
    return next()
  }
}

const requestId: Middleware = (context, next) => {
  const given = context.request.headers['x-request-id']
  const id = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID()
  context.response.setHeader('x-request-id', id)
  return next()
}

/** Answers what browsers ask beforehand, and lets answers be read. */
function cors(origins: '*' | readonly string[]): Middleware {
  return async (context, next) => {
    const { request, response } = context
    const { origin } = request.headers
    if (origin === undefined || (origins !== '*' && !origins.includes(origin))) return next()
    response.setHeader('access-control-allow-origin', origins === '*' ? '*' : origin)
    if (origins !== '*') response.appendHeader('vary', 'Origin')
    const asked = request.headers['access-control-request-method']
    if (context.method !== 'OPTIONS' || asked === undefined) return next()
    response.setHeader('access-control-allow-methods', 'GET, HEAD, POST, PUT, PATCH, DELETE')
    response.setHeader('access-control-allow-headers', 'authorization, content-type, x-request-id')
    response.setHeader('access-control-max-age', '600')
    response.writeHead(204).end()
    return undefined
  }
}
