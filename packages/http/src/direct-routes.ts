// Routes that are asked thousands of times a second answer from here, without Fastify between: its hooks, contexts and
// streams are a third of what a small query costs. Only what needs none of them comes this way: plain requests that the
// guard lets through, on a listener without users. All others take the long way and find the same routes there.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream'
import { type Logger, messageOf } from '@pharos/base'
import { DIRECT_BODY_BYTES_MAX } from './limits.ts'
import { acceptsGzip, packed } from './response-packing.ts'

/** A request that came this way. */
export interface DirectRequest {
  readonly method: string
  /** Path and parameters. */
  readonly url: string
  /** A form; undefined for GET. */
  readonly body: URLSearchParams | undefined
  readonly ip: string
}

export interface DirectAnswer {
  readonly status: number
  readonly payload: string | Buffer | Readable
  /** Further headers, name after name and value. */
  readonly headers: readonly string[]
}

/**
 * Answers one request, in JSON.
 * @param response  for those who want to know when it closes; writing it is not theirs
 */
export type DirectHandler = (
  request: DirectRequest,
  response: ServerResponse,
) => Promise<DirectAnswer>

/** Who answers a path, or undefined: the long way. */
type DirectRouter = (path: string, method: string) => DirectHandler | undefined

export class DirectRoutes {
  readonly #log: Logger
  readonly #head: readonly string[]
  /** Paths are looked up here; set by whoever registers routes. */
  router: DirectRouter | undefined = undefined

  /** @param head  headers of every answer, name after name and value */
  constructor(log: Logger, head: readonly string[]) {
    this.#log = log
    this.#head = head
  }

  /** Answers a request when it can. @returns false: nothing was done, the long way has to */
  take(request: IncomingMessage, response: ServerResponse): boolean {
    const { url = '', method = '' } = request
    const mark = url.indexOf('?')
    const handler = this.router?.(mark < 0 ? url : url.slice(0, mark), method)
    if (handler === undefined) return false
    if (method === 'GET') {
      if (hasBody(request)) return false
      this.#answer(handler, request, undefined, response)
      return true
    }
    if (method !== 'POST' || !hasShortForm(request)) return false
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (part: string) => (text += part))
    request.on('end', () => {
      this.#answer(handler, request, new URLSearchParams(text), response)
    })
    // Whoever hangs up in the middle of a form gets no answer.
    request.on('error', () => response.destroy())
    return true
  }

  #answer(
    handler: DirectHandler,
    request: IncomingMessage,
    body: URLSearchParams | undefined,
    response: ServerResponse,
  ): void {
    const { method = '', url = '', socket } = request
    handler({ method, url, body, ip: socket.remoteAddress ?? '' }, response)
      .then((answer) => this.#send(request, response, answer))
      .catch((error: unknown) => this.#fail(request, response, error))
  }

  async #send(
    request: IncomingMessage,
    response: ServerResponse,
    { status, payload, headers }: DirectAnswer,
  ): Promise<void> {
    const head = [...this.#head, 'Content-Type', 'application/json', ...headers]
    const smaller = acceptsGzip(request.headers['accept-encoding'])
      ? await packed(payload)
      : undefined
    if (smaller !== undefined) head.push('Content-Encoding', 'gzip')
    const body = smaller ?? payload
    if (typeof body === 'string' || Buffer.isBuffer(body)) {
      head.push('Content-Length', String(Buffer.byteLength(body)))
      response.writeHead(status, head)
      // Head and a text go out in one piece, and bytes are a text to Latin-1; two pieces take twice the time.
      if (typeof body === 'string') response.end(body)
      else if (body.length <= ONE_PIECE_BYTES) response.end(body.toString('latin1'), 'latin1')
      else response.end(body)
      return
    }
    response.writeHead(status, head)
    // Whoever goes away destroys both.
    pipeline(body, response, () => {})
  }

  #fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    // What went wrong inside stays inside: a message may name files or hold parts of a secret.
    const path = (request.url ?? '').split('?', 1)[0]!
    this.#log.error('request failed', { method: request.method ?? '', path, err: messageOf(error) })
    if (response.headersSent) {
      response.destroy()
      return
    }
    response.writeHead(500, [...this.#head, 'Content-Type', 'text/plain; charset=utf-8'])
    response.end('internal server error\n')
  }
}

/** Node writes texts up to this size, with the head, without memory of their own. */
const ONE_PIECE_BYTES = 15_000

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
}

/** A form whose length is told before and is that of a query typed by hand or by a dashboard. */
function hasShortForm({ headers }: IncomingMessage): boolean {
  if (headers['transfer-encoding'] !== undefined || headers.expect !== undefined) return false
  if (headers['content-type'] !== 'application/x-www-form-urlencoded') return false
  return Number(headers['content-length'] ?? NaN) <= DIRECT_BODY_BYTES_MAX
}
