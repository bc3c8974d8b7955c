// Targets grouped by pool, filtered and ordered for the page: the pools and targets in trouble come first.
import type { ActiveTarget, Health } from './api-types.ts'

export interface TargetPool {
  readonly name: string
  readonly up: number
  readonly total: number
  /** Those that pass the filter; down first, then by address. */
  readonly targets: readonly ActiveTarget[]
}

export interface TargetFilter {
  readonly health: Health | undefined
  readonly pool: string | undefined
  /** Words that must all occur in the address, a label or the error; case does not matter. */
  readonly text: string
}

/** Targets in the order of the page, with the text that a filter looks in, which is made when one looks. Made once per answer. */
export interface TargetIndex {
  readonly pools: readonly TargetPool[]
  readonly searchText: (target: ActiveTarget) => string
}

const ORDER: Readonly<Record<Health, number>> = { down: 0, unknown: 1, up: 2 }

export function indexTargets(active: readonly ActiveTarget[]): TargetIndex {
  const pools = new Map<
    string,
    { name: string; up: number; total: number; targets: ActiveTarget[] }
  >()
  const texts = new Map<ActiveTarget, string>()
  for (const target of active) {
    let pool = pools.get(target.scrapePool)
    if (pool === undefined) {
      pool = { name: target.scrapePool, up: 0, total: 0, targets: [] }
      pools.set(target.scrapePool, pool)
    }
    pool.total++
    if (target.health === 'up') pool.up++
    pool.targets.push(target)
  }
  const list = [...pools.values()]
  for (const { targets } of list)
    targets.sort((a, b) => ORDER[a.health] - ORDER[b.health] || compare(a.scrapeUrl, b.scrapeUrl))
  list.sort(
    (a, b) => Number(a.up === a.total) - Number(b.up === b.total) || compare(a.name, b.name),
  )
  return {
    pools: list,
    searchText(target) {
      let text = texts.get(target)
      if (text === undefined) texts.set(target, (text = textOf(target)))
      return text
    },
  }
}

function textOf(target: ActiveTarget): string {
  let text = `${target.scrapeUrl} ${target.lastError}`
  for (const name in target.labels) {
    const value = target.labels[name]!
    text += ` ${name}=${value} ${name}="${value}"`
  }
  return text.toLowerCase()
}

/** @returns pools with at least one passing target; counts are of the whole pool */
export function filterPools(index: TargetIndex, filter: TargetFilter): TargetPool[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean)
  const passes = (target: ActiveTarget) => {
    if (filter.health !== undefined && target.health !== filter.health) return false
    if (words.length === 0) return true
    const text = index.searchText(target)
    return words.every((word) => text.includes(word))
  }
  return index.pools
    .filter(({ name }) => filter.pool === undefined || filter.pool === name)
    .map((pool) => ({ ...pool, targets: pool.targets.filter(passes) }))
    .filter(({ targets }) => targets.length > 0)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function healthCounts(active: readonly ActiveTarget[]): Record<Health, number> {
  const counts: Record<Health, number> = { up: 0, down: 0, unknown: 0 }
  for (const { health } of active) counts[health]++
  return counts
}

/** Per cent of a bar; one that is down among ten thousand can still be seen. */
export function shareUp(up: number, total: number): number {
  if (total === 0) return 0
  return up === total ? 100 : Math.min(96, (up / total) * 100)
}
