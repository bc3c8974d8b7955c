// What the sections of discoveries with an HTTP client share.

import { UserError } from '@pharos/base'
import { checkHttp, HTTP_SHAPE, normaliseHttp } from './http-client.ts'
import type { HttpFields } from './http-client.ts'
import { list, section } from './section.ts'
import type { Refuse, SectionOptions, ShapeOf } from './section.ts'
import type { Codec } from './codec.ts'
import { parseUrl } from './url.ts'
import type { UrlParts } from './url.ts'

/** Discoveries of one kind; none of their fields is read by name outside. */
export type Discoveries = Codec<readonly object[]>

/** A list of discoveries without HTTP client. */
export function discoveries<T extends object>(
  key: string,
  shape: ShapeOf<T>,
  options: SectionOptions<T> = {},
): Discoveries {
  return list<object>(section<T>(shape, options), `empty or null section in ${key}`)
}

/** A list of discoveries with the keys of an HTTP client. */
export function httpDiscoveries<T extends object>(
  key: string,
  shape: ShapeOf<T>,
  check?: (value: Partial<T & HttpFields>, refuse: Refuse) => void,
): Discoveries {
  const whole = { ...HTTP_SHAPE, ...shape } as unknown as ShapeOf<T & HttpFields>
  return discoveries<T & HttpFields>(key, whole, {
    check(value, refuse) {
      check?.(value, refuse)
      checkHttp(value as Partial<HttpFields>, refuse)
    },
    normalise: normaliseHttp,
  })
}

/** The parts of a URL, or the reason why it is none. */
export function urlOrMistake(text: string): UrlParts | string {
  try {
    return parseUrl(text)
  } catch (error) {
    if (error instanceof UserError) return error.message
    throw error
  }
}

/** Refuses with `message` when the key has been decoded and is empty. */
export function wantText(value: string | undefined, message: string, refuse: Refuse): void {
  if (value !== undefined && value.trim() === '') refuse(message)
}
