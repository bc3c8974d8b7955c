// Dashboards that a person marked, kept in the browser: there are no accounts to keep them with.
import { readStored, writeStored } from './browser.ts'

const KEY = 'pharos.starred-dashboards'
const STARS_MAX = 500

export function starredDashboards(): ReadonlySet<string> {
  return new Set((readStored(KEY) ?? '').split('\n').filter(Boolean))
}

export function withStar(
  starred: ReadonlySet<string>,
  uid: string,
  isStarred: boolean,
): ReadonlySet<string> {
  const next = new Set(starred)
  if (isStarred) next.add(uid)
  else next.delete(uid)
  writeStored(KEY, [...next].slice(-STARS_MAX).join('\n'))
  return next
}
