// The client of the server's HTTP API: one function that answers data with its warnings and the time it took,
// or throws an ApiError whose message is the server's own.
import { JSON_HEADERS, type Reach } from './ahead.ts'
import { elapsedMs, tookMs } from './browser.ts'

export interface Answer<T> {
  readonly data: T
  readonly warnings: readonly string[]
  readonly infos: readonly string[]
  /** From the request to the parsed answer, ms. */
  readonly elapsedMs: number
}

/** `network`: no answer came. `http`: an answer that is not the API's. Any other: the API's own errorType. */
type ApiErrorKind = 'network' | 'http' | (string & {})

export class ApiError extends Error {
  readonly kind: ApiErrorKind
  readonly status: number
  /** What else the server said, such as the version that a save would have overwritten. */
  readonly answer: unknown
  constructor(kind: ApiErrorKind, status: number, message: string, answer?: unknown) {
    super(message)
    this.name = 'ApiError'
    this.kind = kind
    this.status = status
    this.answer = answer
  }
}

export type Params = Readonly<Record<string, string | number | readonly string[] | undefined>>

export interface Api {
  get<T>(path: string, params: Params, signal?: AbortSignal): Promise<Answer<T>>
  /** JSON of a path below the base, without the envelope of `/api/v1`. */
  read<T>(path: string, params: Params, signal?: AbortSignal): Promise<T>
  /** Changes something; a text goes as YAML, anything else as JSON. Undefined when nothing is answered. */
  send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T>
  /** Text of a path outside the API, such as `-/healthy`. */
  text(path: string, signal?: AbortSignal): Promise<string>
  /** A JSON answer line by line, as the lines come in. */
  lines(
    path: string,
    body: unknown,
    onLine: (line: string) => void,
    signal?: AbortSignal,
  ): Promise<void>
  /** Paths that answer plain JSON and tell of errors as `message`, such as `api/search`. */
  json<T>(method: JsonMethod, path: string, body?: unknown, signal?: AbortSignal): Promise<T>
}

type JsonMethod = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** Longer requests go as POST: proxies in between cut long addresses. */
const GET_CHARS_MAX = 1800

/** The address of a question to `/api/v1`. */
export function apiUrl(baseUri: string, path: string, params: Params): URL {
  return jsonUrl(baseUri, `api/v1/${path}`, params)
}

/** The address of a question below the base. */
function jsonUrl(baseUri: string, path: string, params: Params): URL {
  const url = new URL(path, baseUri)
  url.search = formOf(params).toString()
  return url
}

export function createApi(baseUri: string, network: Reach): Api {
  const reach: Reach = (url, init) => reachBy(network, url, init)
  return {
    get: (path, params, signal) => ask(reach, apiUrl(baseUri, path, params), signal),
    async read<T>(path: string, params: Params, signal?: AbortSignal) {
      const init = signal === undefined ? {} : { signal }
      return plainJson<T>(
        await reach(jsonUrl(baseUri, path, params), { headers: JSON_HEADERS, ...init }),
      )
    },
    async send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) {
      const isText = typeof body === 'string'
      const type = isText ? 'application/yaml' : 'application/json'
      const init: RequestInit =
        body === undefined
          ? { method }
          : {
              method,
              headers: { 'content-type': type },
              body: isText ? body : JSON.stringify(body),
            }
      return plainJson<T>(await reach(new URL(path, baseUri), init))
    },
    async text(path, signal) {
      const response = await reach(new URL(path, baseUri), signal === undefined ? {} : { signal })
      return response.text()
    },
    async lines(path, body, onLine, signal) {
      const url = new URL(`api/v1/${path}`, baseUri)
      const response = await reach(url, jsonRequest('POST', body, signal))
      if (!response.ok) throw errorOf(response, await bodyOf(response))
      await readLines(response, onLine)
    },
    async json<T>(method: JsonMethod, path: string, body?: unknown, signal?: AbortSignal) {
      const response = await reach(new URL(path, baseUri), jsonRequest(method, body, signal))
      const text = await response.text()
      const answer = parsed(text)
      if (!response.ok) throw plainError(response, answer)
      // The server's answer of this path has this shape: the caller names it once.
      return answer as T
    },
  }
}

