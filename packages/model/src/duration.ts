import { quoted, UserError } from '@pharos/base'
import { goQuote } from './quote.ts'

const UNITS: readonly (readonly [string, number])[] = [
  ['y', 365 * 24 * 3600_000],
  ['w', 7 * 24 * 3600_000],
  ['d', 24 * 3600_000],
  ['h', 3600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
]

/**
 * `1h30m`, `15s`, `500ms`, `0` to ms.
 * @throws UserError `model/duration` with the reference's words
 * @source prometheus/common model.ParseDuration
 */
export function parseDuration(text: string): number {
  if (text === '0') return 0
  if (text === '') throw new UserError('model/duration', 'empty duration string')
  let ms = 0
  let lastUnit = -1
  let length = 0
  for (const [whole, count = '', unit = ''] of text.matchAll(PARTS)) {
    length += whole.length
    const at = UNITS.findIndex(([name]) => name === unit)
    if (at < 0)
      throw new UserError(
        'model/duration',
        `unknown unit ${goQuote(unit)} in duration ${quoted(text)}`,
      )
    // Units stand in order from the longest to the shortest, each once.
    if (at <= lastUnit) throw invalid(text)
    lastUnit = at
    ms += Number(count) * UNITS[at]![1]
    if (ms > 9_223_372_036_854) throw new UserError('model/duration', 'duration out of range')
  }
  if (length !== text.length) throw invalid(text)
  return ms
}

/** A number with what stands between it and the next. */
const PARTS = /([0-9]+)([^0-9]+)/gu

function invalid(text: string): UserError {
  return new UserError('model/duration', `not a valid duration string: ${quoted(text)}`)
}

/**
 * The same with an optional sign in front, as `offset -5m` and a few options allow.
 * @throws UserError `model/duration`
 * @source prometheus/common model.ParseDurationAllowNegative
 */
export function parseSignedDuration(text: string): number {
  return text.startsWith('-') ? -parseDuration(text.slice(1)) : parseDuration(text)
}

/**
 * The shortest exact form: 90 000 is `1m30s`, 0 is `0s`. Years and weeks only when nothing is left over.
 * @source prometheus/common model.Duration.String
 */
export function formatDuration(durationMs: number): string {
  if (durationMs === 0) return '0s'
  let rest = Math.abs(durationMs)
  let text = durationMs < 0 ? '-' : ''
  for (const [unit, unitMs] of UNITS) {
    if ((unit === 'y' || unit === 'w') && rest % unitMs !== 0) continue
    const count = Math.floor(rest / unitMs)
    if (count === 0) continue
    text += `${count}${unit}`
    rest -= count * unitMs
  }
  return text
}
