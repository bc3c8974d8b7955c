// Parameters of a request: those of a form body first, then those of the URL. Times, durations and limits are
// read as the reference reads them.

import { UserError } from '@pharos/base'
import { goQuote, type Matcher, parseDuration, parseValue } from '@pharos/model'
import { parseSelector } from '@pharos/promql'
import { badData, invalidParameter } from './api-error.ts'

/** Beyond all samples; what no start and no end mean. */
export const MIN_TIME_MS = -8_640_000_000_000_000
export const MAX_TIME_MS = 8_640_000_000_000_000

/** What the API looks at of a request, whichever way it came. */
export interface ApiRequest {
  readonly method: string
  /** Path and parameters. */
  readonly url: string
  readonly body: unknown
  readonly ip: string
}

export class RequestForm {
  readonly #body: URLSearchParams | undefined
  readonly #url: URLSearchParams

  constructor({ body, url }: Pick<ApiRequest, 'body' | 'url'>) {
    this.#body = body instanceof URLSearchParams ? body : undefined
    const mark = url.indexOf('?')
    this.#url = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1))
  }

  /** The first value, '' when there is none. */
  get(name: string): string {
    return this.#body?.get(name) ?? this.#url.get(name) ?? ''
  }

  /** Of the URL alone. */
  getFromUrl(name: string): string {
    return this.#url.get(name) ?? ''
  }

  all(name: string): string[] {
    return [...(this.#body?.getAll(name) ?? []), ...this.#url.getAll(name)]
  }

  /** 0 when there is none: no limit. */
  limit(): number {
    const text = this.get('limit')
    if (text === '') return 0
    const limit = wholeNumber(text)
    if (limit === undefined)
      throw invalidParameter('limit', `strconv.Atoi: parsing ${goQuote(text)}: invalid syntax`)
    if (limit < 0) throw invalidParameter('limit', 'limit must be non-negative')
    return limit
  }

  /** ms since 1970. */
  time(name: string): number {
    const text = this.get(name)
    const timeMs = parseTime(text)
    if (timeMs === undefined)
      throw invalidParameter(name, `cannot parse ${goQuote(text)} to a valid timestamp`)
    return timeMs
  }

  timeOr(name: string, defaultMs: number): number {
    const text = this.get(name)
    if (text === '') return defaultMs
    const timeMs = parseTime(text)
    if (timeMs === undefined)
      throw invalidParameter(
        name,
        `invalid time value for '${name}': cannot parse ${goQuote(text)} to a valid timestamp`,
      )
    return timeMs
  }

  /** ms, fractions kept; undefined when the parameter is missing. */
  duration(name: string): number | undefined {
    const text = this.get(name)
    if (text === '') return undefined
    try {
      return parseSeconds(text)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      throw invalidParameter(name, error.message)
    }
  }

  /**
   * The match[] parameters, each of which must select something.
   * @param complain  what to make of a text that is no selector
   */
  matcherSets(complain: (message: string) => Error = badData): (readonly Matcher[])[] {
    const sets: (readonly Matcher[])[] = []
    for (const text of this.all('match[]')) {
      try {
        sets.push(parseSelector(text))
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        throw complain(error.message)
      }
    }
    for (const set of sets)
      if (set.every((matcher) => matcher.matches('')))
        throw complain('match[] must contain at least one non-empty matcher')
    return sets
  }
}

/** A whole number with an optional sign, as strconv.Atoi takes it. */
export function wholeNumber(text: string): number | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : undefined
}

const RFC3339 =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.,]([0-9]+))?(Z|[+-][0-9]{2}:[0-9]{2})$/

/** Seconds since 1970 as a number, or RFC 3339; to ms. */
function parseTime(text: string): number | undefined {
  const seconds = parseValue(text)
  if (seconds !== undefined) {
    if (!Number.isFinite(seconds)) return undefined
    const whole = Math.trunc(seconds)
    const rest = (seconds - whole) * 1000
    // Away from zero, as Go rounds.
    return whole * 1000 + Math.sign(rest) * Math.round(Math.abs(rest))
  }
  const match = RFC3339.exec(text)
  if (match === null) return undefined
  const [, year, month, day, clock, fraction = '', zone] = match
  const ms = fraction.slice(0, 3).padEnd(3, '0')
  const timeMs = Date.parse(`${year}-${month}-${day}T${clock}.${ms}${zone}`)
  if (Number.isNaN(timeMs)) return undefined
  // The parser turns 30 February into 2 March.
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()
  return Number(day) > lastDay ? undefined : timeMs
}

/** Seconds as a number, or a duration with units; to ms. */
function parseSeconds(text: string): number {
  const seconds = parseValue(text)
  if (seconds !== undefined) {
    if (Math.abs(seconds) * 1e9 > 2 ** 63)
      throw badData(`cannot parse ${goQuote(text)} to a valid duration. It overflows int64`)
    if (Number.isFinite(seconds)) return seconds * 1000
  }
  try {
    return parseDuration(text)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw badData(`cannot parse ${goQuote(text)} to a valid duration`)
  }
}
