// One way to ask a backend for JSON, for all discoveries.

import { messageOf, OutsideError, quoted } from '@pharos/base'
import { BACKEND_ANSWER_BYTES_MAX, BACKEND_TIMEOUT_MS } from './limits.ts'
import type { HttpClient, HttpRequest } from './http-client.ts'

/**
 * Asks for JSON.
 * @throws OutsideError `http/status` for any answer but a 2xx, `http/json` for one that is no JSON, and what the client throws
 */
export async function requestJson(
  client: HttpClient,
  request: HttpRequest,
): Promise<{ readonly value: unknown; readonly headers: ReadonlyMap<string, string> }> {
  const response = await client.request({
    timeoutMs: BACKEND_TIMEOUT_MS,
    maxBodyBytes: BACKEND_ANSWER_BYTES_MAX,
    ...request,
    headers: [
      ['Accept', 'application/json'],
      ['Accept-Encoding', 'gzip'],
      ...(request.headers ?? []),
    ],
  })
  const text = new TextDecoder().decode(response.body)
  response.release()
  const where = request.url.split('?', 1)[0]!
  if (response.status < 200 || response.status > 299) {
    const said = text.trim() === '' ? '' : `: ${quoted(text.trim())}`
    throw new OutsideError(
      'http/status',
      `${where}: server returned HTTP status ${response.statusText}${said}`,
    )
  }
  try {
    return { value: JSON.parse(text) as unknown, headers: response.headers }
  } catch (error) {
    throw new OutsideError('http/json', `${where}: ${messageOf(error)}`, { cause: error })
  }
}
