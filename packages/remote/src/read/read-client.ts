// The asking end of remote read.

import { type Clock, OutsideError, snappyEncode } from '@pharos/base'
import type { HttpClient, HttpResponse } from '@pharos/http'
import type { SelectHints } from '@pharos/tsdb'
import { READ_ANSWER_BYTES } from '../limits.ts'
import { readSamplesAnswer, readStreamedAnswer } from './read-answer.ts'
import { type ReadQuery, readRequestBody } from './read-message.ts'
import type { ReadSource } from './read-source.ts'
import type { SeriesColumns } from './series-samples.ts'

interface ReadClientSettings {
  readonly name: string
  readonly url: string
  readonly timeoutMs: number
  readonly headers: readonly (readonly [string, string])[]
  readonly userAgent: string
}

/** Of a refusal's text. */
const REASON_BYTES = 512

export class ReadClient implements ReadSource {
  readonly name: string
  readonly #settings: ReadClientSettings
  readonly #client: HttpClient
  readonly #clock: Clock

  constructor(client: HttpClient, clock: Clock, settings: ReadClientSettings) {
    this.name = settings.name
    this.#clock = clock
    this.#client = client
    this.#settings = settings
  }

  async fetch(query: ReadQuery, hints: SelectHints): Promise<readonly SeriesColumns[]> {
    const { url, timeoutMs, headers, userAgent } = this.#settings
    const answer = await this.#client.request({
      url,
      method: 'POST',
      body: snappyEncode(readRequestBody(query, hints)),
      timeoutMs,
      maxBodyBytes: READ_ANSWER_BYTES,
      headers: [
        ['Content-Type', 'application/x-protobuf'],
        ['Content-Encoding', 'snappy'],
        ['X-Prometheus-Remote-Read-Version', '0.1.0'],
        ['User-Agent', userAgent],
        ...headers,
      ],
    })
    try {
      return await columnsOf(answer, query, this.#clock)
    } finally {
      answer.release()
    }
  }

  close(): void {
    this.#client.close()
  }
}

async function columnsOf(
  answer: HttpResponse,
  query: ReadQuery,
  clock: Clock,
): Promise<SeriesColumns[]> {
  if (answer.status < 200 || answer.status >= 300) {
    const text = new TextDecoder().decode(answer.body.subarray(0, REASON_BYTES)).trim()
    throw new OutsideError(
      'remote/read',
      `remote server returned http status ${answer.statusText}: ${text}`,
    )
  }
  const type = answer.headers.get('content-type') ?? ''
  if (type.startsWith('application/x-streamed-protobuf'))
    return readStreamedAnswer(answer.body, query, clock)
  if (type.startsWith('application/x-protobuf'))
    return readSamplesAnswer(answer.body, READ_ANSWER_BYTES)
  throw new OutsideError('remote/read', `remote server answered with ${type || 'no content type'}`)
}
