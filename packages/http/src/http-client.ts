// The client for everything we call: scrapes, discovery, notifications. HTTP/1.1 over base's Net, because a scrape
// costs 34 µs this way against 182 µs through node:http and 468 µs through fetch, and because simulation can then
// slow, cut and garble it.

import type { Clock, Net, TlsClientOptions } from '@pharos/base'
import { OutsideError, quoted, UserError } from '@pharos/base'
import { BodyBuffer, BufferPool } from './body-buffer.ts'
import { type Cancellable, Cancellations } from './cancellations.ts'
import { canceledError, deadlineError, labelled, malformed, requestLabel } from './client-errors.ts'
import { isPacked, unpacked } from './content-coding.ts'
import { asProxied, dialled } from './dialler.ts'
import type { HttpProxy } from './dialler.ts'
import { HttpConnection } from './http-connection.ts'
import {
  IDLE_CONNECTION_MS_MAX,
  IDLE_CONNECTIONS_PER_ORIGIN,
  REDIRECTS_MAX,
  REQUEST_TIMEOUT_MS_DEFAULT,
  RESPONSE_BODY_BYTES_DEFAULT,
} from './limits.ts'
import { authorizationValue, requestBytes, requestTarget } from './request-bytes.ts'
import type { HttpCredentials, RequestTarget } from './request-bytes.ts'
import type { HttpHeaders, ResponseParser } from './response-parser.ts'
import { streamRequest } from './stream-request.ts'
import type { HttpStreamRequest } from './stream-request.ts'

export interface HttpRequest {
  /** Absolute http or https URL; may carry `user:password@`. */
  readonly url: string
  /** Upper case; GET when missing. */
  readonly method?: string
  /**
   * Sent as given, after Host; Authorization is not one of them but `credentials`. The same list in the next request
   * saves writing it anew: never change one that was given.
   */
  readonly headers?: readonly (readonly [string, string])[]
  /** As `headers`, but a redirect to another origin loses them. */
  readonly privateHeaders?: readonly (readonly [string, string])[]
  readonly body?: Uint8Array
  readonly credentials?: HttpCredentials
  /** For everything: connecting, redirects, the last byte of the body. 30 s when missing. */
  readonly timeoutMs?: number
  /** Largest body, both as received and unpacked; 64 MiB when missing. */
  readonly maxBodyBytes?: number
  /** False: a redirect is the answer. */
  readonly followRedirects?: boolean
  /** Connect to this unix socket instead of the URL's host. */
  readonly socketPath?: string
  readonly tls?: TlsClientOptions
  readonly signal?: AbortSignal
}

export interface HttpResponse {
  readonly status: number
  /** `404 Not Found`. */
  readonly statusText: string
  /** Names in lower case. */
  readonly headers: HttpHeaders
  /** Unpacked. A view on a pooled buffer: valid until `release()`, copy to keep. */
  readonly body: Uint8Array
  /** The URL that answered, after redirects. */
  readonly url: string
  /** Gives the buffer of `body` back. Calling it is optional; using `body` afterwards is a bug. */
  release(): void
}

export interface HttpClient {
  /**
   * Sends one request and reads its whole answer, whatever its status.
   *
   * @throws OutsideError whose message is the reference's: `Get "http://h:1/metrics": context deadline exceeded`,
   *   `Get "…": dial tcp 127.0.0.1:9: connect: connection refused`. Codes: `http/timeout`, `http/aborted`,
   *   `http/malformed`, `http/header-too-large`, `http/body-too-large`, `http/redirects`, `http/packing`, `http/oauth2`,
   *   `net/…`.
   *   What fails after the headers has no request in front, as in the reference: `context deadline exceeded`.
   * @throws UserError `http/url`, `http/method`, `http/header` for a request that must not be sent
   */
  request(request: HttpRequest): Promise<HttpResponse>
  /** Sends one request whose answer is handed on while it arrives; see `HttpStreamRequest`. @throws as `request` */
  stream(request: HttpStreamRequest): Promise<void>
  /** Closes kept-alive connections; running requests fail. */
  close(): void
}

export interface HttpClientOptions {
  readonly net: Net
  readonly clock: Clock
  /** Shared between clients that work in turns; each has its own when missing. */
  readonly buffers?: BufferPool
}

