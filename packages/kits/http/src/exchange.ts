// One request and its response, as node:http has them, observed until the response is closed. Every framework that
// stands on node:http is measured through this.
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  knownMethod,
  type ObserveOptions,
  pathFilter,
  pathOf,
  type RequestMetrics,
  UNMATCHED,
} from './request-metrics.ts'

/** What a framework knows at the end of a request. `undefined`: no route took it. */
export type RouteOf = () => string | undefined

export type ObserveExchange = (
  request: IncomingMessage,
  response: ServerResponse,
  routeOf: RouteOf,
) => void

/**
 * Makes the function that observes requests for a preset. Call it before anything is written to the response.
 * Requests of excluded paths are left alone.
 */
export function exchangeObserver(
  metrics: RequestMetrics,
  options: ObserveOptions = {},
): ObserveExchange {
  const isExcluded = pathFilter(options.excludePaths)
  return (request, response, routeOf) => {
    // Frameworks change `url` while they route.
    const path = pathOf((request as { originalUrl?: string }).originalUrl ?? request.url)
    if (isExcluded(path)) return
    const method = knownMethod(request.method)
    const startMs = performance.now()
    const readBefore = request.socket.bytesRead
    const written = countWritten(response)
    const clientAddress = request.socket.remoteAddress ?? ''
    metrics.started(method)
    response.once('close', () => {
      metrics.finished({
        method,
        route: routeOf() ?? UNMATCHED,
        path,
        statusCode: response.statusCode,
        isAborted: !response.writableFinished,
        seconds: (performance.now() - startMs) / 1000,
        requestBytes: requestBytes(request, readBefore),
        responseBytes: written(),
        clientAddress,
        exemplar: options.exemplar?.(),
      })
    })
  }
}

function requestBytes(request: IncomingMessage, readBefore: number): number {
  const declared = Number(request.headers['content-length'])
  if (Number.isSafeInteger(declared) && declared >= 0) return declared
  if (request.headers['transfer-encoding'] === undefined) return 0
  return Math.max(0, request.socket.bytesRead - readBefore)
}

type Write = (this: ServerResponse, ...args: readonly unknown[]) => unknown

/** Counts the bytes of the body as they are written, without changing how. */
function countWritten(response: ServerResponse): () => number {
  let bytes = 0
  const count = (chunk: unknown, encoding: unknown): void => {
    if (response.req.method === 'HEAD') return
    if (typeof chunk === 'string') bytes += Buffer.byteLength(chunk, encodingOf(encoding))
    else if (chunk instanceof Uint8Array) bytes += chunk.byteLength
  }
  // Overloaded methods, handed on with whatever they were called with.
  const { write, end } = response as unknown as { readonly write: Write; readonly end: Write }
  const counted = {
    write(...args: readonly unknown[]): unknown {
      count(args[0], args[1])
      return write.apply(response, [...args])
    },
    end(...args: readonly unknown[]): unknown {
      count(args[0], args[1])
      // What `end` writes by itself is counted already.
      Object.assign(response, { write })
      return end.apply(response, [...args])
    },
  }
  Object.assign(response, counted)
  return () => bytes
}

function encodingOf(encoding: unknown): BufferEncoding {
  return typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : 'utf8'
}
