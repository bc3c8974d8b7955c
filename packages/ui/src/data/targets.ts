// Targets by pool, filtered and ordered for the page: the pools and targets in trouble come first.
import type { Health } from './api-types.ts'
import { wordsOf } from './search.ts'
import { type TargetColumns, TargetSearch } from './target-columns.ts'

export interface TargetPool {
  readonly name: string
  readonly up: number
  readonly total: number
  readonly columns: TargetColumns
  /** Of its rows' keys, of which there are two for each target and one for the pool. */
  readonly firstKey: number
  /** The places of those that pass the filter; down first, then by address. */
  readonly places: readonly number[]
}

interface TargetFilter {
  readonly health: Health | undefined
  readonly pool: string | undefined
  /** Words that must all occur in the address, a label or the error; case does not matter. */
  readonly text: string
}

interface IndexedPool extends TargetPool {
  readonly search: TargetSearch
}

/** All targets in the order of the page. Made once per answer. */
type TargetIndex = readonly IndexedPool[]

const ORDER: Readonly<Record<Health, number>> = { down: 0, unknown: 1, up: 2 }

export function indexTargets(pools: readonly TargetColumns[]): TargetIndex {
  let nextKey = 0
  const index = pools.map((columns): IndexedPool => {
    const { name, health, scrapeUrl } = columns
    const firstKey = nextKey
    nextKey += 1 + 2 * scrapeUrl.length
    const places = scrapeUrl.map((_, place) => place)
    places.sort(
      (a, b) => ORDER[health[a]!] - ORDER[health[b]!] || compare(scrapeUrl[a]!, scrapeUrl[b]!),
    )
    const up = health.filter((one) => one === 'up').length
    const search = new TargetSearch(columns)
    return { name, up, total: places.length, columns, firstKey, places, search }
  })
  return index.sort(
    (a, b) => Number(a.up === a.total) - Number(b.up === b.total) || compare(a.name, b.name),
  )
}

/** @returns pools with at least one passing target; counts are of the whole pool */
export function filterPools(index: TargetIndex, filter: TargetFilter): readonly TargetPool[] {
  const { pool: wanted, health } = filter
  const words = wordsOf(filter.text)
  const pools = wanted === undefined ? index : index.filter(({ name }) => name === wanted)
  if (words.length === 0 && health === undefined) return pools
  return pools
    .map((pool) => {
      const tests = words.map((word) => pool.search.holds(word))
      if (health !== undefined) tests.unshift((place) => pool.columns.health[place] === health)
      return { ...pool, places: pool.places.filter((place) => tests.every((test) => test(place))) }
    })
    .filter(({ places }) => places.length > 0)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Per cent of a bar; one that is down among ten thousand can still be seen. */
export function shareUp(up: number, total: number): number {
  if (total === 0) return 0
  return up === total ? 100 : Math.min(96, (up / total) * 100)
}
