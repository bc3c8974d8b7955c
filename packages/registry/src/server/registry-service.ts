// The built-in registry on a port. Every path answers POST, whatever the content type says: curl sends forms.

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock, Disk, Logger, Random } from '@pharos/base'
import { createHttpServer } from '@pharos/http'
import type { HttpServer, HttpServerOptions } from '@pharos/http'
import { REGISTRY_CONNECTIONS_MAX, REQUEST_BYTES_MAX, WATCH_BACKLOG_BYTES_MAX } from './limits.ts'
import { RegistryApi } from './registry-api.ts'
import type { RegistryUser } from './registry-api.ts'
import { RegistryCore } from './registry-core.ts'

export interface RegistryServerOptions {
  readonly clock: Clock
  readonly disk: Disk
  readonly random: Random
  readonly log: Logger
  /** `host:port`, `:port` or `unix:/path`; port 0 takes a free one. */
  readonly address: string
  /** Where the journal lies; made when missing. */
  readonly directory: string
  /** Without one everybody who can connect may do everything. */
  readonly user?: RegistryUser
  /** TLS, users and headers, as a web configuration has them; the users of HTTP, before that of the registry. */
  readonly access?: HttpServerOptions['access']
}

export interface RegistryServer {
  readonly url: string
  readonly boundAddress: string
  readonly port: number
  close(): Promise<void>
}

/**
 * Starts the built-in registry.
 * @throws OutsideError `disk/locked`, `disk/…`; UserError `http/address-in-use`, `http/listen-address`
 */
export async function startRegistry(options: RegistryServerOptions): Promise<RegistryServer> {
  const core = await RegistryCore.open(options, options.directory)
  try {
    const service = new RegistryService(core, options)
    await service.listen()
    return service
  } catch (error) {
    await core.close()
    throw error
  }
}

class RegistryService implements RegistryServer {
  readonly #core: RegistryCore
  readonly #api: RegistryApi
  readonly #http: HttpServer
  /** Ends of the running watches. */
  readonly #watches = new Set<() => void>()

  constructor(core: RegistryCore, options: RegistryServerOptions) {
    this.#core = core
    this.#api = new RegistryApi(core, options, options.user)
    this.#http = createHttpServer({
      log: options.log,
      clock: options.clock,
      address: options.address,
      ...(options.access === undefined ? {} : { access: options.access }),
      maxConnections: REGISTRY_CONNECTIONS_MAX,
      // base64, and the JSON around it.
      bodyLimitBytes: REQUEST_BYTES_MAX * 2,
      drainMs: 1_000,
    })
    this.#http.app.removeAllContentTypeParsers()
    this.#http.app.addContentTypeParser(
      '*',
      { parseAs: 'string' },
      async (_request: FastifyRequest, body: string) => body,
    )
    this.#http.app.post('/v3/watch', (request, reply) => this.#watch(request, reply))
    this.#http.app.post('/v3/*', (request, reply) => this.#call(request, reply))
    this.#http.app.get('/health', () => ({ health: 'true' }))
    this.#http.app.get('/version', () => ({ etcdserver: '3.4.0', etcdcluster: '3.4.0' }))
  }

  get boundAddress(): string {
    return this.#http.boundAddress
  }

  get port(): number {
    return this.#http.port
  }

  get url(): string {
    const scheme = this.#http.isSecure ? 'https' : 'http'
    return `${scheme}://${this.#http.boundAddress.replace(/^(?:0\.0\.0\.0|\[::\])/, 'localhost')}`
  }

  listen(): Promise<void> {
    return this.#http.listen()
  }

  async close(): Promise<void> {
    for (const end of this.#watches) end()
    await this.#http.close()
    await this.#core.close()
  }

  async #call(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const answer = await this.#api.call(pathOf(request), bodyOf(request), tokenOf(request))
    if (answer === undefined) return reply.code(404).type('text/plain').send('Not Found')
    return reply.code(answer.status).type('application/json').send(answer.body)
  }

  #watch(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { raw } = reply
    let isOpen = false
    const early: string[] = []
    const send = (line: string): void => {
      if (!isOpen) early.push(line)
      else if (raw.writableLength > WATCH_BACKLOG_BYTES_MAX) raw.destroy()
      else raw.write(line)
    }
    const watch = this.#api.watch(bodyOf(request), tokenOf(request), send)
    if ('status' in watch) return reply.code(watch.status).type('application/json').send(watch.body)
    reply.hijack()
    raw.writeHead(200, { 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff' })
    isOpen = true
    for (const line of early) raw.write(line)
    const end = (): void => {
      watch.stop()
      this.#watches.delete(end)
      raw.end()
    }
    this.#watches.add(end)
    raw.on('close', end)
    return reply
  }
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0]!
}

function bodyOf(request: FastifyRequest): string {
  return typeof request.body === 'string' ? request.body : ''
}

/** As gRPC metadata, or as the gateway's documentation has it. */
function tokenOf(request: FastifyRequest): string {
  const token = request.headers['grpc-metadata-token'] ?? request.headers.authorization ?? ''
  return Array.isArray(token) ? (token[0] ?? '') : token
}
