// Samples pushed as lines: JSON, CSV and text as VictoriaMetrics takes them, and InfluxDB's protocol. Under the flag of
// remote write: who may send the one may send the other.
import { createGunzip } from 'node:zlib'
import { pipeline, type Readable } from 'node:stream'
import { OutsideError, UserError } from '@pharos/base'
import { sendText } from '@pharos/http'
import {
  csvReader,
  importLines,
  influxReader,
  type LineReader,
  readJsonLine,
  textReader,
} from '@pharos/remote'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RunningServer } from './running-server.ts'
import type { WriteReceivers } from './write-receivers.ts'

type ReaderOf = (parameters: URLSearchParams, nowMs: number) => LineReader

const influx: ReaderOf = (parameters, nowMs) =>
  influxReader(parameters.get('precision') ?? '', parameters.get('db') ?? '', nowMs)

/** @source VictoriaMetrics docs, how to import time series data */
const ROUTES: readonly (readonly [path: string, reader: ReaderOf])[] = [
  ['/api/v1/import', () => readJsonLine],
  ['/api/v1/import/csv', (parameters, nowMs) => csvReader(parameters.get('format') ?? '', nowMs)],
  ['/api/v1/import/prometheus', (parameters, nowMs) => textReader(timeOf(parameters, nowMs))],
  ['/write', influx],
  ['/influx/write', influx],
  ['/api/v2/write', influx],
  ['/influx/api/v2/write', influx],
]

/** @param app  a scope of its own: bodies are read as they come */
export function registerImport(
  app: FastifyInstance,
  server: RunningServer,
  receivers: WriteReceivers,
): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request: unknown, payload: Readable, done) => {
    done(null, payload)
  })
  for (const [path, readerOf] of ROUTES) {
    app.post(
      `${server.urls.prefix}${path}`,
      { bodyLimit: Number.MAX_SAFE_INTEGER },
      (request, reply) => imported(request, reply, server, receivers, readerOf),
    )
  }
}

async function imported(
  request: FastifyRequest,
  reply: FastifyReply,
  server: RunningServer,
  receivers: WriteReceivers,
  readerOf: ReaderOf,
): Promise<FastifyReply> {
  if (!server.settings.flags.bool('web.enable-remote-write-receiver')) {
    const text = 'imports need to be enabled with --web.enable-remote-write-receiver'
    return sendText(reply, 404, text)
  }
  const coding = request.headers['content-encoding'] ?? ''
  if (coding !== '' && coding !== 'gzip')
    return sendText(reply, 415, `${coding} encoding (compression) is not accepted; gzip is`)
  const parameters = new URL(request.url, 'http://localhost').searchParams
  try {
    const read = readerOf(parameters, server.settings.world.clock.now())
    const chunks = chunksOf(request.body as Readable | undefined, coding === 'gzip')
    const answer = await importLines(chunks, read, extraLabels(parameters), receivers.receiver)
    if (answer.status === 204) return reply.code(204).send()
    if (answer.status === 503) reply.header('retry-after', '5')
    return sendText(reply, answer.status, answer.text)
  } catch (error) {
    if (!(error instanceof UserError) && !(error instanceof OutsideError)) throw error
    return sendText(reply, 400, error.message)
  }
}

/** A body as it comes; only a line of it is ever in memory. */
async function* chunksOf(body: Readable | undefined, isPacked: boolean): AsyncIterable<Uint8Array> {
  if (body === undefined) return
  // A failure of either comes out of the loop below.
  const plain = isPacked ? pipeline(body, createGunzip(), () => {}) : body
  try {
    for await (const chunk of plain as AsyncIterable<Uint8Array>) yield chunk
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new OutsideError('http/packing', `the body cannot be read to its end: ${why}`, { cause })
  }
}

function extraLabels(parameters: URLSearchParams): Map<string, string> {
  const labels = new Map<string, string>()
  for (const text of parameters.getAll('extra_label')) {
    const at = text.indexOf('=')
    if (at < 1)
      throw new UserError(
        'import/format',
        `extra_label wants name=value, has ${JSON.stringify(text)}`,
      )
    labels.set(text.slice(0, at), text.slice(at + 1))
  }
  return labels
}

function timeOf(parameters: URLSearchParams, nowMs: number): number {
  const text = parameters.get('timestamp')
  if (text === null) return nowMs
  if (!/^-?\d+$/.test(text))
    throw new UserError(
      'import/format',
      `timestamp wants milliseconds, has ${JSON.stringify(text)}`,
    )
  return Number(text)
}
