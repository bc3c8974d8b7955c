// query, query_range and what has to do with the text of queries.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { bug } from '@pharos/base'
import { FOR_VIEWERS } from '@pharos/http'
import { type Expr, parseExpr, prettyExpr } from '@pharos/promql'
import { answerChunks, answerData, type Payload } from './answer.ts'
import type { ApiServices } from './api-services.ts'
import { quick, type QuickHandler } from './quick-routes.ts'
import { sendExemplars } from './exemplar-route.ts'
import { explainJson } from './explain-json.ts'
import { jsonText, jsonTexts } from './json-text.ts'
import type { PointPrinter } from './point-printer.ts'
import { hangUpSignal, queryOptions, rangeOf, writtenAnswer } from './query-request.ts'
import { statsJson } from './stats-json.ts'
import { RequestForm } from './request-form.ts'
import { answerJson } from './result-json.ts'
import { treeJson } from './tree-json.ts'

export function registerQueryRoutes(
  app: FastifyInstance,
  services: ApiServices,
  printer: PointPrinter,
): void {
  const both = (
    path: string,
    handler: (request: FastifyRequest, reply: FastifyReply) => Promise<Payload>,
  ): void => {
    app.route({ method: ['GET', 'POST'], url: `/api/v1/${path}`, config: FOR_VIEWERS, handler })
  }
  both('query', quick(instantQuery(services, printer)))
  both('query_range', quick(rangeQuery(services, printer)))
  both('query_explain', async (request, reply) => explainQuery(services, request, reply))
  both('query_exemplars', async (request, reply) => sendExemplars(services, request, reply))
  both('format_query', async (request, reply) => {
    const expr = parsed(services, new RequestForm(request).get('query'))
    return answerData(reply, jsonText(prettyExpr(expr)))
  })
  both('parse_query', async (request, reply) => {
    const expr = parsed(services, new RequestForm(request).get('query'))
    return answerData(reply, treeJson(expr))
  })
}

/** `/api/v1/query`. */
export function instantQuery(services: ApiServices, printer: PointPrinter): QuickHandler {
  return async (request, response) => {
    const form = new RequestForm(request)
    const limit = form.limit()
    const timeMs = form.timeOr('time', services.clock.now())
    const options = queryOptions(services, form, request, hangUpSignal(response))
    const answer = await services.engine.instant(form.get('query'), timeMs, options)
    const chunks = answerJson(writtenAnswer(form, answer, limit), printer)
    return answerChunks(chunks, services.clock, printer.pool)
  }
}

/** `/api/v1/query_range`. */
export function rangeQuery(services: ApiServices, printer: PointPrinter): QuickHandler {
  return async (request, response) => {
    const form = new RequestForm(request)
    const limit = form.limit()
    const { startMs, endMs, stepMs } = rangeOf(form)
    const options = queryOptions(services, form, request, hangUpSignal(response))
    const answer = await services.engine.range(form.get('query'), startMs, endMs, stepMs, options)
    const chunks = answerJson(writtenAnswer(form, answer, limit), printer)
    return answerChunks(chunks, services.clock, printer.pool)
  }
}

/** Runs the query like `query`, or with a start like `query_range`, and answers what its operators did. */
async function explainQuery(
  services: ApiServices,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Payload> {
  const form = new RequestForm(request)
  const query = form.get('query')
  const times = form.get('start') === '' ? undefined : rangeOf(form)
  const timeMs = times === undefined ? form.timeOr('time', services.clock.now()) : 0
  const options = {
    ...queryOptions(services, form, request, hangUpSignal(reply.raw)),
    explain: true,
  }
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
  return answerData(reply, json, answer.warnings)
}

function parsed(services: ApiServices, query: string): Expr {
  return parseExpr(query, { features: services.features })
}
