// Pushes a registry to a Pushgateway, for jobs that end before anybody scrapes them.
import { contentTypeOf, type Format, TEXT } from './format.ts'
import type { Registry } from './registry.ts'
import { repeated } from './repeated.ts'

export interface PusherOptions {
  /** `http://host:9091`; `/metrics` at its end is taken off, a missing scheme is http. */
  readonly url: string
  readonly job: string
  readonly registry: Registry
  /** The other labels of the group. */
  readonly grouping?: Readonly<Record<string, string>>
  readonly basicAuth?: { readonly username: string; readonly password: string }
  readonly headers?: Readonly<Record<string, string>>
  /** Default: the classic text format. */
  readonly format?: Format
  /** Compresses the body. Default false. */
  readonly gzip?: boolean
  /** Default 10,000. */
  readonly timeoutMs?: number
  /** Default: the global one. */
  readonly fetch?: typeof fetch
}

const TIMEOUT_MS = 10_000
/** So much of an answer stands in an error. */
const SHOWN_CHARACTERS = 200

/** @source client_golang prometheus/push */
export class Pusher {
  readonly #options: PusherOptions
  readonly #url: string

  /** @throws Error when the URL, the job or a label of the group cannot be used */
  constructor(options: PusherOptions) {
    this.#options = options
    this.#url = groupUrl(options.url, options.job, options.grouping ?? {})
  }

  /** Where the group lives. */
  get url(): string {
    return this.#url
  }

  /**
   * Replaces all metrics of the group.
   * @throws Error when the gateway cannot be reached in time or refuses
   */
  push(): Promise<void> {
    return this.#send('PUT')
  }

  /** Replaces the metrics of the same names only. @throws as `push` */
  add(): Promise<void> {
    return this.#send('POST')
  }

  /** Takes the whole group away. @throws as `push` */
  delete(): Promise<void> {
    return this.#send('DELETE')
  }

  /**
   * Pushes again and again, one push after the other; the timer does not keep a process alive.
   * @param onError  told of every push that fails
   * @returns stops; a push under way still ends
   */
  start(intervalMs: number, onError: (error: unknown) => void): { stop(): void } {
    return repeated(() => this.push(), intervalMs, onError)
  }

  async #send(method: 'PUT' | 'POST' | 'DELETE'): Promise<void> {
    const { timeoutMs = TIMEOUT_MS, fetch: send = fetch, format = TEXT } = this.#options
    const headers = new Headers(this.#options.headers)
    const { basicAuth } = this.#options
    if (basicAuth !== undefined) {
      const bytes = new TextEncoder().encode(`${basicAuth.username}:${basicAuth.password}`)
      headers.set('Authorization', `Basic ${base64(bytes)}`)
    }
    let body: Uint8Array<ArrayBuffer> | undefined
    if (method !== 'DELETE') {
      headers.set('Content-Type', contentTypeOf(format))
      body = await this.#body(format)
      if (this.#options.gzip === true) {
        headers.set('Content-Encoding', 'gzip')
        body = await gzip(body)
      }
    }
    let response: Response
    try {
      response = await send(this.#url, {
        method,
        headers,
        body: body ?? null,
        signal: AbortSignal.timeout(timeoutMs),
      })
    } catch (error) {
      const what = error instanceof Error ? deepestMessage(error) : String(error)
      throw new Error(`cannot push to ${this.#url}: ${what}`, { cause: error })
    }
    const text = await response.text()
    if (response.status !== 200 && response.status !== 202) {
      throw new Error(
        `unexpected status code ${response.status} while pushing to ${this.#url}: ${text.slice(0, SHOWN_CHARACTERS)}`,
      )
    }
  }

  /** @throws Error when a metric has a label of the group, which the gateway would overwrite */
  async #body(format: Format): Promise<Uint8Array<ArrayBuffer>> {
    const { registry, grouping = {} } = this.#options
    for (const metric of await registry.collected()) {
      for (const { labels } of metric.series()) {
        const clash = labels.find(([name]) => name === 'job' || Object.hasOwn(grouping, name))
        if (clash !== undefined) {
          throw new Error(`pushed metric ${metric.name} already contains the label ${clash[0]}`)
        }
      }
    }
    const parts: Uint8Array<ArrayBuffer>[] = []
    for await (const portion of registry.portions({ format, onCollectError: 'throw' }))
      parts.push(portion)
    return new Uint8Array(await new Blob(parts).arrayBuffer())
  }
}

/**
 * The URL of a group. Values with a slash, and empty ones, are written in base64.
 * @throws Error when the URL is none, the job is empty, or a label name is empty or `job`
 * @source Pushgateway README, URL; client_golang push.Pusher.fullURL
 */
export function groupUrl(
  base: string,
  job: string,
  grouping: Readonly<Record<string, string>>,
): string {
  if (job === '') throw new Error('the job of a push must not be empty')
  const withScheme = base.includes('://') ? base : `http://${base}`
  const url = new URL(withScheme)
  let path = `${url.href
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '')
    .replace(/\/metrics$/, '')}/metrics`
  for (const [name, value] of [['job', job] as const, ...Object.entries(grouping)]) {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) || (name === 'job' && value !== job)) {
      throw new Error(`grouping label ${JSON.stringify(name)} has an invalid name`)
    }
    if (value === '') {
      path += `/${name}@base64/=`
    } else if (value.includes('/')) {
      const url64 = base64(new TextEncoder().encode(value))
        .replaceAll('+', '-')
        .replaceAll('/', '_')
      path += `/${name}@base64/${url64.replace(/=+$/, '')}`
    } else {
      path += `/${name}/${encodeURIComponent(value)}`
    }
  }
  return path
}

function base64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/** `fetch` says only that it failed; the reason is its cause. */
function deepestMessage(error: Error): string {
  return error.cause instanceof Error ? deepestMessage(error.cause) : error.message
}

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