interface TransportOptions extends HttpClientOptions {
  /** Asked for each target, redirects included. */
  readonly proxyFor?: (target: RequestTarget) => HttpProxy | undefined
}

interface Prepared {
  readonly target: RequestTarget
  readonly bytes: Uint8Array
}

/** What one request carries through its redirects and retries. */
interface Attempt extends Cancellable {
  readonly request: HttpRequest
  /** Why it is to end: its time is up, or its caller gave up. */
  failure: Error | undefined
  /** Ends connecting; made for that alone, because an AbortController costs as much as the rest of a request. */
  dialling: AbortController | undefined
  method: string
  target: RequestTarget
  body: Uint8Array | undefined
  credentials: HttpCredentials | undefined
  privateHeaders: readonly (readonly [string, string])[]
  proxy: HttpProxy | undefined
  /** Set while a connection works for this request, so that time-out and abort can end it. */
  connection: HttpConnection | undefined
  /** Set while its body is unpacked: gives up waiting for that. */
  unpacking: ((error: Error) => void) | undefined
}

export class Http1Client implements HttpClient {
  readonly #net: Net
  readonly #clock: Clock
  readonly #buffers: BufferPool
  readonly #idle = new Map<string, HttpConnection[]>()
  readonly #cancellations = new Cancellations()
  readonly #proxyFor: (target: RequestTarget) => HttpProxy | undefined
  /** Texts of TLS options, which are long, by the object that holds them. */
  readonly #tlsTexts = new WeakMap<TlsClientOptions, string>()
  readonly #preparedFor = new WeakMap<NonNullable<HttpRequest['headers']>, Prepared>()
  #lookedMs = 0

