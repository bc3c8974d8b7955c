// /api/v1/lint: what is probably wrong with a query, judged by the data of the last hour.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { FOR_VIEWERS } from '@pharos/http'
import { Matcher, METRIC_NAME, type MetricType } from '@pharos/model'
import {
  type LintFinding,
  type LintKnowledge,
  lintExpr,
  type MetricKnowledge,
  metricNamesIn,
  parseExpr,
  type Querier,
} from '@pharos/promql'
import { answerData, type Payload } from './answer.ts'
import type { ApiServices } from './api-services.ts'
import { jsonText } from './json-text.ts'
import { LINT_LOOKBACK_MS, LINT_SERIES } from './limits.ts'
import { RequestForm } from './request-form.ts'

export function registerLintRoute(app: FastifyInstance, services: ApiServices): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/api/v1/lint',
    config: FOR_VIEWERS,
    handler: async (request, reply) => lint(services, request, reply),
  })
}

async function lint(
  services: ApiServices,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Payload> {
  const query = new RequestForm(request).get('query')
  const expr = parseExpr(query, { features: services.features })
  const findings = lintExpr(expr, await knowledgeOf(services, metricNamesIn(expr)))
  return answerData(reply, `[${findings.map(findingJson).join(',')}]`)
}

function findingJson({ code, message, position }: LintFinding): string {
  return `{"code":"${code}","message":${jsonText(message)},"position":${JSON.stringify(position)}}`
}

async function knowledgeOf(
  services: ApiServices,
  names: readonly string[],
): Promise<LintKnowledge> {
  const nowMs = services.clock.now()
  const types = new Map(services.metadata().map(({ family, metadata }) => [family, metadata.type]))
  const querier = services.queryable.querier(nowMs - LINT_LOOKBACK_MS, nowMs)
  try {
    const metrics = new Map<string, MetricKnowledge>()
    for (const name of names) {
      const known = await metricKnowledge(querier, name, typeOf(name, types), nowMs)
      if (known !== undefined) metrics.set(name, known)
    }
    const { values } = await querier.labelValues(METRIC_NAME, [], 0)
    return { metrics, names: values }
  } finally {
    querier.close()
  }
}

const ENDINGS = /_(?:bucket|count|sum|total|created|info)$/

/** Of the family that a series belongs to. */
function typeOf(name: string, types: ReadonlyMap<string, MetricType>): MetricType | undefined {
  return types.get(name) ?? types.get(name.replace(ENDINGS, ''))
}

async function metricKnowledge(
  querier: Querier,
  name: string,
  type: MetricType | undefined,
  nowMs: number,
): Promise<MetricKnowledge | undefined> {
  const { groups } = await querier.select([new Matcher('=', METRIC_NAME, name)], {
    startMs: nowMs - LINT_LOOKBACK_MS,
    endMs: nowMs,
    stepMs: 0,
    rangeMs: 0,
    func: 'series',
    grouping: [],
    by: false,
  })
  const labels = new Map<string, Set<string>>()
  let left = LINT_SERIES
  let seriesCount = 0
  for (const group of groups) {
    seriesCount += group.seriesCount
    for (let i = 0; i < group.seriesCount && left > 0; i++, left--)
      for (const [label, value] of group.labels(i)) {
        if (label === METRIC_NAME) continue
        const values = labels.get(label)
        if (values === undefined) labels.set(label, new Set([value]))
        else values.add(value)
      }
  }
  if (seriesCount === 0) return undefined
  const longest = groups.reduce((a, b) => (b.times.length > a.times.length ? b : a))
  return { type, labels, isPartial: left === 0, intervalMs: medianGap(longest.times) }
}

/** Typical ms between two times; undefined with too few to tell. */
function medianGap(times: Float64Array): number | undefined {
  if (times.length < 4) return undefined
  const gaps = times.subarray(1).map((time, i) => time - times[i]!)
  return gaps.sort()[Math.floor(gaps.length / 2)]
}
