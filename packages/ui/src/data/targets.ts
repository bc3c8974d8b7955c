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

const ORDER: Readonly<Record<Health, number>> = { down: 0, unknown: 1, up: 2 }

/** @returns pools with at least one passing target; counts are of the whole pool */
export function poolsOf(active: readonly ActiveTarget[], filter: TargetFilter): TargetPool[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean)
  const pools = new Map<string, { up: number; total: number; targets: ActiveTarget[] }>()
  for (const target of active) {
    let pool = pools.get(target.scrapePool)
    if (pool === undefined) {
      pool = { up: 0, total: 0, targets: [] }
      pools.set(target.scrapePool, pool)
    }
    pool.total++
    if (target.health === 'up') pool.up++
    if (filter.health !== undefined && target.health !== filter.health) continue
    if (words.length > 0 && !matches(target, words)) continue
    pool.targets.push(target)
  }
  const list: TargetPool[] = []
  for (const [name, { up, total, targets }] of pools) {
    if (targets.length === 0 || (filter.pool !== undefined && filter.pool !== name)) continue
    targets.sort((a, b) => ORDER[a.health] - ORDER[b.health] || compare(a.scrapeUrl, b.scrapeUrl))
    list.push({ name, up, total, targets })
  }
  return list.sort(
    (a, b) => Number(a.up === a.total) - Number(b.up === b.total) || compare(a.name, b.name),
  )
}

function matches(target: ActiveTarget, words: readonly string[]): boolean {
  let text = `${target.scrapeUrl} ${target.lastError}`
  for (const [name, value] of Object.entries(target.labels))
    text += ` ${name}=${value} ${name}="${value}"`
  const lower = text.toLowerCase()
  return words.every((word) => lower.includes(word))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function healthCounts(active: readonly ActiveTarget[]): Record<Health, number> {
  const counts: Record<Health, number> = { up: 0, down: 0, unknown: 0 }
  for (const { health } of active) counts[health]++
  return counts
}
