// What receivers over HTTP share: requests with a deadline, secrets in files, and what an answer means.
import { type Clock, messageOf, OutsideError, UserError } from '@pharos/base'
import type { ReceiverFieldsByKind, ReceiverKind } from '@pharos/config'
import type { HttpClient, HttpCredentials } from '@pharos/http'
import type { DialogueLine, FailureReason, IntegrationWorld, SendOutcome } from '../integration.ts'
import { ANSWER_SHOWN_MAX, RECEIVER_ANSWER_BYTES_MAX, SECRET_FILE_BYTES_MAX } from '../limits.ts'
import type { Notification } from '../notification.ts'

export interface Answer {
  readonly status: number
  readonly text: string
  readonly contentType: string
}

interface SenderRequest {
  readonly method?: string
  readonly url: string
  readonly body?: Uint8Array
  readonly contentType?: string
  readonly headers?: readonly (readonly [string, string])[]
  readonly credentials?: HttpCredentials
  /** 0: only the deadline of the whole notification. */
  readonly timeoutMs?: number
  readonly signal: AbortSignal
}

export type Send<K extends ReceiverKind> = (
  fields: Readonly<ReceiverFieldsByKind[K]>,
  notification: Notification,
  sender: Sender,
) => Promise<SendOutcome>

const REQUEST_TIMEOUT_MS = 30_000

/** One integration's way out. */
export class Sender {
  readonly clock: Clock
  readonly world: IntegrationWorld
  /** Between notifications: tokens that are still good. */
  readonly memory: Map<string, { readonly text: string; readonly atMs: number }>
  readonly #client: HttpClient
  readonly #hear: ((line: DialogueLine) => void) | undefined

  constructor(
    world: IntegrationWorld,
    client: HttpClient,
    memory: Sender['memory'],
    hear?: (line: DialogueLine) => void,
  ) {
    this.world = world
    this.clock = world.clock
    this.memory = memory
    this.#client = client
    this.#hear = hear
  }

  /** The value, or the trimmed text of the file. @throws OutsideError `disk/…` */
  async secret(value: string, file: string): Promise<string> {
    if (file === '') return value
    const bytes = await this.world.disk.readFile(file, SECRET_FILE_BYTES_MAX)
    return new TextDecoder().decode(bytes).trim()
  }

  /** @throws OutsideError when there was no answer; its message does not have the URL, which may be a secret */
  async request(request: SenderRequest): Promise<Answer> {
    const { url, method = 'POST', body, contentType, headers = [], timeoutMs } = request
    const limit = timeoutMs === undefined || timeoutMs === 0 ? REQUEST_TIMEOUT_MS : timeoutMs
    this.#hear?.({ from: 'client', text: `${method} ${shownUrl(url)}` })
    if (body !== undefined) this.#hear?.({ from: 'client', text: new TextDecoder().decode(body) })
    try {
      const response = await this.#client.request({
        url,
        method,
        headers: [
          ['User-Agent', this.world.userAgent],
          ...(contentType === undefined ? [] : [['Content-Type', contentType] as const]),
          ...headers,
        ],
        ...(body === undefined ? {} : { body }),
        ...(request.credentials === undefined ? {} : { credentials: request.credentials }),
        timeoutMs: limit,
        maxBodyBytes: RECEIVER_ANSWER_BYTES_MAX,
        signal: request.signal,
      })
      const text = new TextDecoder().decode(response.body)
      const answer = {
        status: response.status,
        text,
        contentType: response.headers.get('content-type') ?? '',
      }
      response.release()
      this.#hear?.({
        from: 'server',
        text: `${response.statusText}\n${text.slice(0, ANSWER_SHOWN_MAX)}`,
      })
      return answer
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      const message = messageOf(error).replaceAll(url, '<redacted>')
      this.#hear?.({ from: 'server', text: message })
      throw new OutsideError(error.code, message, { cause: error })
    }
  }
}

