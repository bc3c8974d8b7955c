// A time zone as what it adds to UTC at a moment. Times stay numbers; nobody else knows of zones.

export interface Zone {
  /** IANA name; '' for where this runs. */
  readonly name: string
  /** What the clocks there are ahead of UTC at `ms`, ms. */
  offsetMs(ms: number): number
}

export const UTC: Zone = { name: 'UTC', offsetMs: () => 0 }

/** Where this runs. */
export function localZone(): Zone {
  return { name: '', offsetMs: (ms) => -new Date(ms).getTimezoneOffset() * 60_000 }
}

/**
 * The zone a dashboard or a person chose: `browser`, `local` or '' for where this runs, `utc`, or an IANA name; a name that is
 * none is as where this runs. Making one costs some 50 µs: make it once.
 */
export function zoneOf(name: string | undefined): Zone {
  if (name === undefined || LOCAL.has(name)) return localZone()
  if (name.toLowerCase() === 'utc') return UTC
  const format = formatOf(name)
  if (format === undefined) return localZone()
  return { name, offsetMs: (ms) => offsetIn(format, ms) }
}

const LOCAL: ReadonlySet<string> = new Set(['', 'browser', 'local'])

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    })
  } catch (error) {
    // The one thing it throws: no zone of that name.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function offsetIn(format: Intl.DateTimeFormat, ms: number): number {
  if (!Number.isFinite(new Date(ms).getTime())) return 0
  const wall = { year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0 }
  let isBeforeChrist = false
  for (const { type, value } of format.formatToParts(ms)) {
    if (type in wall) wall[type as keyof typeof wall] = Number(value)
    else if (type === 'era') isBeforeChrist = value.startsWith('B')
  }
  const date = new Date(0)
  date.setUTCFullYear(isBeforeChrist ? 1 - wall.year : wall.year, wall.month - 1, wall.day)
  date.setUTCHours(wall.hour, wall.minute, wall.second)
  return date.getTime() - Math.floor(ms / 1000) * 1000
}

/** What a clock there shows, as if it were UTC, ms. */
export function toWall(ms: number, zone: Zone): number {
  return ms + zone.offsetMs(ms)
}

/**
 * The moment when a clock there shows `wallMs`. Shown twice: the first time. Never shown: as far after the jump as it
 * is past its begin.
 */
export function fromWall(wallMs: number, zone: Zone): number {
  const before = zone.offsetMs(wallMs - 86_400_000)
  const after = zone.offsetMs(wallMs + 86_400_000)
  for (const offset of before >= after ? [before, after] : [after, before]) {
    if (zone.offsetMs(wallMs - offset) === offset) return wallMs - offset
  }
  return wallMs - before
}
