// query, query_range and what has to do with the text of queries.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { bug, UserError } from '@pharos/base'
import { goQuote } from '@pharos/model'
import { type Expr, parseExpr, prettyExpr, type QueryResult } from '@pharos/promql'
import { sendChunks, sendData } from './answer.ts'
import type { ApiServices } from './api-services.ts'
import { badData, invalidParameter } from './api-error.ts'
import { explainJson } from './explain-json.ts'
import { jsonText, jsonTexts } from './json-text.ts'
import { MAX_POINTS } from './limits.ts'
import type { ApiQueryOptions, AskedTimes, TimedAnswer } from './running-query.ts'
import { statsJson } from './stats-json.ts'
import { MAX_TIME_MS, MIN_TIME_MS, RequestForm } from './request-form.ts'
import { answerJson } from './result-json.ts'
import { treeJson } from './tree-json.ts'

export function registerQueryRoutes(app: FastifyInstance, services: ApiServices): void {
  const both = (
    path: string,
    handler: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>,
  ): void => {
    app.route({ method: ['GET', 'POST'], url: `/api/v1/${path}`, handler })
  }
  both('query', async (request, reply) => instantQuery(services, request, reply))
  both('query_range', async (request, reply) => rangeQuery(services, request, reply))
  both('query_explain', async (request, reply) => explainQuery(services, request, reply))
  both('query_exemplars', async (request, reply) => exemplars(services, request, reply))
  both('format_query', async (request, reply) => {
    const expr = parsed(services, new RequestForm(request).get('query'))
    return sendData(reply, jsonText(prettyExpr(expr)))
  })
  both('parse_query', async (request, reply) => {
    const expr = parsed(services, new RequestForm(request).get('query'))
    return sendData(reply, treeJson(expr))
  })
}

async function instantQuery(
  services: ApiServices,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const form = new RequestForm(request)
  const limit = form.limit()
  const timeMs = form.timeOr('time', services.clock.now())
  const options = queryOptions(services, form, request, reply)
  const answer = await services.engine.instant(form.get('query'), timeMs, options)
  return send(reply, form, answer, limit)
}

async function rangeQuery(
  services: ApiServices,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const form = new RequestForm(request)
  const limit = form.limit()
  const { startMs, endMs, stepMs } = rangeOf(form)
  const options = queryOptions(services, form, request, reply)
  const answer = await services.engine.range(form.get('query'), startMs, endMs, stepMs, options)
  return send(reply, form, answer, limit)
}

/** Runs the query like `query`, or with a start like `query_range`, and answers what its operators did. */
async function explainQuery(
  services: ApiServices,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const form = new RequestForm(request)
  const query = form.get('query')
  const times = form.get('start') === '' ? undefined : rangeOf(form)
  const timeMs = times === undefined ? form.timeOr('time', services.clock.now()) : 0
  const options = { ...queryOptions(services, form, request, reply), explain: true }
  const answer =
    times === undefined
      ? await services.engine.instant(query, timeMs, options)
      : await services.engine.range(query, times.startMs, times.endMs, times.stepMs, options)
  const { result } = answer
  const json = explainJson(query, answer.explain ?? bug('an explained query has no tree'), {
    resultType: jsonText(result.type),
    resultSeries: String('series' in result ? result.series.length : 1),
    peakMemoryBytes: String(answer.stats.memoryBytesMax),
    stats: statsJson(answer.stats, answer.queueMs ?? 0),
    infos: jsonTexts(answer.infos),
  })
  return sendData(reply, json, answer.warnings)
}

function rangeOf(form: RequestForm): AskedTimes {
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

function queryOptions(
  services: ApiServices,
  form: RequestForm,
  request: FastifyRequest,
  reply: FastifyReply,
): ApiQueryOptions {
  const wantedMs = form.duration('timeout')
  const lookback = form.get('lookback_delta')
  const lookbackMs = lookback === '' ? undefined : lookbackOf(form)
  const gone = new AbortController()
  // The socket closes before the answer is out: nobody waits for it any more.
  reply.raw.on('close', () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  return {
    signal: gone.signal,
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

function send(
  reply: FastifyReply,
  form: RequestForm,
  answer: TimedAnswer,
  limit: number,
): FastifyReply {
  const { infos } = answer
  const warnings = [...answer.warnings]
  const result = truncated(answer.result, limit)
  if (result !== answer.result) warnings.push('results truncated due to limit')
  const stats = form.get('stats')
  if (!STATS_VALUES.includes(stats))
    warnings.push(
      `value ${goQuote(stats)} for parameter "stats" is deprecated and will be rejected in the next major release, use "true" or "all"`,
    )
  const written = stats === '' ? undefined : statsJson(answer.stats, answer.queueMs ?? 0)
  return sendChunks(reply, answerJson({ result, warnings, infos, stats: written }))
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

/** No exemplars are stored yet, so none are found; what is wrong with the question is still told. */
async function exemplars(
  services: ApiServices,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const form = new RequestForm(request)
  const startMs = form.timeOr('start', MIN_TIME_MS)
  const endMs = form.timeOr('end', MAX_TIME_MS)
  if (endMs < startMs) throw badData('end timestamp must not be before start timestamp')
  try {
    parseExpr(form.get('query'), { features: services.features })
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw badData(error.message)
  }
  return sendData(reply, '[]')
}

function parsed(services: ApiServices, query: string): Expr {
  return parseExpr(query, { features: services.features })
}
