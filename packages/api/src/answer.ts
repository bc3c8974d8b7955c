// Sending: the envelope around every answer.

import type { FastifyReply } from 'fastify'
import type { Clock } from '@pharos/base'
import { type ApiError, STATUS_OF } from './api-error.ts'
import { ChunkStream } from './chunk-stream.ts'
import type { ChunkPool } from './chunk-writer.ts'
import { jsonText } from './json-text.ts'
import { notesJson } from './result-json.ts'

/**
 * The body of an answer. Handlers return it; one that returned the reply would make Fastify wait for its end with eight
 * listeners.
 */
export type Payload = string | Buffer | ChunkStream

export const JSON_TYPE = 'application/json'

/** `{"status":"success","data":…}` around JSON that is ready. */
export function answerData(
  reply: FastifyReply,
  dataJson: string,
  warnings: readonly string[] = [],
): Payload {
  reply.header('Content-Type', JSON_TYPE)
  return successJson(dataJson, warnings)
}

export function successJson(dataJson: string, warnings: readonly string[]): string {
  return `{"status":"success","data":${dataJson}${notesJson({ warnings, infos: [] })}}`
}

export function sendError(reply: FastifyReply, error: ApiError): FastifyReply {
  if (error.retryAfterSeconds !== undefined)
    reply.header('Retry-After', String(error.retryAfterSeconds))
  return reply
    .code(STATUS_OF[error.errorType])
    .header('Content-Type', JSON_TYPE)
    .send(errorJson(error))
}

/** @param open  what stands before `"status"`: a brace, or more fields */
export function errorJson(error: ApiError, open: string = '{'): string {
  return `${open}"status":"error","errorType":"${error.errorType}","error":${jsonText(error.message)}}`
}

/**
 * An answer that is made while it is sent. What fits one chunk goes out as a whole.
 * @param pool  takes back the chunks that are out
 */
export function answerChunks(
  chunks: Iterator<string | Buffer, unknown, undefined>,
  clock: Clock,
  pool?: ChunkPool,
): Payload {
  const first = chunks.next()
  if (first.done === true) return ''
  const second = chunks.next()
  if (second.done === true) return first.value
  return new ChunkStream([first.value, second.value], chunks, clock, pool)
}
