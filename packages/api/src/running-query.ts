// Queries as things that run: who asked, how far they are, and stopping them.

import type { QueryAnswer, QueryOptions, QueryProgress } from '@pharos/promql'

/** Who asked for a query. */
export interface QueryOrigin {
  readonly source: 'api' | 'rule'
  /** Without port; '' when unknown. */
  readonly clientAddress: string
  readonly method: string
  /** Of the request, with the route prefix: `/api/v1/query`. For rules the group. */
  readonly path: string
}

export interface ApiQueryOptions extends QueryOptions {
  readonly origin?: QueryOrigin
}

/** An answer with the time its query had to wait for its turn, ms. */
export type TimedAnswer = QueryAnswer & { readonly queueMs?: number }

/** The time range asked for, ms since 1970; an instant query has one time and no step. */
export interface AskedTimes {
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
}

export interface RunningQuery {
  readonly id: string
  readonly query: string
  readonly times: AskedTimes
  readonly origin: QueryOrigin | undefined
  /** Wall clock, ms since 1970, when it was asked for. */
  readonly startedMs: number
  readonly elapsedMs: number
  /** Undefined while it waits for its turn. */
  readonly progress: QueryProgress | undefined
}

/** The queries of a server. */
export interface QueryControl {
  list(): readonly RunningQuery[]
  /** @returns false when no query has the id; it may have ended */
  kill(id: string): boolean
}
