// Names that come from strangers and become names of files.
import { crc32c, UserError } from '@pharos/base'
import { UID_LENGTH_MAX } from './limits.ts'

const UID = /^[A-Za-z0-9_-]+$/

/** Letters, digits, `-` and `_`: what can be part of an address and of a path. */
export function isUid(text: string): boolean {
  return UID.test(text) && text.length <= UID_LENGTH_MAX
}

/** @throws UserError `dashboards/uid` */
export function checkedUid(text: string): string {
  if (isUid(text)) return text
  throw new UserError(
    'dashboards/uid',
    `uid wants 1 to ${UID_LENGTH_MAX} of A-Z a-z 0-9 _ -, has ${JSON.stringify(text.slice(0, 80))}`,
  )
}

/** A title as part of an address or name of a file: letters and digits of any script, the rest dashes. */
export function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80)
}

/** The same for the same path on every start. */
export function uidOfPath(path: string): string {
  const slug = path
    .replace(/\.json$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  if (isUid(slug)) return slug
  const hash = (crc32c(new TextEncoder().encode(path)) >>> 0).toString(16).padStart(8, '0')
  return `${slug.slice(0, 30)}${slug === '' ? '' : '-'}${hash}`
}
