// What a request for a query says: times, options, and what is wanted of the answer.

import type { FastifyReply } from 'fastify'
import { UserError } from '@pharos/base'
import { goQuote } from '@pharos/model'
import type { QueryResult } from '@pharos/promql'
import type { ApiServices } from './api-services.ts'
import { badData, invalidParameter } from './api-error.ts'
import { MAX_POINTS } from './limits.ts'
import type { ApiRequest, RequestForm } from './request-form.ts'
import type { WrittenAnswer } from './result-json.ts'
import type { ApiQueryOptions, AskedTimes, TimedAnswer } from './running-query.ts'
import { statsJson } from './stats-json.ts'

/**
 * Start, end and step of a range query.
 * @throws ApiError in the reference's words
 */
export function rangeOf(form: RequestForm): AskedTimes {
  const startMs = form.time('start')
  const endMs = form.time('end')
  if (endMs < startMs) throw invalidParameter('end', 'end timestamp must not be before start time')
  const stepMs = form.duration('step')
  if (stepMs === undefined) throw invalidParameter('step', 'cannot parse "" to a valid duration')
  // The engine counts in ms; a step below one would never advance.
  if (stepMs < 1)
    throw invalidParameter(
      'step',
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    )
  if (Math.floor((endMs - startMs) / stepMs) > MAX_POINTS)
    throw badData(
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    )
  return { startMs, endMs, stepMs: Math.trunc(stepMs) }
}

/** Aborted when the socket closes before the answer is out: nobody waits for it any more. */
export function hangUpSignal(response: FastifyReply['raw']): AbortSignal {
  const gone = new AbortController()
  response.on('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  return gone.signal
}

/** What a request says about how its query runs. */
export function queryOptions(
  services: ApiServices,
  form: RequestForm,
  request: Pick<ApiRequest, 'ip' | 'method' | 'url'>,
  signal: AbortSignal,
): ApiQueryOptions {
  const wantedMs = form.duration('timeout')
  const lookback = form.get('lookback_delta')
  const lookbackMs = lookback === '' ? undefined : lookbackOf(form)
  return {
    signal,
    origin: {
      source: 'api',
      clientAddress: request.ip,
      method: request.method,
      path: request.url.split('?', 1)[0]!,
    },
    perStepStats: form.get('stats') === 'all' && services.features.has('promql-per-step-stats'),
    timeoutMs: Math.max(0, Math.min(wantedMs ?? Infinity, services.queryTimeoutMs)),
    // 0 means the engine's own, as in the reference.
    ...(lookbackMs === undefined || lookbackMs === 0 ? {} : { lookbackMs }),
  }
}

function lookbackOf(form: RequestForm): number | undefined {
  try {
    return form.duration('lookback_delta')
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const text = form.get('lookback_delta')
    throw badData(
      `error parsing lookback delta duration: cannot parse ${goQuote(text)} to a valid duration`,
    )
  }
}

const STATS_VALUES: readonly string[] = ['', 'true', 'all']

/** An answer cut to its limit, with the warnings and statistics that its request asked for. */
export function writtenAnswer(
  form: RequestForm,
  answer: TimedAnswer,
  limit: number,
): WrittenAnswer {
  const { infos, release } = answer
  const warnings = [...answer.warnings]
  const result = truncated(answer.result, limit)
  if (result !== answer.result) warnings.push('results truncated due to limit')
  const stats = form.get('stats')
  if (!STATS_VALUES.includes(stats))
    warnings.push(
      `value ${goQuote(stats)} for parameter "stats" is deprecated and will be rejected in the next major release, use "true" or "all"`,
    )
  const written = stats === '' ? undefined : statsJson(answer.stats, answer.queueMs ?? 0)
  return { result, warnings, infos, stats: written, release }
}

/** At most `limit` series; 0 for all. The same object when nothing is cut. */
function truncated(result: QueryResult, limit: number): QueryResult {
  if (limit === 0) return result
  if (result.type === 'matrix' && result.series.length > limit)
    return { ...result, series: result.series.slice(0, limit) }
  if (result.type === 'vector' && result.series.length > limit)
    return { ...result, series: result.series.slice(0, limit) }
  return result
}
