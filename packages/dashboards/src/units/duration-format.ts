// Spans of time: scaled to the largest unit that fits, spelt out in words, or as a clock.
import type { ValueFormat } from '../field-config/display-value.ts'
import { fixedText } from './fixed-text.ts'

interface Step {
  /** Used below this size of the number. */
  readonly below: number
  readonly divisor: number
  readonly unit: string
}

const LADDERS: Readonly<Record<string, readonly Step[]>> = {
  ns: [
    { below: 1e3, divisor: 1, unit: 'ns' },
    { below: 1e6, divisor: 1e3, unit: 'µs' },
    { below: 1e9, divisor: 1e6, unit: 'ms' },
    { below: 6e10, divisor: 1e9, unit: 's' },
    { below: 36e11, divisor: 6e10, unit: 'min' },
    { below: 864e11, divisor: 36e11, unit: 'hour' },
    { below: Infinity, divisor: 864e11, unit: 'day' },
  ],
  µs: [
    { below: 1e3, divisor: 1, unit: 'µs' },
    { below: 1e6, divisor: 1e3, unit: 'ms' },
    { below: Infinity, divisor: 1e6, unit: 's' },
  ],
  ms: [
    { below: 1e3, divisor: 1, unit: 'ms' },
    { below: 6e4, divisor: 1e3, unit: 's' },
    { below: 36e5, divisor: 6e4, unit: 'min' },
    { below: 864e5, divisor: 36e5, unit: 'hour' },
    { below: 31_536e6, divisor: 864e5, unit: 'day' },
    { below: Infinity, divisor: 31_536e6, unit: 'year' },
  ],
  s: [
    { below: 1e-6, divisor: 1e-9, unit: 'ns' },
    { below: 1e-3, divisor: 1e-6, unit: 'µs' },
    { below: 1, divisor: 1e-3, unit: 'ms' },
    { below: 60, divisor: 1, unit: 's' },
    { below: 3600, divisor: 60, unit: 'min' },
    { below: 86_400, divisor: 3600, unit: 'hour' },
    { below: 604_800, divisor: 86_400, unit: 'day' },
    { below: 31_536_000, divisor: 604_800, unit: 'week' },
    { below: Infinity, divisor: 31_556_900, unit: 'year' },
  ],
  m: [
    { below: 60, divisor: 1, unit: 'min' },
    { below: 1440, divisor: 60, unit: 'hour' },
    { below: 10_080, divisor: 1440, unit: 'day' },
    { below: 604_800, divisor: 10_080, unit: 'week' },
    { below: Infinity, divisor: 525_948, unit: 'year' },
  ],
  h: [
    { below: 24, divisor: 1, unit: 'hour' },
    { below: 168, divisor: 24, unit: 'day' },
    { below: 8760, divisor: 168, unit: 'week' },
    { below: Infinity, divisor: 8760, unit: 'year' },
  ],
  d: [
    { below: 7, divisor: 1, unit: 'day' },
    { below: 365, divisor: 7, unit: 'week' },
    { below: Infinity, divisor: 365, unit: 'year' },
  ],
}

/** Units that take an s when there is more than one of them; the first step of `m` and `h` never does. */
const PLURAL: ReadonlySet<string> = new Set(['min', 'hour', 'day', 'week', 'year'])

export function duration(unit: string): ValueFormat | undefined {
  if (unit === 'timeticks') {
    const seconds = ladder('s')
    return (value, decimals) => seconds(value / 100, decimals)
  }
  return Object.hasOwn(LADDERS, unit) ? ladder(unit) : undefined
}

function ladder(unit: string): ValueFormat {
  const steps = LADDERS[unit]!
  return (value, decimals) => {
    if (value === 0 && unit === 's') return { text: '0', suffix: ' s' }
    const size = Math.abs(value)
    const step = steps.find(({ below }) => size < below) ?? steps.at(-1)!
    // Down the ladder numbers are multiplied: dividing by 1e-9 would round differently.
    const scaled = step.divisor < 1 ? value * Math.round(1 / step.divisor) : value / step.divisor
    const isCounted = step.divisor !== 1 || unit === 'd'
    const plural = isCounted && PLURAL.has(step.unit) && Math.abs(scaled) > 1 ? 's' : ''
    return { text: fixedText(scaled, decimals), suffix: ` ${step.unit}${plural}` }
  }
}

