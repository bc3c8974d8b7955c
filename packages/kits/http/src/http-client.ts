// The calls of a service: `fetch`, and the requests of node:http and node:https with their phases.
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { HttpClientMetrics } from './presets/client-metrics.ts'

type Fetch = typeof globalThis.fetch

/** `fetch`, measured until the head of the answer is there. */
export function measuredFetch(metrics: HttpClientMetrics, fetch: Fetch = globalThis.fetch): Fetch {
  return async (input, init) => {
    const startMs = performance.now()
    const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
    const host = hostOf(input instanceof Request ? input.url : String(input))
    let status: number | 'error' = 'error'
    try {
      const response = await fetch(input, init)
      status = response.status
      return response
    } finally {
      metrics.finished(method, host, status, (performance.now() - startMs) / 1000)
    }
  }
}

/** Measures a request of node:http or node:https; call it right after `request()`. */
export function observeClientRequest(metrics: HttpClientMetrics, request: ClientRequest): void {
  const startMs = performance.now()
  const host = String(request.getHeader('host') ?? request.host)
  const since = (ms: number): number => (performance.now() - ms) / 1000
  let isDone = false
  const finish = (status: number | 'error'): void => {
    if (isDone) return
    isDone = true
    metrics.finished(request.method, host, status, since(startMs))
  }
  let sentMs = startMs
  request.once('socket', (socket: Socket) => {
    if (socket.connecting) watchConnection(metrics, host, socket, startMs)
  })
  request.once('finish', () => (sentMs = performance.now()))
  request.once('response', (response: IncomingMessage) => {
    metrics.phase('ttfb', host, since(sentMs))
    finish(response.statusCode ?? 'error')
  })
  request.once('error', () => finish('error'))
  request.once('close', () => finish('error'))
}

/** A kept connection has none of these phases. */
function watchConnection(
  metrics: HttpClientMetrics,
  host: string,
  socket: Socket,
  startMs: number,
): void {
  let beforeMs = startMs
  const mark = (phase: 'dns' | 'connect' | 'tls') => () => {
    const nowMs = performance.now()
    metrics.phase(phase, host, (nowMs - beforeMs) / 1000)
    beforeMs = nowMs
  }
  socket.once('lookup', mark('dns'))
  socket.once('connect', mark('connect'))
  socket.once('secureConnect', mark('tls'))
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'unknown'
}
