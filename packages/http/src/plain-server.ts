// A listener on node:http for programs that have to stay small: answers to GET, with the limits of every other listener.
// No TLS, no users, no routes: where those are wanted, `createHttpServer`.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type Clock, type Logger, messageOf } from '@pharos/base'
import {
  REQUEST_HEADER_BYTES_MAX,
  SERVER_CONNECTIONS_MAX,
  SERVER_DRAIN_MS,
  SERVER_HEADERS_TIMEOUT_MS,
  SERVER_KEEP_ALIVE_MS,
  SERVER_REQUEST_TIMEOUT_MS,
} from './limits.ts'
import { addressText, parseListenAddress } from './listen-address.ts'
import { listened } from './listening.ts'
import { acceptsGzip, isPackable, packed } from './response-packing.ts'

/** A whole answer. */
export interface PlainAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface PlainRequest {
  /** Path and query. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

export interface PlainServerOptions {
  readonly log: Logger
  readonly clock: Clock
  /** `host:port`, `:port` or `unix:/path`. Port 0 takes a free one. */
  readonly address: string
  /** Answers a GET or a HEAD. */
  readonly answer: (request: PlainRequest) => Promise<PlainAnswer>
}

export interface PlainServer {
  /** Set by `listen()`. */
  readonly boundAddress: string
  /** @throws UserError `http/address-in-use`, `http/address` with one line that says what to do */
  listen(): Promise<void>
  /** Takes no new request, lets the running ones finish for 10 s, then cuts them. */
  close(): Promise<void>
}

/** Go's plain text, with its newline. */
export function textAnswer(status: number, text: string): PlainAnswer {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: `${text}\n` }
}

/** @throws UserError `http/listen-address` */
export function createPlainServer(options: PlainServerOptions): PlainServer {
  return new NodeServer(options)
}

class NodeServer implements PlainServer {
  boundAddress = ''
  readonly #options: PlainServerOptions
  readonly #server: Server

  constructor(options: PlainServerOptions) {
    this.#options = options
    this.#server = createServer(
      {
        maxHeaderSize: REQUEST_HEADER_BYTES_MAX,
        headersTimeout: SERVER_HEADERS_TIMEOUT_MS,
        requestTimeout: SERVER_REQUEST_TIMEOUT_MS,
        keepAliveTimeout: SERVER_KEEP_ALIVE_MS,
        connectionsCheckingInterval: 1_000,
      },
      (request, response) => void this.#respond(request, response),
    )
    this.#server.maxConnections = SERVER_CONNECTIONS_MAX
  }

  async listen(): Promise<void> {
    const server = this.#server
    const address = parseListenAddress(this.#options.address)
    await listened(address, this.#options.address, (place) => {
      return new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(place, () => {
          server.off('error', reject)
          resolve()
        })
      })
    })
    const bound = server.address()
    if (typeof bound === 'string') this.boundAddress = bound
    else if (bound !== null) this.boundAddress = addressText(bound.address, bound.port)
  }

  async close(): Promise<void> {
    const server = this.#server
    const cut = this.#options.clock.after(SERVER_DRAIN_MS, () => server.closeAllConnections())
    try {
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
      })
    } finally {
      cut.cancel()
    }
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    const answer = isRead
      ? await this.#answer(request)
      : {
          ...textAnswer(405, 'Method Not Allowed'),
          headers: { 'Content-Type': 'text/plain; charset=utf-8', Allow: 'GET, HEAD' },
        }
    let body: string | Uint8Array = answer.body
    const headers: Record<string, string> = {
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'X-Frame-Options': 'DENY',
      ...answer.headers,
    }
    if (isPackable(headers['Content-Type'])) {
      headers['Vary'] = 'Accept-Encoding'
      if (request.method === 'GET' && acceptsGzip(request.headers['accept-encoding']?.toString())) {
        const smaller = await packed(body)
        if (smaller instanceof Uint8Array) {
          body = smaller
          headers['Content-Encoding'] = 'gzip'
        }
      }
    }
    headers['Content-Length'] = String(
      typeof body === 'string' ? Buffer.byteLength(body) : body.length,
    )
    response.writeHead(answer.status, headers)
    response.end(request.method === 'HEAD' ? undefined : body)
  }

  async #answer(request: IncomingMessage): Promise<PlainAnswer> {
    const url = request.url ?? '/'
    try {
      return await this.#options.answer({ url, headers: request.headers })
    } catch (error) {
      // What went wrong inside stays inside: a message may name files or hold parts of a secret.
      const path = url.split('?', 1)[0]!
      this.#options.log.error('request failed', { path, err: messageOf(error) })
      return textAnswer(500, 'internal server error')
    }
  }
}
