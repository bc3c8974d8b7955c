// /api/v1/query_exemplars: exemplars of the series that any selector of an expression matches.

import type { FastifyReply, FastifyRequest } from 'fastify'
import { UserError } from '@pharos/base'
import { formatValue, Labels, type Matcher } from '@pharos/model'
import { type Expr, parseExpr, selectorsIn } from '@pharos/promql'
import { answerData, type Payload } from './answer.ts'
import { badData } from './api-error.ts'
import type { ApiServices, SeriesExemplar } from './api-services.ts'
import { jsonLabels, jsonText } from './json-text.ts'
import { MAX_TIME_MS, MIN_TIME_MS, RequestForm } from './request-form.ts'

export async function sendExemplars(
  services: ApiServices,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Payload> {
  const form = new RequestForm(request)
  const startMs = form.timeOr('start', MIN_TIME_MS)
  const endMs = form.timeOr('end', MAX_TIME_MS)
  if (endMs < startMs) throw badData('end timestamp must not be before start timestamp')
  const sets = selectorsIn(parsed(services, form.get('query'))).map(({ matchers }) => matchers)
  const found = (services.exemplars?.() ?? []).filter(
    ({ series, exemplar: { timestampMs = 0 } }) =>
      timestampMs >= startMs &&
      timestampMs <= endMs &&
      sets.some((matchers) => isMatch(series, matchers)),
  )
  return answerData(reply, exemplarsJson(found))
}

function parsed(services: ApiServices, query: string): Expr {
  try {
    return parseExpr(query, { features: services.features })
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw badData(error.message)
  }
}

function isMatch(series: Labels, matchers: readonly Matcher[]): boolean {
  return matchers.every((matcher) => matcher.matches(series.get(matcher.name)))
}

/** @source Prometheus, exemplar.QueryResult */
function exemplarsJson(found: readonly SeriesExemplar[]): string {
  const bySeries = new Map<string, SeriesExemplar[]>()
  for (const one of found) {
    const known = bySeries.get(one.series.key)
    if (known === undefined) bySeries.set(one.series.key, [one])
    else known.push(one)
  }
  const sorted = [...bySeries.values()].sort((a, b) => Labels.compare(a[0]!.series, b[0]!.series))
  const items = sorted.map((all) => {
    const exemplars = all
      .toSorted((a, b) => (a.exemplar.timestampMs ?? 0) - (b.exemplar.timestampMs ?? 0))
      .map(({ exemplar: { labels, value, timestampMs = 0 } }) => {
        const time = `"timestamp":${timestampMs / 1000}`
        return `{"labels":${jsonLabels(labels)},"value":${jsonText(formatValue(value))},${time}}`
      })
    return `{"seriesLabels":${jsonLabels(all[0]!.series)},"exemplars":[${exemplars.join()}]}`
  })
  return `[${items.join()}]`
}
