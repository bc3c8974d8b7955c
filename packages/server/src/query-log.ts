// The query log (global.query_log_file): one line of JSON a query, with the reference's names.

import { type QueryOrigin, type AskedTimes, statsJson } from '@pharos/api'
import { type Disk, type Logger, messageOf, type OpenFile } from '@pharos/base'
import type { QueryStats } from '@pharos/promql'

export interface LoggedQuery {
  readonly query: string
  readonly times: AskedTimes
  readonly options: { readonly origin?: QueryOrigin }
  readonly queueMs: number
  readonly stats: QueryStats
  /** Undefined for a query that was answered. */
  readonly error: unknown
}

interface Line {
  readonly path: string
  readonly line: string
}

/** Lines that may wait for the disk; beyond that they are dropped and counted. */
const MAX_PENDING = 10_000

export class QueryLog {
  readonly stats = { written: 0, dropped: 0, failures: 0 }
  readonly #disk: Disk
  readonly #log: Logger
  #path = ''
  #file: OpenFile | undefined = undefined
  #pending: Line[] = []
  #writing: Promise<void> = Promise.resolve()
  #isWriting = false

  constructor(disk: Disk, log: Logger) {
    this.#disk = disk
    this.#log = log
  }

  /** Adds a line to the file; '' logs nothing. Returns at once. */
  add(path: string, nowMs: number, query: LoggedQuery): void {
    if (path === '') return
    if (this.#pending.length >= MAX_PENDING) {
      this.stats.dropped++
      return
    }
    this.#pending.push({ path, line: queryLogLine(nowMs, query) })
    if (this.#isWriting) return
    this.#isWriting = true
    this.#writing = this.#writing.then(() => this.#write())
  }

  async close(): Promise<void> {
    await this.#writing
    await this.#closeFile()
  }

  async #write(): Promise<void> {
    try {
      while (this.#pending.length > 0) {
        const { path } = this.#pending[0]!
        const other = this.#pending.findIndex((line) => line.path !== path)
        const lines = this.#pending.splice(0, other < 0 ? this.#pending.length : other)
        await this.#append(path, lines.map(({ line }) => line).join(''))
        this.stats.written += lines.length
      }
    } catch (error) {
      this.stats.failures++
      this.#log.error('query log cannot be written', { path: this.#path, err: messageOf(error) })
    } finally {
      this.#isWriting = false
    }
  }

  async #append(path: string, text: string): Promise<void> {
    if (path !== this.#path) await this.#closeFile()
    this.#path = path
    this.#file ??= await this.#disk.open(path, 'append')
    await this.#file.append(new TextEncoder().encode(text))
  }

  async #closeFile(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }
}

/** One line, ending in a line feed. Keys and their order are the reference's; maps are sorted. */
export function queryLogLine(nowMs: number, logged: LoggedQuery): string {
  const { query, times, options, error } = logged
  const { origin } = options
  const iso = (ms: number): string => new Date(ms).toISOString()
  const head = JSON.stringify({
    time: iso(nowMs),
    level: 'INFO',
    source: 'query-log',
    msg: 'promql query logged',
    params: {
      end: iso(times.endMs),
      query,
      start: iso(times.startMs),
      step: Math.trunc(times.stepMs / 1000),
    },
    ...(error === undefined ? {} : { error: messageOf(error) }),
  })
  const tail = JSON.stringify({
    spanID: '0000000000000000',
    traceID: '00000000000000000000000000000000',
    ...(origin?.source === 'api'
      ? {
          httpRequest: { clientIP: origin.clientAddress, method: origin.method, path: origin.path },
        }
      : {}),
  })
  const stats = statsJson(logged.stats, logged.queueMs)
  return `${head.slice(0, -1)},"stats":${stats},${tail.slice(1)}\n`
}
