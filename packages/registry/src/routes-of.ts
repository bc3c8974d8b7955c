// The routes of an application, read from its router by its shape: no framework is a dependency. Supported are
// Express 4 and 5, Fastify (which must be told before its routes are added), Koa with @koa/router, and Hono.

import { UserError } from '@pharos/base'
import { ROUTES_MAX } from './limits.ts'
import type { ServiceRoute } from './service-instance.ts'

type Bag = Readonly<Record<string, unknown>>

/**
 * Path and method of every route, sorted by path, then method, each once; `ANY` where a route answers every method.
 *
 * @param app  an Express application or router, a Fastify instance (see `recordRoutes`), a Koa application or
 *   @koa/router, or a Hono application
 * @throws UserError `registry/routes` when its shape is none of these
 * @source the routers' documented structures: Express `router.stack`, @koa/router `router.stack`, Hono `app.routes`
 */
export function routesOf(app: unknown): ServiceRoute[] {
  const found = new Map<string, ServiceRoute>()
  const add = (path: string, method: string): void => {
    const route = { path: path === '' ? '/' : path, method: method.toUpperCase() }
    if (found.size < ROUTES_MAX) found.set(`${route.path} ${route.method}`, route)
  }
  if (!isBag(app) || !readAny(app, add))
    throw new UserError(
      'registry/routes',
      'routesOf wants an application of Express, Fastify, Koa (with @koa/router) or Hono',
    )
  return [...found.values()].sort((a, b) =>
    a.path === b.path ? (a.method < b.method ? -1 : 1) : a.path < b.path ? -1 : 1,
  )
}

/** What `recordRoutes` needs of a Fastify instance. */
export interface FastifyLike {
  addHook(
    name: 'onRoute',
    hook: (route: { readonly method: string | string[]; readonly url: string }) => void,
  ): unknown
}

/**
 * Notes the routes of a Fastify instance as they are added: Fastify keeps no list that could be read afterwards, so
 * this is called before them.
 * @returns gives the routes so far
 */
export function recordRoutes(app: FastifyLike): () => ServiceRoute[] {
  const noted: { path: string; method: string }[] = []
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of typeof method === 'string' ? [method] : method)
      // Fastify adds HEAD for each GET by itself; nobody has written those.
      if (one !== 'HEAD') noted.push({ path: url, method: one })
  })
  return () => routesOf({ routes: noted })
}

type Add = (path: string, method: string) => void

function readAny(app: Bag, add: Add): boolean {
  // Hono: app.routes is a list of { path, method }.
  const routes = app['routes']
  if (Array.isArray(routes)) {
    for (const one of routes as unknown[])
      if (
        isBag(one) &&
        typeof one['path'] === 'string' &&
        typeof one['method'] === 'string' &&
        // Middleware stands in the same list.
        !(one['method'] === 'ALL' && one['path'].endsWith('*'))
      )
        add(one['path'], one['method'] === 'ALL' ? 'ANY' : one['method'])
    return true
  }
  if (typeof app['printRoutes'] === 'function') return readFastify(app, add)
  // Koa: an application has a list of middleware, each of which may know its router.
  const middleware = app['middleware']
  if (Array.isArray(middleware)) {
    for (const one of middleware as unknown[]) {
      const router = isBag(one) ? one['router'] : undefined
      if (isBag(router)) readAny(router, add)
    }
    return true
  }
  // Express 5: app.router, made when first asked for; Express 4: app._router; both: a router itself has a stack.
  const stack = stackOf(app)
  if (stack === undefined) return false
  const isKoa = stack.some((one) => isBag(one) && Array.isArray(one['methods']))
  if (isKoa) readKoa(stack, add)
  else readExpress(stack, '', add)
  return true
}

function stackOf(app: Bag): readonly unknown[] | undefined {
  if (Array.isArray(app['stack'])) return app['stack'] as unknown[]
  // Express 4 throws at `app.router`, and alone has a lazy one.
  const names = typeof app['lazyrouter'] === 'function' ? ['_router'] : ['router']
  for (const name of names) {
    const router = app[name]
    if (isBag(router) && Array.isArray(router['stack'])) return router['stack'] as unknown[]
  }
  // An Express application without any route has no router yet.
  return typeof app['handle'] === 'function' && typeof app['use'] === 'function' ? [] : undefined
}

