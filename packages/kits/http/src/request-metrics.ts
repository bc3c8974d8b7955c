// What adapters tell presets. An adapter knows one framework, a preset knows names and labels; this is all that
// passes between them.
import type { ExemplarLabels } from '@pharos/client'

/** One request, after its answer has gone out or its client has gone away. */
export interface FinishedRequest {
  /** As `knownMethod` gives it. */
  readonly method: string
  /** The template of the route, `/users/:id`; `UNMATCHED` where no route took the request. */
  readonly route: string
  /** As it was asked for, without the query. Unbounded: not for labels. */
  readonly path: string
  readonly statusCode: number
  /** The client went away before the answer was whole. */
  readonly isAborted: boolean
  readonly seconds: number
  /** Bytes of the body as Content-Length says; what came over the connection where it says nothing. */
  readonly requestBytes: number
  /** Bytes of the body that were written. */
  readonly responseBytes: number
  /** Address of the peer; `` when it is not known. */
  readonly clientAddress: string
  readonly exemplar: ExemplarLabels | undefined
}

/** A preset. */
export interface RequestMetrics {
  started(method: string): void
  finished(request: FinishedRequest): void
}

export interface ObserveOptions {
  /** Paths that are not measured: exact, or a prefix when they end in `*`. Default `/metrics`. */
  readonly excludePaths?: readonly string[]
  /** Gives the exemplar of the request that is under way, such as the id of the active trace. */
  readonly exemplar?: () => ExemplarLabels | undefined
}

/** The route of a request that no route took. */
export const UNMATCHED = '<unmatched>'

const METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'CONNECT',
  'TRACE',
  'QUERY',
])

/** The method in capitals; `unknown` for words that no standard has, of which a stranger can send any number. */
export function knownMethod(method: string | undefined): string {
  const upper = (method ?? '').toUpperCase()
  return METHODS.has(upper) ? upper : 'unknown'
}

/** Tells which paths are left out. */
export function pathFilter(excluded: readonly string[] = ['/metrics']): (path: string) => boolean {
  const exact = new Set(excluded.filter((one) => !one.endsWith('*')))
  const prefixes = excluded.filter((one) => one.endsWith('*')).map((one) => one.slice(0, -1))
  return (path) => exact.has(path) || prefixes.some((prefix) => path.startsWith(prefix))
}

/** The path of a request target, without query and fragment. */
export function pathOf(url: string | undefined): string {
  const text = url ?? '/'
  const end = text.search(/[?#]/)
  return end < 0 ? text : text.slice(0, end)
}

/** Several presets told of the same requests: the names of an old dashboard beside those of a new one. */
export function combined(presets: readonly RequestMetrics[]): RequestMetrics {
  return {
    started: (method) => {
      for (const one of presets) one.started(method)
    },
    finished: (request) => {
      for (const one of presets) one.finished(request)
    },
  }
}
