import { quoted, UserError } from '@pharos/base'
import { parseDuration } from '@pharos/model'
import { TTL_MS_MAX } from './limits.ts'

/**
 * A time to live: `90`, `1.5` (seconds) or `90s`, `5m`. 0 means for ever.
 * @returns ms
 * @throws UserError `push/ttl`
 */
export function parseTtl(text: string): number {
  const ms = /^[0-9]+(?:\.[0-9]+)?$/.test(text) ? Math.round(Number(text) * 1000) : durationMs(text)
  if (ms > TTL_MS_MAX) throw wrong(text)
  return ms
}

function durationMs(text: string): number {
  try {
    return parseDuration(text)
  } catch (cause) {
    if (!(cause instanceof UserError)) throw cause
    throw wrong(text, cause)
  }
}

function wrong(text: string, cause?: unknown): UserError {
  return new UserError(
    'push/ttl',
    `time to live ${quoted(text)}: wants seconds or a duration such as 90s or 5m, ten years at most`,
    { cause },
  )
}
