// One request whose answer does not end: its body is handed on while it arrives. Each has a connection of its
// own, because a stream that may last for hours is never given back.

import type { Clock, Connection, ConnectionEvents, Net, TlsClientOptions } from '@pharos/base'
import { OutsideError } from '@pharos/base'
import type { BodySink } from './body-buffer.ts'
import {
  brokenError,
  canceledError,
  deadlineError,
  labelled,
  malformed,
  requestLabel,
} from './client-errors.ts'
import { REQUEST_TIMEOUT_MS_DEFAULT } from './limits.ts'
import { asProxied, dialled } from './dialler.ts'
import type { HttpProxy } from './dialler.ts'
import { authorizationValue, requestBytes, requestTarget } from './request-bytes.ts'
import type { HttpCredentials, RequestTarget } from './request-bytes.ts'
import { ResponseParser } from './response-parser.ts'
import type { HttpHeaders } from './response-parser.ts'

export interface HttpStreamRequest {
  /** Absolute http or https URL. */
  readonly url: string
  /** Upper case; GET when missing. */
  readonly method?: string
  readonly headers?: readonly (readonly [string, string])[]
  readonly privateHeaders?: readonly (readonly [string, string])[]
  readonly credentials?: HttpCredentials
  readonly body?: Uint8Array
  /** From connecting until the last header, ms; the body may take for ever. 30 s when missing. */
  readonly headTimeoutMs?: number
  readonly tls?: TlsClientOptions
  /** Connect to this unix socket instead of the URL's host. */
  readonly socketPath?: string
  /** Ends the stream; the promise then rejects. */
  readonly signal?: AbortSignal
  /** Called once, before any of the body. */
  onHead(status: number, headers: HttpHeaders): void
  /** Called for each part as it arrives. `bytes` is only valid during the call: copy to keep. */
  onBody(bytes: Uint8Array): void
}

/**
 * Sends one request and hands on its answer part by part. Redirects are not followed, nothing is unpacked.
 * What the two callbacks throw ends the stream and comes out here.
 *
 * @returns resolves when the other side has ended the body in order
 * @throws OutsideError as `HttpClient.request` does: `http/timeout` before the last header, `http/aborted`,
 *   `http/malformed`, `net/…`
 */
export async function streamRequest(
  world: { readonly net: Net; readonly clock: Clock },
  request: HttpStreamRequest,
  proxyFor: (target: RequestTarget) => HttpProxy | undefined = () => undefined,
): Promise<void> {
  const method = request.method ?? 'GET'
  const target = requestTarget(request.url)
  const proxy = request.socketPath === undefined ? proxyFor(target) : undefined
  const proxied = asProxied(target, proxy)
  const headers = [...headersOf(request, target), ...proxied.headers]
  const bytes = requestBytes(method, proxied.target, headers, request.body)
  const stop = new AbortController()
  const deadline = world.clock.after(request.headTimeoutMs ?? REQUEST_TIMEOUT_MS_DEFAULT, () => {
    stop.abort(deadlineError())
  })
  const onAbort = (): void => stop.abort(canceledError(request.signal?.reason))
  if (request.signal?.aborted === true) onAbort()
  const callbacks = new Callbacks(request)
  request.signal?.addEventListener('abort', onAbort, { once: true })
  try {
    const connection = await dialled(world.net, target, {
      tls: request.tls,
      socketPath: request.socketPath,
      proxy,
      signal: stop.signal,
    })
    await new Promise<void>((resolve, reject) => {
      const stream = new Stream(connection, method, callbacks, { resolve, reject }, () =>
        deadline.cancel(),
      )
      stop.signal.addEventListener('abort', () => stream.fail(stop.signal.reason as Error))
      stream.start(bytes)
      if (stop.signal.aborted) stream.fail(stop.signal.reason as Error)
    })
  } catch (error) {
    // What a callback threw keeps its own words.
    if (callbacks.hasThrown || !(error instanceof OutsideError)) throw error
    throw labelled(requestLabel(method, request.url), error)
  } finally {
    deadline.cancel()
    request.signal?.removeEventListener('abort', onAbort)
  }
}

function headersOf(
  request: HttpStreamRequest,
  target: RequestTarget,
): (readonly [string, string])[] {
  const headers = [...(request.headers ?? []), ...(request.privateHeaders ?? [])]
  const credentials = request.credentials ?? target.credentials
  if (credentials !== undefined) headers.push(['Authorization', authorizationValue(credentials)])
  return headers
}

interface Settled {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** The caller's callbacks, and whether it was one of them that ended the stream. */
class Callbacks {
  readonly #request: HttpStreamRequest
  hasThrown = false

  constructor(request: HttpStreamRequest) {
    this.#request = request
  }

  head(status: number, headers: HttpHeaders): void {
    this.#call(() => this.#request.onHead(status, headers))
  }

  body(bytes: Uint8Array): void {
    this.#call(() => this.#request.onBody(bytes))
  }

  #call(act: () => void): void {
    this.hasThrown = true
    act()
    this.hasThrown = false
  }
}

class Stream implements ConnectionEvents, BodySink {
  readonly #connection: Connection
  readonly #callbacks: Callbacks
  readonly #parser: ResponseParser
  readonly #settled: Settled
  readonly #headDone: () => void
  #hasHead = false
  #isOver = false
  /** Nothing is kept, so no body is too long. */
  readonly length = 0

  constructor(
    connection: Connection,
    method: string,
    callbacks: Callbacks,
    settled: Settled,
    headDone: () => void,
  ) {
    this.#connection = connection
    this.#callbacks = callbacks
    this.#settled = settled
    this.#headDone = headDone
    this.#parser = new ResponseParser(method, this)
  }

  start(bytes: Uint8Array): void {
    this.#connection.listen(this)
    this.#connection.write(bytes)
  }

  fail(error: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#connection.destroy()
    this.#settled.reject(error)
  }

  expect(): void {}

  append(from: Uint8Array, start: number, end: number): void {
    this.#tellHead()
    if (!this.#isOver) this.#callbacks.body(from.subarray(start, end))
  }

  data(bytes: Uint8Array): void {
    if (this.#isOver) return
    try {
      this.#parser.consume(bytes)
      if (this.#parser.headDone) this.#tellHead()
    } catch (error) {
      this.fail(error instanceof Error ? error : malformed(String(error)))
      return
    }
    if (this.#parser.done) this.#finish()
  }

  end(): void {
    this.closed()
  }

  closed(error?: Error): void {
    if (this.#isOver) return
    if (error !== undefined) {
      this.fail(brokenError(error))
      return
    }
    try {
      this.#parser.end()
    } catch (cut) {
      this.fail(cut instanceof Error ? cut : brokenError(undefined))
      return
    }
    this.#finish()
  }

  #tellHead(): void {
    if (this.#hasHead) return
    this.#hasHead = true
    this.#headDone()
    this.#callbacks.head(this.#parser.status, this.#parser.headers)
  }

  #finish(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#connection.destroy()
    this.#settled.resolve()
  }
}
