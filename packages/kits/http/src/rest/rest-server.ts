// A REST server on node:http with what a service needs around its handlers, each by a switch: health, metrics,
// profiles, middlewares by name, tokens, messages in two languages, a hook for tracing, an end without lost requests.
import { collectDefaultMetrics, metricsHandler, Registry } from '@pharos/client'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exchangeObserver, type ObserveExchange } from '../exchange.ts'
import { HttpMetrics } from '../presets/http-metrics.ts'
import { pathOf, type RequestMetrics } from '../request-metrics.ts'
import { clientAddress } from './client-address.ts'
import { type Middleware, type MiddlewareOptions, namedMiddlewares } from './middlewares.ts'
import { Profiling, type ProfilingOptions } from './profiling.ts'
import type { RestContext } from './rest-context.ts'
import { RestError } from './rest-error.ts'
import { type Found, Router } from './router.ts'
import { LANGUAGES, type Language, TEXTS } from './texts.ts'
import { jsonBody, languageOf, validated } from './validation.ts'
import { type JwtOptions, WebTokens } from './web-tokens.ts'

const MODES = ['debug', 'release', 'test'] as const

export interface RestServerOptions extends MiddlewareOptions {
  /** Default 8080; 0 takes a free one. */
  readonly port?: number
  /** Default: every address of the machine. */
  readonly host?: string
  /** `debug` tells of routes and shows clients what crashed, `test` is silent. Default `release`. */
  readonly mode?: (typeof MODES)[number]
  /** `/healthz`: 200, or 503 when the function says that it is not well. Default on. */
  readonly healthz?: boolean | (() => boolean | Promise<boolean>)
  /** `/metrics` and what is measured. Default on, with `HttpMetrics` and the process's own in a registry of its own. */
  readonly metrics?: boolean | { readonly registry: Registry; readonly preset?: RequestMetrics }
  /** `/debug/pprof/*`. Default off. */
  readonly profiling?: ProfilingOptions
  /** Names, outermost first: `cors`, `nocache`, `requestid`, `secure`, and those of `customMiddlewares`. */
  readonly middlewares?: readonly string[]
  readonly customMiddlewares?: Readonly<Record<string, Middleware>>
  /** Needed by routes with `auth`. */
  readonly jwt?: JwtOptions
  /** Language of messages for clients that ask for none that we have. Default `zh`. */
  readonly language?: Language
  /** Addresses and networks whose `X-Forwarded-For` is believed. Default none. */
  readonly trustedProxies?: readonly string[]
  /** Called when a request comes in; what it returns is called with its outcome. */
  readonly trace?: (request: IncomingMessage) => ((outcome: RestOutcome) => void) | undefined
  /** A handler threw something that is no `RestError`. Default: standard error, except in mode `test`. */
  readonly onCrash?: (route: string, error: unknown) => void
}

export interface RestOutcome {
  readonly route: string | undefined
  readonly statusCode: number
  readonly error: unknown
}

/** Returns what is answered as JSON; undefined answers 204, unless the response was written. */
export type RestHandler = (context: RestContext) => unknown

export interface RouteOptions {
  /** Wants a valid token. Default false. */
  readonly auth?: boolean
}

interface Handling {
  readonly handler: RestHandler
  readonly auth: boolean
}

const PORT = 8080
const STOP_MS = 10_000

/** @throws TypeError for options that make no sense */
export function createRestServer(options: RestServerOptions = {}): RestServer {
  return new RestServer(options)
}

export class RestServer {
  /** Where its metrics are, unless they are off. */
  readonly registry: Registry | undefined
  /** Makes and checks tokens, where there is a key. */
  readonly tokens: WebTokens | undefined
  readonly #options: RestServerOptions
  readonly #mode: (typeof MODES)[number]
  readonly #language: Language
  readonly #router = new Router<Handling>()
  readonly #middlewares: readonly Middleware[]
  readonly #addressOf: (request: IncomingMessage) => string
  readonly #profiling: Profiling | undefined
  readonly #observe: ObserveExchange | undefined
  readonly #server: Server
  /** Answers that are not whole yet. */
  readonly #open = new Set<ServerResponse>()
  #crashes = 0
  #isStopping = false

