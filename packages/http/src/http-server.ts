// Fastify with our limits, guards and closing. Rooms above register their routes on `app`; what holds for every
// route (who may ask, how answers are packed, how errors read) stands here.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Fastify from 'fastify'
import type { Clock, Logger } from '@pharos/base'
import { messageOf, UserError } from '@pharos/base'
import {
  REQUEST_BODY_BYTES_DEFAULT,
  REQUEST_HEADER_BYTES_MAX,
  SERVER_CONNECTIONS_MAX,
  SERVER_DRAIN_MS,
  SERVER_HEADERS_TIMEOUT_MS,
  SERVER_KEEP_ALIVE_MS,
  SERVER_REQUEST_TIMEOUT_MS,
} from './limits.ts'
import { DirectRoutes } from './direct-routes.ts'
import type { ListenAddress } from './listen-address.ts'
import { addressText, isLoopback, parseListenAddress } from './listen-address.ts'
import { listened } from './listening.ts'
import type { GuardedRequest, GuardOptions } from './request-guard.ts'
import { corsHeaders, refusal } from './request-guard.ts'
import { tlsMistake, tlsOptions, watchTls } from './server-tls.ts'
import type { WebAccess, WebAccessSource } from './web-access.ts'
import { DoorKeeper } from './web-access.ts'
import { acceptsGzip, isPackable, packed } from './response-packing.ts'

export interface HttpServerOptions {
  readonly log: Logger
  readonly clock: Clock
  /** `host:port`, `:port` or `unix:/path`. Port 0 takes a free one. */
  readonly address: string
  readonly maxConnections?: number
  readonly headersTimeoutMs?: number
  readonly requestTimeoutMs?: number
  readonly keepAliveTimeoutMs?: number
  readonly bodyLimitBytes?: number
  readonly drainMs?: number
  /** Pages of these origins may read answers and post; see `corsPattern`. None when missing. */
  readonly corsOrigin?: (origin: string) => boolean
  /**
   * Host names that requests may be for. Missing: when bound to the loopback only, localhost, the loopback addresses and
   * `ownHostNames`; otherwise any. `'any'` switches the check off.
   */
  readonly allowedHosts?: readonly string[] | 'any'
  /** This machine's names, as the operating system and `--web.external-url` tell them. */
  readonly ownHostNames?: readonly string[]
  /** Content-Security-Policy for every HTML answer that sets none of its own. */
  readonly contentSecurityPolicy?: string
  /** TLS, users and headers: what is in force at the start, and where to look again. Missing: plain, for everybody. */
  readonly access?: { readonly first: WebAccess; readonly source: WebAccessSource }
}

/** Counted in plain numbers; `server` turns them into metrics. */
export interface HttpServerStats {
  requests: number
  refused: number
  clientErrors: number
  connectionsDropped: number
}

export interface HttpServer {
  /** Register routes here before `listen()`. Form bodies arrive as URLSearchParams, unknown ones as Buffer. */
  readonly app: FastifyInstance
  readonly stats: HttpServerStats
  /** Routes that are also answered without Fastify. They pass the same guards, or go to `app` after all. */
  readonly direct: DirectRoutes
  /** Where it listens, for people: `127.0.0.1:9090`, `[::]:9090`, `/run/pharos.sock`. Set by `listen()`. */
  readonly boundAddress: string
  /** Whether clients have to speak TLS. */
  readonly isSecure: boolean
  /** The TCP port; 0 on a unix socket. Set by `listen()`. */
  readonly port: number
  /** @throws UserError `http/address-in-use`, `http/address` with one line that says what to do */
  listen(): Promise<void>
  /** Takes no new request, lets the running ones finish for `drainMs`, then cuts them. */
  close(): Promise<void>
}

/** @throws UserError `http/listen-address`, `http/tls` for a certificate or key that cannot be used */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  return new FastifyServer(options)
}

class FastifyServer implements HttpServer {
  readonly app: FastifyInstance
  readonly stats: HttpServerStats = {
    requests: 0,
    refused: 0,
    clientErrors: 0,
    connectionsDropped: 0,
  }
  readonly direct: DirectRoutes
  boundAddress = ''
  port = 0
  readonly isSecure: boolean
  readonly #options: HttpServerOptions
  readonly #address: ListenAddress