/** Without what may be a key: the path and the query of a webhook are its password. */
function shownUrl(url: string): string {
  const match = /^(https?:\/\/)(?:[^/?#@]*@)?([^/?#]*)/i.exec(url)
  return match === null ? '<redacted>' : `${match[1]}${match[2]}/<redacted>`
}

export function failed(
  reason: FailureReason,
  error: string,
  isRetryable: boolean,
  fix?: string,
): SendOutcome {
  return {
    ok: false,
    isRetryable,
    reason,
    error,
    stage: 'request',
    ...(fix === undefined ? {} : { fix }),
  }
}

const FIXES: ReadonlyMap<number, string> = new Map([
  [401, 'check the token or the credentials of http_config'],
  [403, 'the receiver knows who we are but does not allow it: check the permissions of the token'],
  [404, 'the receiver has no such address: check the URL, and that the webhook was not deleted'],
  [413, 'the message is too large for the receiver: set max_alerts or shorten the template'],
  [429, 'the receiver limits how often it is called: group more alerts, or wait'],
])

/**
 * What a status means: 2xx is done, 5xx and some others may be tried again.
 * @source Alertmanager notify.Retrier
 */
export function outcomeOf(
  answer: Answer,
  retryCodes: readonly number[] = [],
  details: string = answer.text.slice(0, ANSWER_SHOWN_MAX),
): SendOutcome {
  const { status } = answer
  if (status >= 200 && status < 300) return { ok: true }
  const isRetryable = (status >= 500 && status < 600) || retryCodes.includes(status)
  const error = `unexpected status code ${status}${details === '' ? '' : `: ${details}`}`
  return failed(reasonOf(status), error, isRetryable, FIXES.get(status))
}

function reasonOf(status: number): FailureReason {
  if (status === 401 || status === 403) return 'authError'
  if (status === 429) return 'rateLimited'
  if (status >= 400 && status < 500) return 'clientError'
  return status >= 500 && status < 600 ? 'serverError' : 'other'
}

const TRANSPORT_FIXES: readonly (readonly [RegExp, string])[] = [
  [/connection refused/, 'nothing listens there: check host and port'],
  [
    /no such host|ENOTFOUND|EAI_AGAIN/,
    'the name has no address: check the host name and the DNS server',
  ],
  [
    /certificate|self.signed|x509/i,
    'the certificate is not trusted: set tls_config.ca_file, or correct server_name',
  ],
  [/deadline exceeded|timeout/i, 'no answer in time: check the network and proxies in between'],
]

/** A request that had no answer, or a file that could not be read. */
export function thrownOutcome(error: unknown): SendOutcome {
  if (error instanceof OutsideError) {
    const message = messageOf(error)
    if (error.code.startsWith('disk/'))
      return failed('other', message, false, 'the file of a secret or URL must be readable')
    const fix = TRANSPORT_FIXES.find(([pattern]) => pattern.test(message))?.[1]
    const reason: FailureReason =
      error.code === 'http/timeout'
        ? 'contextDeadlineExceeded'
        : error.code === 'http/aborted'
          ? 'contextCanceled'
          : 'other'
    return failed(reason, message, true, fix)
  }
  if (error instanceof UserError)
    return {
      ok: false,
      isRetryable: false,
      reason: 'clientError',
      error: messageOf(error),
      stage: error.code.startsWith('template/') ? 'template' : 'request',
    }
  throw error
}

/** `application/json` with a text of the reference's making. */
export const JSON_TYPE = 'application/json'

/** An object of a JSON text, or undefined. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** A field that is text; numbers count as text. */
export function textField(object: Readonly<Record<string, unknown>>, name: string): string {
  const value = Object.hasOwn(object, name) ? object[name] : undefined
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** undefined instead of '': the reference leaves empty fields out. */
export function orOmit(text: string): string | undefined {
  return text === '' ? undefined : text
}
