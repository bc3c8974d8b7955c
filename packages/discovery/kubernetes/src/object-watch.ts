// All objects of one kind: listed, then kept by a watch; listed again when the watch cannot go on. What is known stays
// while the server is away.

import { messageOf, OutsideError } from '@pharos/base'
import type { Clock, Logger } from '@pharos/base'
import { listOf, objectOf, requestJson, textOf } from '@pharos/http'
import type { HttpClient, Json } from '@pharos/http'
import {
  OBJECTS_MAX,
  PAGE_SIZE,
  RETRY_MS_MAX,
  RETRY_MS_MIN,
  WATCH_LINE_BYTES_MAX,
  WATCH_SECONDS,
} from './limits.ts'

interface ObjectWatchOptions {
  readonly client: HttpClient
  readonly clock: Clock
  readonly log: Logger
  /** `https://host/api/v1/pods` */
  readonly url: string
  /** `labelSelector` and `fieldSelector`. */
  readonly query: readonly (readonly [string, string])[]
  /** Something is different, or the first list is there. */
  readonly changed: () => void
}

export class ObjectWatch {
  readonly stats = { lists: 0, watches: 0, events: 0, failures: 0 }
  /** By `namespace/name`. */
  readonly objects: Map<string, Json> = new Map()
  /** True once a list was read. */
  isListed = false
  readonly #options: ObjectWatchOptions

  constructor(options: ObjectWatchOptions) {
    this.#options = options
  }

  /** Until the signal; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, url } = this.#options
    let waitMs = RETRY_MS_MIN
    while (!signal.aborted) {
      try {
        let version = await this.#list(signal)
        waitMs = RETRY_MS_MIN
        while (!signal.aborted) version = await this.#watch(version, signal)
      } catch (error) {
        if (signal.aborted) return
        // A version that is too old is no failure: the list is read again.
        if (!(error instanceof OutsideError) || error.code !== 'discovery/gone') {
          this.stats.failures++
          log.warn('kubernetes discovery failed, what is known stays', {
            url,
            err: messageOf(error),
          })
        }
        await clock.sleep(waitMs, signal).catch(() => {})
        waitMs = Math.min(waitMs * 2, RETRY_MS_MAX)
      }
    }
  }

  /** @returns the version from which to watch */
  async #list(signal: AbortSignal): Promise<string> {
    const found = new Map<string, Json>()
    let token = ''
    let version = ''
    do {
      const query: [string, string][] = [['limit', String(PAGE_SIZE)]]
      if (token !== '') query.push(['continue', token])
      const { value } = await requestJson(this.#options.client, { url: this.#url(query), signal })
      const page = objectOf(value)
      const metadata = objectOf(page['metadata'])
      for (const item of listOf(page['items']).map(objectOf)) found.set(keyOf(item), item)
      token = textOf(metadata['continue'])
      version = textOf(metadata['resourceVersion'])
      if (found.size > OBJECTS_MAX)
        throw new OutsideError('discovery/answer', `more than ${OBJECTS_MAX} objects`)
    } while (token !== '')
    this.stats.lists++
    this.objects.clear()
    for (const [key, item] of found) this.objects.set(key, item)
    this.isListed = true
    this.#options.changed()
    return version
  }

  /** @returns the version up to which it came. @throws OutsideError `discovery/gone` when that is too old */
  async #watch(from: string, signal: AbortSignal): Promise<string> {
    this.stats.watches++
    let version = from
    let rest = ''
    let status = 0
    const decoder = new TextDecoder()
    await this.#options.client.stream({
      url: this.#url([
        ['watch', 'true'],
        ['allowWatchBookmarks', 'true'],
        ['resourceVersion', from],
        ['timeoutSeconds', String(WATCH_SECONDS)],
      ]),
      headers: [['Accept', 'application/json']],
      signal,
      onHead: (code) => (status = code),
      onBody: (bytes) => {
        rest += decoder.decode(bytes, { stream: true })
        if (rest.length > WATCH_LINE_BYTES_MAX)
          throw new OutsideError('discovery/answer', 'a line of the watch is too long')
        const lines = rest.split('\n')
        rest = lines.pop()!
        if (status !== 200) return
        for (const line of lines) if (line.trim() !== '') version = this.#take(line, version)
      },
    })
    if (status === 410) throw new OutsideError('discovery/gone', 'the version is too old')
    if (status !== 200)
      throw new OutsideError('discovery/status', `watch: server returned HTTP status ${status}`)
    return version
  }

  #take(line: string, version: string): string {
    let event: Json
    try {
      event = objectOf(JSON.parse(line))
    } catch (error) {
      throw new OutsideError('discovery/answer', `watch: ${messageOf(error)}`, { cause: error })
    }
    this.stats.events++
    const object = objectOf(event['object'])
    const type = textOf(event['type'])
    if (type === 'ERROR') {
      const code = object['code'] === 410 ? 'discovery/gone' : 'discovery/answer'
      throw new OutsideError(code, `watch: ${textOf(object['message'])}`)
    }
    if (type === 'DELETED') this.objects.delete(keyOf(object))
    else if (type === 'ADDED' || type === 'MODIFIED') {
      if (this.objects.size < OBJECTS_MAX) this.objects.set(keyOf(object), object)
    }
    if (type !== 'BOOKMARK') this.#options.changed()
    return textOf(objectOf(object['metadata'])['resourceVersion']) || version
  }

  #url(query: readonly (readonly [string, string])[]): string {
    const parameters = new URLSearchParams(
      [...this.#options.query, ...query].map((pair) => [...pair]),
    )
    return `${this.#options.url}?${parameters.toString()}`
  }
}

function keyOf(object: Json): string {
  const { namespace, name } = objectOf(object['metadata'])
  return `${textOf(namespace)}/${textOf(name)}`
}
