import { createRealNet, realClock } from '@pharos/base/node'
import { messageOf, quoted, UserError } from '@pharos/base'
import { createHttpClient } from '@pharos/http'
import { Labels, parseDuration } from '@pharos/model'
import type { Terminal } from './terminal.ts'

const TIMEOUT_MS = 120_000
const MAX_ANSWER_BYTES = 512 * 2 ** 20

/** A series of an answer. */
export interface Point {
  readonly metric: Readonly<Record<string, string>>
  readonly value?: readonly [number, string]
  readonly values?: readonly (readonly [number, string])[]
}

interface Envelope {
  readonly status: string
  readonly errorType?: string
  readonly error?: string
  readonly warnings?: readonly string[]
  readonly data?: unknown
}

export async function queryInstant(
  server: string,
  expr: string,
  options: { readonly time?: string; readonly format: string },
  terminal: Terminal,
): Promise<number> {
  const time = options.time === undefined ? realClock.now() / 1000 : seconds(options.time)
  return print(
    await askServer(server, 'query', { query: expr, time: String(time) }),
    options.format,
    terminal,
  )
}

export async function queryRange(
  server: string,
  expr: string,
  options: {
    readonly start?: string
    readonly end?: string
    readonly step?: string
    readonly format: string
  },
  terminal: Terminal,
): Promise<number> {
  const end = options.end === undefined ? realClock.now() / 1000 : seconds(options.end)
  const start = options.start === undefined ? end - 300 : seconds(options.start)
  // The reference's choice of resolution: as many steps as a graph shows.
  const step =
    options.step === undefined
      ? Math.max(Math.floor((end - start) / 250), 1)
      : parseDuration(options.step) / 1000
  const form = { query: expr, start: String(start), end: String(end), step: String(step) }
  return print(await askServer(server, 'query_range', form), options.format, terminal)
}

/** Unix seconds of a time that is one, or RFC3339. @throws UserError `promtool/time` */
export function seconds(text: string): number {
  const value = /^[\d.]+$/.test(text) ? Number(text) : Date.parse(text) / 1000
  if (Number.isNaN(value))
    throw new UserError('promtool/time', `wants a Unix time or RFC3339, has ${quoted(text)}`)
  return value
}

export async function askServer(
  server: string,
  path: string,
  form: Readonly<Record<string, string>>,
): Promise<Envelope> {
  const client = createHttpClient({ net: createRealNet(), clock: realClock })
  const url = `${server.includes('://') ? server : `http://${server}`}`.replace(/\/$/, '')
  try {
    const answer = await client.request({
      method: 'POST',
      url: `${url}/api/v1/${path}`,
      headers: [['Content-Type', 'application/x-www-form-urlencoded']],
      body: new TextEncoder().encode(new URLSearchParams(form).toString()),
      timeoutMs: TIMEOUT_MS,
      maxBodyBytes: MAX_ANSWER_BYTES,
    })
    const text = new TextDecoder().decode(answer.body)
    return parseEnvelope(text, answer.status)
  } catch (error) {
    throw new UserError('promtool/query', `query error: ${messageOf(error)}`, { cause: error })
  } finally {
    client.close()
  }
}

function parseEnvelope(text: string, status: number): Envelope {
  try {
    return JSON.parse(text) as Envelope
  } catch (error) {
    throw new UserError(
      'promtool/answer',
      `server answered ${status} without JSON: ${quoted(text)}`,
      { cause: error },
    )
  }
}

function print(answer: Envelope, format: string, terminal: Terminal): number {
  if (answer.status !== 'success' || answer.data === undefined) {
    terminal.writeError(
      `query error: ${answer.errorType ?? 'unknown'}: ${answer.error ?? 'no error text'}\n`,
    )
    return 1
  }
  for (const warning of answer.warnings ?? []) terminal.writeError(`warning: ${warning}\n`)
  // The shape is that of query and query_range.
  const { resultType, result } = answer.data as { resultType: string; result: unknown }
  if (format === 'json') terminal.write(`${JSON.stringify(result)}\n`)
  else terminal.write(promqlText(resultType, result))
  return 0
}

/** The result as the reference prints it: `series => value @[seconds]`. */
function promqlText(type: string, result: unknown): string {
  if (type === 'scalar' || type === 'string') {
    const [time, value] = result as readonly [number, string]
    return type === 'scalar' ? `scalar: ${value} @[${time}]\n` : `${value}\n`
  }
  return (result as readonly Point[]).map((one) => seriesText(one)).join('')
}

function seriesText(one: Point): string {
  const name = Labels.of(Object.entries(one.metric)).toMetric()
  if (one.value !== undefined) return `${name} => ${one.value[1]} @[${one.value[0]}]\n`
  const lines = (one.values ?? []).map(([time, value]) => `${value} @[${time}]\n`)
  return `${name} =>\n${lines.join('')}`
}
