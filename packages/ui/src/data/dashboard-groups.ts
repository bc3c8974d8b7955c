// The list of dashboards as people look through it: starred ones first, then folder by folder.
import type { DashboardHit } from './dashboards-api.ts'
import { everyWordIn, wordsOf } from './search.ts'

export interface DashboardGroup {
  readonly kind: 'starred' | 'folder'
  /** Undefined for those without a folder. */
  readonly title: string | undefined
  readonly hits: readonly DashboardHit[]
}

export function dashboardGroups(
  hits: readonly DashboardHit[],
  text: string,
  tag: string,
  starred: ReadonlySet<string>,
): DashboardGroup[] {
  const words = wordsOf(text)
  const found = hits
    .filter(({ title, tags, folderTitle = '' }) => {
      if (tag !== '' && !tags.includes(tag)) return false
      return everyWordIn(words, [title, folderTitle, ...tags].join(' ').toLowerCase())
    })
    .sort((a, b) => a.title.localeCompare(b.title, undefined, { numeric: true }))
  const folders = new Map<string, DashboardHit[]>()
  for (const hit of found) {
    const folder = folders.get(hit.folderTitle ?? '')
    if (folder === undefined) folders.set(hit.folderTitle ?? '', [hit])
    else folder.push(hit)
  }
  const marked = found.filter(({ uid }) => starred.has(uid))
  const names = [...folders.keys()].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }))
  return [
    ...(marked.length === 0 ? [] : [{ kind: 'starred' as const, title: undefined, hits: marked }]),
    ...names.map((name) => ({
      kind: 'folder' as const,
      title: name === '' ? undefined : name,
      hits: folders.get(name)!,
    })),
  ]
}

/** Tags and how many dashboards have them, the most used first. */
export function tagCounts(hits: readonly DashboardHit[]): [string, number][] {
  const counts = new Map<string, number>()
  for (const { tags } of hits) for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))
}
