// Handlers that need nothing of Fastify, for the routes that are asked most.

import type { FastifyReply, FastifyRequest } from 'fastify'
import { JSON_TYPE, type Payload } from './answer.ts'
import type { ApiRequest } from './request-form.ts'

/**
 * @param response  closes when its client has hung up
 * @throws ApiError and what `apiErrorOf` makes one of
 */
export type QuickHandler = (request: ApiRequest, response: FastifyReply['raw']) => Promise<Payload>

/** The same as a handler of a Fastify route. */
export function quick(
  handler: QuickHandler,
): (request: FastifyRequest, reply: FastifyReply) => Promise<Payload> {
  return async (request, reply) => {
    reply.header('Content-Type', JSON_TYPE)
    return handler(request, reply.raw)
  }
}
