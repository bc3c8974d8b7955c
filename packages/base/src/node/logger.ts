// Log lines in the shape of Prometheus 3: `time=… level=INFO msg="…" component=… key=value`, or the same keys
// as JSON. Written here and not with a library: the shape is ten lines, and logfmt is nobody's fast path.
import type { Clock } from '../clock.ts'
import type { LogFields, Logger, LogLevel } from '../log.ts'
import { realClock } from './real-clock.ts'

export interface LoggerOptions {
  /** Lines below this level are dropped. Default `info`. */
  readonly level?: LogLevel
  readonly format?: 'logfmt' | 'json'
  /** Takes one line, newline included. Default: standard error. */
  readonly write?: (line: string) => void
  readonly clock?: Clock
}

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 }
const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/** A value over this length is cut: a line is for an operator, and a stranger may have sent the value. */
const LONGEST_VALUE_CHARS = 10_000

type Field = readonly [string, string | number | boolean]

/**
 * A logger that writes one line an event.
 * @source the shape of Go's log/slog TextHandler and JSONHandler as Prometheus 3 sets them up
 */
export function createLogger(options: LoggerOptions = {}): Logger {
  const write = options.write ?? ((line: string) => void process.stderr.write(line))
  const clock = options.clock ?? realClock
  const line = options.format === 'json' ? jsonLine : logfmtLine
  const lowest = RANK[options.level ?? 'info']

  const make = (component: string | undefined): Logger => {
    const at = (level: LogLevel) => {
      if (RANK[level] < lowest) return () => {}
      const head: readonly Field[] = component === undefined ? [] : [['component', component]]
      return (message: string, fields: LogFields = {}) => {
        const all: Field[] = [
          ['time', new Date(clock.now()).toISOString()],
          ['level', level.toUpperCase()],
          ['msg', message],
          ...head,
        ]
        for (const [key, value] of Object.entries(fields)) {
          if (value !== undefined) all.push([key, value])
        }
        write(line(all))
      }
    }
    const [debug, info, warn, error] = LEVELS.map(at) as [
      Logger['debug'],
      Logger['info'],
      Logger['warn'],
      Logger['error'],
    ]
    return { debug, info, warn, error, component: make }
  }
  return make(undefined)
}

function logfmtLine(fields: readonly Field[]): string {
  return `${fields.map(([key, value]) => `${logfmtText(key)}=${logfmtText(cut(value))}`).join(' ')}\n`
}

function jsonLine(fields: readonly Field[]): string {
  const object = Object.create(null) as Record<string, unknown>
  for (const [key, value] of fields) {
    object[key] = typeof value === 'number' && !Number.isFinite(value) ? String(value) : cut(value)
  }
  return `${JSON.stringify(object)}\n`
}

function cut<T>(value: T): T | string {
  if (typeof value !== 'string' || value.length <= LONGEST_VALUE_CHARS) return value
  return `${value.slice(0, LONGEST_VALUE_CHARS)}…`
}

/** Quoted when it would not read back as one word. */
function logfmtText(value: string | number | boolean): string {
  const text = String(value)
  // oxlint-disable-next-line no-control-regex -- control characters are what must not reach a terminal
  return text === '' || /[\s="\u0000-\u001f\u007f-\u009f\ufffd]/u.test(text)
    ? // oxlint-disable-next-line no-control-regex -- the same
      JSON.stringify(text).replace(/[\u007f-\u009f]/gu, (c) => `\\u${hex4(c)}`)
    : text
}

function hex4(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, '0')
}
