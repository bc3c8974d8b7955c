// The watch: one POST whose answer is a line of JSON for each message, as long as the stream lives.

import { OutsideError } from '@pharos/base'
import type { TlsClientOptions } from '@pharos/base'
import type { HttpClient } from '@pharos/http'
import { refusalOf, throwStreamError } from './etcd-errors.ts'
import {
  base64Of,
  headerOf,
  jsonObject,
  numberAt,
  objectAt,
  prefixEnd,
  textAt,
  watchEventsOf,
} from './etcd-wire.ts'
import type { WatchEvent } from './etcd-wire.ts'
import { WATCH_CREATE_MS, WATCH_LINE_BYTES_MAX } from './limits.ts'

export interface WatchOptions {
  /** The first revision that is told. */
  readonly startRevision: number
  readonly signal?: AbortSignal
  /** The watch stands: nothing from `startRevision` on will be missed while it does. */
  onCreated(): void
  /** Events of one or more revisions, in order; `revision` is the store's at that time. */
  onEvents(events: readonly WatchEvent[], revision: number): void
}

interface Place {
  readonly endpoint: string
  readonly token: string
  readonly tls: { readonly tls?: TlsClientOptions }
}

export async function watchPrefix(
  http: Pick<HttpClient, 'stream'>,
  place: Place,
  prefix: string,
  options: WatchOptions,
): Promise<void> {
  const request = {
    create_request: {
      key: base64Of(prefix),
      range_end: base64Of(prefixEnd(prefix)),
      start_revision: String(options.startRevision),
      progress_notify: true,
    },
  }
  let status = 0
  let refusal = ''
  const lines = new Lines((line) => takeMessage(line, options))
  await http.stream({
    url: `${place.endpoint}/v3/watch`,
    method: 'POST',
    headers: [
      ['Content-Type', 'application/json'],
      ...(place.token === '' ? [] : [['Grpc-Metadata-Token', place.token] as const]),
    ],
    body: new TextEncoder().encode(JSON.stringify(request)),
    headTimeoutMs: WATCH_CREATE_MS,
    ...place.tls,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    onHead: (code) => {
      status = code
    },
    onBody: (bytes) => {
      if (status === 200) lines.take(bytes)
      else if (refusal.length < 4_096) refusal += new TextDecoder().decode(bytes)
    },
  })
  if (status !== 200) throw refusalOf(status, String(status), refusal)
  throw new OutsideError('registry/watch', 'the registry ended the watch')
}

function takeMessage(line: string, options: WatchOptions): void {
  const answer = jsonObject(line)
  throwStreamError(answer)
  const result = objectAt(answer, 'result')
  const compacted = numberAt(result, 'compact_revision')
  if (compacted > 0) {
    throw new OutsideError(
      'registry/compacted',
      `revision ${options.startRevision} is forgotten, the oldest is ${compacted}`,
    )
  }
  if (result['canceled'] === true) {
    const why = textAt(result, 'cancel_reason') || 'no reason given'
    throw new OutsideError('registry/watch', `the registry canceled the watch: ${why}`)
  }
  if (result['created'] === true) options.onCreated()
  const events = watchEventsOf(result)
  if (events.length > 0) options.onEvents(events, headerOf(result).revision)
}

/** Cuts a stream of bytes into lines. */
class Lines {
  readonly #take: (line: string) => void
  #parts: Uint8Array[] = []
  #length = 0

  constructor(take: (line: string) => void) {
    this.#take = take
  }

  take(bytes: Uint8Array): void {
    let from = 0
    for (;;) {
      const end = bytes.indexOf(10, from)
      if (end < 0) break
      this.#keep(bytes.subarray(from, end))
      from = end + 1
      const line = Buffer.concat(this.#parts).toString('utf8')
      this.#parts = []
      this.#length = 0
      if (line.trim() !== '') this.#take(line)
    }
    if (from < bytes.length) this.#keep(bytes.slice(from))
  }

  #keep(part: Uint8Array): void {
    this.#length += part.length
    if (this.#length > WATCH_LINE_BYTES_MAX) {
      throw new OutsideError(
        'registry/answer',
        `a message of the watch is over ${WATCH_LINE_BYTES_MAX} bytes`,
      )
    }
    this.#parts.push(part)
  }
}
