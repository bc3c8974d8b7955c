// `now-6h/h`, `2026-11-29`, `1732800000000`: the two ends of what a dashboard shows, and the steps in between.
import { parseDuration } from '@pharos/model'
import type { RawTimeRange } from '../dashboard.ts'
import { fromWall, toWall, type Zone } from './zone.ts'

export interface TimeContext {
  readonly nowMs: number
  readonly zone: Zone
  /** 0 is January. */
  readonly fiscalYearStartMonth?: number | undefined
  /** 0 is Sunday, which is the default. */
  readonly weekStart?: number | undefined
}

/** ms since 1970, both ends. */
export interface TimeRange {
  readonly fromMs: number
  readonly toMs: number
}

type Unit = 'y' | 'Q' | 'M' | 'w' | 'd' | 'h' | 'm' | 's' | 'ms' | 'fy' | 'fQ'

const FIXED_MS: Readonly<Partial<Record<Unit, number>>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
}
const MONTHS_IN: Readonly<Partial<Record<Unit, number>>> = { y: 12, fy: 12, Q: 3, fQ: 3, M: 1 }
const DAYS_IN: Readonly<Partial<Record<Unit, number>>> = { w: 7, d: 1 }

const STEP = /^([+-]?)(\d*)(ms|fy|fQ|[yQMwdhms])|^\/(ms|fy|fQ|[yQMwdhms])/

/**
 * A moment as dashboards and links write it.
 *
 * @param text   `now` with steps (`-6h`, `+1d`, `/d`), ms as text, or a date; a date alone is midnight in the zone
 * @param round  which end `/d` means: the first ms of the day or the last
 * @returns ms since 1970; undefined for what is no time
 */
export function parseTime(
  text: string,
  context: TimeContext,
  round: 'down' | 'up' = 'down',
): number | undefined {
  const trimmed = text.trim()
  if (trimmed.startsWith('now')) return parseMath(trimmed.slice('now'.length), context, round)
  const [start = '', math] = trimmed.split('||', 2)
  const ms = parseAbsolute(start, context.zone)
  if (ms === undefined || math === undefined) return ms
  return parseMath(math, { ...context, nowMs: ms }, round)
}

/** @throws nothing; what cannot be read is the last six hours */
export function resolveTimeRange(range: RawTimeRange, context: TimeContext): TimeRange {
  const toMs = parseTime(range.to, context, 'up') ?? context.nowMs
  const fromMs = parseTime(range.from, context, 'down') ?? toMs - 6 * 3_600_000
  return fromMs <= toMs ? { fromMs, toMs } : { fromMs: toMs, toMs: fromMs }
}

/** Whether an end moves with the clock, so that a refresh shows something new. */
export function isRelative(text: string): boolean {
  return text.trim().startsWith('now')
}

