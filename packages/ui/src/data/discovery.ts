// What discovery found, before and after relabelling, by scrape pool.
import type { LabelSet, TargetsData } from './api-types.ts'
import { labelText } from './alert-rules.ts'
import { everyWordIn, SearchTexts, wordsOf } from './search.ts'

export interface Discovered {
  /** Its place in the answer. */
  readonly id: number
  readonly discovered: LabelSet
  /** Undefined for a target that relabelling has dropped. */
  readonly target: LabelSet | undefined
  /** Why it was dropped, when the server says so. */
  readonly reason: string | undefined
}

export interface DiscoveryPool {
  readonly name: string
  readonly kept: number
  readonly dropped: number
  /** Dropped targets that the server counts but does not list. */
  readonly unlisted: number
  /** Those that pass the filter, kept ones first. */
  readonly entries: readonly Discovered[]
}

export interface DiscoveryIndex {
  readonly pools: readonly DiscoveryPool[]
  /** By the id of an entry. */
  readonly texts: SearchTexts
}

export interface DiscoveryFilter {
  readonly state: 'kept' | 'dropped' | undefined
  readonly pool: string | undefined
  readonly text: string
}

export function indexDiscovery(data: TargetsData): DiscoveryIndex {
  const counts = data.droppedTargetCounts ?? {}
  const pools = new Map<string, Discovered[]>()
  const all: Discovered[] = []
  const add = (pool: string, entry: Omit<Discovered, 'id'>) => {
    const numbered = { id: all.length, ...entry }
    all.push(numbered)
    const list = pools.get(pool)
    if (list === undefined) pools.set(pool, [numbered])
    else list.push(numbered)
  }
  for (const { discoveredLabels, labels, scrapePool } of data.activeTargets)
    add(scrapePool, { discovered: discoveredLabels, target: labels, reason: undefined })
  for (const { discoveredLabels, scrapePool, reason } of data.droppedTargets)
    add(scrapePool ?? discoveredLabels['job'] ?? '', {
      discovered: discoveredLabels,
      target: undefined,
      reason,
    })
  for (const [name, count] of Object.entries(counts))
    if (count > 0 && !pools.has(name)) pools.set(name, [])
  const list = [...pools].map(([name, entries]): DiscoveryPool => {
    const kept = entries.filter(({ target }) => target !== undefined).length
    const listed = entries.length - kept
    const dropped = Math.max(listed, counts[name] ?? 0)
    return { name, kept, dropped, unlisted: dropped - listed, entries }
  })
  list.sort((a, b) => (a.name < b.name ? -1 : 1))
  return { pools: list, texts: new SearchTexts(all.length, (id) => textOf(all[id]!)) }
}

function textOf({ discovered, target, reason = '' }: Discovered): string {
  return `${labelText(discovered)} ${labelText(target)} ${reason}`
}

/** @returns pools with at least one passing entry, or with unlisted ones that may pass; counts are of the whole pool */
export function filterDiscovery(index: DiscoveryIndex, filter: DiscoveryFilter): DiscoveryPool[] {
  const words = wordsOf(filter.text)
  const passes = (entry: Discovered) =>
    (filter.state === undefined || (filter.state === 'kept') === (entry.target !== undefined)) &&
    (words.length === 0 || everyWordIn(words, index.texts.of(entry.id)))
  return index.pools
    .filter(({ name }) => filter.pool === undefined || filter.pool === name)
    .map((pool) => ({
      ...pool,
      entries: pool.entries.filter(passes),
      unlisted: filter.state === 'kept' || words.length > 0 ? 0 : pool.unlisted,
    }))
    .filter(({ entries, unlisted }) => entries.length + unlisted > 0)
}
