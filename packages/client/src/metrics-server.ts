import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { metricsHandler, type MetricsHandlerOptions, type PageSource } from './handler.ts'

export interface MetricsServerOptions extends MetricsHandlerOptions {
  /** 0 for any free one. */
  readonly port: number
  /** Default: all addresses. */
  readonly host?: string
  /** Default `/metrics`. */
  readonly path?: string
}

export interface MetricsServer {
  readonly port: number
  close(): Promise<void>
}

/**
 * Serves metrics on a port of their own, apart from the service. Keeps the process alive until it is closed.
 * @throws Error when the port cannot be had
 */
export async function metricsServer(
  source: PageSource,
  options: MetricsServerOptions,
): Promise<MetricsServer> {
  const { port, host, path = '/metrics', ...rest } = options
  const answer = metricsHandler(source, rest)
  const server = createServer((request, response) => {
    const isThere = request.url?.replace(/\?.*$/, '') === path
    const isReading = request.method === 'GET' || request.method === 'HEAD'
    if (isThere && isReading) {
      answer(request, response)
    } else {
      response.writeHead(isThere ? 405 : 404, { 'Content-Type': 'text/plain; charset=utf-8' })
      response.end(isThere ? 'Method not allowed\n' : `Not found, see ${path}\n`)
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, ...(host !== undefined && { host }) }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        server.closeIdleConnections()
      }),
  }
}