function readKoa(stack: readonly unknown[], add: Add): void {
  for (const layer of stack) {
    if (!isBag(layer) || typeof layer['path'] !== 'string' || !Array.isArray(layer['methods']))
      continue
    // A layer without methods is middleware; HEAD is added by the router itself for each GET.
    const methods = (layer['methods'] as unknown[]).filter(
      (one): one is string => typeof one === 'string',
    )
    for (const method of shortened(methods))
      if (method !== 'HEAD' || methods.length === 1) add(layer['path'], method)
  }
}

function readExpress(stack: readonly unknown[], prefix: string, add: Add): void {
  for (const layer of stack) {
    if (!isBag(layer)) continue
    const route = layer['route']
    if (isBag(route)) {
      for (const path of pathsOf(route['path']))
        for (const method of expressMethods(route)) add(prefix + path, method)
      continue
    }
    const inner = layer['handle']
    if (isBag(inner) && Array.isArray(inner['stack']))
      readExpress(inner['stack'] as unknown[], prefix + mountPath(layer), add)
  }
}

function expressMethods(route: Bag): readonly string[] {
  const methods = isBag(route['methods']) ? Object.keys(route['methods']) : []
  return methods.includes('_all') ? ['ANY'] : shortened(methods)
}

/** `app.all` of some routers adds every method that Node knows. */
function shortened(methods: readonly string[]): readonly string[] {
  return methods.length > 15 ? ['ANY'] : methods
}

function pathsOf(path: unknown): string[] {
  if (Array.isArray(path)) return (path as unknown[]).flatMap(pathsOf)
  // A route may be a regular expression; its text is the nearest thing to a path.
  return typeof path === 'string' ? [path] : path instanceof RegExp ? [String(path)] : []
}

/**
 * Where a router is mounted. Express 4 keeps the path only as a pattern, `/^\/api\/?(?=\/|$)/i`; Express 5.3 keeps it as
 * it was written. A layer with neither says nothing, and its routes stand without the mount path.
 */
function mountPath(layer: Bag): string {
  if (layer['slash'] === true) return ''
  if (typeof layer['rawPath'] === 'string') return layer['rawPath'].replace(/\/$/, '')
  const pattern = layer['regexp']
  if (!(pattern instanceof RegExp) || (isBag(pattern) && pattern['fast_slash'] === true)) return ''
  const keys = Array.isArray(layer['keys']) ? [...(layer['keys'] as unknown[])] : []
  return pattern.source
    .replace(/^\^/, '')
    .replace(/\\\/\?\(\?=\\\/\|\$\)$/, '')
    .replace(/\(\?:\\\/\(\[\^\\?\/\]\+\?\)\)/g, () => {
      const key = keys.shift()
      return `/:${isBag(key) ? String(key['name']) : 'param'}`
    })
    .replace(/\\(.)/g, '$1')
}

/** Fastify prints its router as a tree; the plain form is read back. */
function readFastify(app: Bag, add: Add): boolean {
  const print = app['printRoutes'] as (options: object) => unknown
  const text = print.call(app, { commonPrefix: false, includeHooks: false })
  if (typeof text !== 'string') return false
  const parts: string[] = []
  for (const line of text.split('\n')) {
    const match =
      /^([\s│]*)[├└]── (\S*) \(([A-Z, ]+)\)/u.exec(line) ?? /^([\s│]*)[├└]── (\S+)/u.exec(line)
    if (match === null) continue
    const depth = Math.floor(match[1]!.length / 4)
    parts.length = depth
    parts[depth] = match[2]!
    const url = parts.join('')
    for (const method of (match[3] ?? '').split(', ')) {
      // The tree leaves out what stands before a wildcard. A path that the router does not know is left out rather
      // than told wrongly.
      if (method === '' || method === 'HEAD' || !hasRoute(app, method, url)) continue
      add(url, method)
    }
  }
  return true
}

function hasRoute(app: Bag, method: string, url: string): boolean {
  const ask = app['hasRoute']
  return typeof ask !== 'function' || ask.call(app, { method, url }) === true
}

/** Functions carry routers too: an Express application is one. */
function isBag(value: unknown): value is Bag {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