  constructor(options: HttpServerOptions) {
    this.#options = options
    this.#address = parseListenAddress(options.address)
    const tls = options.access?.first.tls
    this.isSecure = tls !== undefined
    this.app = createApp(options)
    if (tls !== undefined)
      watchTls(this.app.server as HttpsServer, tls, options.access!.source, options.log)
    const server = this.app.server
    server.maxConnections = options.maxConnections ?? SERVER_CONNECTIONS_MAX
    server.on('drop', () => {
      this.stats.connectionsDropped++
    })
    const guard: GuardOptions = {
      allowedHosts: allowedHosts(options, this.#address),
      ...(options.corsOrigin === undefined ? {} : { corsOrigin: options.corsOrigin }),
    }
    this.#addHooks(guard)
    this.direct = new DirectRoutes(options.log, [
      ...COMMON_HEADERS.flat(),
      'Vary',
      guard.corsOrigin === undefined ? 'Accept-Encoding' : 'Origin, Accept-Encoding',
    ])
    // Users, limits and headers of a web configuration are the long way's.
    if (options.access === undefined) this.#addDirect(guard)
    else this.#addDoorKeeper(options.access.source)
    addParsers(this.app)
    addNotFound(this.app)
    addErrors(this.app, options.log, this.stats)
  }

  async listen(): Promise<void> {
    await listened(this.#address, this.#options.address, (at) => this.app.listen(at))
    const bound = this.app.server.address()
    if (typeof bound === 'string') {
      this.boundAddress = bound
    } else if (bound !== null) {
      this.port = bound.port
      this.boundAddress = addressText(bound.address, bound.port)
    }
  }

  async close(): Promise<void> {
    const cut = this.#options.clock.after(this.#options.drainMs ?? SERVER_DRAIN_MS, () => {
      this.app.server.closeAllConnections()
    })
    try {
      await this.app.close()
    } finally {
      cut.cancel()
    }
  }

  #addDoorKeeper(source: WebAccessSource): void {
    const keeper = new DoorKeeper(source, this.#options.clock)
    this.app.addHook('onRequest', async (request, reply) => {
      const why = await keeper.refusal(request, reply)
      if (why === undefined) return undefined
      this.stats.refused++
      return sendText(reply, why.status, why.text)
    })
  }

  /** In front of Fastify's own listener, which gets all that is not answered here. */
  #addDirect(guard: GuardOptions): void {
    const { server } = this.app
    const rest = server.listeners('request') as ((
      request: IncomingMessage,
      response: ServerResponse,
    ) => void)[]
    server.removeAllListeners('request')
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const { headers } = request
      // An Origin makes a difference to the headers of the answer.
      if (headers.origin === undefined && refusal(guarded(request), guard) === undefined) {
        if (this.direct.take(request, response)) {
          this.stats.requests++
          return
        }
      }
      for (const listener of rest) listener(request, response)
    })
  }

  #addHooks(guard: GuardOptions): void {
    this.app.addHook('onRequest', async (request, reply) => {
      this.stats.requests++
      for (const [name, value] of COMMON_HEADERS) reply.header(name, value)
      const { origin } = request.headers
      const why = refusal(guarded(request.raw), guard)
      if (why !== undefined) {
        this.stats.refused++
        return sendText(reply, 403, why)
      }
      if (guard.corsOrigin === undefined) return undefined
      reply.header('Vary', 'Origin')
      if (origin === undefined || !guard.corsOrigin(origin)) return undefined
      for (const [name, value] of corsHeaders(origin)) reply.header(name, value)
      return request.method === 'OPTIONS' ? reply.code(204).send() : undefined
    })
    this.app.addHook('onSend', async (request, reply, payload) => {
      const contentType = reply.getHeader('content-type')?.toString()
      const policy = this.#options.contentSecurityPolicy
      if (policy !== undefined && contentType?.startsWith('text/html') === true) {
        if (!reply.hasHeader('Content-Security-Policy'))
          reply.header('Content-Security-Policy', policy)
      }
      return await packedAnswer(request, reply, contentType, payload)
    })
  }
}

/** Headers of every answer. */
const COMMON_HEADERS = [
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['X-Frame-Options', 'DENY'],
] as const

/** What the guard looks at. */
function guarded({ method = '', headers }: IncomingMessage): GuardedRequest {
  const { host, origin } = headers
  const site = headers['sec-fetch-site']
  return { method, host, origin, secFetchSite: Array.isArray(site) ? site.join(', ') : site }
}

function createApp(options: HttpServerOptions): FastifyInstance {
  const tls = options.access?.first.tls
  if (tls === undefined) return Fastify(appOptions(options))
  const { http, ...rest } = appOptions(options)
  try {
    // Fastify has a type of its own for an app over TLS; what it can do is the same.
    return Fastify({
      ...rest,
      https: { ...http, ...tlsOptions(tls) },
    }) as unknown as FastifyInstance
  } catch (error) {
    throw tlsMistake(error)
  }
}

