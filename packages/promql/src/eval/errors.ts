// What a query can fail with. The texts are the reference's, because clients match on them.

import { UserError } from '@pharos/base'

/** The expression cannot be evaluated on this data: HTTP 422, errorType `execution`. */
export function executionError(message: string): UserError {
  return new UserError('promql/execution', message)
}

/** The expression has the wrong type for this kind of query: HTTP 400, errorType `bad_data`. */
export function typeError(message: string): UserError {
  return new UserError('promql/type', message)
}

export function tooManySamples(): UserError {
  return new UserError(
    'promql/too-many-samples',
    'query processing would load too many samples into memory in query execution',
  )
}

export function tooMuchMemory(neededBytes: number, maxBytes: number): UserError {
  const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`
  return new UserError(
    'promql/too-much-memory',
    `query needs ${mebibytes(neededBytes)} of memory, over the limit of ${mebibytes(maxBytes)} (--query.max-memory); ask for fewer series, a shorter range or a longer step`,
  )
}

export function timedOut(): UserError {
  return new UserError('promql/timeout', 'query timed out in expression evaluation')
}

export function canceled(): UserError {
  return new UserError('promql/canceled', 'query was canceled in expression evaluation')
}

/** Two result series with one label set at one time. */
export function sameLabelset(): UserError {
  return executionError('vector cannot contain metrics with the same labelset')
}
