// Named intervals of time that routes are muted or active in.
import { quoted, UserError } from '@pharos/base'
import { leaf, text } from '../codec.ts'
import type { Codec } from '../codec.ts'
import { list, section } from '../section.ts'
import type { Section } from '../section.ts'

/** Both ends are part of it. */
export interface InclusiveRange {
  readonly begin: number
  readonly end: number
}

export interface TimeInterval {
  /** Minutes of the day; the end is exclusive. */
  readonly times: readonly { readonly startMinute: number; readonly endMinute: number }[]
  /** 0 is Sunday. */
  readonly weekdays: readonly InclusiveRange[]
  /** Negative days count from the end of the month. */
  readonly daysOfMonth: readonly InclusiveRange[]
  /** From 1. */
  readonly months: readonly InclusiveRange[]
  readonly years: readonly InclusiveRange[]
  /** IANA name; '' is UTC, `Local` this machine's. */
  readonly location: string
}

interface TimeRangeFields {
  start_time: string
  end_time: string
}

interface TimeIntervalFields {
  times: readonly TimeRangeFields[]
  weekdays: readonly InclusiveRange[]
  days_of_month: readonly InclusiveRange[]
  months: readonly InclusiveRange[]
  years: readonly InclusiveRange[]
  location: string
}

const DAYS = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ')
const MONTHS =
  'january february march april may june july august september october november december'.split(' ')

function refused(message: string): UserError {
  return new UserError('config/value', message)
}

/** `00:00` to `24:00` in minutes. @throws UserError with the reference's words */
function minuteOf(time: string): number {
  const match = /^(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)$/.exec(time)
  if (match === null) throw refused(`couldn't parse timestamp ${time}, invalid format`)
  return match[1] === undefined ? 1440 : Number(match[1]) * 60 + Number(match[2])
}

function timeText(shown: string): Codec<string> {
  return leaf({
    wants: shown,
    absent: '',
    zero: '',
    decode(s) {
      if (s.text !== '') minuteOf(s.text)
      return s.text
    },
    show: (v) => v,
  })
}

const timeRange = section<TimeRangeFields>(
  { start_time: timeText('a time like 09:00'), end_time: timeText('a time like 17:00') },
  {
    check({ start_time: start, end_time: end }, refuse) {
      if (start === '' || end === '') refuse('both start and end times must be provided')
      else if (start !== undefined && end !== undefined && minuteOf(start) >= minuteOf(end))
        refuse('start time cannot be equal or greater than end time')
    },
  },
)

interface RangeKind {
  readonly wants: string
  member(word: string): number
  word(member: number): string
  check(range: InclusiveRange): string | undefined
}

function range(kind: RangeKind): Codec<InclusiveRange> {
  return leaf({
    wants: kind.wants,
    absent: { begin: 0, end: 0 },
    zero: { begin: 0, end: 0 },
    decode(s) {
      const words = s.text.toLowerCase().split(':')
      if (words.length > 2) throw refused(`couldn't parse range ${s.text}, invalid format`)
      const begin = kind.member(words[0]!)
      const end = words[1] === undefined ? begin : kind.member(words[1])
      const mistake = kind.check({ begin, end })
      if (mistake !== undefined) throw refused(mistake)
      return { begin, end }
    },
    show: ({ begin, end }) =>
      begin === end ? kind.word(begin) : `${kind.word(begin)}:${kind.word(end)}`,
  })
}

function wholeNumber(word: string): number {
  if (!/^[-+]?[0-9]{1,9}$/.test(word)) throw refused(`wants a whole number, has ${quoted(word)}`)
  return Number(word)
}

const weekday = range({
  wants: 'a weekday or a range of them',
  member(word) {
    const at = DAYS.indexOf(word)
    if (at < 0) throw refused(`${word} is not a valid weekday`)
    return at
  },
  word: (member) => DAYS[member]!,
  check: ({ begin, end }) => (begin > end ? 'start day cannot be before end day' : undefined),
})

const dayOfMonth = range({
  wants: 'a day of the month or a range of them',
  member: wholeNumber,
  word: String,
  check({ begin, end }) {
    for (const day of [begin, end])
      if (day === 0 || Math.abs(day) > 31)
        return `${day} is not a valid day of the month: out of range`
    if (begin < 0 && end > 0) return 'end day must be negative if start day is negative'
    // The shortest month: what is wrong in February is wrong in general.
    const first = begin < 0 ? 28 + begin : begin
    const last = end < 0 ? 28 + end : end
    return first > last ? `end day ${end} is always before start day ${begin}` : undefined
  },
})

const month = range({
  wants: 'a month or a range of them',
  member(word) {
    const at = MONTHS.indexOf(word)
    if (at >= 0) return at + 1
    if (/^(?:[1-9]|1[0-2])$/.test(word)) return Number(word)
    throw refused(`${word} is not a valid month`)
  },
  word: (member) => MONTHS[member - 1]!,
  check: ({ begin, end }) =>
    begin > end
      ? `end month ${MONTHS[end - 1]} is before start month ${MONTHS[begin - 1]}`
      : undefined,
})

const year = range({
  wants: 'a year or a range of them',
  member: wholeNumber,
  word: String,
  check: ({ begin, end }) =>
    begin > end ? `end year ${end} is before start year ${begin}` : undefined,
})

function location(): Codec<string> {
  return leaf({
    wants: 'a time zone like Asia/Shanghai',
    absent: '',
    zero: '',
    decode(s) {
      if (s.text === '' || s.text === 'Local') return s.text
      try {
        new Intl.DateTimeFormat('en', { timeZone: s.text })
      } catch (error) {
        if (!(error instanceof RangeError)) throw error
        throw refused(`unknown time zone ${s.text}`)
      }
      return s.text
    },
    show: (v) => v,
  })
}

const timeIntervalSection: Section<TimeIntervalFields> = section<TimeIntervalFields>({
  times: list(timeRange),
  weekdays: list(weekday),
  days_of_month: list(dayOfMonth),
  months: list(month),
  years: list(year),
  location: location(),
})

export interface NamedIntervalFields {
  name: string
  time_intervals: readonly TimeIntervalFields[]
}

/** `time_intervals` or, as it was called before, `mute_time_intervals`. */
export function namedIntervals(what: string): Codec<readonly NamedIntervalFields[]> {
  return list(
    section<NamedIntervalFields>(
      { name: text(), time_intervals: list(timeIntervalSection) },
      {
        check({ name }, refuse) {
          if (name === '') refuse(`missing name in ${what}`)
        },
      },
    ),
  )
}

export function timeInterval(fields: TimeIntervalFields): TimeInterval {
  return {
    times: fields.times.map(({ start_time: start, end_time: end }) => ({
      startMinute: minuteOf(start),
      endMinute: minuteOf(end),
    })),
    weekdays: fields.weekdays,
    daysOfMonth: fields.days_of_month,
    months: fields.months,
    years: fields.years,
    location: fields.location,
  }
}