const DATE =
  /^(\d{4})-?(\d\d)?-?(\d\d)?(?:[T ](\d\d):?(\d\d)?(?::?(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/i

function parseAbsolute(text: string, zone: Zone): number | undefined {
  if (/^-?\d+$/.test(text) && text.length !== 8 && text.length !== 4) return Number(text)
  const found = DATE.exec(text)
  if (found === null) return undefined
  const [
    ,
    year,
    month = '1',
    day = '1',
    hour = '0',
    minute = '0',
    second = '0',
    fraction = '',
    offset,
  ] = found
  const wall = new Date(0)
  wall.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  wall.setUTCHours(
    Number(hour),
    Number(minute),
    Number(second),
    Number(fraction.padEnd(3, '0').slice(0, 3)),
  )
  const isReal =
    wall.getUTCMonth() === Number(month) - 1 &&
    Number(hour) < 25 &&
    Number(minute) < 60 &&
    Number(second) < 60
  if (!isReal) return undefined
  if (offset === undefined) return fromWall(wall.getTime(), zone)
  return wall.getTime() - offsetMsOf(offset)
}

function offsetMsOf(text: string): number {
  if (/^z$/i.test(text)) return 0
  const digits = text.replace(/\D/g, '').padEnd(4, '0')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return (text.startsWith('-') ? -minutes : minutes) * 60_000
}

function parseMath(steps: string, context: TimeContext, round: 'down' | 'up'): number | undefined {
  let ms = context.nowMs
  // What a step of the calendar wanted the clock to show. Where the clock jumped over that, the next such step goes on
  // from what was wanted.
  let wanted: number | undefined
  let rest = steps.replace(/\s/g, '')
  while (rest !== '') {
    const found = STEP.exec(rest)
    if (found === null) return undefined
    const [whole, sign = '', digits = '', unit, roundUnit] = found
    // The casts: the pattern names the same units.
    const count = (sign === '-' ? -1 : 1) * Number(digits || 1)
    const fixed = FIXED_MS[unit as Unit]
    if (roundUnit === undefined && sign === '') return undefined
    if (roundUnit === undefined && fixed === undefined) {
      wanted = moved(wanted ?? toWall(ms, context.zone), count, unit as Unit)
      ms = fromWall(wanted, context.zone)
    } else {
      wanted = undefined
      if (roundUnit !== undefined) ms = rounded(ms, roundUnit as Unit, context, round)
      else ms += count * fixed!
    }
    rest = rest.slice(whole.length)
  }
  return Number.isFinite(new Date(ms).getTime()) ? ms : undefined
}

/** Hours and less are spans; days and more move the calendar, so that the clock shows the same afterwards. */
function moved(wallMs: number, count: number, unit: Unit): number {
  const wall = new Date(wallMs)
  const days = DAYS_IN[unit]
  if (days !== undefined) wall.setUTCDate(wall.getUTCDate() + count * days)
  else addMonths(wall, count * MONTHS_IN[unit]!)
  return wall.getTime()
}

/** The 31st of a month that has none is its last day. */
function addMonths(wall: Date, months: number): void {
  const day = wall.getUTCDate()
  wall.setUTCDate(1)
  wall.setUTCMonth(wall.getUTCMonth() + months)
  const last = new Date(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + 1, 0)).getUTCDate()
  wall.setUTCDate(Math.min(day, last))
}

function rounded(ms: number, unit: Unit, context: TimeContext, round: 'down' | 'up'): number {
  const start = startOf(new Date(toWall(ms, context.zone)), unit, context)
  if (round === 'down') return fromWall(start.getTime(), context.zone)
  const next = new Date(start)
  const days = DAYS_IN[unit]
  const months = MONTHS_IN[unit]
  if (days !== undefined) next.setUTCDate(next.getUTCDate() + days)
  else if (months !== undefined) addMonths(next, months)
  else next.setTime(next.getTime() + FIXED_MS[unit]!)
  return fromWall(next.getTime() - 1, context.zone)
}

function startOf(wall: Date, unit: Unit, context: TimeContext): Date {
  const fixed = FIXED_MS[unit]
  if (fixed !== undefined) return new Date(Math.floor(wall.getTime() / fixed) * fixed)
  wall.setUTCHours(0, 0, 0, 0)
  if (unit === 'w')
    wall.setUTCDate(wall.getUTCDate() - ((wall.getUTCDay() - (context.weekStart ?? 0) + 7) % 7))
  const months = MONTHS_IN[unit]
  if (months === undefined) return wall
  wall.setUTCDate(1)
  const begin = unit.startsWith('f') ? (context.fiscalYearStartMonth ?? 0) : 0
  wall.setUTCMonth(wall.getUTCMonth() - ((wall.getUTCMonth() - begin + 12) % months))
  return wall
}

/**
 * `30s`, `1h30m`, `1d`, and Grafana's `>10s`, to ms; undefined for what is none.
 */
export function intervalMs(text: string | undefined): number | undefined {
  const found = /^\s*>?\s*(\d.*?)\s*$/.exec(text ?? '')
  if (found === null) return undefined
  const months = /^(\d+)M$/.exec(found[1]!)
  if (months !== null) return Number(months[1]) * 30 * 86_400_000
  try {
    return parseDuration(found[1]!)
  } catch {
    // Free text of a person: no interval.
    return undefined
  }
}

/** Steps that people read well, each with the span from which on it is taken, ms. */
const ROUND_STEPS: readonly (readonly [below: number, step: number])[] = [
  [10, 1],
  [15, 10],
  [35, 20],
  [75, 50],
  [150, 100],
  [350, 200],
  [750, 500],
  [1500, 1000],
  [3500, 2000],
  [7500, 5000],
  [12_500, 10_000],
  [17_500, 15_000],
  [25_000, 20_000],
  [45_000, 30_000],
  [90_000, 60_000],
  [210_000, 120_000],
  [450_000, 300_000],
  [750_000, 600_000],
  [1_050_000, 900_000],
  [1_500_000, 1_200_000],
  [2_700_000, 1_800_000],
  [5_400_000, 3_600_000],
  [9_000_000, 7_200_000],
  [16_200_000, 10_800_000],
  [32_400_000, 21_600_000],
  [86_400_000, 43_200_000],
  [604_800_000, 86_400_000],
  [1_814_400_000, 604_800_000],
  [3_628_800_000, 2_592_000_000],
]

/** The round step nearest to a span, ms. */
export function roundInterval(ms: number): number {
  return ROUND_STEPS.find(([below]) => ms < below)?.[1] ?? 31_536_000_000
}

export interface StepQuestion {
  readonly range: TimeRange
  /** How many points can be told apart, most often the panel's width in pixels. */
  readonly maxDataPoints: number
  /** Never finer than this: the panel's or target's `interval`, else how often is scraped; ms. */
  readonly minIntervalMs: number
  readonly intervalFactor?: number | undefined
}

/** `$__interval` and the step of the query, ms. */
export function stepFor({
  range,
  maxDataPoints,
  minIntervalMs,
  intervalFactor = 1,
}: StepQuestion): number {
  const spanMs = Math.max(1, range.toMs - range.fromMs)
  const step = roundInterval(spanMs / Math.max(1, maxDataPoints))
  // A server refuses more than 11,000 points of a series.
  const least = Math.ceil(spanMs / 11_000 / 1000) * 1000
  return Math.max(step, minIntervalMs, spanMs / step > 11_000 ? least : 0) * intervalFactor
}

/** `$__rate_interval`: long enough that a rate always has its four samples, ms. */
export function rateIntervalMs(stepMs: number, scrapeIntervalMs: number): number {
  return Math.max(stepMs + scrapeIntervalMs, 4 * scrapeIntervalMs)
}

/** `90000` to `1m30s`: the largest unit that divides it, as Grafana writes intervals. */
export function intervalText(ms: number): string {
  for (const [unit, unitMs] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const) {
    if (ms >= unitMs && ms % unitMs === 0) return `${ms / unitMs}${unit}`
  }
  return ms >= 1000 && ms % 1000 === 0 ? `${ms / 1000}s` : `${Math.max(1, Math.round(ms))}ms`
}