  constructor(options: TransportOptions) {
    this.#net = options.net
    this.#clock = options.clock
    this.#buffers = options.buffers ?? new BufferPool()
    this.#proxyFor = options.proxyFor ?? (() => undefined)
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    const target = this.#prepared(request)?.target ?? requestTarget(request.url)
    const attempt: Attempt = {
      request,
      failure: undefined,
      dialling: undefined,
      method: request.method ?? 'GET',
      target,
      body: request.body,
      credentials: request.credentials ?? target.credentials,
      privateHeaders: request.privateHeaders ?? [],
      proxy: undefined,
      connection: undefined,
      unpacking: undefined,
      cancel: (error) => {
        attempt.failure ??= error
        attempt.unpacking?.(error)
        attempt.dialling?.abort(error)
        attempt.connection?.abort(error)
      },
    }
    const deadline = this.#clock.after(request.timeoutMs ?? REQUEST_TIMEOUT_MS_DEFAULT, () => {
      attempt.cancel(deadlineError())
    })
    this.#cancellations.add(attempt, request.signal)
    try {
      return await this.#followed(attempt)
    } finally {
      deadline.cancel()
      this.#cancellations.delete(attempt, request.signal)
    }
  }

  stream(request: HttpStreamRequest): Promise<void> {
    const world = { net: this.#net, clock: this.#clock }
    return streamRequest(world, request, this.#proxyFor)
  }

  close(): void {
    this.#cancellations.cancelAll(canceledError('client closed'))
    const idle = [...this.#idle.values()].flat()
    this.#idle.clear()
    for (const connection of idle) connection.abort(canceledError('client closed'))
  }

  async #followed(attempt: Attempt): Promise<HttpResponse> {
    for (let redirects = 0; ; redirects++) {
      const body = new BodyBuffer(
        this.#buffers,
        attempt.request.maxBodyBytes ?? RESPONSE_BODY_BYTES_DEFAULT,
      )
      try {
        const parser = await this.#exchanged(attempt, body)
        const location = parser.headers.get('location')
        const follows = attempt.request.followRedirects !== false
        if (!follows || !REDIRECTS.has(parser.status) || location === undefined) {
          return await this.#response(attempt, parser, body)
        }
        if (redirects >= REDIRECTS_MAX) {
          const label = requestLabel(attempt.method, location)
          throw new OutsideError(
            'http/redirects',
            `${label}: stopped after ${REDIRECTS_MAX} redirects`,
          )
        }
        redirect(attempt, parser.status, location)
        body.release()
      } catch (error) {
        body.release()
        throw error
      }
    }
  }

  /** One request, one answer. A kept-alive connection that turns out dead before the first byte is replaced, once. */
  async #exchanged(attempt: Attempt, body: BodyBuffer): Promise<ResponseParser> {
    attempt.proxy =
      attempt.request.socketPath === undefined ? this.#proxyFor(attempt.target) : undefined
    const bytes = this.#bytesOf(attempt)
    const origin = this.#originOf(attempt)
    for (;;) {
      const kept = this.#takeIdle(origin)
      const connection = kept ?? (await this.#connected(attempt))
      attempt.connection = connection
      try {
        if (attempt.failure !== undefined) throw attempt.failure
        const parser = await connection.exchange(bytes, attempt.method, body)
        if (connection.usable) this.#keep(origin, connection)
        return parser
      } catch (error) {
        if (connection.usable) connection.abort(canceledError(error))
        const wasStale =
          kept !== undefined && !connection.responseStarted && attempt.failure === undefined
        if (wasStale && (attempt.body === undefined || IDEMPOTENT.has(attempt.method))) continue
        throw connection.headDone || isBodyTooLarge(error)
          ? error
          : labelled(labelOf(attempt), brokenTransport(error))
      } finally {
        attempt.connection = undefined
      }
    }
  }

  async #connected(attempt: Attempt): Promise<HttpConnection> {
    const { target, request, proxy } = attempt
    const { tls, socketPath } = request
    attempt.dialling = new AbortController()
    const { signal } = attempt.dialling
    try {
      if (attempt.failure !== undefined) throw attempt.failure
      const connection = await dialled(this.#net, target, { tls, socketPath, proxy, signal })
      return new HttpConnection(connection, (gone) => {
        this.#forget(gone)
      })
    } catch (error) {
      throw labelled(labelOf(attempt), error)
    } finally {
      attempt.dialling = undefined
    }
  }

  /** What the last request with the same headers, for the same place, was made into. */
  #prepared({ headers, url }: HttpRequest): Prepared | undefined {
    const known = headers === undefined ? undefined : this.#preparedFor.get(headers)
    return known?.target.url === url ? known : undefined
  }

  /** Scrapes send the same bytes each time: they are kept for as long as the caller keeps its list of headers. */
  #bytesOf(attempt: Attempt): Uint8Array {
    const { request, method, credentials, privateHeaders, proxy, body } = attempt
    const { headers } = request
    const isPlain =
      headers !== undefined &&
      method === 'GET' &&
      body === undefined &&
      credentials === undefined &&
      privateHeaders.length === 0 &&
      proxy === undefined &&
      attempt.target.url === request.url
    const known = isPlain ? this.#prepared(request) : undefined
    if (known !== undefined) return known.bytes
    const { target, headers: added } = asProxied(attempt.target, proxy)
    const bytes = requestBytes(method, target, [...headersOf(attempt), ...added], body)
    if (isPlain) this.#preparedFor.set(headers, { target, bytes })
    return bytes
  }

  /** Which kept connections a request may take. */
  #originOf(attempt: Attempt): string {
    const { target, request, proxy } = attempt
    const { tls } = request
    const isSecure = target.secure || proxy?.at.secure === true
    let tlsText = ''
    if (isSecure && tls !== undefined) {
      tlsText = this.#tlsTexts.get(tls) ?? JSON.stringify(tls)
      this.#tlsTexts.set(tls, tlsText)
    }
    const place = `${target.secure ? 's' : 'p'} ${target.host} ${target.port}`
    return `${place} ${request.socketPath ?? ''} ${proxy?.at.url ?? ''} ${tlsText}`
  }

  #takeIdle(origin: string): HttpConnection | undefined {
    const connections = this.#idle.get(origin)
    if (connections === undefined) return undefined
    const oldest = this.#clock.monotonicMs() - IDLE_CONNECTION_MS_MAX
    for (;;) {
      const connection = connections.pop()
      if (connection === undefined) {
        this.#idle.delete(origin)
        return undefined
      }
      if (connection.usable && connection.idleSinceMs >= oldest) return connection
      connection.abort(canceledError('idle for too long'))
    }
  }

  #keep(origin: string, connection: HttpConnection): void {
    const now = this.#clock.monotonicMs()
    connection.idleSinceMs = now
    this.#closeForgotten(now)
    const connections = this.#idle.get(origin)
    if (connections === undefined) this.#idle.set(origin, [connection])
    else if (connections.length < IDLE_CONNECTIONS_PER_ORIGIN) connections.push(connection)
    else connection.abort(canceledError('enough idle connections'))
  }

  /** Connections to hosts that nobody asks any more would stay open for ever. Looks once a minute. */
  #closeForgotten(now: number): void {
    if (now - this.#lookedMs < 60_000) return
    this.#lookedMs = now
    const forgotten = [...this.#idle.values()]
      .flat()
      .filter((connection) => connection.idleSinceMs < now - IDLE_CONNECTION_MS_MAX)
    for (const connection of forgotten) connection.abort(canceledError('idle for too long'))
  }

  #forget(gone: HttpConnection): void {
    for (const [origin, connections] of this.#idle) {
      const at = connections.indexOf(gone)
      if (at < 0) continue
      connections.splice(at, 1)
      if (connections.length === 0) this.#idle.delete(origin)
      return
    }
  }

  async #response(
    attempt: Attempt,
    parser: ResponseParser,
    body: BodyBuffer,
  ): Promise<HttpResponse> {
    const coding = parser.headers.get('content-encoding')
    const head = {
      status: parser.status,
      statusText: parser.statusText,
      headers: parser.headers,
      url: attempt.target.url,
    }
    if (coding === undefined || !isPacked(coding)) {
      return { ...head, body: body.view(), release: () => body.release() }
    }
    if (body.length === 0) return { ...head, body: NOTHING, release: () => body.release() }
    const maxBytes = attempt.request.maxBodyBytes ?? RESPONSE_BODY_BYTES_DEFAULT
    // A bomb is unpacked in many turns, and a busy process has few: its time is up all the same. What is left of the
    // work is bounded, and reads a buffer that may be another's by then into a result that nobody takes.
    const plain = await Promise.race([
      unpacked(coding, body.view(), maxBytes),
      new Promise<never>((_resolve, reject) => (attempt.unpacking = reject)),
    ])
    attempt.unpacking = undefined
    body.release()
    if (attempt.failure !== undefined) throw attempt.failure
    return { ...head, body: plain, release: nothingToRelease }
  }
}

