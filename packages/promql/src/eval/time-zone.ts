// Time zones, from what the runtime knows of them (Intl, the IANA database).

import { goQuote } from '@pharos/model'
import { executionError } from './errors.ts'

/** Zones change their offset at quarters of an hour, as long as people have agreed on zones. */
const QUARTER_SECONDS = 900
/** Quarters whose offset is remembered; a year of hours has 35,040 quarters at most. */
const MAX_REMEMBERED = 65_536
/** What the Gregorian calendar and Intl agree on: years 1 to 9999. */
const FIRST_SECOND = -62_135_596_800
const LAST_SECOND = 253_402_300_799

export class TimeZone {
  readonly #format: Intl.DateTimeFormat
  readonly #offsets = new Map<number, number>()

  /** @throws UserError `promql/execution` when nobody knows the zone */
  constructor(name: string) {
    try {
      this.#format = new Intl.DateTimeFormat('en-US-u-ca-iso8601-hc-h23-nu-latn', {
        timeZone: name,
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      })
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      throw executionError(
        `unknown time zone ${goQuote(name)}, wants a name like "Europe/Warsaw" or "UTC"`,
      )
    }
  }

  /** Seconds that clocks there are ahead of UTC; 0 for times that no calendar holds. */
  offsetSeconds(seconds: number): number {
    if (!(seconds >= FIRST_SECOND && seconds <= LAST_SECOND)) return 0
    const quarter = Math.floor(seconds / QUARTER_SECONDS)
    let offset = this.#offsets.get(quarter)
    if (offset === undefined) {
      offset = this.#offsetAt(quarter * QUARTER_SECONDS)
      if (this.#offsets.size >= MAX_REMEMBERED) this.#offsets.clear()
      this.#offsets.set(quarter, offset)
    }
    return offset
  }

  #offsetAt(seconds: number): number {
    const fields: Record<string, number> = {}
    for (const { type, value } of this.#format.formatToParts(seconds * 1000))
      fields[type] = Number(value)
    const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = fields
    // setUTCFullYear takes years below 100 for what they are; Date.UTC does not.
    const date = new Date(Date.UTC(2000, month - 1, day, hour, minute, second))
    date.setUTCFullYear(year, month - 1, day)
    return date.getTime() / 1000 - seconds
  }
}