  constructor(options: RestServerOptions) {
    this.#options = options
    this.#mode = oneOf('mode', options.mode ?? 'release', MODES)
    this.#language = oneOf('language', options.language ?? 'zh', LANGUAGES)
    this.#middlewares = chosen(options)
    this.#addressOf = clientAddress(options.trustedProxies ?? [])
    this.tokens = options.jwt === undefined ? undefined : new WebTokens(options.jwt)
    this.#profiling = options.profiling === undefined ? undefined : new Profiling(options.profiling)
    const { metrics = true } = options
    if (metrics !== false) {
      this.registry = metrics === true ? processRegistry() : metrics.registry
      const preset = metrics === true ? undefined : metrics.preset
      this.#observe = exchangeObserver(preset ?? new HttpMetrics(this.registry), {
        excludePaths: ['/metrics', '/healthz', '/debug/pprof/*'],
      })
      const page = metricsHandler(this.registry, { instrument: true })
      this.get('/metrics', ({ request, response }) => {
        page(request, response)
        return once(response, 'close')
      })
    }
    const profiling = this.#profiling
    if (profiling !== undefined) {
      this.get('/debug/pprof/', ({ request, response }) => profiling.answer('', request, response))
      this.get('/debug/pprof/:what', ({ params, request, response }) =>
        profiling.answer(params['what']!, request, response),
      )
    }
    if (options.healthz !== false) this.get('/healthz', (context) => this.#health(context))
    this.#server = createServer((request, response) => void this.#serve(request, response))
  }

  /** How many requests ended because their handler threw. */
  get crashes(): number {
    return this.#crashes
  }

  /** @throws Error before it is started */
  get port(): number {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('it does not listen')
    return (address satisfies AddressInfo).port
  }

  get(template: string, handler: RestHandler, options?: RouteOptions): void {
    this.route('GET', template, handler, options)
  }

  post(template: string, handler: RestHandler, options?: RouteOptions): void {
    this.route('POST', template, handler, options)
  }

  put(template: string, handler: RestHandler, options?: RouteOptions): void {
    this.route('PUT', template, handler, options)
  }

  patch(template: string, handler: RestHandler, options?: RouteOptions): void {
    this.route('PATCH', template, handler, options)
  }

  delete(template: string, handler: RestHandler, options?: RouteOptions): void {
    this.route('DELETE', template, handler, options)
  }

  /** @throws TypeError when the route is taken, or wants tokens where there is no key */
  route(method: string, template: string, handler: RestHandler, options: RouteOptions = {}): void {
    const auth = options.auth ?? false
    if (auth && this.tokens === undefined)
      throw new TypeError(`${method} ${template}: auth wants the option jwt with a key`)
    this.#router.add(method, template, { handler, auth })
    // A server without a logger of its own speaks to who started it, as RpcServer does.
    // oxlint-disable-next-line no-console
    if (this.#mode === 'debug') console.error(`${method.padEnd(6)} ${template}`)
  }

  /** @returns its URL @throws Error when the port is taken */
  async start(): Promise<string> {
    const { port = PORT, host } = this.#options
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ port, ...(host !== undefined && { host }) }, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
    await this.#profiling?.start()
    return `http://${host === undefined ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${this.port}`
  }

  /** Nobody new is let in, requests under way end, for `graceMs` at most; then the rest is cut off. */
  async stop(graceMs: number = STOP_MS): Promise<void> {
    this.#isStopping = true
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const response of this.#open)
      if (!response.headersSent) response.setHeader('connection', 'close')
    await this.#profiling?.stop()
    const timer = setTimeout(() => this.#server.closeAllConnections(), graceMs)
    await closed
    clearTimeout(timer)
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request.url)
    const method = request.method ?? 'GET'
    const found = this.#router.find(method, path)
    const route = found.route?.template
    this.#observe?.(request, response, () => route)
    const traced = this.#options.trace?.(request)
    if (this.#isStopping) response.setHeader('connection', 'close')
    this.#open.add(response)
    response.once('close', () => this.#open.delete(response))
    let failure: unknown
    try {
      await this.#answer(request, response, method, path, found)
    } catch (error) {
      failure = error
      this.#fail(request, response, error, `${method} ${route ?? path.slice(0, 200)}`)
    }
    traced?.({ route, statusCode: response.statusCode, error: failure })
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    method: string,
    path: string,
    found: Found<Handling>,
  ): Promise<void> {
    const language = languageOf(request, this.#language)
    const handling = found.route?.handler
    const context: RestContext = {
      request,
      response,
      method,
      path,
      route: found.route?.template,
      params: found.params,
      query: new URLSearchParams(request.url?.split('?', 2)[1] ?? ''),
      clientAddress: this.#addressOf(request),
      language,
      claims: handling?.auth === true ? await this.#claims(request, language) : undefined,
      body: async (schema) => validated(schema, await jsonBody(request, language), language),
    }
    const run = async (i: number): Promise<unknown> => {
      const middleware = this.#middlewares[i]
      if (middleware !== undefined) return middleware(context, () => run(i + 1))
      if (handling === undefined) throw missing(found.allowed, language)
      return handling.handler(context)
    }
    const value = await run(0)
    if (response.headersSent) return
    if (value === undefined) response.writeHead(204).end()
    else answerJson(response, response.statusCode, value)
  }

  async #claims(request: IncomingMessage, language: Language): Promise<RestContext['claims']> {
    const tokens = this.tokens!
    const [scheme = '', token = ''] = (request.headers.authorization ?? '').split(' ')
    const claims =
      scheme.toLowerCase() === 'bearer' && token !== '' ? await tokens.verify(token) : undefined
    if (claims !== undefined) return claims
    throw new RestError(401, TEXTS[language].unauthorized, {
      headers: { 'www-authenticate': `Bearer realm="${tokens.realm}"` },
    })
  }

  #fail(request: IncomingMessage, response: ServerResponse, error: unknown, where: string): void {
    // The client went away in the middle of its request.
    if (request.destroyed && !request.complete) return
    const known = error instanceof RestError ? error : undefined
    if (known === undefined) {
      this.#crashes++
      // oxlint-disable-next-line no-console
      if (this.#options.onCrash === undefined && this.#mode !== 'test') console.error(where, error)
      this.#options.onCrash?.(where, error)
    }
    // Too late to say anything: the client sees that the answer is not whole.
    if (response.headersSent) return void response.destroy()
    const texts = TEXTS[languageOf(request, this.#language)]
    const shown = this.#mode === 'debug' && error instanceof Error ? error.message : texts.internal
    for (const [name, value] of Object.entries(known?.headers ?? {}))
      response.setHeader(name, value)
    const status = known?.status ?? 500
    // What is left of the body is thrown away as it comes: a client that still sends hears the answer.
    if (!request.complete) request.resume()
    answerJson(response, status, {
      code: status,
      message: known?.message ?? shown,
      ...(known?.fields !== undefined && { errors: known.fields }),
    })
  }

  async #health({ response }: RestContext): Promise<object> {
    const { healthz } = this.#options
    const isWell = typeof healthz !== 'function' || (await healthz())
    if (!isWell) response.statusCode = 503
    return { status: isWell ? 'ok' : 'unavailable' }
  }
}

function processRegistry(): Registry {
  const registry = new Registry()
  collectDefaultMetrics(registry)
  return registry
}

function chosen(options: RestServerOptions): Middleware[] {
  const known = Object.assign(namedMiddlewares(options), options.customMiddlewares)
  return (options.middlewares ?? []).map((name) => {
    const middleware = known[name]
    if (middleware === undefined)
      throw new TypeError(
        `middlewares: there is no "${name}"; there are ${Object.keys(known).sort().join(', ')}`,
      )
    return middleware
  })
}

function oneOf<T extends string>(what: string, value: string, known: readonly T[]): T {
  const found = known.find((one) => one === value)
  if (found === undefined)
    throw new TypeError(`${what}: wants one of ${known.join(', ')}, has "${value}"`)
  return found
}

function missing(allowed: readonly string[], language: Language): RestError {
  const texts = TEXTS[language]
  if (allowed.length === 0) return new RestError(404, texts.notFound)
  return new RestError(405, texts.notAllowed, { headers: { allow: allowed.join(', ') } })
}

function answerJson(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value)
  response
    .writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
    })
    .end(body)
}
