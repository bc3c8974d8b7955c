import type { Random } from './random.ts'

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * A name that sorts by time: 48 bits of milliseconds, 80 random ones, in Crockford's base 32.
 * @source github.com/ulid/spec
 */
export function ulid(timeMs: number, random: Random): string {
  let text = ''
  let rest = Math.max(0, timeMs)
  for (let i = 0; i < 10; i++) {
    text = LETTERS[rest % 32]! + text
    rest = Math.floor(rest / 32)
  }
  for (const byte of random.bytes(16)) text += LETTERS[byte % 32]!
  return text
}

export const ULID: RegExp = /^[0-9A-HJKMNP-TV-Z]{26}$/
