// What a line of an import says, in whatever format it came.
import { UserError } from '@pharos/base'

export interface ImportedSeries {
  /** Names and values, with `__name__`, in any order, each name once. */
  readonly labels: ReadonlyMap<string, string>
  /** ms since 1970, as many as values. */
  readonly timesMs: readonly number[]
  readonly values: readonly number[]
}

/**
 * Reads one line, which has no line feed.
 * @throws UserError `import/line`, which does not know the line's number
 */
export type LineReader = (line: string) => readonly ImportedSeries[]

export function badLine(message: string): UserError {
  return new UserError('import/line', message)
}

/** A piece of a line as it stands in a message. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}

/** @throws UserError `import/line` */
export function numberOf(text: string, what: string): number {
  const value = Number(text)
  if (text.trim() === '' || Number.isNaN(value)) {
    if (/^nan$/i.test(text)) return NaN
    const infinity = /^([+-]?)inf(inity)?$/i.exec(text)
    if (infinity !== null) return infinity[1] === '-' ? -Infinity : Infinity
    throw badLine(`${what} wants a number, has ${quoted(text)}`)
  }
  return value
}
