// One request on its way through middlewares and a handler.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { JWTPayload } from 'jose'
import type { ZodType } from 'zod'
import type { Language } from './texts.ts'

export interface RestContext {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly method: string
  readonly path: string
  /** Template of the route; undefined where none took the path. */
  readonly route: string | undefined
  /** By the names of the template, decoded; without a prototype. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Address of the client; what a trusted proxy says of it, where there is one. */
  readonly clientAddress: string
  readonly language: Language
  /** Of the token, on routes that want one. */
  readonly claims: JWTPayload | undefined
  /**
   * The body, JSON, as the schema makes it.
   * @throws RestError 400, 413 or 415, with messages in the client's language
   */
  body<T>(schema: ZodType<T>): Promise<T>
}
