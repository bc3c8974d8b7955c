// Numbers for people, as Prometheus' templates write them.

import { formatSignificant, parseValue } from '@pharos/model'
import { callError } from './builtins.ts'
import { goDuration, goTime, timeText } from './go-time.ts'
import { GoObject, innerOf, plainText, typeOf, type Value } from './value.ts'

/** A float64, int or numeric text. @source template/template.go convertToFloat */
function floatOf(value: Value): number {
  const inner = innerOf(value)
  if (value instanceof GoObject && value.type === 'time.Duration') return Number(inner) / 1000
  if (typeof inner === 'number') return inner
  if (typeof inner === 'bigint') return Number(inner)
  if (typeof inner === 'string') {
    const parsed = parseValue(inner)
    if (parsed !== undefined) return parsed
    throw callError(`strconv.ParseFloat: parsing ${JSON.stringify(inner)}: invalid syntax`)
  }
  throw callError(`can't convert ${typeOf(value)} to float`)
}

const BIG = ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y']
const SMALL = ['', 'm', 'u', 'n', 'p', 'f', 'a', 'z', 'y']
const BINARY = ['', 'ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi']

const short = (value: number): string => formatSignificant(value, 4)

/** 1234567 → `1.235M` */
export function humanize(value: Value): string {
  let v = floatOf(value)
  if (v === 0 || !Number.isFinite(v)) return short(v)
  let i = 0
  if (Math.abs(v) >= 1) {
    while (i < BIG.length - 1 && Math.abs(v) >= 1000) {
      v /= 1000
      i++
    }
    return short(v) + BIG[i]!
  }
  while (i < SMALL.length - 1 && Math.abs(v) < 1) {
    v *= 1000
    i++
  }
  return short(v) + SMALL[i]!
}

/** 1048576 → `1Mi` */
export function humanize1024(value: Value): string {
  let v = floatOf(value)
  if (Math.abs(v) <= 1 || !Number.isFinite(v)) return short(v)
  let i = 0
  while (i < BINARY.length - 1 && Math.abs(v) >= 1024) {
    v /= 1024
    i++
  }
  return short(v) + BINARY[i]!
}

/** Seconds → `1d 2h 3m 4s`, `12.35s`, `100ms` */
export function humanizeDuration(value: Value): string {
  let v = floatOf(value)
  if (!Number.isFinite(v)) return short(v)
  if (v === 0) return `${short(v)}s`
  if (Math.abs(v) >= 1) {
    const sign = v < 0 ? '-' : ''
    v = Math.abs(v)
    const total = Math.trunc(v)
    const [days, hours] = [Math.trunc(total / 86_400), Math.trunc(total / 3600) % 24]
    const [minutes, seconds] = [Math.trunc(total / 60) % 60, total % 60]
    if (days > 0) return `${sign}${days}d ${hours}h ${minutes}m ${seconds}s`
    if (hours > 0) return `${sign}${hours}h ${minutes}m ${seconds}s`
    if (minutes > 0) return `${sign}${minutes}m ${seconds}s`
    return `${sign}${short(v)}s`
  }
  let i = 0
  while (i < SMALL.length - 1 && Math.abs(v) < 1) {
    v *= 1000
    i++
  }
  return `${short(v)}${SMALL[i]!}s`
}

/** 0.1235 → `12.35%` */
export function humanizePercentage(value: Value): string {
  return `${short(floatOf(value) * 100)}%`
}

/** Seconds since 1970 → `2015-06-23 13:19:44.128 +0000 UTC` */
export function humanizeTimestamp(value: Value): string {
  const v = floatOf(value)
  if (!Number.isFinite(v)) return short(v)
  return timeText(checkedTimeMs(v))
}

/** @source template/template.go floatToTime */
export function timeOf(value: Value): GoObject {
  const v = floatOf(value)
  return goTime(checkedTimeMs(v))
}

export function durationOf(value: Value): GoObject {
  const v = floatOf(value)
  if (!Number.isFinite(v) || Math.abs(v) * 1e9 >= 2 ** 63)
    throw callError(
      `${plainText(v)} cannot be represented as a nanoseconds duration since it overflows int64`,
    )
  return goDuration(v * 1000)
}

function checkedTimeMs(seconds: number): number {
  if (!Number.isFinite(seconds) || Math.abs(seconds * 1e9) >= 2 ** 63)
    throw callError(
      `${plainText(seconds)} cannot be represented as a nanoseconds timestamp since it overflows int64`,
    )
  // Nanoseconds, as Go keeps them: no more of the fraction survives.
  return Math.round(seconds * 1000 * 1e6) / 1e6
}
