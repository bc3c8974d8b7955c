// How requests are read and answers written on every route of the API.
import { quoted, UserError } from '@pharos/base'
import { type AlertMatcher, Labels, parseAlertMatcher, Regex } from '@pharos/model'
import type { FastifyReply, FastifyRequest } from 'fastify'

export type Fields = Readonly<Record<string, unknown>>

/** A mistake that is not 400. */
export class AlertApiError extends UserError {
  readonly status: number

  constructor(code: string, message: string, status: number) {
    super(code, message)
    this.status = status
  }
}

export function sendJson(reply: FastifyReply, value: unknown, status = 200): FastifyReply {
  return reply
    .code(status)
    .header('Content-Type', 'application/json')
    .send(`${JSON.stringify(value)}\n`)
}

export function bad(message: string): UserError {
  return new UserError('alertmanager/request', message)
}

/** The body as JSON. Names such as `__proto__` are own fields of it. @throws UserError */
export function bodyOf(request: FastifyRequest): unknown {
  const { body } = request
  const text = Buffer.isBuffer(body) ? body.toString('utf8') : body
  if (typeof text !== 'string' || text === '') throw bad('a JSON body is required')
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) throw bad(`the body is not JSON: ${error.message}`)
    throw error
  }
}

export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw bad(`${what}: wants an object`)
  return value as Fields
}

function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}

/** Text, '' when it is missing. @throws UserError when it is something else */
export function textOf(fields: Fields, name: string): string {
  const value = own(fields, name)
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  throw bad(`${name}: wants text`)
}

export function requiredText(fields: Fields, name: string): string {
  const text = textOf(fields, name)
  if (text === '') throw bad(`${name} is required`)
  return text
}

export function flagOf(fields: Fields, name: string, absent: boolean): boolean {
  const value = own(fields, name)
  if (value === undefined || value === null) return absent
  if (typeof value === 'boolean') return value
  throw bad(`${name}: wants true or false`)
}

export function listOf(fields: Fields, name: string): readonly unknown[] {
  const value = own(fields, name)
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value as readonly unknown[]
  throw bad(`${name}: wants a list`)
}

export function valueOf(fields: Fields, name: string): unknown {
  return own(fields, name)
}

/** Labels or annotations; empty values are left out. */
export function labelsOf(fields: Fields, name: string): Labels {
  const value = own(fields, name)
  if (value === undefined || value === null) return Labels.EMPTY
  const entries = Object.entries(fieldsOf(value, name)).map(([key, one]): [string, string] => {
    if (typeof one !== 'string') throw bad(`${name}.${key}: wants text`)
    return [key, one]
  })
  return Labels.of(entries)
}

/** ms since 1970, undefined when it is missing or Go's zero time. */
export function timeOf(fields: Fields, name: string): number | undefined {
  const text = textOf(fields, name)
  if (text === '' || text.startsWith('0001-01-01T00:00:00')) return undefined
  return parsedTime(text, name)
}

export function parsedTime(text: string, name: string): number {
  const isShaped =
    /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:?\d\d)?$/.test(text)
  const ms = isShaped ? Date.parse(text.replace(/(\.\d{3})\d+/, '$1')) : Number.NaN
  if (Number.isNaN(ms))
    throw bad(`${name}: wants a time like 2026-01-31T15:04:05Z, has ${quoted(text)}`)
  return ms
}

/** As the reference writes times: always with milliseconds. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString()
}

export type Query = Readonly<Record<string, string | readonly string[] | undefined>>

export function queryOf(request: FastifyRequest): Query {
  return request.query as Query
}

export function allOf(query: Query, name: string): readonly string[] {
  const value = Object.hasOwn(query, name) ? query[name] : undefined
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}

export function lastOf(query: Query, name: string): string {
  return allOf(query, name).at(-1) ?? ''
}

/** True unless the parameter says otherwise. */
export function switchOf(query: Query, name: string): boolean {
  const text = lastOf(query, name)
  if (text === '' || /^(?:1|t|true|yes|ok|y|on|selected|checked|enabled)$/i.test(text)) return true
  if (/^(?:0|f|false|no|n|off|disabled)$/i.test(text)) return false
  throw bad(`${name} in query must be of type boolean: ${quoted(text)}`)
}

export function matchersOf(query: Query, name: string): readonly AlertMatcher[] {
  return allOf(query, name).map((text) => parseAlertMatcher(text))
}

/** Whole names only. */
export function receiverFilter(query: Query): (name: string) => boolean {
  const text = lastOf(query, 'receiver')
  if (text === '') return () => true
  const regex = Regex.anchored(text)
  return (name) => regex.matches(name)
}
