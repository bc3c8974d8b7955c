// Queries that are asked in the same moment go out as one request: a browser allows six connections to a server, a
// dashboard has thirty panels. A server without the batch path is asked one by one.
import type { PrometheusData } from '@pharos/dashboards'
import { type Api, ApiError } from './api.ts'
import { after } from './browser.ts'

/** One query; times and step in seconds. */
export type BatchQuery =
  | { readonly query: string; readonly start: number; readonly end: number; readonly step: number }
  | { readonly query: string; readonly time: number }

interface BatchAnswer {
  readonly data: PrometheusData
  readonly warnings: readonly string[]
  readonly infos: readonly string[]
}

export interface QueryBatcher {
  ask(query: BatchQuery, signal: AbortSignal): Promise<BatchAnswer>
}

/** The most that the server takes in one request. */
const QUERIES_MAX = 200

interface Waiting {
  readonly query: BatchQuery
  readonly signal: AbortSignal
  readonly resolve: (answer: BatchAnswer) => void
  readonly reject: (error: unknown) => void
}

export function createQueryBatcher(api: Api): QueryBatcher {
  let waiting: Waiting[] = []
  let hasBatch = true
  const flush = () => {
    const all = waiting.filter(({ signal }) => !signal.aborted)
    waiting = []
    for (let i = 0; i < all.length; i += QUERIES_MAX) {
      const part = all.slice(i, i + QUERIES_MAX)
      void sendBatch(api, part, hasBatch).then((stillHas) => {
        hasBatch = stillHas
      })
    }
  }
  return {
    ask(query, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(abortError(signal))
          return
        }
        signal.addEventListener('abort', () => reject(abortError(signal)), { once: true })
        waiting.push({ query, signal, resolve, reject })
        if (waiting.length === 1) after(0, flush)
      })
    },
  }
}

function abortError(signal: AbortSignal): unknown {
  return signal.reason instanceof Error ? signal.reason : new DOMException('aborted', 'AbortError')
}

/** @returns whether the server has the batch path */
async function sendBatch(api: Api, part: readonly Waiting[], hasBatch: boolean): Promise<boolean> {
  if (!hasBatch || part.length === 1) {
    await Promise.all(part.map((one) => askAlone(api, one)))
    return hasBatch
  }
  const byId = new Map(part.map((one, index) => [String(index), one]))
  const stop = abortWhenAllAre(part)
  try {
    const queries = part.map(({ query }, index) => ({ id: String(index), ...query }))
    const asked = { format: 'columns', queries }
    await api.lines('query_batch', asked, (line) => answerOne(byId, line), stop)
    // A line that never came was lost on the way.
    for (const { reject } of byId.values())
      reject(new ApiError('network', 0, 'the answer ended early'))
    return true
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 405)) {
      await Promise.all([...byId.values()].map((one) => askAlone(api, one)))
      return false
    }
    for (const { reject } of byId.values()) reject(error)
    return true
  }
}

function abortWhenAllAre(part: readonly Waiting[]): AbortSignal {
  const controller = new AbortController()
  let left = part.length
  for (const { signal } of part)
    signal.addEventListener(
      'abort',
      () => {
        if (--left === 0) controller.abort(signal.reason)
      },
      { once: true },
    )
  return controller.signal
}

interface BatchLine {
  readonly id?: string
  readonly status?: string
  readonly data?: PrometheusData
  readonly warnings?: string[]
  readonly infos?: string[]
  readonly errorType?: string
  readonly error?: string
}

function answerOne(byId: Map<string, Waiting>, text: string): void {
  // The server's own answer; what is missing in it is told as an error.
  const line = JSON.parse(text) as BatchLine
  const one = line.id === undefined ? undefined : byId.get(line.id)
  if (one === undefined || line.id === undefined) return
  byId.delete(line.id)
  if (line.status === 'success' && line.data !== undefined)
    one.resolve({ data: line.data, warnings: line.warnings ?? [], infos: line.infos ?? [] })
  else
    one.reject(new ApiError(line.errorType ?? 'http', 200, line.error ?? 'no data in the answer'))
}

async function askAlone(api: Api, { query, signal, resolve, reject }: Waiting): Promise<void> {
  try {
    const path = 'time' in query ? 'query' : 'query_range'
    const { data, warnings, infos } = await api.get<PrometheusData>(path, { ...query }, signal)
    resolve({ data, warnings, infos })
  } catch (error) {
    reject(error)
  }
}
