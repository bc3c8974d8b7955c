// Times for people and for links. Durations here are read leniently, as a person types them.

/** The browser's zone, UTC, or an IANA zone that a dashboard names. */
export type Zone = 'local' | 'utc' | (string & {})

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  d: 86400,
  w: 604800,
  y: 31536000,
}

/** `1h30m`, `15s`, `90` (seconds), `1.5h`. @returns seconds, or undefined when it is no positive duration */
export function parseSpan(text: string): number | undefined {
  const trimmed = text.trim()
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed) > 0 ? Number(trimmed) : undefined
  if (!/^(\d+(\.\d+)?(ms|[smhdwy])\s*)+$/.test(trimmed)) return undefined
  let seconds = 0
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwy])/g))
    seconds += Number(amount) * UNIT_SECONDS[unit!]!
  return seconds > 0 ? seconds : undefined
}

/** The shortest exact form: 5400 is `1h30m`. Weeks and years only when nothing is left over. */
export function formatSpan(seconds: number): string {
  let rest = Math.round(seconds * 1000)
  if (rest === 0) return '0s'
  let text = ''
  for (const unit of ['y', 'w', 'd', 'h', 'm', 's', 'ms']) {
    const unitMs = UNIT_SECONDS[unit]! * 1000
    if ((unit === 'y' || unit === 'w') && rest % unitMs !== 0) continue
    const count = Math.floor(rest / unitMs)
    if (count === 0) continue
    text += `${count}${unit}`
    rest -= count * unitMs
  }
  return text
}

/** The form of links: `2026-11-21 08:30:00`, always UTC. */
export function formatLinkTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
}

/** A link's or a person's time: `2026-11-21 08:30[:00]`, RFC 3339, or Unix seconds. @returns ms */
export function parseTime(text: string, zone: Zone): number | undefined {
  const trimmed = text.trim()
  if (/^\d{9,11}(\.\d+)?$/.test(trimmed)) return Math.round(Number(trimmed) * 1000)
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/.exec(
      trimmed,
    )
  if (match === null) return undefined
  const clock = (match[2] ?? '00:00').padStart(5, '0')
  const ms = Date.parse(`${match[1]}T${clock}${match[3] ?? (zone === 'utc' ? 'Z' : '')}`)
  return ms === ms ? ms : undefined
}

/**
 * One end of a range as a person types it: a time, `now`, `now-6h`, `now-1d/d` (rounded down to the unit),
 * or a bare `6h` for "6 hours ago". @returns ms
 */
export function parseMoment(text: string, nowMs: number, zone: Zone): number | undefined {
  const trimmed = text.trim()
  const span = /^\d/.test(trimmed) && !trimmed.includes('-') ? parseSpan(trimmed) : undefined
  if (span !== undefined && !/^\d{9,}/.test(trimmed)) return nowMs - span * 1000
  const match = /^now(?:\s*([+-])\s*([0-9a-z.]+))?(?:\/([smhdwMy]))?$/.exec(trimmed)
  if (match === null) return parseTime(trimmed, zone)
  let ms = nowMs
  if (match[2] !== undefined) {
    const offset = parseSpan(match[2])
    if (offset === undefined) return undefined
    ms += (match[1] === '-' ? -1 : 1) * offset * 1000
  }
  return match[3] === undefined ? ms : roundDown(ms, match[3], zone)
}

function roundDown(ms: number, unit: string, zone: Zone): number {
  const shift = zone === 'utc' ? 0 : new Date(ms).getTimezoneOffset() * 60_000
  const local = new Date(ms - shift)
  if (unit === 'y') local.setUTCMonth(0, 1)
  if (unit === 'M') local.setUTCDate(1)
  if (unit === 'w') local.setUTCDate(local.getUTCDate() - ((local.getUTCDay() + 6) % 7))
  const sizeMs = unit === 's' ? 1000 : unit === 'm' ? 60_000 : unit === 'h' ? 3_600_000 : 86_400_000
  return Math.floor(local.getTime() / sizeMs) * sizeMs + shift
}

/** A zone that the browser knows; undefined for any other text. */
export function knownZone(name: string): Zone | undefined {
  if (name === 'local' || name === 'utc') return name
  if (/^utc$/i.test(name)) return 'utc'
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return name
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** The words of one language and zone for points in time; made once per setting. */
export interface TimeFormat {
  /** `2026-11-21 08:30:05` */
  full(ms: number): string
  /** `08:30:05` */
  clock(ms: number): string
  /** A label for a tick `stepSeconds` from the next. */
  tick(ms: number, stepSeconds: number): string
  readonly zoneName: string
}

export function createTimeFormat(zone: Zone): TimeFormat {
  const options = zone === 'local' ? {} : { timeZone: zone === 'utc' ? 'UTC' : zone }
  // The Swedish locale writes ISO order, which reads the same in every language of ours.
  const full = new Intl.DateTimeFormat('sv-SE', {
    ...options,
    dateStyle: 'short',
    timeStyle: 'medium',
  })
  const zoneName = full.resolvedOptions().timeZone
  return {
    full: (ms) => full.format(ms),
    clock: (ms) => full.format(ms).slice(-8),
    tick(ms, stepSeconds) {
      const text = full.format(ms)
      if (stepSeconds >= 86400) return text.slice(5, 10)
      const time = stepSeconds < 60 ? text.slice(11) : text.slice(11, 16)
      return time === '00:00' || time === '00:00:00' ? text.slice(5, 10) : time
    },
    zoneName,
  }
}

/** Seconds between `ms` and now as a short span: `3 s`, `5 min`. */
export function agoSeconds(iso: string, nowMs: number): number | undefined {
  const ms = Date.parse(iso)
  // The reference writes year 1 for "never".
  return ms === ms && ms > 0 ? Math.max(0, (nowMs - ms) / 1000) : undefined
}

/** A step for people: below a minute in seconds with a decimal point, otherwise as `formatSpan`. */
export function formatStep(seconds: number): string {
  return seconds < 60 ? `${Number(seconds.toFixed(3))}s` : formatSpan(seconds)
}
