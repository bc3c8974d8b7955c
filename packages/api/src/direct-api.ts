// The routes that are asked most, on the direct way of `http`: the same handlers, the same words.

import type { DirectAnswer, DirectHandler, DirectRoutes } from '@pharos/http'
import { errorJson } from './answer.ts'
import { apiErrorOf, STATUS_OF } from './api-error.ts'
import type { ApiServices } from './api-services.ts'
import { labelNames, labelValues, series } from './label-routes.ts'
import type { PointPrinter } from './point-printer.ts'
import { instantQuery, rangeQuery } from './query-routes.ts'
import type { QuickHandler } from './quick-routes.ts'

/** @param prefix  of all paths: '' or `/prefix` */
export function registerDirectApi(
  direct: DirectRoutes,
  services: ApiServices,
  printer: PointPrinter,
  prefix: string,
): void {
  const base = `${prefix}/api/v1/`
  const known = new Map<string, DirectHandler>([
    [`${base}query`, answering(instantQuery(services, printer))],
    [`${base}query_range`, answering(rangeQuery(services, printer))],
    [`${base}labels`, answering((request) => labelNames(services, request))],
    [`${base}series`, answering((request) => series(services, request))],
  ])
  const valuesOf = `${base}label/`
  direct.router = (path, method) => {
    // Until the store is open, and from the moment it closes, the long way says why there is no answer.
    if (services.readiness() !== 'ready') return undefined
    const handler = known.get(path)
    if (handler !== undefined) return handler
    if (method !== 'GET' || !path.startsWith(valuesOf)) return undefined
    const name = /^([A-Za-z0-9_]+)\/values$/.exec(path.slice(valuesOf.length))?.[1]
    if (name === undefined) return undefined
    return answering((request) => labelValues(services, name, request))
  }
}

/** What fails is answered as on the long way. */
function answering(handler: QuickHandler): DirectHandler {
  return async (request, response): Promise<DirectAnswer> => {
    try {
      const payload = await handler(request, response)
      return { status: 200, payload, headers: [] }
    } catch (error) {
      const known = apiErrorOf(error)
      if (known === undefined) throw error
      const { errorType, retryAfterSeconds } = known
      const headers =
        retryAfterSeconds === undefined ? [] : ['Retry-After', String(retryAfterSeconds)]
      return { status: STATUS_OF[errorType], payload: errorJson(known), headers }
    }
  }
}
