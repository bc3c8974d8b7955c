// A gRPC server with what the third seed's has, each part by a switch: metrics, recovery, a time limit, tracing,
// health, reflection, the metadata service, an end in order.
import {
  Server,
  ServerCredentials,
  type ServerInterceptor,
  type ServerOptions,
  type ServiceDefinition,
} from '@grpc/grpc-js'
import type { PackageDefinition } from '@grpc/proto-loader'
import { ReflectionService } from '@grpc/reflection'
import { HealthImplementation } from 'grpc-health-check'
import { networkInterfaces } from 'node:os'
import { metadataService } from './metadata-service.ts'
import { type Handler, recovering } from './recovery.ts'
import { type RpcMetrics, splitPath } from './rpc-metrics.ts'
import { serverMetrics } from './server-interceptor.ts'

export interface RpcServerOptions {
  /** `host:port`; an empty host is every address, port 0 any that is free. Default `:0`. */
  readonly address?: string
  /** Limit of unary calls, ms. Default: none. */
  readonly timeoutMs?: number
  readonly metrics?: RpcMetrics
  /** Run after those of the server itself. The first of them is a good place for tracing. */
  readonly interceptors?: readonly ServerInterceptor[]
  readonly options?: ServerOptions
  /** Default: no TLS. */
  readonly credentials?: ServerCredentials
  /** Told of every handler that threw. Default: `console.error`. */
  readonly onCrash?: (path: string, error: unknown) => void
  /** Answers reflection with these. Default: no reflection. */
  readonly packageDefinition?: PackageDefinition
  /** The health service. Default true. */
  readonly health?: boolean
  /** The metadata service. Default true. */
  readonly metadata?: boolean
}

const STOP_MS = 10_000

export class RpcServer {
  readonly grpc: Server
  readonly #options: RpcServerOptions
  readonly #health = new HealthImplementation({ '': 'NOT_SERVING' })
  readonly #services = new Map<string, ServiceDefinition>()
  #endpoint: string | undefined
  #crashes = 0

  constructor(options: RpcServerOptions = {}) {
    this.#options = options
    const own = options.metrics === undefined ? [] : [serverMetrics(options.metrics)]
    this.grpc = new Server({
      ...options.options,
      interceptors: [...own, ...(options.interceptors ?? [])],
    })
    if (options.health !== false) this.#health.addToServer(this.grpc)
    if (options.packageDefinition !== undefined)
      new ReflectionService(options.packageDefinition).addToServer(this.grpc)
    if (options.metadata !== false) {
      const service = metadataService(() => this.#services)
      this.grpc.addService(service.definition, service.implementation)
    }
  }

  /** How many calls ended because their handler threw. */
  get crashes(): number {
    return this.#crashes
  }

  /** `grpc://host:port`, once it is started. */
  get endpoint(): string | undefined {
    return this.#endpoint
  }

  /** @throws TypeError when a method has no handler */
  addService(definition: ServiceDefinition, handlers: Readonly<Record<string, Handler>>): void {
    // A server without a listener for them has somebody at least who reads its standard error.
    // oxlint-disable-next-line no-console
    const told = this.#options.onCrash ?? ((path, error) => console.error(path, error))
    const implementation = recovering(definition, handlers, {
      timeoutMs: this.#options.timeoutMs ?? 0,
      onCrash: (path, error) => {
        this.#crashes++
        told(path, error)
      },
    })
    this.grpc.addService(definition, implementation)
    for (const { path } of Object.values(definition))
      this.#services.set(splitPath(path).service, definition)
  }

  /** Says of a service, or of the whole server (`''`), whether it serves. */
  setHealth(service: string, isServing: boolean): void {
    this.#health.setStatus(service, isServing ? 'SERVING' : 'NOT_SERVING')
  }

  /** Listens; health is SERVING then. @returns the endpoint @throws Error when the address cannot be had */
  async start(): Promise<string> {
    const address = this.#options.address ?? ':0'
    const split = address.lastIndexOf(':')
    const host = address.slice(0, Math.max(split, 0))
    const bound = `${host === '' ? '0.0.0.0' : host}:${address.slice(split + 1)}`
    const credentials = this.#options.credentials ?? ServerCredentials.createInsecure()
    const port = await new Promise<number>((resolve, reject) => {
      this.grpc.bindAsync(bound, credentials, (error, taken) =>
        error === null ? resolve(taken) : reject(error),
      )
    })
    this.setHealth('', true)
    for (const name of this.#services.keys()) this.setHealth(name, true)
    this.#endpoint = `grpc://${reachable(host)}:${port}`
    return this.#endpoint
  }

  /** Health is NOT_SERVING, calls under way end, for `graceMs` at most; then the rest is cut off. */
  async stop(graceMs: number = STOP_MS): Promise<void> {
    this.setHealth('', false)
    for (const name of this.#services.keys()) this.setHealth(name, false)
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.grpc.forceShutdown()
        resolve()
      }, graceMs)
      this.grpc.tryShutdown(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
}

/** An address of this machine that others can reach, where the server listens on all of them. */
function reachable(host: string): string {
  if (host !== '' && host !== '0.0.0.0' && host !== '[::]') return host
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find((one) => one.family === 'IPv4' && !one.internal)
  return outside?.address ?? '127.0.0.1'
}
