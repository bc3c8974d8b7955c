// Failures as the API tells them: a type, which decides the status code, and a text.

import { OutsideError, UserError } from '@pharos/base'
import { RETRY_AFTER_SECONDS } from './limits.ts'

type ErrorType =
  | 'bad_data'
  | 'canceled'
  | 'execution'
  | 'internal'
  | 'not_found'
  | 'timeout'
  | 'unavailable'

export const STATUS_OF: Readonly<Record<ErrorType, number>> = {
  bad_data: 400,
  execution: 422,
  // The client has gone; the number is nginx's.
  canceled: 499,
  timeout: 503,
  unavailable: 503,
  internal: 500,
  not_found: 404,
}

export class ApiError extends UserError {
  readonly errorType: ErrorType
  /** When asking again may help. */
  readonly retryAfterSeconds: number | undefined

  constructor(errorType: ErrorType, message: string, retryAfterSeconds?: number) {
    super(`api/${errorType}`, message)
    this.name = 'ApiError'
    this.errorType = errorType
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export function badData(message: string): ApiError {
  return new ApiError('bad_data', message)
}

export function invalidParameter(name: string, message: string): ApiError {
  return badData(`invalid parameter ${JSON.stringify(name)}: ${message}`)
}

/** How the API tells an error thrown by engine or store; undefined for our own bugs. */
export function apiErrorOf(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error
  if (error instanceof OutsideError) return new ApiError('internal', error.message)
  if (!(error instanceof UserError)) return undefined
  switch (error.code) {
    case 'promql/parse':
    case 'promql/type':
      return invalidParameter('query', error.message)
    case 'promql/timeout':
      return new ApiError('timeout', error.message)
    case 'promql/queue-full':
      return new ApiError('unavailable', error.message, RETRY_AFTER_SECONDS)
    case 'promql/queue-timeout':
      return new ApiError('timeout', error.message, RETRY_AFTER_SECONDS)
    case 'promql/canceled':
      return new ApiError('canceled', error.message)
    default:
      return new ApiError('execution', error.message)
  }
}