function appOptions(options: HttpServerOptions) {
  return {
    logger: false,
    bodyLimit: options.bodyLimitBytes ?? REQUEST_BODY_BYTES_DEFAULT,
    forceCloseConnections: 'idle',
    requestTimeout: options.requestTimeoutMs ?? SERVER_REQUEST_TIMEOUT_MS,
    keepAliveTimeout: options.keepAliveTimeoutMs ?? SERVER_KEEP_ALIVE_MS,
    // Below what a path parameter may need: names of dashboards, jobs and groups are long at times.
    routerOptions: {
      maxParamLength: 2_000,
      ignoreDuplicateSlashes: false,
      ignoreTrailingSlash: false,
    },
    http: {
      // Requests without a body get none of a stream's events.
      optimizeEmptyRequests: true,
      maxHeaderSize: REQUEST_HEADER_BYTES_MAX,
      headersTimeout: options.headersTimeoutMs ?? SERVER_HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: Math.min(
        1_000,
        options.headersTimeoutMs ?? SERVER_HEADERS_TIMEOUT_MS,
      ),
    },
  } as const
}

/** Answers in plain text the way Go's http.Error does; its newline is part of it. */
export function sendText(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).header('Content-Type', 'text/plain; charset=utf-8').send(`${text}\n`)
}

function allowedHosts(
  options: HttpServerOptions,
  address: ListenAddress,
): readonly string[] | undefined {
  if (options.allowedHosts === 'any') return undefined
  if (options.allowedHosts === undefined && !isLoopback(address)) return undefined
  const named = [...(options.allowedHosts ?? []), ...(options.ownHostNames ?? [])]
  return ['localhost', '127.0.0.1', '[::1]', ...named.map((name) => name.toLowerCase())]
}

async function packedAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  contentType: string | undefined,
  payload: unknown,
): Promise<unknown> {
  if (!isPackable(contentType) || reply.hasHeader('Content-Encoding') || reply.statusCode === 206)
    return payload
  const vary = reply.getHeader('Vary')
  reply.header(
    'Vary',
    vary === undefined ? 'Accept-Encoding' : `${vary.toString()}, Accept-Encoding`,
  )
  if (request.method === 'HEAD' || !acceptsGzip(header(request, 'accept-encoding'))) return payload
  const smaller = await packed(payload)
  if (smaller === undefined) return payload
  reply.removeHeader('Content-Length')
  reply.header('Content-Encoding', 'gzip')
  return smaller
}

function addParsers(app: FastifyInstance): void {
  // vmalert asks with an empty body that it calls JSON; the reference does not look at the type then.
  const readJson = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    (request: FastifyRequest, body: string, done) => {
      if (body === '') done(null, undefined)
      else void readJson(request, body, done)
    },
  )
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    async (_request: FastifyRequest, body: string) => {
      return new URLSearchParams(body)
    },
  )
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => body,
  )
}

/** The reference's router: an unknown path is 404, a known one with another method 405. */
function addNotFound(app: FastifyInstance): void {
  const routes: { readonly path: RegExp; readonly methods: readonly string[] }[] = []
  app.addHook('onRoute', (route) => {
    const methods = typeof route.method === 'string' ? [route.method] : route.method
    routes.push({ path: pathPattern(route.url), methods })
  })
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0]!
    const allowed = new Set<string>()
    for (const route of routes)
      // A path that only answers preflight requests is as good as unknown.
      if (route.path.test(path))
        for (const method of route.methods) if (method !== 'OPTIONS') allowed.add(method)
    // A wildcard that answers GET everywhere says nothing about whether the path exists.
    if (allowed.size === 0 || allowed.has(request.method))
      return sendText(reply, 404, '404 page not found')
    reply.header('Allow', [...allowed].sort().join(', '))
    return sendText(reply, 405, 'Method Not Allowed')
  })
}

function pathPattern(url: string): RegExp {
  const text = url
    .split('/')
    .map((part) =>
      part.startsWith(':')
        ? '[^/]+'
        : part === '*'
          ? '.*'
          : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    )
    .join('/')
  return new RegExp(`^${text}$`)
}

function addErrors(app: FastifyInstance, log: Logger, stats: HttpServerStats): void {
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof UserError) return sendText(reply, 400, error.message)
    const status: unknown =
      error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
    if (typeof status === 'number' && status >= 400 && status < 500) {
      return sendText(
        reply,
        status,
        status === 413 ? 'http: request body too large' : messageOf(error),
      )
    }
    // What went wrong inside stays inside: a message may name files or hold parts of a secret.
    log.error('request failed', {
      method: request.method,
      path: request.url.split('?', 1)[0]!,
      err: messageOf(error),
    })
    return sendText(reply, 500, 'internal server error')
  })
  app.server.on('clientError', () => {
    stats.clientErrors++
  })
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}
