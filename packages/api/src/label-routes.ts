// series, labels and label values: what is stored, without samples.

import type { FastifyInstance } from 'fastify'
import { FOR_VIEWERS } from '@pharos/http'
import {
  compareText,
  goQuote,
  isValidLabelName,
  Labels,
  type Matcher,
  unescapeName,
} from '@pharos/model'
import type { LabelList, Querier } from '@pharos/promql'
import { answerChunks, JSON_TYPE, type Payload, successJson } from './answer.ts'
import type { ApiServices } from './api-services.ts'
import { badData, invalidParameter } from './api-error.ts'
import { jsonTexts, LabelsJson } from './json-text.ts'
import { quick } from './quick-routes.ts'
import { type ApiRequest, MAX_TIME_MS, MIN_TIME_MS, RequestForm } from './request-form.ts'
import { coalesced, notesJson } from './result-json.ts'

const TRUNCATED = 'results truncated due to limit'

export function registerLabelRoutes(app: FastifyInstance, services: ApiServices): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/api/v1/series',
    config: FOR_VIEWERS,
    handler: quick((request) => series(services, request)),
  })
  app.route({
    method: ['GET', 'POST'],
    url: '/api/v1/labels',
    config: FOR_VIEWERS,
    handler: quick((request) => labelNames(services, request)),
  })
  app.get<{ Params: { name: string } }>('/api/v1/label/:name/values', async (request, reply) => {
    reply.header('Content-Type', JSON_TYPE)
    return labelValues(services, request.params.name, request)
  })
}

/** `/api/v1/labels`. */
export async function labelNames(services: ApiServices, request: ApiRequest): Promise<Payload> {
  return labelList(services, new RequestForm(request), (querier, matchers, limit) =>
    querier.labelNames(matchers, limit),
  )
}

/**
 * `/api/v1/label/…/values`.
 * @param given  the label's name as the path has it
 */
export async function labelValues(
  services: ApiServices,
  given: string,
  request: ApiRequest,
): Promise<Payload> {
  // The escaped form, for clients that cannot put any name into a path.
  const name = given.startsWith('U__') ? unescapeName(given, 'values') : given
  if (!isValidLabelName(name, 'utf8')) throw badData(`invalid label name: ${goQuote(name)}`)
  return labelList(services, new RequestForm(request), (querier, matchers, limit) =>
    querier.labelValues(name, matchers, limit),
  )
}

async function labelList(
  services: ApiServices,
  form: RequestForm,
  read: (querier: Querier, matchers: readonly Matcher[], limit: number) => Promise<LabelList>,
): Promise<Payload> {
  const limit = form.limit()
  const startMs = form.timeOr('start', MIN_TIME_MS)
  const endMs = form.timeOr('end', MAX_TIME_MS)
  const sets = form.matcherSets()
  const lists: (readonly string[])[] = []
  const warnings = new Set<string>()
  const querier = services.queryable.querier(startMs, endMs)
  try {
    // One more than wanted, to know whether something was cut.
    const hint = limit === 0 ? 0 : limit + 1
    for (const matchers of sets.length === 0 ? [[]] : sets) {
      const list = await read(querier, matchers, hint)
      lists.push(list.values)
      for (const warning of list.warnings) warnings.add(warning)
    }
  } finally {
    querier.close()
  }
  // One list is sorted already.
  let sorted = lists.length === 1 ? lists[0]! : [...new Set(lists.flat())].sort(compareText)
  if (limit > 0 && sorted.length > limit) {
    sorted = sorted.slice(0, limit)
    warnings.add(TRUNCATED)
  }
  return successJson(jsonTexts(sorted), [...warnings])
}

/** `/api/v1/series`. */
export async function series(services: ApiServices, request: ApiRequest): Promise<Payload> {
  const form = new RequestForm(request)
  if (form.all('match[]').length === 0) throw badData('no match[] parameter provided')
  const limit = form.limit()
  const startMs = form.timeOr('start', MIN_TIME_MS)
  const endMs = form.timeOr('end', MAX_TIME_MS)
  const sets = form.matcherSets((message) => invalidParameter('match[]', message))
  const found = new Map<string, Labels>()
  const warnings = new Set<string>()
  const querier = services.queryable.querier(startMs, endMs)
  try {
    for (const matchers of sets) await collect(querier, matchers, startMs, endMs, found, warnings)
  } finally {
    querier.close()
  }
  let sorted = [...found.values()].sort((a, b) => Labels.compare(a, b))
  if (limit > 0 && sorted.length > limit) {
    sorted = sorted.slice(0, limit)
    warnings.add(TRUNCATED)
  }
  const chunks = coalesced(seriesPieces(sorted, [...warnings]))
  return answerChunks(chunks, services.clock)
}

async function collect(
  querier: Querier,
  matchers: readonly Matcher[],
  startMs: number,
  endMs: number,
  found: Map<string, Labels>,
  warnings: Set<string>,
): Promise<void> {
  const hints = { startMs, endMs, stepMs: 0, rangeMs: 0, func: 'series', grouping: [], by: false }
  const selection = await querier.select(matchers, hints)
  for (const warning of selection.warnings) warnings.add(warning)
  for (const group of selection.groups) {
    for (let i = 0; i < group.seriesCount; i++) {
      const labels = group.labels(i)
      found.set(labels.key, labels)
    }
  }
}

function* seriesPieces(
  all: readonly Labels[],
  warnings: readonly string[],
): Generator<string, void, undefined> {
  yield '{"status":"success","data":['
  const json = new LabelsJson()
  let separator = ''
  for (const labels of all) {
    yield separator + json.of(labels)
    separator = ','
  }
  yield `]${notesJson({ warnings, infos: [] })}}`
}
