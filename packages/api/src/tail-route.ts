// /api/v1/tail: samples of the series that a query reads, as they come, as server-sent events.

import type { FastifyInstance } from 'fastify'
import type { Matcher } from '@pharos/model'
import { parseExpr, selectorsIn } from '@pharos/promql'
import { ApiError, apiErrorOf, badData } from './api-error.ts'
import type { ApiServices } from './api-services.ts'
import { EventStream } from './event-stream.ts'
import { RETRY_AFTER_SECONDS, TAILS_MAX } from './limits.ts'
import { type ApiRequest, RequestForm } from './request-form.ts'
import { Tail, type TailSource } from './tail.ts'

export function registerTailRoute(
  app: FastifyInstance,
  services: TailSource & Pick<ApiServices, 'features'>,
): void {
  const open = new Set<EventStream>()
  app.addHook('preClose', async () => open.forEach((events) => events.end()))
  app.get('/api/v1/tail', { exposeHeadRoute: false }, async (request, reply) => {
    const sets = selectorsOf(request, services.features)
    if (open.size >= TAILS_MAX)
      throw new ApiError('unavailable', `${TAILS_MAX} tails are open`, RETRY_AFTER_SECONDS)
    const events = new EventStream(reply, services.clock)
    const left = new AbortController()
    open.add(events)
    new Tail(services, sets)
      .run(events.send, left.signal)
      // What is no mistake of the caller and no failure of the disk stays inside.
      .catch((error: unknown) => events.fail(apiErrorOf(error)?.message ?? 'internal server error'))
    return events.open(() => {
      open.delete(events)
      left.abort()
    })
  })
}

function selectorsOf(
  request: ApiRequest,
  features: ReadonlySet<string>,
): readonly (readonly Matcher[])[] {
  const expr = parseExpr(new RequestForm(request).get('query'), { features })
  const sets = selectorsIn(expr).map(({ matchers }) => matchers)
  if (sets.length === 0) throw badData('the query selects no series')
  return sets
}
