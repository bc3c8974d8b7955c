// The rows of the table of targets: each pool, its targets, and what is open of them.
import { targetKey } from './target-columns.ts'
import type { TargetPool } from './targets.ts'

export interface TargetRow {
  readonly kind: 'pool' | 'target' | 'details'
  /** The same as long as discovery finds the same. */
  readonly key: number
  readonly pool: TargetPool
  /** Of the target in its pool; 0 for the pool itself. */
  readonly place: number
}

/**
 * @param closed  names of pools
 * @param open  keys of targets
 */
export function targetRows(
  pools: readonly TargetPool[],
  closed: ReadonlySet<string>,
  open: ReadonlySet<string>,
): TargetRow[] {
  const rows: TargetRow[] = []
  for (const pool of pools) {
    rows.push({ kind: 'pool', key: pool.firstKey, pool, place: 0 })
    if (closed.has(pool.name)) continue
    for (const place of pool.places) {
      const key = pool.firstKey + 1 + 2 * place
      rows.push({ kind: 'target', key, pool, place })
      if (open.size > 0 && open.has(targetKey(pool.columns, place)))
        rows.push({ kind: 'details', key: key + 1, pool, place })
    }
  }
  return rows
}