const NOTHING = new Uint8Array(0)
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

function nothingToRelease(): void {}

function labelOf({ request }: Attempt): string {
  return requestLabel(request.method ?? 'GET', request.url)
}

function headersOf(attempt: Attempt): (readonly [string, string])[] {
  const headers = [...(attempt.request.headers ?? [])]
  for (const [name] of headers) {
    // A credential in plain headers would follow redirects to strangers.
    if (name.toLowerCase() === 'authorization') {
      throw new UserError('http/header', 'pass an Authorization header as `credentials`')
    }
  }
  headers.push(...attempt.privateHeaders)
  if (attempt.credentials !== undefined)
    headers.push(['Authorization', authorizationValue(attempt.credentials)])
  return headers
}

function redirect(attempt: Attempt, status: number, location: string): void {
  const from = attempt.target
  let url: string
  try {
    url = new URL(location, from.url).href
  } catch (error) {
    throw new OutsideError(
      'http/malformed',
      `${labelOf(attempt)}: failed to parse Location header ${quoted(location)}`,
      { cause: error },
    )
  }
  let target: RequestTarget
  try {
    target = requestTarget(url)
  } catch (error) {
    throw labelled(requestLabel(attempt.method, url), error)
  }
  const sameOrigin =
    target.host === from.host && target.port === from.port && target.secure === from.secure
  attempt.target = target
  attempt.credentials = target.credentials ?? (sameOrigin ? attempt.credentials : undefined)
  if (!sameOrigin) attempt.privateHeaders = []
  if (status === 303 || ((status === 301 || status === 302) && attempt.method === 'POST')) {
    if (attempt.method !== 'HEAD') attempt.method = 'GET'
    attempt.body = undefined
  }
}

/** A length that is too large is found with the headers, but is about the body and reads like it. */
function isBodyTooLarge(error: unknown): boolean {
  return error instanceof OutsideError && error.code === 'http/body-too-large'
}

/** Go says of an answer that is no HTTP that the connection broke, and then why. */
function brokenTransport(error: unknown): unknown {
  if (!(error instanceof OutsideError) || error.code !== 'http/malformed') return error
  return malformed(`net/http: HTTP/1.x transport connection broken: ${error.message}`)
}
