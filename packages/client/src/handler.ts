// `/metrics` for node:http and everything that takes its request and response.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { contentTypeOf } from './format.ts'
import { acceptsGzip, negotiate } from './negotiation.ts'
import type { Registry } from './registry.ts'

export interface MetricsHandlerOptions {
  /** Counts what the handler itself does, in the same registry. Default false. */
  readonly instrument?: boolean
  /** Answers OpenMetrics to those who ask for it. Default true. */
  readonly openMetrics?: boolean
  /** More requests at once than this get 503. Default: no limit. */
  readonly maxRequestsInFlight?: number
  /** Bodies from this size on are compressed for those who accept gzip. Default 1024. */
  readonly gzipFromBytes?: number
}

export type MetricsHandler = (request: IncomingMessage, response: ServerResponse) => void

/**
 * A request listener that answers with the registry's metrics, in the format that the Accept header asks for.
 * `?name[]=…` picks families. A failing `collect` callback gives 500 and its message, never a half page.
 * @source client_golang promhttp.HandlerFor
 */
export function metricsHandler(
  registry: Registry,
  options: MetricsHandlerOptions = {},
): MetricsHandler {
  const gauges = options.instrument === true ? instrumented(registry) : undefined
  const limit = options.maxRequestsInFlight ?? Infinity
  let inFlight = 0

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<number> => {
    if (inFlight > limit) {
      return failed(
        response,
        503,
        `Limit of concurrent requests reached (${limit}), try again later.\n`,
      )
    }
    const format = negotiate(request.headers.accept, options.openMetrics ?? true)
    let text: string
    try {
      text = await registry.metrics({ format, names: namesIn(request.url ?? '') })
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      return failed(response, 500, `An error has occurred while serving metrics:\n\n${message}\n`)
    }
    const plain = new TextEncoder().encode(text)
    const isLarge = plain.length >= (options.gzipFromBytes ?? 1024)
    const isCompressed = isLarge && acceptsGzip(header(request.headers['accept-encoding']))
    const body = isCompressed ? await gzip(plain) : plain
    response.writeHead(200, {
      'Content-Type': contentTypeOf(format),
      'Content-Length': body.length,
      Vary: 'Accept, Accept-Encoding',
      ...(isCompressed && { 'Content-Encoding': 'gzip' }),
    })
    response.end(request.method === 'HEAD' ? undefined : body)
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

/** By the web's own stream, which works off the main thread and needs no `node:` module. */
async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

function namesIn(url: string): string[] {
  const at = url.indexOf('?')
  return at < 0 ? [] : new URLSearchParams(url.slice(at)).getAll('name[]')
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value
}
