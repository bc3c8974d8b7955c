// A service in one call: it listens, measures its requests, shows `/metrics` and `/healthz`, registers itself so that
// the server finds and checks it, and takes itself out when it ends.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { collectDefaultMetrics, metricsHandler, Registry } from '@pharos/client'
import {
  advertisedAddresses,
  registerService,
  type RegisterOptions,
  type Registration,
  routesOf,
  type ServiceRoute,
} from '@pharos/registry'
import { routeOf } from './express.ts'
import { fastifyMetrics } from './fastify.ts'
import { koaMetrics } from './koa.ts'
import { type Listener, measuredListener } from './node-http.ts'
import { HttpMetrics } from './presets/http-metrics.ts'
import { pathOf, type RequestMetrics } from './request-metrics.ts'

/** What a service is made of; known by its shape: an Express application or node:http listener, Koa, Fastify. */
export type ServiceApp = Listener | KoaApp | FastifyApp

interface KoaApp {
  readonly middleware: unknown[]
  callback(): Listener
}

interface FastifyApp {
  addHook(name: 'onRequest', hook: (...args: never[]) => void): unknown
  ready(): PromiseLike<unknown>
  routing(request: IncomingMessage, response: ServerResponse): void
}

export interface ServiceOptions extends Omit<RegisterOptions, 'world'> {
  readonly name: string
  /** `host-port` when missing. */
  readonly id?: string
  /** Where others reach it. When missing: this machine's first address, or 127.0.0.1 if the registry is on this machine. */
  readonly host?: string
  /** A free one when missing. */
  readonly port?: number
  /** s */
  readonly leaseTime?: number
  readonly metadata?: Readonly<Record<string, string>>
  /** Those of the application's router when missing. */
  readonly routes?: readonly ServiceRoute[]
  /** Where metrics go; one with the process' own when missing. */
  readonly registry?: Registry
  /** `HttpMetrics` when missing. */
  readonly requestMetrics?: RequestMetrics
  /** Whether the service is well; what it throws means that it is not. */
  readonly isHealthy?: () => boolean | Promise<boolean>
  /** False: SIGTERM and SIGINT are left alone. Otherwise the service takes itself out before they do what they do. */
  readonly handlesSignals?: boolean
}

export interface RunningService {
  readonly id: string
  readonly port: number
  readonly url: string
  readonly registry: Registry
  readonly server: Server
  readonly registration: Registration
  /** Out of the registry first, then no new connections, then the end of those that are under way. */
  close(): Promise<void>
}

const METRICS_PATH = '/metrics'
const HEALTH_PATH = '/healthz'

/**
 * Starts a service. It does not wait for the registry: `registration.registered` does.
 *
 * @throws UserError `registry/service`, `registry/endpoint`; the error of `listen`
 */
export async function service(app: ServiceApp, options: ServiceOptions): Promise<RunningService> {
  const registry = options.registry ?? ownRegistry()
  const metrics = options.requestMetrics ?? new HttpMetrics(registry)
  const listener = await measured(app, metrics)
  const expose = metricsHandler(registry)
  const server = createServer((request, response) => {
    const path = pathOf(request.url)
    if (path === METRICS_PATH) expose(request, response)
    else if (path === HEALTH_PATH) answerHealth(response, options.isHealthy)
    else listener(request, response)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, resolve)
  })
  const { port } = server.address() as AddressInfo
  const endpoints = options.endpoints ?? endpointsIn(process.env['ETCD_ENDPOINTS'] ?? '')
  const host = options.host ?? ownHost(endpoints)
  const id = options.id ?? `${host}-${port}`
  const { name, leaseTime, metadata } = options
  const description = {
    id,
    name,
    host,
    port,
    routes: [...(options.routes ?? routesIn(app)), ...OWN_ROUTES],
    metadata: { health: `http:${HEALTH_PATH}`, ...metadata },
    ...(leaseTime === undefined ? {} : { leaseTime }),
  }
  let registration: Registration
  try {
    registration = registerService(description, { ...options, endpoints })
  } catch (error) {
    server.close()
    throw error
  }
  const close = closer(server, registration)
  if (options.handlesSignals !== false) closeOnSignals(close)
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  return { id, port, url, registry, server, registration, close }
}

const OWN_ROUTES: readonly ServiceRoute[] = [METRICS_PATH, HEALTH_PATH].map((path) => ({
  path,
  method: 'GET',
}))

function ownRegistry(): Registry {
  const registry = new Registry()
  collectDefaultMetrics(registry)
  return registry
}

async function measured(app: ServiceApp, metrics: RequestMetrics): Promise<Listener> {
  if (typeof app === 'function') return measuredListener(metrics, app, { routeOf })
  if ('callback' in app) {
    app.middleware.unshift(koaMetrics(metrics))
    return app.callback()
  }
  // Fastify puts hooks and routes together when it gets ready.
  fastifyMetrics(app as unknown as Parameters<typeof fastifyMetrics>[0], metrics)
  await app.ready()
  return (request, response) => app.routing(request, response)
}

/** A plain listener has no router to read. */
function routesIn(app: ServiceApp): readonly ServiceRoute[] {
  const hasRouter = typeof app !== 'function' || 'stack' in app || 'use' in app
  return hasRouter ? routesOf(app) : []
}

function endpointsIn(text: string): readonly string[] {
  const given = text.split(',').filter((one) => one.trim() !== '')
  return given.length === 0 ? ['http://127.0.0.1:2379'] : given
}

function ownHost(endpoints: readonly string[]): string {
  const isHere = endpoints.every((one) => /\/\/(?:localhost|127\.|\[::1\])/.test(`//${one}`))
  return isHere ? '127.0.0.1' : (advertisedAddresses()[0] ?? '127.0.0.1')
}

function answerHealth(response: ServerResponse, isHealthy: ServiceOptions['isHealthy']): void {
  const answer = (isGood: boolean): void => {
    response.writeHead(isGood ? 200 : 503, { 'Content-Type': 'text/plain; charset=utf-8' })
    response.end(isGood ? 'ok\n' : 'not well\n')
  }
  Promise.resolve()
    .then(() => isHealthy?.() ?? true)
    .then(answer, () => answer(false))
}

function closer(server: Server, registration: Registration): () => Promise<void> {
  let closing: Promise<void> | undefined
  return () =>
    (closing ??= (async () => {
      await registration.close()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
      })
    })())
}

/** Once: a second signal ends the process at once. */
function closeOnSignals(close: () => Promise<void>): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      close().then(
        () => process.kill(process.pid, signal),
        () => process.kill(process.pid, signal),
      )
    })
}
