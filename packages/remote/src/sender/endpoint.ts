// One remote endpoint: a body goes out and a verdict comes back.
import { type Clock, messageOf, OutsideError } from '@pharos/base'
import type { HttpClient } from '@pharos/http'

/** What became of a request. */
export type SendOutcome =
  | { readonly kind: 'taken' }
  /** Ask again, after `retryAfterMs` when the endpoint named a time. */
  | { readonly kind: 'retry'; readonly reason: string; readonly retryAfterMs: number | undefined }
  /** Never ask again with this body. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The endpoint does not know version 2.0 of the protocol. */
  | { readonly kind: 'unknown-message'; readonly reason: string }

export type WriteMessage = 'prometheus.WriteRequest' | 'io.prometheus.write.v2.Request'

interface EndpointSettings {
  readonly url: string
  readonly timeoutMs: number
  readonly headers: readonly (readonly [string, string])[]
  readonly retryOn429: boolean
  readonly userAgent: string
}

/** How much of an answer is shown to people. */
const REASON_BYTES = 256
const REFUSAL_BYTES_MAX = 64 * 1024

const HEADERS: Readonly<Record<WriteMessage, readonly (readonly [string, string])[]>> = {
  'prometheus.WriteRequest': [
    ['Content-Type', 'application/x-protobuf'],
    ['X-Prometheus-Remote-Write-Version', '0.1.0'],
  ],
  'io.prometheus.write.v2.Request': [
    ['Content-Type', 'application/x-protobuf;proto=io.prometheus.write.v2.Request'],
    ['X-Prometheus-Remote-Write-Version', '2.0.0'],
  ],
}

/** Where bodies go. */
export interface Endpoint {
  /**
   * Sends one compressed body. Never rejects but for a bug.
   * @param attempt  0 for the first time
   */
  send(
    message: WriteMessage,
    body: Uint8Array,
    attempt: number,
    signal: AbortSignal,
  ): Promise<SendOutcome>
}

export class HttpEndpoint implements Endpoint {
  readonly #client: HttpClient
  readonly #clock: Clock
  readonly #settings: EndpointSettings

  constructor(client: HttpClient, clock: Clock, settings: EndpointSettings) {
    this.#client = client
    this.#clock = clock
    this.#settings = settings
  }

  async send(
    message: WriteMessage,
    body: Uint8Array,
    attempt: number,
    signal: AbortSignal,
  ): Promise<SendOutcome> {
    const { url, timeoutMs, headers, userAgent } = this.#settings
    try {
      const answer = await this.#client.request({
        url,
        method: 'POST',
        body,
        timeoutMs,
        signal,
        maxBodyBytes: REFUSAL_BYTES_MAX,
        headers: [
          ...HEADERS[message],
          ['Content-Encoding', 'snappy'],
          ['User-Agent', userAgent],
          ...(attempt > 0 ? [['Retry-Attempt', String(attempt)] as const] : []),
          ...headers,
        ],
      })
      try {
        return this.#verdict(message, answer)
      } finally {
        answer.release()
      }
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      return { kind: 'retry', reason: messageOf(error), retryAfterMs: undefined }
    }
  }

  #verdict(message: WriteMessage, answer: Awaited<ReturnType<HttpClient['request']>>): SendOutcome {
    const { status, headers } = answer
    const isV2 = message === 'io.prometheus.write.v2.Request'
    if (status >= 200 && status < 300) {
      // A server that knows 2.0 says how much it wrote; silence means that it read nothing of it.
      if (isV2 && headers.get('x-prometheus-remote-write-samples-written') === undefined)
        return {
          kind: 'unknown-message',
          reason: 'the answer has no X-Prometheus-Remote-Write-Samples-Written',
        }
      return { kind: 'taken' }
    }
    const text = new TextDecoder().decode(answer.body.subarray(0, REASON_BYTES)).trim()
    const reason = `server returned HTTP status ${answer.statusText}: ${text}`
    if (status === 415 && isV2) return { kind: 'unknown-message', reason }
    if (status >= 500 || (status === 429 && this.#settings.retryOn429))
      return { kind: 'retry', reason, retryAfterMs: this.#retryAfter(headers.get('retry-after')) }
    return { kind: 'refused', reason }
  }

  /** Seconds, or a date. */
  #retryAfter(text: string | undefined): number | undefined {
    if (text === undefined) return undefined
    const seconds = Number(text)
    if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
    const at = Date.parse(text)
    return Number.isNaN(at) ? undefined : Math.max(0, at - this.#clock.now())
  }
}