function jsonRequest(method: JsonMethod, body: unknown, signal?: AbortSignal): RequestInit {
  return {
    method,
    headers: {
      ...JSON_HEADERS,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }
}

async function readLines(response: Response, onLine: (line: string) => void): Promise<void> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (reader === undefined) return
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    const lines = (rest + value).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') onLine(line)
  }
  if (rest !== '') onLine(rest)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function plainError(response: Response, answer: unknown): ApiError {
  const { message, error } = (answer ?? {}) as { message?: unknown; error?: unknown }
  const told = typeof message === 'string' ? message : typeof error === 'string' ? error : undefined
  return new ApiError(
    'http',
    response.status,
    told ?? `${response.status} ${response.statusText}`.trim(),
    answer,
  )
}

async function ask<T>(reach: Reach, url: URL, signal?: AbortSignal): Promise<Answer<T>> {
  const startedMs = elapsedMs()
  const init: RequestInit = {
    headers: JSON_HEADERS,
    ...(signal === undefined ? {} : { signal }),
  }
  if (isTooLong(url)) {
    init.method = 'POST'
    init.body = new URLSearchParams(url.search)
    url.search = ''
  }
  const response = await reach(url, init)
  const body = await bodyOf(response)
  if (body?.status !== 'success') throw errorOf(response, body)
  return {
    // The server's answer of this path has this shape: the caller names it once, in data/api-types.ts.
    data: body.data as T,
    warnings: body.warnings ?? [],
    infos: body.infos ?? [],
    elapsedMs: tookMs(url, startedMs),
  }
}

/** The caller names the shape once, as for the API's own answers. */
async function plainJson<T>(response: Response): Promise<T> {
  const text = await response.text()
  const value = parsed(text)
  if (response.ok) return value as T
  const told =
    typeof value === 'string'
      ? value
      : typeof value === 'object' && value !== null && 'error' in value
        ? String(value.error)
        : text.trim()
  const message = told === '' ? `${response.status} ${response.statusText}` : told.slice(0, 2000)
  throw new ApiError('http', response.status, message)
}

interface Body {
  readonly status?: 'success' | 'error'
  readonly data?: unknown
  readonly errorType?: string
  readonly error?: string
  readonly warnings?: string[]
  readonly infos?: string[]
}

/** Whether a question has to go as POST. */
export function isTooLong(url: URL): boolean {
  return (
    url.search.length > GET_CHARS_MAX && /\/(query|query_range|series|labels)$/.test(url.pathname)
  )
}

async function reachBy(network: Reach, url: URL, init: RequestInit): Promise<Response> {
  try {
    return await network(url, init)
  } catch (error) {
    if (init.signal?.aborted === true) throw error
    throw new ApiError('network', 0, error instanceof Error ? error.message : String(error))
  }
}

async function bodyOf(response: Response): Promise<Body | undefined> {
  const text = await response.text()
  try {
    return JSON.parse(text) as Body
  } catch {
    return undefined
  }
}

function errorOf(response: Response, body: Body | undefined): ApiError {
  if (body?.error !== undefined)
    return new ApiError(body.errorType ?? 'http', response.status, body.error)
  return new ApiError('http', response.status, `${response.status} ${response.statusText}`.trim())
}

/** @returns the parameters in the order given; undefined and empty ones are left out, lists repeat the key */
function formOf(params: Params): URLSearchParams {
  const form = new URLSearchParams()
  for (const [key, value] of Object.entries(params)) {
    if (value === undefined || value === '') continue
    if (typeof value === 'object') for (const item of value) form.append(key, item)
    else form.append(key, String(value))
  }
  return form
}