const WORDS: readonly (readonly [string, number])[] = [
  ['year', 31_536e6],
  ['month', 2_592e6],
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
  ['millisecond', 1],
]

/** `1 day, 3 hours`: decimals tell how many units follow the first. */
export function durationWords(unit: string): ValueFormat | undefined {
  if (unit !== 'dtdurationms' && unit !== 'dtdurations') return undefined
  const [name, scale] = unit === 'dtdurationms' ? ['millisecond', 1] : ['second', 1000]
  return (value, decimals) => {
    if (value === 0) return { text: '0', suffix: ` ${name}s` }
    const text = words(Math.abs(value) * Number(scale), decimals ?? 0)
    return value < 0 ? { text, suffix: ' ago' } : { text }
  }
}

function words(ms: number, decimals: number): string {
  const parts: string[] = []
  let rest = ms
  for (const [name, unitMs] of WORDS) {
    if (parts.length > decimals) break
    // A number that is none has no unit it reaches.
    if (!(rest >= unitMs) && parts.length === 0) continue
    const count = Math.floor(rest / unitMs)
    parts.push(`${count} ${name}${count === 1 ? '' : 's'}`)
    rest %= unitMs
  }
  return parts.join(', ')
}

/** `03h:12m:09s`: decimals tell how much of it is shown. */
export function clock(unit: string): ValueFormat | undefined {
  if (unit !== 'clockms' && unit !== 'clocks') return undefined
  const scale = unit === 'clockms' ? 1 : 1000
  return (value, decimals) => ({ text: clockText(value * scale, decimals) })
}

function clockText(ms: number, decimals: number | null | undefined): string {
  const date = new Date(Math.trunc(ms))
  const pad = (value: number, width = 2): string => String(value).padStart(width, '0')
  const millis = `${pad(date.getUTCMilliseconds(), 3)}ms`
  const seconds = `${pad(date.getUTCSeconds())}s`
  const minutes = `${pad(date.getUTCMinutes())}m`
  const hours = `${Math.floor(ms / 3_600_000)}h`
  if (!Number.isFinite(date.getTime()))
    return ms < 3_600_000 ? 'Invalid date' : decimals === 0 ? hours : `${hours}:Invalid date`
  if (ms < 1000) return millis
  const parts =
    ms < 60_000
      ? [seconds, millis].slice(0, decimals === 0 ? 1 : 2)
      : [...(ms < 3_600_000 ? [] : [hours]), minutes, seconds, millis]
  const isCut = ms >= 60_000 && typeof decimals === 'number' && decimals >= 0
  return (isCut ? parts.slice(0, decimals + 1) : parts).join(':')
}

/** `27:46:40`, with days in front where asked for. */
export function countdown(unit: string): ValueFormat | undefined {
  if (unit !== 'dthms' && unit !== 'dtdhms') return undefined
  return (value) => {
    const text = countdownText(Math.abs(value), unit === 'dtdhms')
    return value < 0 ? { text, suffix: ' ago' } : { text }
  }
}

function countdownText(seconds: number, hasDays: boolean): string {
  const days = hasDays ? Math.floor(seconds / 86_400) : 0
  const rest = seconds - days * 24 * 3600
  const pad = (value: number): string => (value > 9 ? String(value) : `0${value}`)
  const parts = [rest / 3600, (rest % 3600) / 60, (rest % 3600) % 60]
  const text = parts.map((part) => pad(Math.floor(part))).join(':')
  return days > 0 ? `${days} d ${text}` : text
}

const BOOLEANS: Readonly<Record<string, readonly [string, string]>> = {
  bool: ['True', 'False'],
  bool_yes_no: ['Yes', 'No'],
  bool_on_off: ['On', 'Off'],
}

export function booleanWords(unit: string): ValueFormat | undefined {
  if (!Object.hasOwn(BOOLEANS, unit)) return undefined
  const [yes, no] = BOOLEANS[unit]!
  return (value) => ({ text: value ? yes : no })
}
