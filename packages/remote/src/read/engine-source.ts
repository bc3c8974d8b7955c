// Engines without remote read, read by their HTTP APIs: VictoriaMetrics by its export, others by an instant query of a
// range selector, which answers every sample in the range.

import { type Clock, OutsideError, quoted } from '@pharos/base'
import { type HttpClient, listOf, objectOf, pairsOf, textOf } from '@pharos/http'
import { Labels, parseValue, STALE } from '@pharos/model'
import { READ_ANSWER_BYTES } from '../limits.ts'
import { ColumnsBuilder } from './read-answer.ts'
import type { ReadQuery } from './read-message.ts'
import type { ReadSource } from './read-source.ts'
import type { SeriesColumns } from './series-samples.ts'

interface EngineSourceSettings {
  readonly name: string
  /** What `/api/v1/…` is put behind. */
  readonly url: string
  readonly api: 'export' | 'query'
  readonly timeoutMs: number
  readonly headers: readonly (readonly [string, string])[]
  readonly userAgent: string
}

/** Of a refusal's text. */
const REASON_BYTES = 512
/** Read between two turns of the event loop. */
const TURN_BYTES = 2 << 20
const NEWLINE = 10
/** Longer requests are sent as a body: proxies cut long lines. */
const GET_CHARACTERS = 4000

export class EngineSource implements ReadSource {
  readonly name: string
  readonly #client: HttpClient
  readonly #clock: Clock
  readonly #settings: EngineSourceSettings

  constructor(client: HttpClient, clock: Clock, settings: EngineSourceSettings) {
    this.name = settings.name
    this.#clock = clock
    this.#client = client
    this.#settings = settings
  }

  async fetch(query: ReadQuery): Promise<readonly SeriesColumns[]> {
    if (this.#settings.api === 'export') {
      const form = { 'match[]': selectorOf(query), ...timesOf(query) }
      return this.#ask('/api/v1/export', form, (body) => exportedSeries(body, query, this.#clock))
    }
    // One ms more, because the range of a selector is open on its left.
    const form = {
      query: `${selectorOf(query)}[${query.endMs - query.startMs + 1}ms]`,
      time: String(query.endMs / 1000),
    }
    return this.#ask('/api/v1/query', form, (body) => matrixSeries(jsonOf(body), query))
  }

  labelNames(query: ReadQuery): Promise<readonly string[]> {
    return this.#list('/api/v1/labels', query)
  }

  labelValues(name: string, query: ReadQuery): Promise<readonly string[]> {
    return this.#list(`/api/v1/label/${encodeURIComponent(name)}/values`, query)
  }

  close(): void {
    this.#client.close()
  }

  #list(path: string, query: ReadQuery): Promise<readonly string[]> {
    const form = {
      ...(query.matchers.length > 0 ? { 'match[]': selectorOf(query) } : {}),
      ...timesOf(query),
    }
    return this.#ask(path, form, (body) => listOf(objectOf(jsonOf(body))['data']).map(textOf))
  }

  async #ask<T>(
    path: string,
    form: Readonly<Record<string, string>>,
    read: (body: Uint8Array) => T | Promise<T>,
  ): Promise<T> {
    const { url, timeoutMs, headers, userAgent } = this.#settings
    const parameters = new URLSearchParams(form).toString()
    // Answers to POST come cut and yet complete through vmauth 1.79, 7 in 100 on a busy machine; to GET never.
    const isShort = parameters.length <= GET_CHARACTERS
    const answer = await this.#client.request({
      url: isShort ? `${url}${path}?${parameters}` : url + path,
      method: isShort ? 'GET' : 'POST',
      timeoutMs,
      maxBodyBytes: READ_ANSWER_BYTES,
      ...(isShort ? {} : { body: new TextEncoder().encode(parameters) }),
      headers: [
        ...(isShort ? [] : [['Content-Type', 'application/x-www-form-urlencoded'] as const]),
        ['User-Agent', userAgent],
        ...headers,
      ],
    })
    try {
      if (answer.status === 200) return await read(answer.body)
      const text = new TextDecoder().decode(answer.body.subarray(0, REASON_BYTES)).trim()
      throw broken(`${path} answered ${answer.statusText}: ${text}`)
    } finally {
      answer.release()
    }
  }
}

function selectorOf({ matchers }: ReadQuery): string {
  return `{${matchers.map(String).join(',')}}`
}

function timesOf({ startMs, endMs }: ReadQuery): { start: string; end: string } {
  return { start: String(startMs / 1000), end: String(endMs / 1000) }
}

function jsonOf(bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes)
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new OutsideError('remote/read', `the answer is no JSON: ${quoted(text)}`, { cause })
  }
}

/** Lines of `{"metric": {…}, "values": […], "timestamps": […]}`; a series may have several. */
async function exportedSeries(
  body: Uint8Array,
  query: ReadQuery,
  clock: Clock,
): Promise<SeriesColumns[]> {
  const all = new Map<string, ColumnsBuilder>()
  let turnAt = TURN_BYTES
  for (let from = 0; from < body.length;) {
    const end = body.indexOf(NEWLINE, from)
    const to = end < 0 ? body.length : end
    if (to > from) {
      const line = objectOf(jsonOf(body.subarray(from, to)))
      const times = listOf(line['timestamps'])
      const values = listOf(line['values'])
      if (times.length !== values.length)
        throw broken(`${times.length} times and ${values.length} values of a series`)
      const series = builderOf(all, labelsOf(line['metric']))
      times.forEach((time, i) => {
        const tMs = Number(time)
        if (tMs >= query.startMs && tMs <= query.endMs) series.add(tMs, exportedValue(values[i]))
      })
    }
    from = to + 1
    if (from < turnAt) continue
    turnAt = from + TURN_BYTES
    await clock.sleep(0)
  }
  return [...all.values()].map((one) => one.columns())
}

/** The only NaN that VictoriaMetrics keeps is the stale marker, and its JSON has null for it. */
function exportedValue(value: unknown): number {
  if (value === null || value === undefined) return STALE
  if (typeof value === 'number') return value
  return parseValue(textOf(value).replace('Infinity', 'Inf')) ?? STALE
}

function matrixSeries(answer: unknown, query: ReadQuery): SeriesColumns[] {
  const result = listOf(objectOf(objectOf(answer)['data'])['result'])
  return result.map((one) => {
    const { metric, values, histograms } = objectOf(one)
    if (histograms !== undefined && listOf(histograms).length > 0)
      throw broken('native histograms cannot be read by the query API')
    const series = new ColumnsBuilder(labelsOf(metric))
    for (const sample of listOf(values)) {
      const [seconds, value] = listOf(sample)
      const tMs = Math.round(Number(seconds) * 1000)
      if (tMs < query.startMs || tMs > query.endMs) continue
      series.add(tMs, parseValue(textOf(value)) ?? NaN)
    }
    return series.columns()
  })
}

function labelsOf(metric: unknown): Labels {
  return Labels.of(pairsOf(metric))
}

function builderOf(all: Map<string, ColumnsBuilder>, labels: Labels): ColumnsBuilder {
  const known = all.get(labels.key)
  if (known !== undefined) return known
  const fresh = new ColumnsBuilder(labels)
  all.set(labels.key, fresh)
  return fresh
}

function broken(what: string): OutsideError {
  return new OutsideError('remote/read', what)
}
