// /api/v1/query_batch: many queries in one request, answers as lines of JSON in the order in which they are done.
// Made for dashboards: one request instead of one for each panel, and the first panel draws while others wait.

import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { FOR_VIEWERS } from '@pharos/http'
import { goQuote } from '@pharos/model'
import { errorJson } from './answer.ts'
import { apiErrorOf, badData, invalidParameter } from './api-error.ts'
import type { ApiServices } from './api-services.ts'
import { jsonText } from './json-text.ts'
import { BATCH_WIDTH, MAX_BATCH } from './limits.ts'
import type { PointPrinter } from './point-printer.ts'
import { hangUpSignal, queryOptions, rangeOf, writtenAnswer } from './query-request.ts'
import { RequestForm } from './request-form.ts'
import { answerJson } from './result-json.ts'
import type { ApiQueryOptions } from './running-query.ts'

const NDJSON_TYPE = 'application/x-ndjson'

export function registerQueryBatchRoute(
  app: FastifyInstance,
  services: ApiServices,
  printer: PointPrinter,
): void {
  app.post('/api/v1/query_batch', {
    config: FOR_VIEWERS,
    handler: async (request, reply) => queryBatch(services, printer, request, reply),
    errorHandler: (error) => {
      const isBody = 'code' in error && String(error.code).startsWith('FST_ERR_CTP_')
      throw isBody ? badData(`the body is no JSON: ${error.message}`) : error
    },
  })
}

interface Asked {
  readonly id: string
  readonly form: RequestForm
}

async function queryBatch(
  services: ApiServices,
  printer: PointPrinter,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const queries = askedOf(request.body)
  const signal = hangUpSignal(reply.raw)
  const lines = linesAsDone(queries, (asked) =>
    line(services, printer, asked, (form) => queryOptions(services, form, request, signal)),
  )
  return reply.header('Content-Type', NDJSON_TYPE).send(Readable.from(lines))
}

/** @throws ApiError saying which query of the body is wrong */
function askedOf(body: unknown): Asked[] {
  if (!isObject(body) || !Array.isArray(body['queries']))
    throw badData('the body must be a JSON object with a list "queries"')
  const list = body['queries'] as readonly unknown[]
  if (list.length > MAX_BATCH)
    throw badData(`a batch has at most ${MAX_BATCH} queries, this one has ${list.length}`)
  const ids = new Set<string>()
  return list.map((one, i) => {
    if (!isObject(one)) throw badData(`queries[${i}]: wants an object, has ${jsonKind(one)}`)
    const { id, ...fields } = { ...body, ...one, queries: undefined } as Record<string, unknown>
    if (typeof id !== 'string') throw badData(`queries[${i}].id: wants a text, has ${jsonKind(id)}`)
    if (ids.has(id)) throw badData(`queries[${i}].id: ${jsonText(id)} stands there twice`)
    ids.add(id)
    return { id, form: formOf(fields, i) }
  })
}

/** The fields as the parameters that `query` and `query_range` take. */
function formOf(fields: Readonly<Record<string, unknown>>, i: number): RequestForm {
  const body = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue
    if (typeof value !== 'string' && typeof value !== 'number')
      throw badData(`queries[${i}].${name}: wants a text or a number, has ${jsonKind(value)}`)
    body.set(name, String(value))
  }
  return new RequestForm({ body, url: '' })
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function jsonKind(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`
}

/** One query's line, in chunks; a failure is a line as well. */
async function line(
  services: ApiServices,
  printer: PointPrinter,
  { id, form }: Asked,
  optionsOf: (form: RequestForm) => ApiQueryOptions,
): Promise<Iterable<string | Buffer>> {
  const open = `{"id":${jsonText(id)},`
  try {
    const limit = form.limit()
    const options = optionsOf(form)
    const query = form.get('query')
    const { engine, clock } = services
    const isColumns = wantsColumns(form)
    if (form.get('start') === '') {
      const answer = await engine.instant(query, form.timeOr('time', clock.now()), options)
      return answerJson(writtenAnswer(form, answer, limit), printer, open)
    }
    const range = rangeOf(form)
    const answer = await engine.range(query, range.startMs, range.endMs, range.stepMs, options)
    const written = writtenAnswer(form, answer, limit)
    return answerJson(written, printer, open, isColumns ? range : undefined)
  } catch (error) {
    const known = apiErrorOf(error)
    if (known === undefined) throw error
    return [errorJson(known, open)]
  }
}

function wantsColumns(form: RequestForm): boolean {
  const format = form.get('format')
  if (format !== '' && format !== 'columns')
    throw invalidParameter('format', `wants columns or nothing, has ${goQuote(format)}`)
  return format === 'columns'
}

/** Runs `BATCH_WIDTH` at a time and gives each line as it is done, one after the other. */
async function* linesAsDone(
  queries: readonly Asked[],
  run: (asked: Asked) => Promise<Iterable<string | Buffer>>,
): AsyncGenerator<string | Buffer, void, undefined> {
  const running = new Map<Asked, Promise<readonly [Asked, Iterable<string | Buffer>]>>()
  let next = 0
  while (next < queries.length || running.size > 0) {
    for (; next < queries.length && running.size < BATCH_WIDTH; next++) {
      const asked = queries[next]!
      running.set(
        asked,
        run(asked).then((chunks) => [asked, chunks] as const),
      )
    }
    const [asked, chunks] = await Promise.race(running.values())
    running.delete(asked)
    yield* chunks
    yield '\n'
  }
}
