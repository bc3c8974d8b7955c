// The list of running queries, and stopping one.

import type { FastifyInstance } from 'fastify'
import { answerData } from './answer.ts'
import { ApiError } from './api-error.ts'
import type { ApiServices } from './api-services.ts'
import { jsonText } from './json-text.ts'
import type { RunningQuery } from './running-query.ts'

export function registerQueryManagementRoutes(app: FastifyInstance, services: ApiServices): void {
  app.get('/api/v1/status/queries', async (_request, reply) =>
    answerData(reply, `[${services.queries.list().map(queryJson).join(',')}]`),
  )
  app.delete<{ Params: { id: string } }>('/api/v1/status/queries/:id', async (request, reply) => {
    const { id } = request.params
    if (!services.queries.kill(id))
      throw new ApiError(
        'not_found',
        `no query with the id ${JSON.stringify(id.slice(0, 100))} is running`,
      )
    return reply.code(204).send()
  })
}

/** Times in seconds since 1970, as everywhere in the API. */
function queryJson({
  id,
  query,
  times,
  origin,
  startedMs,
  elapsedMs,
  progress,
}: RunningQuery): string {
  const { startMs, endMs, stepMs } = times
  const fields = {
    state: progress === undefined ? 'queued' : 'running',
    startedAt: startedMs / 1000,
    elapsedSeconds: elapsedMs / 1000,
    start: startMs / 1000,
    end: endMs / 1000,
    step: stepMs / 1000,
    totalSamples: progress?.totalSamples ?? 0,
    samplesRead: progress?.samplesRead ?? 0,
    peakSamples: progress?.peakSamples ?? 0,
    memoryBytes: progress?.memoryBytes ?? 0,
    peakMemoryBytes: progress?.memoryBytesMax ?? 0,
    source: origin?.source ?? '',
    client: origin?.clientAddress ?? '',
    path: origin?.path ?? '',
  }
  return `{"id":${jsonText(id)},"query":${jsonText(query)},${JSON.stringify(fields).slice(1)}`
}
