// `/metrics` for node:http and everything that takes its request and response.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ExpositionOptions } from './exposition.ts'
import { contentTypeOf, type Format } from './format.ts'
import { acceptsGzip, negotiate } from './negotiation.ts'
import { Registry } from './registry.ts'

export interface MetricsHandlerOptions {
  /** Counts what the handler itself does, in the same registry, when it is one. Default false. */
  readonly instrument?: boolean
  /** Answers OpenMetrics to those who ask for it. Default true. */
  readonly openMetrics?: boolean
  /** Adds `_created` lines to OpenMetrics. Default false. */
  readonly createdLines?: boolean
  /** More requests at once than this get 503. Default: no limit. */
  readonly maxRequestsInFlight?: number
  /** Bodies from this size on are compressed for those who accept gzip. Default 1024. */
  readonly gzipFromBytes?: number
  /**
   * What a failing `collect` callback does: `continue` leaves its family out and counts it, `http-error` answers
   * 500 with its message. Default `continue`.
   */
  readonly errorHandling?: 'continue' | 'http-error'
  /** How long a `collect` callback may take, ms. Default 5000. */
  readonly collectTimeoutMs?: number
  /** Who may see the metrics; all others get 401. Default: everybody. */
  readonly authorize?: (request: IncomingMessage) => boolean | Promise<boolean>
}

/** What gives pages: a registry, or an aggregator of several. */
export interface PageSource {
  portions(options?: ExpositionOptions): AsyncIterable<Uint8Array<ArrayBuffer>>
}

export type MetricsHandler = (request: IncomingMessage, response: ServerResponse) => void

interface Body {
  readonly bytes: Uint8Array
  readonly isCompressed: boolean
}

/**
 * A request listener that answers with the registry's metrics, in the format that the Accept header asks for.
 * `?name[]=…` picks families. Requests for the same page at the same time get one page.
 * @source client_golang promhttp.HandlerFor
 */
export function metricsHandler(
  source: PageSource,
  options: MetricsHandlerOptions = {},
): MetricsHandler {
  const gauges =
    options.instrument === true && source instanceof Registry ? instrumented(source) : undefined
  const limit = options.maxRequestsInFlight ?? Infinity
  const pages = new Map<string, Promise<Body>>()
  let inFlight = 0

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<number> => {
    if (inFlight > limit) {
      return failed(
        response,
        503,
        `Limit of concurrent requests reached (${limit}), try again later.\n`,
      )
    }
    if (options.authorize !== undefined && !(await options.authorize(request))) {
      return failed(response, 401, 'Unauthorized\n')
    }
    const negotiated = negotiate(request.headers.accept, options.openMetrics ?? true)
    const format = withCreated(negotiated, options.createdLines ?? false)
    const names = namesIn(request.url ?? '')
    const wantsGzip = acceptsGzip(header(request.headers['accept-encoding']))
    let body: Body
    try {
      const key = JSON.stringify([contentTypeOf(format), wantsGzip, names])
      body = await shared(pages, key, () => render(source, format, names, wantsGzip, options))
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      return failed(response, 500, `An error has occurred while serving metrics:\n\n${message}\n`)
    }
    response.writeHead(200, {
      'Content-Type': contentTypeOf(format),
      'Content-Length': body.bytes.length,
      Vary: 'Accept, Accept-Encoding',
      ...(body.isCompressed && { 'Content-Encoding': 'gzip' }),
    })
    response.end(request.method === 'HEAD' ? undefined : body.bytes)
    return 200
  }

  return (request, response) => {
    inFlight++
    gauges?.inFlight.set(inFlight)
    answer(request, response)
      .then(
        (code) => gauges?.requests.inc({ code }),
        (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
      )
      .finally(() => {
        inFlight--
        gauges?.inFlight.set(inFlight)
      })
  }
}

/** What is under way for `key`, or a new one. */
function shared(
  pages: Map<string, Promise<Body>>,
  key: string,
  make: () => Promise<Body>,
): Promise<Body> {
  const known = pages.get(key)
  if (known !== undefined) return known
  const made = make().finally(() => pages.delete(key))
  pages.set(key, made)
  return made
}

/** The page in bytes. */
async function render(
  source: PageSource,
  format: Format,
  names: readonly string[],
  wantsGzip: boolean,
  options: MetricsHandlerOptions,
): Promise<Body> {
  const exposition: ExpositionOptions = {
    format,
    names,
    onCollectError: options.errorHandling === 'http-error' ? 'throw' : 'continue',
    ...(options.collectTimeoutMs !== undefined && { collectTimeoutMs: options.collectTimeoutMs }),
  }
  const parts: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  for await (const part of source.portions(exposition)) {
    parts.push(part)
    size += part.length
  }
  if (wantsGzip && size >= (options.gzipFromBytes ?? 1024)) {
    return { bytes: await gzip(parts), isCompressed: true }
  }
  return { bytes: joined(parts, size), isCompressed: false }
}

function withCreated(format: Format, hasCreated: boolean): Format {
  return hasCreated && format.kind === 'openmetrics' ? { ...format, hasCreated } : format
}

/** The reference's metrics about its own handler, the codes there from the start. */
function instrumented(registry: Registry) {
  const inFlight = registry.gauge({
    name: 'promhttp_metric_handler_requests_in_flight',
    help: 'Current number of scrapes being served.',
  })
  const requests = registry.counter({
    name: 'promhttp_metric_handler_requests_total',
    help: 'Total number of scrapes by HTTP status code.',
    labelNames: ['code'],
  })
  for (const code of [200, 500, 503]) requests.inc({ code }, 0)
  return { inFlight, requests }
}

function failed(response: ServerResponse, code: number, text: string): number {
  response.writeHead(code, {
    'Content-Type': 'text/plain; charset=utf-8',
    'X-Content-Type-Options': 'nosniff',
  })
  response.end(text)
  return code
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  if (parts.length === 1) return parts[0]!
  const whole = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** By the web's own stream, which works off the main thread and needs no `node:` module. */
async function gzip(parts: Uint8Array<ArrayBuffer>[]): Promise<Uint8Array> {
  const stream = new Blob(parts).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

function namesIn(url: string): string[] {
  const at = url.indexOf('?')
  return at < 0 ? [] : new URLSearchParams(url.slice(at)).getAll('name[]')
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value
}
